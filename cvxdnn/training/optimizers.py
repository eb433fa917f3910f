"""What a method of training is, and the first-order ones: one gradient, then one update of one flat array.

A method changes the parameters of a model in place. `rates`, one number per parameter, is the learning rate of the
parameter's restart times the parameter's typical size; 0 freezes it. Whatever a method remembers can be saved and
restored, so that training can be stopped and resumed exactly.

To add a first-order method: one subclass with its constants, an `_update`, and a line in `OPTIMIZERS`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import torch
from torch import Tensor

from cvxdnn.core.types import Array, Mask
from cvxdnn.training.objective_gradient import ObjectiveGradient
from cvxdnn.training.schedule import Policy

__all__ = ["OPTIMIZERS", "Adam", "FirstOrder", "GradientDescent", "Method", "Momentum"]


class Method(ABC):
    """What the training loop asks of a method.

    rate : first learning rate
    relative : whether rates are shares of each parameter's typical size, a step's length being independent of the
        gradient's; if not, multiples of the inverse curvature
    """

    rate: ClassVar[float]
    relative: ClassVar[bool]

    @abstractmethod
    def step(self, rates: Tensor, number: int) -> None:
        """One step; `number` counts from 1 since the beginning."""

    @abstractmethod
    def saved(self) -> tuple[Array, ...]:
        """Copies of everything remembered."""

    @abstractmethod
    def restore(self, saved: Sequence[Array]) -> None:
        """Remember what `saved` holds."""

    @abstractmethod
    def after_check(self, set_back: Mask) -> None:
        """After a look of the schedule: forget what belongs to the parameters that were set back."""

    @abstractmethod
    def policy(self, *, automatic: bool) -> Policy:
        """How the rates fall; `automatic` when the caller gave none."""


class FirstOrder(Method):
    """A gradient and an update; `memories` is the number of arrays that the method remembers, in `memory`."""

    memories: ClassVar[int]

    def __init__(self, model: ObjectiveGradient) -> None:
        self._model, self.parameters, self.gradient = model, model.parameters, model.gradient
        self.memory = [torch.zeros_like(self.parameters) for _ in range(self.memories)]

    @abstractmethod
    def _update(self, rates: Tensor, number: int) -> None:
        """The step along the gradient."""

    def step(self, rates: Tensor, number: int) -> None:
        """One step; `number` counts from 1 since the memory was empty."""
        self._model.update()
        self._update(rates, number)

    def saved(self) -> tuple[Array, ...]:
        """Copies of the memory."""
        return tuple(memory.numpy().copy() for memory in self.memory)

    def restore(self, saved: Sequence[Array]) -> None:
        """Put the memory back."""
        for memory, array in zip(self.memory, saved, strict=True):
            memory.copy_(torch.from_numpy(array))

    def after_check(self, set_back: Mask) -> None:
        """Forget where parameters were set back, and round what has decayed to 0: subnormal numbers are slow."""
        where = torch.from_numpy(set_back)
        for memory in self.memory:
            memory[where | (memory.abs() < 1e-150)] = 0.0

    def policy(self, *, automatic: bool) -> Policy:
        """Methods whose step grows with the gradient are watched for overshooting."""
        return Policy(safeguarded=automatic and not self.relative)


class Adam(FirstOrder):
    """Adam of Kingma & Ba (2015) with bias correction.

    The second moment forgets in 100 steps instead of 1000: near the optimum the gradient of a kink that sits on a data
    point jumps, and a long memory of earlier, larger gradients makes every later step too short.

    A step is as expensive as the number of times it goes through the arrays. The second moment is therefore kept
    times a growing number, b^-k after k of `CYCLE` steps, so that a new square is only added to it; and it stays
    above the square of epsilon, where Adam adds epsilon to the root, so that one reciprocal root does.

    Epsilon is well above the round-off of gradients (data have size 1): the output bias starts where its gradient is 0,
    and steps of full length along round-off would make the run depend on it.
    """

    rate = 0.03
    relative = True
    memories = 2
    FIRST, SECOND, EPSILON = 0.98, 0.99, 1e-10
    CYCLE = 50

    def __init__(self, model: ObjectiveGradient) -> None:
        super().__init__(model)
        self._direction = torch.zeros_like(self.parameters)

    def _update(self, rates: Tensor, number: int) -> None:
        mean, square = self.memory
        in_cycle = (number - 1) % self.CYCLE
        if in_cycle == 0:
            square.mul_(self.SECOND**self.CYCLE).add_(self.EPSILON**2)
        growth = self.SECOND ** -(in_cycle + 1)
        mean.lerp_(self.gradient, 1 - self.FIRST)
        square.addcmul_(self.gradient, self.gradient, value=(1 - self.SECOND) * growth)
        torch.rsqrt(square, out=self._direction).mul_(mean)
        correction = ((1 - self.SECOND**number) * growth) ** 0.5 / (1 - self.FIRST**number)
        self.parameters.addcmul_(rates, self._direction, value=-correction)


class Momentum(FirstOrder):
    """Gradient descent with Polyak's heavy ball; the step is a running mean of gradients."""

    rate = 1.0
    relative = False
    memories = 1
    FRICTION = 0.1

    def _update(self, rates: Tensor, number: int) -> None:
        (velocity,) = self.memory
        velocity.mul_(1 - self.FRICTION).add_(self.gradient)
        self.parameters.addcmul_(rates, velocity, value=-1.0)


class GradientDescent(FirstOrder):
    """Plain gradient descent."""

    rate = 1.0
    relative = False
    memories = 0

    def _update(self, rates: Tensor, number: int) -> None:
        self.parameters.addcmul_(rates, self.gradient, value=-1.0)


OPTIMIZERS: dict[str, type[FirstOrder]] = {"adam": Adam, "momentum": Momentum, "gd": GradientDescent}
"""Methods by the name `train` knows them by."""
