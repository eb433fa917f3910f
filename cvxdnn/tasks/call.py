"""A calculation without progress as work for a runner."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from cvxdnn.convex import solve
from cvxdnn.core.solution import Solution
from cvxdnn.tasks.scenario import Scenario

__all__ = ["Call", "optimum_of", "takes_long"]

Result = TypeVar("Result")


@dataclass(frozen=True, eq=False)
class Call(Generic[Result]):
    """A function and what it is called with; a task of `cvxdnn.jobs` whose result is the function's.

    function : of a module, so that it can be sent
    """

    function: Callable[..., Result]
    arguments: tuple[Any, ...]
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """What it is called in the log."""
        return self.function.__name__

    def __call__(self, report: Callable[[Any], None], stopped: Callable[[], bool]) -> Result:
        """The result; there is no progress to report."""
        return self.here()

    def here(self) -> Result:
        """The result, computed in this process."""
        return self.function(*self.arguments, **self.options)


def optimum_of(scenario: Scenario) -> Call[Solution]:
    """The certified optimum of the scenario's points in normalised units."""
    data, _ = scenario.normalized()
    return Call(solve, (data.x, data.y), {"beta": scenario.beta, "depth": scenario.depth, "loss": scenario.loss})


def takes_long(scenario: Scenario) -> bool:
    """Whether the optimum should be computed where nobody else waits for it.

    For two weight layers, and for more with the squared loss, 200 points are solved in 0.3 s or less. The search over
    two-layer solutions that deep networks with another loss need takes up to some ten seconds.
    """
    return scenario.depth > 2 and scenario.loss != "squared"
