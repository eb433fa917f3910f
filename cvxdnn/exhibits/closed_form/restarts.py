"""All networks of a fit at one moment: a film that keeps them can follow the one that is best in the end."""

from functools import lru_cache

from cvxdnn.training.fitting import FitProblem, FitSnapshot, FittedNetwork
from cvxdnn.training.fitting.units import FitUnits

__all__ = ["networks_of"]


def networks_of(snapshot: FitSnapshot, problem: FitProblem) -> list[FittedNetwork]:
    """Every restart, in the units of the problem's data."""
    units = _units(problem)
    return [units.network(snapshot.state.parameters, restart) for restart in range(problem.restarts)]


@lru_cache(maxsize=4)
def _units(problem: FitProblem) -> FitUnits:
    return FitUnits(problem)
