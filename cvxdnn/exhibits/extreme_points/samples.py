"""Samples of the Extreme points page, the optimum for them, and what a trained network makes of them."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from cvxdnn.core.types import Array
from cvxdnn.tasks.fits import FitFrame, FitView, fit_stream
from cvxdnn.tasks.stream import Stream
from cvxdnn.theory import extreme_points
from cvxdnn.theory.extreme_points import ExtremePoints
from cvxdnn.training.fitting import FitProblem

__all__ = ["EXAMPLES", "FIRST", "Picture", "Samples", "picture_of", "sample", "stream_of", "trained_points"]

Point = tuple[float, float]

FIRST_BETA = 0.4
RESTARTS, WIDTH, STEPS, POLISH = 8, 12, 1500, 500
IN_USE = 1e-3
"""Share of the largest weight below which a trained neuron is not in use."""


@dataclass(frozen=True)
class Samples:
    """Two or three samples.

    points : inputs (x1, x2); with `bias` input and target (x, y)
    heights : third input of each sample, unused with `bias`
    targets : y of each sample, unused with `bias`
    """

    points: tuple[Point, ...]
    heights: tuple[float, ...] = (0.0, 0.0, 0.0)
    targets: tuple[float, ...] = (1.0, 1.0, 1.0)
    bias: bool = False

    @property
    def X(self) -> Array:
        """(n, 3) inputs, or (n, 1) with biases."""
        x = np.array(self.points)
        return x[:, :1] if self.bias else np.column_stack([x, self.heights[: len(x)]])

    @property
    def y(self) -> Array:
        """(n,) targets."""
        return np.array([y for _, y in self.points] if self.bias else self.targets[: len(self.points)])


EXAMPLES = {
    "Three samples in space": Samples(((-0.7, 0.5), (0.2, 1.0), (0.9, 0.3)), (0.5, 0.2, -0.5), (1.2, 0.7, -0.8)),
    "Three samples in a plane: a thin sheet": Samples(
        ((-0.9, 0.3), (0.2, 1.0), (0.9, -0.1)), (0, 0, 0), (0.8, 0.4, 1.2)
    ),
    "Three orthogonal samples: a ball": Samples(((0.0, 0.0), (0.0, 1.0), (1.0, 0.0)), (1, 0, 0), (0.5, 0.8, 1.1)),
    "Two orthogonal samples: a quarter disk": Samples(((0.0, 1.0), (1.0, 0.0)), targets=(0.8, 1.1, 0.0)),
    "Two nearly opposite samples: two spikes": Samples(((-0.9, 0.5), (1.0, -0.2)), targets=(0.7, 0.9, 0.0)),
    "One input with biases, three samples": Samples(((-1.0, 0.9), (-0.1, -0.6), (1.0, 0.5)), bias=True),
    "One input with biases, two samples": Samples(((-0.8, 0.9), (0.7, -0.6)), bias=True),
}
FIRST = (next(iter(EXAMPLES.values())), FIRST_BETA)
"""What the page opens with."""


@dataclass(frozen=True, eq=False)
class Picture:
    """Samples with a weight decay: the optimum, and what is trained."""

    samples: Samples
    found: ExtremePoints
    problem: FitProblem


@lru_cache(maxsize=256)
def picture_of(samples: Samples, beta: float) -> Picture:
    """The optimum and the training problem."""
    X, y, bias = samples.X, samples.y, samples.bias
    problem = FitProblem(
        X, y, beta, "relu_bias" if bias else "relu", width=WIDTH, restarts=RESTARTS, steps=STEPS, polish=POLISH
    )
    return Picture(samples, extreme_points.solve(X, y, beta=beta, bias=bias), problem)


def stream_of(picture: Picture) -> Stream[FitView]:
    """The training of its problem; the film of the page is the picture's own."""
    return fit_stream(picture.problem)


def sample() -> tuple[str, Stream[FitView]]:
    """The name and the training of the first samples."""
    return "extreme_points", stream_of(picture_of(*FIRST))


def trained_points(frame: FitFrame) -> Array:
    """Features (m, n) of the trained neurons that are in use, for input weights of norm 1, times the sign of w."""
    first, second = frame.view.network.weights
    lengths = np.linalg.norm(first, axis=0)
    weights = lengths * np.abs(second[:, 0])
    used = weights > max(IN_USE * float(weights.max(initial=0.0)), 1e-12)
    points: Array = (frame.view.hidden[:, used] / lengths[used] * np.sign(second[used, 0])).T
    return points
