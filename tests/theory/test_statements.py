"""What README and docs say in words, on the examples they give."""

import numpy as np
import pytest

import cvxdnn
from cvxdnn.core.spline import LinearSpline
from cvxdnn.exhibits.closed_form.optimum import Optimum
from cvxdnn.theory import rank_one
from cvxdnn.theory.result import Claim, Verdict

X, Y = [0, 1, 2, 3], [0, 0, 1, 3]


def test_a_function_inside_the_band_need_not_be_optimal():
    zigzag = LinearSpline(np.array([0, 1, 1.25, 1.5, 1.75, 2, 3]), np.array([0, 0, 0.25, 0, 0.75, 1, 3.0]))
    at = np.linspace(0, 3, 301)
    lower, upper = cvxdnn.optimal_band(X, Y, at)
    assert (lower - 1e-12 <= zigzag(at)).all()
    assert (zigzag(at) <= upper + 1e-12).all()
    assert zigzag.path_norm == pytest.approx(10)
    assert cvxdnn.interpolating_spline(X, Y).path_norm == pytest.approx(2)


def test_the_spline_and_the_sparsest_function_are_both_optimal_and_both_in_the_band():
    sparse, spline = cvxdnn.sparsest_interpolant(X, Y), cvxdnn.interpolating_spline(X, Y)
    assert sparse.path_norm == pytest.approx(spline.path_norm)
    lower, upper = cvxdnn.optimal_band(X, Y, [1.5])
    assert (sparse(1.5), spline(1.5)) == pytest.approx((lower[0], upper[0]))


def test_virtual_slope_changes_ask_for_no_knot():
    sparse = cvxdnn.sparsest_interpolant([0, 1, 2, 3], [0, 1, 3, 6])
    assert sparse.knots == pytest.approx([1.5])
    assert sparse.path_norm == pytest.approx(3)


@pytest.mark.parametrize("depth", [3, 4])
def test_inputs_of_both_signs_break_the_spline_formula_both_ways(depth):
    """A line costs more than the formula says, a tent costs less: neither is a bound."""
    c = np.linspace(-2, 2, 9)
    line, tent = (
        rank_one.solve(c, [1.0], y, beta=0.03, depth=depth, bias=True) for y in (c, np.maximum(1 - np.abs(c), 0))
    )
    assert line.status.claim is Claim.NO_CLOSED_FORM
    # A line needs both sides with opposite signs, and each of them a chain (or the l1 bound of both).
    assert line.dual_bound < line.formula < line.objective
    assert tent.dual_bound < 0.95 * tent.formula


@pytest.mark.parametrize(
    ("claim", "certified", "tag"),
    [
        (Claim.PROVED, False, "exact"),
        (Claim.PROVED, True, "certified"),
        (Claim.INACCURATE, True, "upper bound"),
        (Claim.OBSERVED, False, "upper bound"),
    ],
)
def test_only_a_formula_is_called_exact(claim, certified, tag):
    status = Verdict(claim, "", certified=certified)
    assert Optimum(1.0, 0.5, status, None, 1).tag == tag


def test_proved_is_said_only_where_the_bound_meets_the_objective():
    theorem, y = Verdict(Claim.PROVED, "a theorem"), np.ones(3)
    assert theorem.judged(1.0, 1.0 - 1e-10, y) is theorem
    assert theorem.judged(1.0, 0.9, y).claim is Claim.INACCURATE
    assert Verdict(Claim.OBSERVED, "").judged(1.0, 1.0, y).ok
    # What the rounding of outputs explains is no distance: an interpolant without weight decay has a loss of 1e-32.
    assert theorem.judged(1e-30, 0.0, y).ok
