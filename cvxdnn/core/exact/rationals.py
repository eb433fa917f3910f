"""Rational numbers from floats, rounded outwards where their terms would grow, and enclosures of what is irrational."""

import math
from decimal import ROUND_CEILING, Context, Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike

__all__ = [
    "BITS",
    "Rationals",
    "power_enclosure",
    "rationals",
    "rounded",
    "rounded_down",
    "rounded_up",
    "softplus",
    "times_log",
]

Rationals = list[Fraction]

BITS = 256
"""Of each term that is rounded."""
DIGITS = 60
"""Of logarithms and exponentials."""
_UPWARDS = Context(prec=DIGITS, rounding=ROUND_CEILING, Emax=10**4, Emin=-(10**4))


def rationals(values: ArrayLike) -> Rationals:
    """Floats as they are, of any shape."""
    return [Fraction(value) for value in np.asarray(values, dtype=np.float64).ravel().tolist()]


def rounded(value: Fraction, *, up: bool) -> Fraction:
    """To `BITS` significant bits, upwards or downwards."""
    if value == 0:
        return value
    numerator, denominator = value.numerator, value.denominator
    shift = BITS - (abs(numerator).bit_length() - denominator.bit_length())
    scaled, divisor = (numerator << shift, denominator) if shift >= 0 else (numerator, denominator << -shift)
    whole = -(-scaled // divisor) if up else scaled // divisor
    return Fraction(whole, 1 << shift) if shift >= 0 else Fraction(whole << -shift)


def rounded_up(value: Fraction) -> float:
    """The smallest float that is not below."""
    nearest = float(value)
    return nearest if Fraction(nearest) >= value else math.nextafter(nearest, math.inf)


def rounded_down(value: Fraction) -> float:
    """The largest float that is not above."""
    nearest = float(value)
    return nearest if Fraction(nearest) <= value else math.nextafter(nearest, -math.inf)


def _decimal(value: Fraction) -> Decimal:
    return _UPWARDS.divide(Decimal(value.numerator), Decimal(value.denominator))


def softplus(value: Fraction) -> Fraction:
    """log(1 + exp(value)), rounded up."""
    # log(1 + e^v) = max(v, 0) + log(1 + e^-|v|); exp and ln are rounded to nearest: one unit more is above.
    small = _UPWARDS.next_plus(_UPWARDS.exp(_decimal(-abs(value))))
    return max(value, Fraction(0)) + Fraction(_UPWARDS.next_plus(_UPWARDS.ln(_UPWARDS.add(Decimal(1), small))))


def times_log(p: Fraction) -> Fraction:
    """p log p for 0 < p <= 1, rounded up: towards zero."""
    return p * min(Fraction(_UPWARDS.next_plus(_UPWARDS.ln(_decimal(p)))), Fraction(0)) if p != 1 else Fraction(0)


def power_enclosure(base: Fraction, numerator: int, denominator: int) -> tuple[Fraction, Fraction]:
    """Floats below and above base^(numerator / denominator), for a base > 0."""
    wanted = base**numerator
    size = numerator / denominator * (math.log(base.numerator) - math.log(base.denominator))
    guess = math.exp(size)
    low, high, step = guess, guess, 2.0**-53
    while Fraction(low) ** denominator > wanted:
        step *= 2
        low = guess * (1 - step)
    step = 2.0**-53
    while Fraction(high) ** denominator < wanted:
        step *= 2
        high = guess * (1 + step)
    return Fraction(low), Fraction(high)
