"""What the Path page computes once for all who look at the same points."""

from functools import lru_cache

from cvxdnn.convex import regularization_path
from cvxdnn.convex.path import Path
from cvxdnn.datasets import Dataset
from cvxdnn.exceptions import InvalidInputError
from cvxdnn.model_selection import CrossValidation, cross_validate
from cvxdnn.scenario import Scenario
from cvxdnn.ui.session import reference


def path_of(scenario: Scenario) -> tuple[Path, Dataset]:
    """The path of the scenario's points in normalised units, and those points."""
    return _path(_points_only(scenario))


def selection_of(scenario: Scenario) -> tuple[CrossValidation | None, str]:
    """Cross-validation over the weight decay, or why there is none."""
    return _selection(_points_only(scenario))


def _points_only(scenario: Scenario) -> Scenario:
    return Scenario(points=scenario.points)


@lru_cache(maxsize=32)
def _path(scenario: Scenario) -> tuple[Path, Dataset]:
    data = reference(scenario).data
    return regularization_path(data.x, data.y), data


@lru_cache(maxsize=32)
def _selection(scenario: Scenario) -> tuple[CrossValidation | None, str]:
    data = reference(scenario).data
    try:
        return cross_validate(data.x, data.y), ""
    except InvalidInputError as error:
        return None, f"There is nothing to choose: {error}."
