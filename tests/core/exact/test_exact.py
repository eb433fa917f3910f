"""The certificate in rational arithmetic: by hand, against the floating point one, on hostile data."""

from fractions import Fraction

import numpy as np
import pytest

from benchmarks.bounds import problem, violations
from cvxdnn import PRESETS, LinearSpline, beta_max, certify, load_preset, solve
from cvxdnn.core.exact.depth import Line, deep_bound, penalty_enclosure
from cvxdnn.core.exact.rationals import power_enclosure, rounded, rounded_down, rounded_up, softplus, times_log
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.losses import LOSSES

pytestmark = pytest.mark.slow

DIGITS = 1e-12
"""By how much, relative to the objective, rounding may widen the floating point certificate."""


def labelled(data, loss):
    """The points, with labels where the loss needs them."""
    y = np.where(data.y > np.median(data.y), 1.0, -1.0) if loss in ("hinge", "logistic") else data.y
    return data.x, y


def test_the_v_by_hand():
    """The optimum of (-1, 1), (0, 0), (1, 1) for beta = 1/4: slope s = 1 - 3 beta, 2 beta - 3 beta^2, all dyadic."""
    certificate = certify([-1, 0, 1], [1, 0, 1], LinearSpline([0], [0.5], -0.25, 0.25), beta=0.25, exact=True)
    assert certificate.is_exact
    assert (certificate.primal, certificate.loss, certificate.cost) == (0.3125, 0.1875, 0.5)
    assert 0.3125 * (1 - DIGITS) <= certificate.dual <= 0.3125
    assert certificate.gap == pytest.approx(0.3125 - certificate.dual, rel=1e-3)


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("loss", LOSSES)
def test_every_preset_and_loss_agrees_with_the_floating_point_certificate(name, loss):
    data = load_preset(name).normalized()[0]
    x, y = labelled(data, loss)
    solution = solve(x, y, beta=1e-2 * beta_max(x, y, loss=loss), loss=loss)
    exact = solution.verified()
    assert exact.is_exact
    assert exact.objective <= solution.objective <= exact.objective * (1 + DIGITS)
    assert exact.gap <= solution.gap <= exact.gap + DIGITS * solution.objective


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("depth", [3, 4, 6])
def test_deeper_networks_are_proven_without_rounding(name, depth):
    data = load_preset(name).normalized()[0]
    if len(data) > 40:
        data = type(data)(data.x[::4], data.y[::4])
    solution = solve(data.x, data.y, beta=1e-2 * beta_max(data.x, data.y), depth=depth)
    exact = solution.verified()
    assert exact.relative_gap <= 1e-10
    assert exact.objective == pytest.approx(solution.objective, rel=1e-13)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("depth", [3, 5])
def test_a_searched_optimum_keeps_what_proves_it(loss, depth):
    x = np.linspace(0, 1, 12)
    y = np.sin(6 * x) if loss not in ("hinge", "logistic") else np.where(np.sin(6 * x) > 0, 1.0, -1.0)
    method = "dictionary" if loss == "squared" else "auto"  # which follows no path
    solution = solve(x, y, beta=0.1 * beta_max(x, y, loss=loss), depth=depth, loss=loss, method=method)
    exact = solution.verified()
    assert exact.relative_gap <= 1e-9
    assert exact.objective - exact.gap >= (solution.objective - solution.gap) * (1 - DIGITS)


def test_a_network_is_evaluated_with_its_own_weights():
    x, y = np.array([0.0, 1, 2, 3]), np.array([0.0, 0, 1, 3])
    solution = solve(x, y, beta=0.1)
    network = solution.network()
    certificate = certify(x, y, network, beta=0.1, dual=solution.dual, exact=True)
    assert certificate.primal == pytest.approx(solution.objective, rel=1e-12)
    assert certificate.dual <= certificate.primal


def test_only_what_can_be_looked_at_is_evaluated_exactly():
    with pytest.raises(InvalidInputError, match="exact is True"):
        certify([0, 1], [0, 1], lambda x: x, beta=0.1, path_norm=1.0, exact=True)


@pytest.mark.parametrize("seed", range(60))
def test_no_function_is_below_a_printed_bound(seed):
    task = problem(seed, largest=12)
    if task is None or (task.loss != "squared" and task.depth > 2):  # searches take seconds: benchmarks.bounds
        pytest.skip("not a problem for a quick test")
    assert violations(task)[1] == []


@pytest.mark.slow
def test_a_search_goes_on_where_rounding_hides_what_proves_the_constant():
    """Inputs 1e-15 apart: at the weight decay that makes the constant optimal no multipliers prove it."""
    task = problem(8_800_000_127)
    assert (task.loss, task.depth) == ("hinge", 3)
    solution = task.solution()
    assert solution.objective == pytest.approx(10, rel=1e-9)
    assert 0 <= solution.gap <= 1e-9 * solution.objective


# The parts


@pytest.mark.parametrize("value", [Fraction(1, 3), Fraction(-2, 7), Fraction(10**40, 3), Fraction(1, 3 * 10**90)])
def test_rounding_is_outwards_and_small(value):
    assert rounded(value, up=False) <= value <= rounded(value, up=True)
    assert rounded(value, up=True) - rounded(value, up=False) <= abs(value) / 2**250
    assert Fraction(rounded_down(value)) <= value <= Fraction(rounded_up(value))


@pytest.mark.parametrize("power", [(2, 3), (2, 5), (2, 10)])
@pytest.mark.parametrize("base", [Fraction(1, 3), Fraction(7), Fraction(1, 10**200), Fraction(10**200)])
def test_powers_are_enclosed(base, power):
    numerator, denominator = power
    low, high = power_enclosure(base, numerator, denominator)
    assert low**denominator <= base**numerator <= high**denominator
    assert high <= low * (1 + Fraction(1, 2**40))


def test_logarithms_are_rounded_up():
    assert float(softplus(Fraction(0))) == pytest.approx(np.log(2), rel=1e-15)
    assert softplus(Fraction(-1000)) > 0
    assert float(times_log(Fraction(1, 2))) == pytest.approx(0.5 * np.log(0.5), rel=1e-15)
    assert times_log(Fraction(1)) == 0


def test_two_lines_and_a_penalty_by_hand():
    """Lines 1 - 2 r and 1/2 - r/4 and 0 meet at 2/7 and 2; with sqrt penalties the lowest corner is at 0."""
    lines = [Line(Fraction(2), Fraction(1)), Line(Fraction(1, 4), Fraction(1, 2)), Line(Fraction(0), Fraction(0))]

    def nothing_between(left, right, beta):
        return Line(beta, Fraction(-10))

    bound = deep_bound(lines, nothing_between, 1.0, 4, Fraction(10))
    # (beta L / 2) r^(2/L) = 2 sqrt(r): 1 at 0, 3/7 + 2 sqrt(2/7) at 2/7, 2 sqrt(2) at 2.
    assert bound == 1
    assert penalty_enclosure(1.0, 2, Fraction(3)) == (3, 3)
