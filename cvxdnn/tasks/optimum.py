"""The certified optimum of a scenario's points, or why they have none."""

from dataclasses import dataclass

from cvxdnn.convex import solve
from cvxdnn.core.exceptions import InvalidInputError, LimitExceededError
from cvxdnn.core.solution import Solution
from cvxdnn.tasks.scenario import Scenario

__all__ = ["UNKNOWN", "Answer", "is_searched", "optimum_of", "takes_long"]

QUICK = 40
"""Up to so many points any optimum that is not searched takes less than a moment."""


@dataclass(frozen=True, eq=False)
class Answer:
    """What is known of an optimum.

    solution : certified, in normalised units; None where there is none, or none yet
    obstacle : why these points have none, for the user; "" otherwise
    """

    solution: Solution | None = None
    obstacle: str = ""

    @property
    def is_known(self) -> bool:
        """Whether there is a solution, or none to come."""
        return self.solution is not None or bool(self.obstacle)


UNKNOWN = Answer()
"""Before anything has been computed."""


def optimum_of(scenario: Scenario) -> Answer:
    """The certified optimum of the scenario's points."""
    data, _ = scenario.normalized()
    try:
        return Answer(solve(data.x, data.y, beta=scenario.beta, depth=scenario.depth, loss=scenario.loss))
    except (InvalidInputError, LimitExceededError) as error:  # as for labels of one class only
        return Answer(obstacle=str(error))


def takes_long(scenario: Scenario) -> bool:
    """Whether the optimum should be computed where nobody waits for it.

    For two weight layers and the squared loss, 200 points are solved in 0.1 s or less. More layers need a path of all
    weight decays, another loss rounds of placing bends: for 200 points in a zigzag, or in pairs, several seconds.
    """
    is_closed = scenario.depth == 2 and scenario.loss == "squared"
    return is_searched(scenario) or (not is_closed and len(scenario.points) > QUICK)


def is_searched(scenario: Scenario) -> bool:
    """Whether the optimum is looked for among many two-layer ones, as for deep networks with another loss.

    That takes up to some ten seconds: too long also for a training that can do without.
    """
    return scenario.depth > 2 and scenario.loss != "squared"
