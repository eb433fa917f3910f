"""What a candidate costs, in rational arithmetic: a spline, or a network with its own weights."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np

from cvxdnn.core.exact.rationals import BITS, Rationals, rationals, rounded, softplus
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.losses import Absolute, EpsilonInsensitive, Hinge, Huber, Logistic, Loss, Squared
from cvxdnn.core.network import Network
from cvxdnn.core.spline import LinearSpline

__all__ = ["network_cost", "network_values", "spline_cost", "spline_values", "total_loss"]


def spline_values(f: LinearSpline, inputs: Sequence[Fraction]) -> Rationals:
    """The spline at the inputs."""
    knots, heights, offset = rationals(f.knots), rationals(f.heights), Fraction(f.offset)
    slopes = _slopes(f, knots, heights)
    places = np.searchsorted(f.knots, [float(value) for value in inputs], side="right").tolist()
    return [
        offset + heights[max(place - 1, 0)] + slopes[place] * (value - knots[max(place - 1, 0)])
        for value, place in zip(inputs, places, strict=True)
    ]


def _slopes(f: LinearSpline, knots: Rationals, heights: Rationals) -> Rationals:
    """Of all pieces, the outer ones included."""
    inner = [(b - a) / (right - left) for (a, b), (left, right) in zip(pairwise(heights), pairwise(knots), strict=True)]
    left = Fraction(f.left_slope) if f.left_slope is not None else (inner[0] if inner else Fraction(0))
    right = Fraction(f.right_slope) if f.right_slope is not None else (inner[-1] if inner else Fraction(0))
    return [left, *inner, right]


def spline_cost(f: LinearSpline, low: Fraction, high: Fraction, skip_connection: bool) -> Fraction:
    """What beta multiplies for the spline over [low, high], rounded up."""
    if low == high:
        return Fraction(0)
    knots = rationals(f.knots)
    slopes = _slopes(f, knots, rationals(f.heights))
    first = sum(1 for knot in knots if knot <= low)
    last = sum(1 for knot in knots if knot < high)
    exact = slopes[first : last + 1]
    slopes = [rounded(slope, up=True) for slope in exact]
    variation = sum((abs(b - a) for a, b in pairwise(slopes)), Fraction(0))
    # A slope that is rounded by 2^-256 of itself moves two changes by as much.
    blur = sum((abs(b) for a, b in zip(exact, slopes, strict=True) if a != b), Fraction(0)) / 2 ** (BITS - 4)
    both = (variation + abs(slopes[0] + slopes[-1])) / 2
    return (variation if skip_connection else max(variation, both)) + blur


def _loss(loss: Loss, value: Fraction, target: Fraction) -> Fraction:
    """Of one point; for the logistic loss an upper bound."""
    missed = abs(value - target)
    match loss:
        case Squared():
            return missed * missed / 2
        case Absolute():
            return missed
        case Huber(delta=delta):
            near = min(missed, Fraction(delta))
            return near * (missed - near / 2)
        case EpsilonInsensitive(epsilon=epsilon):
            return max(missed - Fraction(epsilon), Fraction(0))
        case Hinge():
            return max(1 - target * value, Fraction(0))
        case Logistic():
            return softplus(-target * value)
        case _:
            raise InvalidInputError(
                f"loss is {loss!r}; rational arithmetic knows the losses of cvxdnn.core.losses only"
            )


def total_loss(loss: Loss, values: Rationals, targets: Rationals) -> Fraction:
    """Of all points, rounded up."""
    terms = (_loss(loss, value, target) for value, target in zip(values, targets, strict=True))
    return sum((rounded(term, up=True) for term in terms), Fraction(0))


def network_values(network: Network, inputs: Rationals) -> Rationals:
    """Outputs of a network of one input and one output, from its weights and biases."""
    layers = [
        (rationals_of_columns(weights), rationals(biases))
        for weights, biases in zip(network.weights, network.biases, strict=True)
    ]
    skip, origin = Fraction(network.skip), Fraction(network.origin)
    return [_output(layers, value - origin) + skip * (value - origin) for value in inputs]


def network_cost(network: Network) -> Fraction:
    """Half the sum of all squared weights: what beta multiplies for two layers."""
    squares = (weight * weight for weights in network.weights for weight in rationals(weights))
    return sum(squares, Fraction(0)) / 2


def rationals_of_columns(matrix: Any) -> list[Rationals]:
    """The columns of a matrix."""
    return [rationals(column) for column in np.asarray(matrix, dtype=np.float64).T]


def _output(layers: list[tuple[list[Rationals], Rationals]], value: Fraction) -> Fraction:
    signal = [value]
    for columns, biases in layers[:-1]:
        before = _affine(columns, biases, signal)
        signal = [max(entry, Fraction(0)) for entry in before]
    return _affine(*layers[-1], signal)[0]


def _affine(columns: list[Rationals], biases: Rationals, signal: Rationals) -> Rationals:
    return [
        bias + sum((weight * entry for weight, entry in zip(column, signal, strict=True)), Fraction(0))
        for column, bias in zip(columns, biases, strict=True)
    ]
