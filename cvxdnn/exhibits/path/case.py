"""What the Path page computes, once for all who look at the same points.

The path itself takes a moment. Cross-validation follows one path for each fold, a second or two for many points: that
is a job of its own, so that nobody else's page waits for it.
"""

from functools import lru_cache

from cvxdnn.app.background import Background, Results, own_background
from cvxdnn.convex import regularization_path
from cvxdnn.convex.path import Path
from cvxdnn.convex.selection import CrossValidation, cross_validate
from cvxdnn.core.datasets import Dataset
from cvxdnn.core.limits import host_limits
from cvxdnn.exhibits.explore.baseline import baseline
from cvxdnn.tasks.call import Call
from cvxdnn.tasks.scenario import Scenario

_selections: Results[CrossValidation] = Results(host_limits().cache)


def selection() -> Background[CrossValidation]:
    """This tab's cross-validation."""
    return own_background("path", _selections)


def selection_of(scenario: Scenario) -> CrossValidation | None:
    """The cross-validation of the scenario's points; None while it is computed, and where it cannot be."""
    subject = _points_only(scenario)
    data = baseline(subject).data
    return selection().ask(subject, lambda: Call(cross_validate, (data.x, data.y)))


def path_of(scenario: Scenario) -> tuple[Path, Dataset]:
    """The path of the scenario's points in normalised units, and those points."""
    return _path(_points_only(scenario))


def _points_only(scenario: Scenario) -> Scenario:
    return Scenario(points=scenario.points)


@lru_cache(maxsize=host_limits().cache)
def _path(scenario: Scenario) -> tuple[Path, Dataset]:
    data = baseline(scenario).data
    return regularization_path(data.x, data.y), data
