"""Weights become repetitions in their exact ratio, or are refused with advice that helps."""

import re
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvxdnn import solve
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.reading.weights import repetitions

MOST = 200


def cells(*texts):
    return [(f"line {number}", text) for number, text in enumerate(texts, 1)]


@pytest.mark.parametrize(
    ("texts", "expected", "factor"),
    [
        (("2", "0", "3"), [2, 0, 3], 1),
        (("2", "2"), [2, 2], 1),
        (("0.5", "1", "1.5"), [1, 2, 3], 2),
        (("0.1", "0.2", "0.3"), [1, 2, 3], 10),
        (("100", "200", "300"), [1, 2, 3], Fraction(1, 100)),
        (("12.5", "100", "50"), [1, 8, 4], Fraction(2, 25)),
        (("1e-300", "2e-300"), [1, 2], 10**300),
        (("5e-324", "0"), [1, 0], Fraction(10**324, 5)),
    ],
)
def test_weights_become_the_smallest_whole_numbers_that_fit(texts, expected, factor):
    assert repetitions(cells(*texts), ".", MOST) == (expected, factor)


def test_decimal_commas_are_read():
    assert repetitions(cells("0,5", "1,5"), ",", MOST) == ([1, 3], 2)


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (("1", "-0.5"), "line 2: '-0.5' is no weight; give numbers from 0 on"),
        (("0", "0.0"), "line 1 and below: all weights are 0"),
        (("1", "many"), "line 2: 'many' is not a number"),
        (("0.347", "1"), "line 1: with '0.347' .* 1,347 points .* more than 200; .* up to multiples of 0.01"),
        (("1", "1.0000000001"), "line 2: .* over 1,000,000,000 points"),
        (("1.7e308", "3"), "line 1: .* multiples of 1.00000e"),
        (("1",) * 201, "keep at most 200 rows"),
    ],
)
def test_what_cannot_be_done_exactly_is_refused_with_its_place(texts, words):
    with pytest.raises(InvalidInputError, match=words):
        repetitions(cells(*texts), ".", MOST)


@given(st.lists(st.floats(0, 1e9).filter(lambda value: value == 0 or value > 1e-9), min_size=1, max_size=MOST))
def test_the_ratio_is_kept_exactly_or_the_advice_helps(values):
    if not any(values):
        return
    texts = [repr(value) for value in values]
    try:
        found, factor = repetitions(cells(*texts), ".", MOST)
    except InvalidInputError as error:
        step = Fraction(re.search(r"up to multiples of (\S+)$", str(error))[1])
        texts = [f"{float(-(-Fraction(text) // step) * step)!r}" for text in texts]
        found, factor = repetitions(cells(*texts), ".", MOST)
    assert found == [factor * Fraction(text) for text in texts]
    assert 1 <= sum(found) <= MOST


def test_the_optimum_of_repeated_points_is_that_of_the_weights():
    """By hand: y in the middle is pulled by half the weight, so its spike is lower by beta over half as much."""
    x, y, weights, beta = [0.0, 1.0, 2.0], [0.0, 1.0, 0.0], ("0.5", "0.5", "0.5"), 0.01
    times, factor = repetitions(cells(*weights), ".", MOST)
    repeated = [np.repeat(each, times) for each in (x, y)]
    by_points = solve(*repeated, beta=float(factor) * beta)
    by_scale = solve(x, y, beta=2 * beta)  # half the loss with beta is half of the loss with twice beta
    assert by_points.spline(np.array(x)) == pytest.approx(by_scale.spline(np.array(x)), abs=1e-9)
    assert by_points.spline(1.0) < solve(x, y, beta=beta).spline(1.0) - 1e-3
