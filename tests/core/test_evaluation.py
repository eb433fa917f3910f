"""What a certificate knows of a spline is within the bounds that come with it, in rational arithmetic."""

from fractions import Fraction
from itertools import accumulate, pairwise

import numpy as np
import pytest

from cvxdnn.core.evaluation import bends_of, fit_of, penalty_gap
from cvxdnn.core.exact.candidate import spline_values
from cvxdnn.core.exact.rationals import rationals
from cvxdnn.core.rounding import UNIT
from cvxdnn.core.spline import LinearSpline
from cvxdnn.core.tube import DualPoint

SEEDS = range(60)


def hostile(seed):
    """A spline and inputs: knots at, between and beyond the inputs, some very close, others bent by rounding only."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 30))
    kinds = [rng.uniform(size=n), 10.0 ** rng.uniform(-16, 0, n), rng.integers(0, 9, n) + 1e-14 * rng.random(n)]
    x = np.unique(kinds[seed % 3] * 10.0 ** rng.uniform(-9, 9) + rng.choice([0.0, -1.0, 1e6]))
    x = x if x.size > 1 else np.array([0.0, x[0] or 1.0])
    x.sort()
    knots = np.unique(rng.choice(np.concatenate([x, rng.uniform(2 * x[0] - x[-1], x[-1], n)]), rng.integers(1, n + 1)))
    straight = rng.normal() * knots + rng.normal()
    heights = [rng.normal(size=knots.size), straight, straight + 1e-13 * rng.normal(size=knots.size)][seed // 3 % 3]
    ends = [None, *rng.normal(size=2).tolist(), 0.0]
    slopes = ends[rng.integers(4)], ends[rng.integers(4)]
    offset = float(rng.choice([0.0, 1e9, 0.1]))
    return rng, x, LinearSpline(knots, heights * 10.0 ** rng.uniform(-9, 9), *slopes, offset=offset)


def exact_cost(f, x, skip_connection):
    """The path norm over the range of the inputs, or with a skip connection the total variation."""
    knots, heights = rationals(f.knots), rationals(f.heights)
    inner = [(q - p) / (b - a) for (a, b), (p, q) in zip(pairwise(knots), pairwise(heights), strict=True)]
    left = Fraction(f.left_slope) if f.left_slope is not None else [*inner, Fraction(0)][0]
    right = Fraction(f.right_slope) if f.right_slope is not None else [Fraction(0), *inner][-1]
    slopes = [left, *inner, right][(f.knots <= x[0]).sum() : (f.knots < x[-1]).sum() + 1]
    variation = sum((abs(b - a) for a, b in pairwise(slopes)), Fraction(0))
    return variation if skip_connection else max(variation, (variation + abs(slopes[0] + slopes[-1])) / 2)


@pytest.mark.parametrize("seed", SEEDS)
def test_values_and_residuals_are_within_their_bounds(seed):
    rng, x, f = hostile(seed)
    fit, exact = fit_of(f, x), spline_values(f, rationals(x))
    y = np.where(rng.random(x.size) < 0.5, f(x) * (1 + 2.0**-50), rng.normal(size=x.size))
    missed, error = fit.missed(y), fit.error
    for j, value in enumerate(exact):
        assert abs(Fraction(fit.heights[j]) + Fraction(f.offset) - value) <= Fraction(error[j])
        assert abs(Fraction(y[j]) - value - Fraction(missed[j])) <= Fraction(error[j]) + Fraction(
            2 * UNIT * abs(missed[j])
        )


@pytest.mark.parametrize("skip_connection", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_cost_is_between_its_bounds(seed, skip_connection):
    _, x, f = hostile(seed)
    bends, exact = bends_of(f, x), exact_cost(f, x, skip_connection)
    assert Fraction(bends.least_cost(skip_connection)) <= exact <= Fraction(bends.cost(skip_connection))


def test_slopes_that_only_rounding_makes_equal_are_charged():
    triples = np.sort(np.random.default_rng(0).uniform(size=(100, 3)))
    splines = (LinearSpline(x, 0.3 * x) for x in triples)
    f = next(f for f in splines if f.slopes[1] == f.slopes[2] and exact_cost(f, f.knots, True))
    assert exact_cost(f, f.knots, True) <= Fraction(bends_of(f, f.knots).cost(True))


@pytest.mark.parametrize("skip_connection", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_gap_of_the_penalty_is_no_smaller_than_it_is(seed, skip_connection):
    """beta R(f) - sum_i lambda_i f(x_i); the last sum is that of -S_j times the rise of f."""
    rng, x, f = hostile(seed)
    point = DualPoint(x, rng.normal(size=x.size - 1) / np.diff(x), skip_connection)
    beta = point.needed_beta * float(rng.choice([0.5, 1.0, 1.5]))
    point = point.within(beta)
    sums, gaps = rationals(point.sums), [b - a for a, b in pairwise(rationals(x))]
    if skip_connection:
        level = sum(s * gap for s, gap in zip(sums, gaps, strict=True)) / sum(gaps)
        assert abs(level) <= Fraction(point.excess)
        sums = [s - level for s in sums]
    integral = list(accumulate((s * gap for s, gap in zip(sums, gaps, strict=True)), initial=Fraction(0)))
    c = -integral[-1]
    assert max(abs(value + c / 2) for value in integral) + abs(c) / 2 <= Fraction(beta)
    rises = [b - a for a, b in pairwise(spline_values(f, rationals(x)))]
    exact = Fraction(beta) * exact_cost(f, x, skip_connection) + sum(
        s * rise for s, rise in zip(sums, rises, strict=True)
    )
    assert exact <= Fraction(penalty_gap(bends_of(f, x), point, beta, skip_connection))
