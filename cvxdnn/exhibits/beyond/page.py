"""Beyond the theorem: conditions that can be broken, and statements that are repeated more broadly than they hold."""

from cvxdnn.app.address import follow
from cvxdnn.app.page import heading
from cvxdnn.app.parts import Parts
from cvxdnn.exhibits.beyond.depth import SETTINGS, claim, depth_conditions
from cvxdnn.exhibits.beyond.statements import STATEMENTS, draw_statements


def page() -> None:
    """The page from top to bottom."""
    follow(SETTINGS, *(statement.settings for statement, _, _ in STATEMENTS))
    heading(
        "Break a condition of the theorem, and watch training cross its line.",
        "Training lowers the objective, the misfit plus the price of the weights. The theorem names the lowest it can "
        "be, under two conditions. Break one, and the orange networks go below that line, or stay far above it.",
    )

    def poll() -> None:
        claim().poll()
        for statement, _, _ in STATEMENTS:
            statement.poll()

    poll()
    parts = Parts(poll, lambda: None)
    depth_conditions(parts)
    draw_statements(parts)
