"""A loss that has a meaning for the points: some are about labels -1 and +1, the others about any numbers.

Whoever chooses a loss for labels gets labels, and the numbers back with a loss for numbers. Whoever chooses points
gets a loss that suits them, and of a preset the width, too, unless they have chosen one.
"""

from typing import Any

from cvxdnn.core.datasets import PRESETS
from cvxdnn.core.losses import LOSSES, named
from cvxdnn.tasks.labels import are_labels, labelled
from cvxdnn.tasks.link import Points
from cvxdnn.tasks.scenario import Scenario

__all__ = ["FittingLoss"]

NOT_LABELS = "These values are not labels −1 and +1: the loss is squared again."
NOW_LABELS = "Your values became labels: +1 above the middle of their range, −1 below it. Undo brings them back."


class FittingLoss:
    """Remembers the points before a loss turned them into labels, and the labels they became."""

    def __init__(self) -> None:
        self._unlabelled: tuple[Points, Points] | None = None

    def completed(self, settings: dict[str, Any], scenario: Scenario) -> tuple[dict[str, Any], str]:
        """Settings that change the scenario, with loss or points to suit each other, and a notice for the user."""
        loss = settings.get("loss", scenario.loss)
        if settings.get("preset") in PRESETS:
            return _with_preset(settings, loss, scenario), ""
        points = settings.get("points", scenario.points)
        needs_labels = loss in LOSSES and named(loss).needs_labels
        if needs_labels and not are_labels(points):
            if "loss" not in settings:  # an undone conversion, a table, a file
                return settings | {"loss": "squared"}, NOT_LABELS
            self._unlabelled = points, labelled(points)
            return settings | {"points": self._unlabelled[1]}, NOW_LABELS
        if not needs_labels and "loss" in settings and self._unlabelled and points == self._unlabelled[1]:
            return settings | {"points": self._unlabelled[0]}, ""
        return settings, ""


def _with_preset(settings: dict[str, Any], loss: str, scenario: Scenario) -> dict[str, Any]:
    """A preset keeps the loss unless one of them is about labels and the other is not."""
    suits = PRESETS[settings["preset"]]
    before = PRESETS[scenario.preset].width if scenario.preset else Scenario.width
    if scenario.width == before:
        settings = settings | {"width": suits.width}
    return settings | {"loss": suits.loss} if named(suits.loss).needs_labels != named(loss).needs_labels else settings
