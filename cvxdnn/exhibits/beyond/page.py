"""Beyond the theorem: conditions that can be broken, and statements that are repeated more broadly than they hold."""

from cvxdnn.app.page import heading
from cvxdnn.exhibits.beyond.closed_forms import closed_form_limits
from cvxdnn.exhibits.beyond.depth import depth_conditions


def page() -> None:
    """The page from top to bottom."""
    heading(
        "Break a condition of the theorem, and watch training cross its line.",
        "The orange line is the objective, what training minimises; the blue line is the lowest it can be, says the "
        "theorem, under two conditions. Give every layer biases, or let the inputs take both signs, and the orange "
        "line may go below the blue one, or stay far above it.",
    )
    depth_conditions()
    closed_form_limits()
