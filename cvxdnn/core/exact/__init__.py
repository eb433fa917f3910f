r"""The certificate in rational arithmetic.

Floating point numbers are rational, so a primal value and a dual bound can be computed without any rounding: the data,
the candidate and the multipliers are taken as they are, as ratios of integers. Only what is printed is rounded, and
that outwards: the objective up, the bound down. Sums whose denominators would grow are rounded outwards term by term
(`rationals`); roots, logarithms and exponentials are enclosed.

This checks the certificate of `cvxdnn.core.objective` by other means: no error analysis, no tolerance. A dual point is
balanced by construction (cumulative sums, see `cvxdnn.core.tube.DualPoint`), and if its curve leaves the tube by
however little, all multipliers are shrunk, exactly, until it does not.

    rationals   numbers, rounding outwards, enclosures
    candidate   loss and cost of a spline or a network
    dual        what a dual point proves for two layers
    depth       what several such proofs say of more layers
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

from numpy.typing import ArrayLike

from cvxdnn.core.exact.candidate import network_cost, network_values, spline_cost, spline_values, total_loss
from cvxdnn.core.exact.depth import Line, deep_bound, penalty_enclosure
from cvxdnn.core.exact.dual import proven_bound
from cvxdnn.core.exact.rationals import Rationals, rationals, rounded_down, rounded_up
from cvxdnn.core.losses import Loss
from cvxdnn.core.network import Network
from cvxdnn.core.spline import LinearSpline
from cvxdnn.core.tube import DualPoint
from cvxdnn.core.types import Array

__all__ = ["ExactBounds", "ProofLike", "deep_bounds", "two_layer_bounds"]


class ProofLike(Protocol):
    """Multipliers in the tube of a weight decay."""

    @property
    def beta(self) -> float: ...
    @property
    def point(self) -> DualPoint: ...
    @property
    def multipliers(self) -> Array: ...


@dataclass(frozen=True)
class ExactBounds:
    """What is proven without rounding, rounded outwards.

    loss, cost, penalty, primal : of the candidate: its loss, what beta multiplies, the penalty, and the objective
    dual : lower bound on the objective of every network
    gap : primal minus dual
    """

    loss: float
    cost: float
    penalty: float
    primal: float
    dual: float
    gap: float


def two_layer_bounds(
    x: ArrayLike, y: ArrayLike, f: LinearSpline | Network, proof: ProofLike, *, beta: float, loss: Loss
) -> ExactBounds:
    """The certificate of a candidate as a function of two layers.

    Parameters
    ----------
    x, y : arrays (n,)
        The data as given.
    f : LinearSpline, or two-layer Network
    proof : dual point at the distinct inputs, and multipliers (n,)
    beta : float >= 0
    loss : Loss
    """
    inputs, outputs = rationals(x), rationals(y)
    value, cost = _priced(f, inputs, outputs, loss, proof.point.is_level)
    bound = _bound(inputs, outputs, proof, loss)
    return _outwards(value, cost, Fraction(beta) * cost, bound)


def deep_bounds(
    x: ArrayLike, y: ArrayLike, f: LinearSpline, proofs: Sequence[ProofLike], *, beta: float, depth: int, loss: Loss
) -> ExactBounds:
    """The certificate of a spline for L >= 3 layers, from two-layer proofs by descending weight decay, down to 0."""
    inputs, outputs = rationals(x), rationals(y)
    value, cost = _priced(f, inputs, outputs, loss, proofs[0].point.is_level)
    penalty = penalty_enclosure(beta, depth, cost)[1]

    def line(proof: ProofLike) -> Line:
        return Line(Fraction(proof.beta), _bound(inputs, outputs, proof, loss), proof)

    def between(left: Line, right: Line, weight_decay: Fraction) -> Line:
        return line(_mixed(left.proof, right.proof, weight_decay))

    lines = [line(proof) for proof in proofs]
    return _outwards(value, cost, penalty, deep_bound(lines, between, beta, depth, value + penalty))


def _priced(
    f: LinearSpline | Network, inputs: Rationals, outputs: Rationals, loss: Loss, skip_connection: bool
) -> tuple[Fraction, Fraction]:
    """Loss and cost, rounded up."""
    if isinstance(f, LinearSpline):
        cost = spline_cost(f, min(inputs), max(inputs), skip_connection)
        return total_loss(loss, spline_values(f, inputs), outputs), cost
    return total_loss(loss, network_values(f, inputs), outputs), network_cost(f)


def _bound(inputs: Rationals, outputs: Rationals, proof: ProofLike, loss: Loss) -> Fraction:
    return proven_bound(inputs, outputs, proof.point, rationals(proof.multipliers), Fraction(proof.beta), loss)


@dataclass(frozen=True, eq=False)
class _Mixture:
    beta: float
    point: DualPoint
    multipliers: Array


def _mixed(left: Any, right: Any, weight_decay: Fraction) -> _Mixture:
    """Multipliers in the tube between two; they need not be mixed exactly, since what they prove is computed anew."""
    beta = float(weight_decay)
    share = (beta - right.beta) / (left.beta - right.beta)
    sums = share * left.point.sums + (1 - share) * right.point.sums
    multipliers = share * left.multipliers + (1 - share) * right.multipliers
    return _Mixture(beta, DualPoint(left.point.x, sums, left.point.is_level), multipliers)


def _outwards(loss: Fraction, cost: Fraction, penalty: Fraction, dual: Fraction) -> ExactBounds:
    primal, bound = rounded_up(loss + penalty), rounded_down(dual)
    gap = rounded_up(Fraction(primal) - Fraction(bound))  # of the numbers printed, so that all three agree
    return ExactBounds(rounded_up(loss), rounded_up(cost), rounded_up(penalty), primal, bound, gap)
