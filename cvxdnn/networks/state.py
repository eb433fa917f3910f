"""What is trained, and where training stands: plain data that can be stored, sent to another process and resumed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cvxdnn.losses import Loss
from cvxdnn.networks.layout import ParameterLayout
from cvxdnn.networks.schedule import ScheduleState
from cvxdnn.networks.units import Units

__all__ = ["Problem", "TrainingState"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Problem:
    """What is trained and how.

    x, y : (n,) the points as given
    beta : weight decay
    layout : architecture and number of restarts
    optimizer : name of the method
    learning_rate : first rate, None for automatic
    loss : in the units of y
    """

    x: Floats
    y: Floats
    beta: float
    layout: ParameterLayout
    optimizer: str
    learning_rate: float | None
    loss: Loss

    def same_as(self, other: Problem) -> bool:
        """Whether training takes the same steps from the same parameters."""
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
class TrainingState:
    """Everything training depends on at one moment: NumPy arrays, numbers and words, picklable.

    problem : Problem
    step : steps taken so far
    start : step at which the schedule last began
    parameters : flat array in the order of `problem.layout`, in `problem.units`
    memory : the optimiser's flat arrays
    schedule : learning rates and best parameters so far
    """

    problem: Problem
    step: int
    start: int
    parameters: Floats
    memory: tuple[Floats, ...]
    schedule: ScheduleState
