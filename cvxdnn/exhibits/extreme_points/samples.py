"""Samples of the Extreme points page, what is computed from them, and what a trained network makes of them."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from cvxdnn.core.types import Array
from cvxdnn.tasks.fits import FitFrame
from cvxdnn.theory import extreme_points as geometry
from cvxdnn.theory.extreme_points import DualSet, ExtremePoints, Hull, Piece
from cvxdnn.training.fitting import FitProblem

Point = tuple[float, float]

PREFIX = "extreme_points_"
MOST = 3
RESTARTS, WIDTH, STEPS, POLISH = 8, 12, 1500, 500


@dataclass(frozen=True)
class Samples:
    """Two or three samples, from left to right as the editor orders them.

    points : positions (x1, x2); with `bias` input and target (x, y)
    heights : third coordinate of each sample, unused with `bias`
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
    "One input with biases": Samples(((-1.0, 0.9), (-0.1, -0.6), (1.0, 0.5)), bias=True),
}


@dataclass(frozen=True, eq=False)
class Picture:
    """Everything computed from the samples and the weight decay."""

    samples: Samples
    found: ExtremePoints
    pieces: tuple[Piece, ...]
    hull: Hull
    dual: DualSet
    problem: FitProblem


@lru_cache(maxsize=64)
def picture_of(samples: Samples, beta: float) -> Picture:
    """The set, the dual set, the optimum and the training problem."""
    X, y, bias = samples.X, samples.y, samples.bias
    found = geometry.solve(X, y, beta=beta, bias=bias)
    pieces = () if bias else geometry.rectified_ellipsoid(X)
    reach = 1.5 * max(float(np.linalg.norm(y)), 2 * float(np.linalg.norm(found.dual)), 0.1)
    problem = FitProblem(
        X, y, beta, "relu_bias" if bias else "relu", width=WIDTH, restarts=RESTARTS, steps=STEPS, polish=POLISH
    )
    dual = geometry.dual_set(X, beta=beta, limit=reach, bias=bias)
    return Picture(samples, found, pieces, geometry.convex_hull(pieces), dual, problem)


def trained_features(picture: Picture, frame: FitFrame | None) -> Array | None:
    """Features (m, n) of the trained neurons that are in use, for input weights of norm 1; signed with biases."""
    if frame is None:
        return None
    strength, features, signs = neurons_of(frame)
    used = strength > 1e-3 * max(float(strength.max(initial=0.0)), 1e-12)
    return features[used] * (signs[used, None] if picture.samples.bias else 1.0)


def neurons_of(frame: FitFrame) -> tuple[Array, Array, Array]:
    """Of every trained neuron: |w| for input weights of norm 1 (m,), its feature (m, n), the sign of w (m,)."""
    first, second = frame.view.network.weights
    lengths = np.linalg.norm(first, axis=0)
    features = np.divide(frame.view.hidden, lengths, out=np.zeros_like(frame.view.hidden), where=lengths > 0).T
    return lengths * np.abs(second[:, 0]), features, np.sign(second[:, 0])
