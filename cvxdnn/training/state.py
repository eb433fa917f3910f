"""What is trained, and where training stands: plain data that can be stored, sent to another process and resumed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cvxdnn.core.losses import Loss
from cvxdnn.core.types import Array, Integers
from cvxdnn.training.layout import ParameterLayout
from cvxdnn.training.schedule import ScheduleState
from cvxdnn.training.units import Units

__all__ = ["INSERTION", "ExactState", "Problem", "TrainingState"]

INSERTION = "insertion"
"""The name of the optimizer all of whose steps are exact moves."""


@dataclass(frozen=True, eq=False)
class Problem:
    """What is trained and how.

    x, y : (n,) the points as given
    beta : weight decay
    layout : architecture and number of restarts
    optimizer : name of the method
    learning_rate : first rate, None for automatic
    loss : in the units of y
    polish : whether restarts that have come to rest are finished exactly
    floor : a lower bound of the objective, None where none is known
    """

    x: Array
    y: Array
    beta: float
    layout: ParameterLayout
    optimizer: str
    learning_rate: float | None
    loss: Loss
    polish: bool = False
    floor: float | None = None

    def same_as(self, other: Problem) -> bool:
        """Whether the method takes the same steps from the same parameters; a polish or a floor only ends them."""
        return (
            np.array_equal(self.x, other.x)
            and np.array_equal(self.y, other.y)
            and (self.beta, self.layout, self.optimizer, self.learning_rate, self.loss)
            == (other.beta, other.layout, other.optimizer, other.learning_rate, other.loss)
        )

    @property
    def units(self) -> Units:
        """The units in which it is trained."""
        depth, first_biased = self.layout.depth, self.layout.biased[0]
        return Units.of(self.x, self.y, depth=depth, bias_in_first_layer=first_biased, loss=self.loss)


@dataclass(frozen=True, eq=False)
class ExactState:
    """What exact moves remember; arrays of shape (restarts,).

    numbers : the rate that insertion holds, or the damping of Gauss-Newton steps
    moves : moves made since the polish began
    """

    numbers: Array
    moves: Integers


@dataclass(frozen=True, eq=False)
class TrainingState:
    """Everything training depends on at one moment: NumPy arrays, numbers and words, picklable.

    problem : Problem
    step : steps taken so far
    start : step at which the schedule last began
    parameters : flat array in the order of `problem.layout`, in `problem.units`
    memory : what the method remembers
    schedule : learning rates and best parameters so far
    exact : what the next exact move needs
    """

    problem: Problem
    step: int
    start: int
    parameters: Array
    memory: tuple[Array, ...]
    schedule: ScheduleState
    exact: ExactState
