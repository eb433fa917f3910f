"""Optimal networks in closed form, from the function they are to represent.

**Two layers.** On [x_low, x_high] a linear spline with slope changes D_j at the knots k_j is

    f(t) = xi + sum_j a_j (t - k_j)_+ + sum_j b_j (k_j - t)_+ + r (t - x_low)_+ ,    a_j + b_j = D_j.

Its first slope is m_1 = r - B with B = sum_j b_j, so r = m_1 + B. The cost sum |a_j| + sum |b_j| + |r| is least when no
b_j leaves [0, D_j], which lets B take any value in [-N, P] (P and N: sums of the positive and of the negative parts of
D), and when B is there the nearest to -m_1. The cost is then max(TV, (TV + |m_1 + m_last|) / 2), the path norm R(f).
A coefficient u of a rightward (s = +1) or leftward (s = -1) ramp at k becomes the neuron

    input weight s sqrt|u|,    bias -s k sqrt|u|,    output weight sign(u) sqrt|u|,

so that half the sum of squared weights is R(f). With an unregularised skip connection every D_j is rightward, the skip
slope is m_1, and the cost is TV.

**Deeper**, with biases in the last hidden layer only and x >= 0: the early layers are the chain

    W_1 = t phi_1^T,    W_l = t phi_{l-1} phi_l^T  for l <= L-2,    W_{L-1} = phi_{L-2} q^T,    t = R^(1/L),

with any unit vectors phi_l >= 0, so that the last hidden layer sees t^(L-2) x; it carries the coefficients
v = u / t^(L-2) as above, q_j = s_j sqrt|v_j|. All layers then have norm t and the cost is (L/2) R^(2/L). Which phi_l
is free: it changes the weights, not the function or its cost. So is splitting a neuron into parallel ones.

Source: Ergen & Pilanci (ICML 2021), arXiv 2002.09773; the splitting is derived in docs/two-layers.md, the chain in
docs/depth.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from cvxdnn.core import validation
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.network import Network, origin_for
from cvxdnn.core.spline import LinearSpline
from cvxdnn.core.types import Array

__all__ = ["Ramps", "deep_network", "least_ramps", "two_layer_network"]


@dataclass(frozen=True, eq=False)
class Ramps:
    """f(t) = offset + skip t + sum_j coefficients_j (directions_j (t - knots_j))_+ on the data's range.

    coefficients, directions, knots : (k,); directions are 1 or -1
    """

    coefficients: Array
    directions: Array
    knots: Array
    offset: float
    skip: float = 0.0


def two_layer_network(spline: LinearSpline, x_low: float, x_high: float, *, skip: bool = False) -> Network:
    """The two-layer network of least weight decay that equals `spline` on [x_low, x_high].

    Far from 0 its origin is x_low, see `Network`.

    Parameters
    ----------
    spline : LinearSpline
        The function; knots outside the open interval are of no account.
    x_low, x_high : float
        Range of the data, x_low <= x_high.
    skip : bool, default False
        Use an unregularised skip connection.

    Returns
    -------
    Network
        With at most one neuron more than there are knots; half its `parameters_norm` is the path norm of the
        function on the range (with `skip`: its total variation). A constant gets one dead neuron.

    Raises
    ------
    InvalidInputError
        When the range is reversed or not finite.
    """
    x_low, x_high = _checked_range(x_low, x_high)
    origin = origin_for(x_low, x_high)
    if origin:
        inside = spline.restricted(x_low, x_high)
        spline, x_low, x_high = _moved(inside, origin), 0.0, x_high - origin
    ramps = least_ramps(spline, x_low, x_high, skip=validation.boolean("skip", skip))
    size = np.sqrt(np.abs(ramps.coefficients))
    return Network(
        weights=((ramps.directions * size)[None, :], (np.sign(ramps.coefficients) * size)[:, None]),
        biases=(-ramps.directions * ramps.knots * size, np.array([ramps.offset])),
        skip=ramps.skip,
        origin=origin,
    )


def deep_network(
    spline: LinearSpline,
    x_low: float,
    x_high: float,
    *,
    depth: int,
    skip: bool = False,
    directions: Sequence[ArrayLike] | None = None,
) -> Network:
    """A network of any depth, optimal for biases in the last hidden layer only, that equals `spline` on the range.

    Parameters
    ----------
    spline : LinearSpline
        The function.
    x_low, x_high : float
        Range of the data, 0 <= x_low <= x_high for depth >= 3 (early layers without bias cut negative inputs).
    depth : int
        Number of weight layers, 2 or more.
    skip : bool, default False
        Use an unregularised skip connection.
    directions : sequence of depth - 2 vectors, optional
        The free choice phi_1, ..., phi_{L-2}: nonnegative, not zero, of any length; they are divided by their norms.
        By default one unit per early layer, phi_l = (1).

    Returns
    -------
    Network
        Half its `parameters_norm` is (L/2) R^(2/L), R the path norm on the range (with `skip`: the total variation),
        and all its layers have the same norm.

    Raises
    ------
    InvalidInputError
        When the range is reversed, not finite, or reaches below 0 for depth >= 3, or directions do not fit.
    """
    depth = validation.depth(depth)
    x_low, x_high = _checked_range(x_low, x_high)
    if depth > 2 and x_low < 0:
        raise InvalidInputError(f"x_low is {x_low:g}; shift the inputs to x >= 0 for depth {depth}")
    phi = [np.ones(1), *_unit_directions(directions, depth - 2)]
    shallow = two_layer_network(spline, x_low, x_high, skip=skip)
    t = (shallow.parameters_norm / 2) ** (1 / depth)
    gain = t ** (depth - 2)
    scale = 1 / np.sqrt(gain) if gain > 0 else 0.0  # sqrt|v| = scale * sqrt|u|; a constant has no u
    first, last = shallow.weights
    return Network(
        weights=(
            *(t * np.outer(below, above) for below, above in pairwise(phi)),
            np.outer(phi[-1], first * scale),
            last * scale,
        ),
        biases=(*(np.zeros(unit.size) for unit in phi[1:]), shallow.biases[0] * (scale * gain), shallow.biases[1]),
        skip=shallow.skip,
        origin=shallow.origin,
    )


def _unit_directions(directions: Sequence[ArrayLike] | None, count: int) -> list[Array]:
    """The directions of the early layers, each of norm 1."""
    if directions is None:
        return [np.ones(1)] * count
    directions = validation.entries("directions", directions)
    if len(directions) != count:
        raise InvalidInputError(f"directions holds {len(directions)} vectors; give one for each early layer, {count}")
    units = []
    for layer, given in enumerate(directions):
        vector = validation.finite_vector(f"directions[{layer}]", given)
        if vector.min() < 0 or vector.max() == 0:
            raise InvalidInputError(
                f"directions[{layer}] is {vector}; its entries must be 0 or larger, one of them larger, because ReLU "
                "cuts the rest"
            )
        scaled = vector / vector.max()  # squares of huge entries would overflow
        units.append(scaled / np.linalg.norm(scaled))
    return units


def _moved(spline: LinearSpline, origin: float) -> LinearSpline:
    """The spline as a function of the distance from an origin."""
    ends = spline.slopes[[0, -1]].tolist()
    return LinearSpline(spline.knots - origin, spline.heights, *ends, offset=spline.offset)


def _checked_range(x_low: float, x_high: float) -> tuple[float, float]:
    low, high = validation.number("x_low", x_low), validation.number("x_high", x_high)
    if low > high:
        raise InvalidInputError(f"x_low, x_high are {low}, {high}; give the ends of the data, low first")
    return low, high


def least_ramps(spline: LinearSpline, x_low: float, x_high: float, *, skip: bool = False) -> Ramps:
    """The ramps of the smallest sum of absolute coefficients, the path norm, that make `spline` on the range.

    With `skip`, a free linear term does not count. A constant gets one ramp with coefficient 0.

    Raises
    ------
    InvalidInputError
        When `spline` is not a LinearSpline.
    """
    if not isinstance(spline, LinearSpline):
        raise InvalidInputError(f"spline is {validation.shown(spline)}; pass a LinearSpline")
    if x_low == x_high:
        return Ramps(np.zeros(1), np.ones(1), np.array([x_low]), float(spline(x_low)))
    piece = spline.restricted(x_low, x_high)
    first_slope = float(piece.slopes[0])
    bent = piece.slope_changes != 0
    knots, changes = piece.knots[bent], piece.slope_changes[bent]
    start = float(spline(x_low))
    if skip:
        right, left, at_low = changes, np.zeros_like(changes), 0.0
    else:
        left = _leftward_part(changes, -first_slope)
        right, at_low = changes - left, first_slope + float(left.sum())
    coefficients = np.concatenate([right, left, [at_low]])
    directions = np.concatenate([np.ones_like(right), -np.ones_like(left), [1.0]])
    places = np.concatenate([knots, knots, [x_low]])
    offset = start - float(left @ (knots - x_low))
    used = coefficients != 0
    if not used.any():
        used[-1] = True  # one dead neuron keeps the shapes of a network
    slope = first_slope if skip else 0.0
    return Ramps(coefficients[used], directions[used], places[used], offset - slope * x_low, slope)


def _leftward_part(changes: Array, target: float) -> Array:
    """Shares b_j between 0 and D_j whose sum is the nearest possible to `target`; all but one are 0 or D_j."""
    side = np.where(np.sign(changes) == np.sign(target), np.abs(changes), 0.0)
    before = np.concatenate([[0.0], np.cumsum(side)[:-1]])
    return np.sign(target) * np.clip(abs(target) - before, 0.0, side)
