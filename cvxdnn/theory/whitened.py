r"""Deep ReLU networks without biases on whitened inputs, :math:`X X^T = qI` with n <= d, and one-hot labels.

.. math::  P = \min \tfrac12 \|f(X) - Y\|_F^2 + \tfrac\beta2 \sum_l \|W_l\|_F^2 , \qquad
           H_l = (H_{l-1} W_l)_+, \quad f = H_{L-1} W_L .

Here q = 1; in general use :math:`Y / \sqrt q`, weight decay beta / q, and q times the value. Class k has the column
:math:`y_k` with :math:`\|y_k\| = \sqrt{n_k}`. *One channel per class*: a chain of L units of norm
:math:`t_k = s_k^{1/L}` from :math:`X^T y_k` to output k, where :math:`s_k` is :math:`\sqrt{n_k}` shrunk by the scalar
problem of `cvxdnn.theory.shrinkage`. Its value :math:`\sum_k S_L(\sqrt{n_k}, \beta)` is

* the optimum for L = 2, and for every L if the network is *parallel*: a sum of branches, each its own chain of
  layers that ends in one unit;
* for a *standard* network, whose units share their layers, an upper bound for L >= 3. Nothing lower was found for two
  classes, nor for up to four classes and four layers. In general it is not the optimum:
  `rank_two_counterexample` is lower for K = 3, L = 5.

With one real target, y splits into :math:`y_+` and :math:`(-y)_+`, two channels of opposite sign.

*Lower bound.* For every such network the channels' total strength :math:`\sum_k s_k` is at most
:math:`\prod_l \|W_l\|_F`, so that none is below
:math:`\min_s \tfrac12 \sum_k (s_k - \sqrt{n_k})^2 + (\beta L / 2) (\sum_k s_k)^{2/L}`.

Source: Ergen & Pilanci (ICML 2021), arXiv 2002.09773; proofs and counterexample in docs/whitened.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from cvxdnn.core import validation
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.types import Array, Mask
from cvxdnn.theory.inputs import WHITENED, depth_at_least_two, positive_beta, row_scale, samples
from cvxdnn.theory.radial import OUTWARDS, minimize_over_radius
from cvxdnn.theory.rank_two import RankTwo, rank_two_counterexample
from cvxdnn.theory.result import Claim, Verdict, network_objective
from cvxdnn.theory.shrinkage import shrink
from cvxdnn.theory.spectral import sum_support

__all__ = ["Architecture", "RankTwo", "Whitened", "rank_two_counterexample", "solve"]

Layers = tuple[Array, ...]
Architecture = Literal["standard", "parallel"]

TWO_LAYERS = Verdict(Claim.PROVED, "two layers: one channel per class is the optimum")
PARALLEL = Verdict(Claim.PROVED, "parallel network: one channel per class is the optimum for every depth")
ONE_CHANNEL = Verdict(Claim.PROVED, "one class, or one target of one sign: a single chain is the optimum")
ADVICE = 'Use architecture="parallel" or depth=2 for a proved optimum.'
TWO_SIGNS = Verdict(
    Claim.OBSERVED, "two-channel value, an upper bound; nothing lower was found for three to five layers", ADVICE
)
SMALL = Verdict(
    Claim.OBSERVED,
    "one-channel-per-class value, an upper bound; nothing lower was found for two classes, nor for up to four classes "
    "and four layers",
    ADVICE,
)
LARGE = Verdict(
    Claim.UPPER_BOUND,
    "one-channel-per-class value, an upper bound; with five or more layers, or many classes, lower networks exist",
    ADVICE,
)


@dataclass(frozen=True, eq=False)
class Whitened:
    """The network with one channel for each class, and what is known about its objective (see `status`).

    objective : of the network in `weights`, as float64 evaluates it
    weights : standard: W_1 (d, K), W_2..W_{L-1} (K, K), W_L (K, K)
    branches : the same network as K chains with W_1 (d, 1), W_2..W_{L-1} (1, 1), W_L (1, K)
    strengths : (K,) s_k, the singular values of the output; 0 for a class that has vanished
    targets : (K,) what s_k is shrunk from, sqrt(n_k / q)
    threshold : classes with a smaller target vanish
    dual_bound : a proven lower bound on every network's objective, of either architecture
    status : which statement gives the objective, and whether it is proved

    With one real target K is 2 in these shapes but for W_L, which has one column: the channels of y_+ and (-y)_+.
    """

    objective: float
    weights: Layers
    branches: tuple[Layers, ...]
    strengths: Array
    targets: Array
    threshold: float
    dual_bound: float
    status: Verdict
    beta: float
    depth: int
    architecture: Architecture

    @property
    def present(self) -> Mask:
        """(K,) which classes the network still uses."""
        return self.strengths > 0

    @property
    def channel_norms(self) -> Array:
        """(K,) norm of every layer of each channel, s_k^(1/L)."""
        return self.strengths ** (1 / self.depth)

    @property
    def gap(self) -> float:
        """Objective minus the proven lower bound; it need not vanish at an optimum with L >= 3."""
        return self.objective - self.dual_bound


def solve(X: ArrayLike, Y: ArrayLike, *, beta: float, depth: int, architecture: Architecture = "standard") -> Whitened:
    """The value of one channel per class with its network; the optimum where `status` says so.

    Parameters
    ----------
    X : (n, d), n <= d
        Whitened inputs: X X^T = q I to 1e-10.
    Y : (n, K) or (n,)
        One-hot labels; more generally at most one entry in a row is not zero, and it is positive. With one column: any
        real targets.
    beta : float > 0
        Weight decay: the loss is a sum with 1/2, not a mean.
    depth : int >= 2
        Weight matrices L.
    architecture : "standard" or "parallel"
        Hidden layers are at least K wide, or there are at least K branches (two for one real target).

    Raises
    ------
    InvalidInputError
        On malformed data or settings; when X is not whitened or Y has rows with two classes.

    Source: docs/whitened.md.
    """
    X, Y = samples(X, Y)
    beta, depth = positive_beta(beta), depth_at_least_two(depth)
    validation.one_of("architecture", architecture, get_args(Architecture))
    q = _checked_scale(X)
    directions, readout = _channels(Y)
    targets = np.linalg.norm(directions, axis=0) / np.sqrt(q)
    shrunk = shrink(targets, beta / q, depth)
    inverse = np.linalg.pinv(X)  # X^T / q, but for the rounding of X
    branches = tuple(
        _branch(inverse @ directions[:, k], readout[k], float(shrunk.layer[k]), depth) for k in range(targets.size)
    )
    weights = _joined(branches)
    objective = network_objective(X, Y, weights, beta)
    bound, channels = _bounds(X, np.linalg.norm(directions, axis=0), beta, depth)
    verdict = _verdict(depth, architecture, int(np.count_nonzero(targets)), labels=Y.shape[1] > 1)
    return Whitened(
        objective=objective,
        weights=weights,
        branches=branches,
        strengths=shrunk.minimizer,
        targets=targets,
        threshold=shrunk.threshold,
        dual_bound=bound,
        status=verdict.judged(objective, channels if verdict.ok else bound, Y),
        beta=beta,
        depth=depth,
        architecture=architecture,
    )


def _bounds(X: Array, lengths: Array, beta: float, depth: int) -> tuple[float, float]:
    """What holds for every network, and the larger value that holds where one channel per class is optimal.

    The first layer's features A have a norm of at most sigma_max(X) times that of its weights, so the problem in A has
    the weight decay beta / sigma_max(X)^(2/L) whatever the rounding of X.
    """
    scaled = beta * float(np.linalg.norm(X, 2)) ** (-2 / depth)
    ones, largest = np.ones_like(lengths), float(lengths.sum())
    dual = minimize_over_radius(lambda r: sum_support(lengths, ones, r)[1], largest, scaled, depth)
    return dual.lower_bound, OUTWARDS * float(shrink(lengths, scaled, depth).value.sum())


def _checked_scale(X: Array) -> float:
    q = row_scale(X)
    if q is None:
        gram = X @ X.T
        scale = float(np.trace(gram)) / len(gram)
        raise InvalidInputError(
            f"X of shape {X.shape} is not whitened: X X^T must be a multiple of I to {WHITENED:g}, which needs n <= d; "
            f"the largest deviation is {np.abs(gram - scale * np.eye(len(gram))).max():.3g}. Orthonormalise the rows"
        )
    return q


def _channels(Y: Array) -> tuple[Array, Array]:
    """Nonnegative sample patterns (n, C) with disjoint supports, and the output row (C, K) of each."""
    if Y.shape[1] == 1:
        return np.hstack([np.maximum(Y, 0.0), np.maximum(-Y, 0.0)]), np.array([[1.0], [-1.0]])
    if Y.min() < 0 or (np.count_nonzero(Y, axis=1) > 1).any():
        row = int(np.flatnonzero((Y < 0).any(axis=1) | (np.count_nonzero(Y, axis=1) > 1))[0])
        raise InvalidInputError(
            f"Y[{row}] is {Y[row]}; each row must be one-hot (one positive entry, the rest zero), or Y one real column"
        )
    return Y, np.eye(Y.shape[1])


def _branch(direction: Array, readout: Array, norm: float, depth: int) -> Layers:
    """A chain of single units, each layer of the given norm, from an input direction to an output row."""
    length = float(np.linalg.norm(direction))
    first = direction[:, None] * (norm / length if length > 0 else 0.0)
    return first, *(np.array([[norm]]),) * (depth - 2), norm * readout[None, :]


def _joined(branches: Sequence[Layers]) -> Layers:
    """The branches as one standard network: first layers side by side, last ones stacked, diagonal between."""
    first, *middle, last = zip(*branches, strict=True)
    return (np.hstack(first), *(np.diag(np.ravel(layer)) for layer in middle), np.vstack(last))


def _verdict(depth: int, architecture: Architecture, channels: int, *, labels: bool) -> Verdict:
    if depth == 2:
        return TWO_LAYERS
    if architecture == "parallel":
        return PARALLEL
    if channels <= 1:
        return ONE_CHANNEL
    if not labels:
        return TWO_SIGNS
    return SMALL if channels == 2 or (channels <= 4 and depth <= 4) else LARGE
