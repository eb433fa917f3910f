r"""A lower bound on the objective of every L-layer network, proven by two-layer certificates.

Multipliers in the tube of width :math:`\lambda` prove :math:`loss(f) + \lambda R(f) \ge D` for every function f, hence
:math:`F(r) \ge D - \lambda r` (`cvxdnn.convex.deep_curve`). Take two such proofs, at :math:`\lambda_a > \lambda_b`. The
tube's condition is convex, so the multipliers in between, mixed in the same shares as the weight decays, are feasible
for every :math:`\lambda` in between, and because the dual is a quadratic they prove

.. math::  D(\lambda) = S\lambda + const + \tfrac\kappa2 (\lambda_a - \lambda)(\lambda - \lambda_b), \qquad
           S = \frac{D_a - D_b}{\lambda_a - \lambda_b}, \quad
           \kappa = \frac{\|l_a - l_b\|^2}{(\lambda_a - \lambda_b)^2} .

So F lies above the upper envelope of all these lines. With :math:`r_\pm = S \pm \tfrac\kappa2(\lambda_a - \lambda_b)`
it is on :math:`[r_-, r_+]` the parabola :math:`D_b - \lambda_b r + (r_+ - r)^2 / 2\kappa`, and straight outside. The
penalty is concave; with it the straight parts are lowest at their ends, and a parabola at an end or at the one place
where the slope of the sum rises through zero. Nothing is sampled: the smallest of these values bounds the objective.

Where both proofs come from one piece of the path the parabola is F itself. The interval whose bound is lowest is
therefore divided until it is a single piece, or until the bound has reached the objective.

Source: the dual of Ergen & Pilanci (ICML 2021), arXiv 2002.09773; docs/depth.md.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np

from cvxdnn.convex.deep_curve import Penalty, rising_root
from cvxdnn.convex.path import Path
from cvxdnn.core.objective import Proof
from cvxdnn.core.rounding import UNIT
from cvxdnn.core.spline import LinearSpline
from cvxdnn.core.tube import DualPoint
from cvxdnn.core.types import Array, Indices

__all__ = ["ENOUGH", "Proofs"]

ENOUGH = 1e-13
"""A bound this close to the objective, relative, is not improved."""
SHORTEST = 1e-7
"""Two proofs are never closer than this, relative to their weight decay: D_a - D_b would be only round-off."""


@dataclass(frozen=True, eq=False)
class _Proof:
    """For functions of every path norm r: loss >= bound - beta r; the multipliers (m,) divided by root weights."""

    beta: float
    bound: float
    multipliers: Array
    point: DualPoint


class Proofs:
    """Certificates at the breakpoints of a path, computed when they are needed and then kept.

    They serve every depth and every weight decay. Inside, all is in the units of the path: squares stay harmless there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._places = _far_apart(path.betas)
        self._known: dict[int, _Proof] = {}

    def lower_bound(self, penalty: Penalty, objective: float, path_norm: float) -> float:
        """A proven lower bound on F + p, as good as it needs to be or can be.

        Parameters
        ----------
        penalty : Penalty
        objective, path_norm : float
            Of the best function known: there the bound has to be close.

        All in the units of the data, like the bound.
        """
        units = self._path.problem.units
        inner, enough = penalty.in_units(units), objective / units.y_scale**2 * (1 - ENOUGH)
        intervals = self._around(path_norm)
        bounds = [self._bound(inner, *interval) for interval in intervals]
        while bounds:
            lowest = int(np.argmin(bounds))
            left, right = intervals[lowest]
            if right - left == 1 or bounds[lowest] >= enough:
                break
            middle = (left + right) // 2
            parts = [(left, middle), (middle, right)]
            intervals[lowest : lowest + 1] = parts
            bounds[lowest : lowest + 1] = [self._bound(inner, *part) for part in parts]
        return min([self._at(0).bound, *bounds]) * units.y_scale**2

    def known(self) -> tuple[Proof, ...]:
        """All proofs that were needed so far, by descending weight decay, in the units of the data."""
        path, units = self._path, self._path.problem.units
        skip, no_multipliers = path.problem.skip_connection, np.zeros(path.points.group.size)
        places = sorted({0, self._places.size - 1, *self._known})
        return tuple(
            Proof(
                proof.beta * units.x_scale * units.y_scale,
                DualPoint(path.points.x, proof.point.sums * units.y_scale, skip),
                no_multipliers,  # of each point: the squared loss needs only their sums
            )
            for proof in map(self._at, places)
        )

    def _around(self, path_norm: float) -> list[tuple[int, int]]:
        """The interval of neighbouring places that holds the path norm, and those beside it."""
        last = self._places.size - 1
        here = int(np.searchsorted(self._path.path_norm[self._places], path_norm))
        ends = sorted({0, min(max(here - 1, 0), last), min(here, last), last})
        return list(pairwise(ends))

    def _bound(self, penalty: Penalty, left: int, right: int) -> float:
        return _Interval(self._at(left), self._at(right)).bound(penalty)

    def _at(self, place: int) -> _Proof:
        if place not in self._known:
            self._known[place] = self._certified(int(self._places[place]))
        return self._known[place]

    def _certified(self, index: int) -> _Proof:
        """The certificate at a breakpoint, in the units in which the path was followed."""
        problem, beta = self._path.problem, float(self._path.track.betas[index])
        points = problem.points
        if beta == 0:
            spline, sums = LinearSpline(points.x[:1], points.y[:1]), np.zeros(points.x.size - 1)
        else:
            spline, sums = self._path.track.breakpoint(index)
        certificate = replace(problem, beta=beta).certify(spline, [sums])
        multipliers = certificate.multipliers / np.sqrt(points.weight)
        return _Proof(beta, certificate.dual, multipliers, certificate.point)


def _far_apart(betas: Array) -> Indices:
    """The first breakpoint, the last, and of those between as many as are `SHORTEST` apart."""
    kept = [0]
    for index, beta in enumerate(betas.tolist()):
        if beta <= (1 - SHORTEST) * betas[kept[-1]] and index > 0:
            kept.append(index)
    return np.array(kept, dtype=np.intp)


@dataclass(frozen=True, eq=False)
class _Interval:
    """What two proofs, and all mixtures of them, say together: a parabola, and the line of the lower one beyond it."""

    above: _Proof
    below: _Proof

    @cached_property
    def _curvature(self) -> float:
        difference = self.above.multipliers - self.below.multipliers
        return float(difference @ difference) / (self.above.beta - self.below.beta) ** 2

    @cached_property
    def _ends(self) -> tuple[float, float]:
        """Between which path norms the parabola holds."""
        length = self.above.beta - self.below.beta
        chord = (self.above.bound - self.below.bound) / length
        half = self._curvature * length / 2
        return max(chord - half, 0.0), max(chord + half, 0.0)

    def bound(self, penalty: Penalty) -> float:
        """The smallest value of parabola plus penalty between the parabola's ends, those included."""
        low, high = self._ends
        root = rising_root(penalty, low, high, self.below.beta, self._beta_at(low)) if low < high else None
        return min(self._value(penalty, r) for r in (low, high, root) if r is not None)

    def _beta_at(self, path_norm: float) -> float:
        """Minus the slope of the parabola."""
        return self.below.beta + (self._ends[1] - path_norm) / self._curvature

    def _value(self, penalty: Penalty, path_norm: float) -> float:
        """Parabola plus penalty, less what rounding may have added."""
        fall = self.below.beta * path_norm
        rest = self._ends[1] - path_norm
        above_line = rest * (rest / self._curvature) / 2 if self._curvature else 0.0
        price = float(penalty(path_norm))
        size = abs(self.below.bound) + fall + above_line + price
        blur = rest / self._curvature * sum(self._ends) if self._curvature else 0.0  # of where the parabola ends
        rounding = 64 * UNIT * size + self._doubt * above_line + 8 * UNIT * blur
        return self.below.bound - fall + above_line + price - rounding

    @cached_property
    def _doubt(self) -> float:
        """By which share the curvature may be wrong, because multipliers that are nearly the same cancel."""
        apart = float(np.linalg.norm(self.above.multipliers - self.below.multipliers))
        size = float(np.linalg.norm(self.above.multipliers) + np.linalg.norm(self.below.multipliers))
        return 8 * UNIT * (1 + size / apart) if apart else 1.0
