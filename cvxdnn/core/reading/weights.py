r"""A column of weights as numbers of repetitions, exactly.

A row of weight w is to have w times the loss. Everything that comes after reading (solver, training, links, files)
knows points and no weights, and points of equal x and y are one point with as many times the loss. So rows are
repeated, n_i times each, where

.. math::  n_i = s\, w_i, \qquad \sum_i n_i l_i + s \beta R = s \Big(\sum_i w_i l_i + \beta R\Big)

Both sides have the same minimisers: the points with the weight decay s beta are the weighted rows with beta. Whole
weights are taken as they are (s = 1) if so many points are allowed; others are multiplied by the smallest number that
makes all of them whole. Nothing is rounded: weights whose ratio needs too many points are refused, with what would fit.
"""

import math
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.numerals import Cell, DecimalMark, quoted, read_numbers

__all__ = ["brief", "repetitions"]

MANY = 10**9
"""Needed points above this are not counted out."""


def repetitions(cells: Sequence[Cell], decimal: DecimalMark, most: int) -> tuple[list[int], Fraction]:
    """How often each row is to be taken, at most `most` times together, and what the weights were multiplied by.

    Raises
    ------
    InvalidInputError
        When a weight is negative, all are zero, or their ratio needs more points; the message names the row.
    """
    weights = [_weight(cell, value) for cell, value in zip(cells, read_numbers(cells, decimal), strict=True)]
    if not any(weights):
        raise InvalidInputError(f"{cells[0][0]} and below: all weights are 0; give one that is larger")
    for factor in _factors(weights):
        if factor * sum(weights) <= most:
            return [int(factor * weight) for weight in weights], factor
    raise _too_fine(cells, weights, most)


def _weight(cell: Cell, value: float) -> Fraction:
    """The decimal number that was written."""
    where, text = cell
    if value < 0:
        raise InvalidInputError(f"{where}: {quoted(text)} is no weight; give numbers from 0 on")
    return Fraction(repr(value))


def _factors(weights: Sequence[Fraction]) -> tuple[Fraction, Fraction]:
    """What makes all weights whole, and what makes them the smallest whole numbers in the same ratio."""
    factor = math.lcm(*(weight.denominator for weight in weights))
    return Fraction(factor), Fraction(factor, math.gcd(*(int(factor * weight) for weight in weights)))


def _too_fine(cells: Sequence[Cell], weights: Sequence[Fraction], most: int) -> InvalidInputError:
    """What is wrong with the finest weight, and what to do."""
    where, text = cells[max(range(len(cells)), key=lambda row: weights[row].denominator)]
    needed = _factors(weights)[1] * sum(weights)
    many = f"{int(needed):,}" if needed < MANY else f"over {MANY:,}"
    remedy = f"keep at most {most:,} rows"
    if sum(map(bool, weights)) <= most:
        remedy = f"round the weights, for instance up to multiples of {brief(_step_that_fits(weights, most))}"
    return InvalidInputError(
        f"{where}: with {quoted(text)} the exact ratio of the weights makes {many} points of the rows, more than "
        f"{most:,}; {remedy}"
    )


def _step_that_fits(weights: Sequence[Fraction], most: int) -> Fraction:
    """The finest one: rounded up to its multiples, the weights make no more points than that."""
    steps = _steps(sum(weights, Fraction(0)) / most)
    return next(step for step in steps if sum(math.ceil(weight / step) for weight in weights) <= most)


def _steps(least: Fraction) -> Iterator[Fraction]:
    """1, 2 and 5 times powers of ten, upwards, the first at most `least`."""
    power = Fraction(10) ** math.floor(math.log10(least.numerator) - math.log10(least.denominator) - 1e-9)
    while True:
        yield from (power, 2 * power, 5 * power)
        power *= 10


def brief(number: Fraction) -> str:
    """In six digits; the largest and smallest numbers of float64 have a hundred times as many."""
    return f"{Decimal(number.numerator) / Decimal(number.denominator):.6g}"
