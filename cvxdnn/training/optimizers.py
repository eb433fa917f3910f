"""First-order methods on one flat parameter array.

An optimiser changes the parameters in place from their gradient. `rates`, one number per parameter, is the learning
rate of the parameter's restart times the parameter's typical size; 0 freezes it. Whatever a method remembers lives in
`memory`, flat arrays of the same length, so that training can be stopped and resumed exactly.

To add a method: one subclass with its name and constants, an `update`, and a line in `OPTIMIZERS`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import torch
from torch import Tensor

__all__ = ["OPTIMIZERS", "Adam", "GradientDescent", "Momentum", "Optimizer"]


class Optimizer(ABC):
    """What the training loop asks of a method.

    Class constants, read by the schedule:

    rate : first learning rate; for `scaled` methods a share of each parameter's typical size, otherwise a multiple of
        the inverse curvature
    scaled : whether a step's length is independent of the gradient's, so that the rate alone decides how far it goes
    memories : number of arrays the method remembers
    """

    rate: ClassVar[float]
    scaled: ClassVar[bool]
    memories: ClassVar[int]

    def __init__(self, parameters: Tensor, gradient: Tensor) -> None:
        self.parameters = parameters
        self.gradient = gradient
        self.memory = [torch.zeros_like(parameters) for _ in range(self.memories)]

    @abstractmethod
    def update(self, rates: Tensor, step: int) -> None:
        """One step; `step` counts from 1 since the memory was empty."""

    def forget(self, where: Tensor) -> None:
        """Clear the memory of the parameters marked in `where`."""
        for memory in self.memory:
            memory[where] = 0.0

    def flush_subnormals(self) -> None:
        """Round memories that have decayed towards 0 to 0: subnormal numbers make every operation slow."""
        for memory in self.memory:
            memory[memory.abs() < 1e-150] = 0.0


class Adam(Optimizer):
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
    scaled = True
    memories = 2
    FIRST, SECOND, EPSILON = 0.98, 0.99, 1e-10
    CYCLE = 50

    def __init__(self, parameters: Tensor, gradient: Tensor) -> None:
        super().__init__(parameters, gradient)
        self._direction = torch.zeros_like(parameters)

    def update(self, rates: Tensor, step: int) -> None:
        """One step of Adam."""
        mean, square = self.memory
        in_cycle = (step - 1) % self.CYCLE
        if in_cycle == 0:
            square.mul_(self.SECOND**self.CYCLE).add_(self.EPSILON**2)
        growth = self.SECOND ** -(in_cycle + 1)
        mean.lerp_(self.gradient, 1 - self.FIRST)
        square.addcmul_(self.gradient, self.gradient, value=(1 - self.SECOND) * growth)
        torch.rsqrt(square, out=self._direction).mul_(mean)
        correction = ((1 - self.SECOND**step) * growth) ** 0.5 / (1 - self.FIRST**step)
        self.parameters.addcmul_(rates, self._direction, value=-correction)


class Momentum(Optimizer):
    """Gradient descent with Polyak's heavy ball; the step is a running mean of gradients."""

    rate = 1.0
    scaled = False
    memories = 1
    FRICTION = 0.1

    def update(self, rates: Tensor, step: int) -> None:
        """One step of the heavy ball."""
        (velocity,) = self.memory
        velocity.mul_(1 - self.FRICTION).add_(self.gradient)
        self.parameters.addcmul_(rates, velocity, value=-1.0)


class GradientDescent(Optimizer):
    """Plain gradient descent."""

    rate = 1.0
    scaled = False
    memories = 0

    def update(self, rates: Tensor, step: int) -> None:
        """One gradient step."""
        self.parameters.addcmul_(rates, self.gradient, value=-1.0)


OPTIMIZERS: dict[str, type[Optimizer]] = {"adam": Adam, "momentum": Momentum, "gd": GradientDescent}
"""Methods by the name `train` knows them by."""
