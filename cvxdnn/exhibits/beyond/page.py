"""Beyond the theorem: conditions that can be broken, and statements that are repeated more broadly than they hold."""

from cvxdnn.app.address import follow
from cvxdnn.app.page import heading
from cvxdnn.app.parts import Parts
from cvxdnn.app.take_home import take_home
from cvxdnn.app.view import group
from cvxdnn.exhibits.beyond.claim import Claim
from cvxdnn.exhibits.beyond.depth import SETTINGS, claim, depth_conditions
from cvxdnn.exhibits.beyond.statements import STATEMENTS, draw_statements
from cvxdnn.exhibits.beyond.take_home import files


def page() -> None:
    """The page from top to bottom."""
    follow(SETTINGS, *(statement.settings for statement, _, _ in STATEMENTS))
    menu = heading(
        "Break a condition of the theorem, and watch training cross its line.",
        "Training lowers the objective, the misfit plus the price of the weights. The theorem names the lowest it can "
        "be, under two conditions. Break one, and the orange networks go below that line, or stay far above it.",
    )

    def claims() -> dict[str, Claim]:
        return {"The theorem about depth": claim(), **{said: statement for statement, said, _ in STATEMENTS}}

    def poll() -> None:
        for each in claims().values():
            each.training.poll()

    poll()
    take_home(menu, "beyond", lambda: files(claims()))
    parts = Parts(poll, lambda: None)
    depth_conditions(parts)
    with group("words"):
        draw_statements(parts)
