"""Mistakes of the caller are refused with the argument's name, its value, and what to do."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from cvxdnn.core import validation
from cvxdnn.core.exceptions import CvxdnnError, InvalidInputError


def test_invalid_input_is_a_value_error_of_this_library():
    assert issubclass(InvalidInputError, ValueError)
    assert issubclass(InvalidInputError, CvxdnnError)


@pytest.mark.parametrize(
    "value",
    [[1, 2], (1, 2), range(1, 3), np.array([[1], [2]]), np.array([[1, 2]]), np.float32([1, 2])],
)
def test_anything_like_a_vector_becomes_float64(value):
    vector = validation.finite_vector("x", value)
    assert_array_equal(vector, [1, 2])
    assert vector.dtype == np.float64


def test_the_caller_keeps_his_own_array():
    own = np.array([1.0, 2.0])
    validation.finite_vector("x", own)[0] = 9
    assert own[0] == 1


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ([], "x is empty; at least one point is needed"),
        (3.0, r"x must be one-dimensional, got shape \(\); pass one number per point"),
        ([[1, 2], [3, 4]], r"x must be one-dimensional, got shape \(2, 2\)"),
        ([1, np.nan, np.inf], r"x\[1\] is nan; .* remove or correct it"),
        ([-np.inf], r"x\[0\] is -inf"),
    ],
)
def test_a_vector_without_meaning_is_refused(value, text):
    with pytest.raises(InvalidInputError, match=text):
        validation.finite_vector("x", value)


@pytest.mark.parametrize(
    ("x", "y", "text"),
    [
        ([1, 2], [1], "x has 2 values and y has 1; give one y for each x"),
        ([1, np.nan], [1, 2], r"x\[1\] is nan"),
        ([1, 2], [np.inf, 2], r"y\[0\] is inf"),
        ([1, -2e100], [1, 2], r"x\[1\] is -2e\+100; rescale"),
        ([1, 2], [1, 2e100], r"y\[1\] is 2e\+100; rescale"),
        ([0, 1e-200], [1, 2], "x spans only 1e-200; rescale"),
        ([], [], "x is empty"),
    ],
)
def test_points_that_do_not_belong_together_are_refused(x, y, text):
    with pytest.raises(InvalidInputError, match=text):
        validation.points(x, y)


@pytest.mark.parametrize(("x", "y"), [([1], [2]), ([1, 1], [0, 1]), ([0, 1e-100], [-1e100, 1e100])])
def test_points_at_the_limits_are_accepted(x, y):
    assert_array_equal(validation.points(x, y), [x, y])


@pytest.mark.parametrize("value", [0, 0.0, 1e-300, 5, np.float64(2), np.int64(3), np.array(4.0)])
def test_nonnegative_numbers_pass(value):
    number = validation.nonnegative("beta", value)
    assert number == value
    assert type(number) is float


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-0.1, "beta is -0.1; it must be zero or positive"),
        (np.nan, "beta is nan; it must be a finite number"),
        (np.inf, "beta is inf; it must be a finite number"),
        (None, "beta is None; it must be a number"),
        ("much", "beta is 'much'; it must be a number"),
        (1j, "beta is 1j; it must be a number"),
        ("0.1", "beta is '0.1'; it must be a number: convert text with"),
        (True, "beta is True; it must be a number"),
        (10**400, "beta is 1000.*, and no float64 equals it"),
        ([0.1, 0.2], "it must be a number"),
    ],
)
def test_other_numbers_are_refused(value, text):
    with pytest.raises(InvalidInputError, match=text):
        validation.nonnegative("beta", value)


@pytest.mark.parametrize("value", [2, np.int64(2), 7])
def test_whole_numbers_within_the_limits_pass(value):
    number = validation.positive_int("depth", value, minimum=2, maximum=7)
    assert number == value
    assert type(number) is int


@pytest.mark.parametrize("value", [1, 8, -3, 2.0, 2.5, True, np.True_, "2", None])
def test_everything_else_is_not_a_whole_number_within_the_limits(value):
    with pytest.raises(InvalidInputError, match=r"depth is .*; it must be a whole number, from 2 to 7"):
        validation.positive_int("depth", value, minimum=2, maximum=7)


def test_without_an_upper_limit_the_lower_one_is_named():
    assert validation.positive_int("width", 10**9) == 10**9
    with pytest.raises(InvalidInputError, match="width is 0; it must be a whole number, at least 1"):
        validation.positive_int("width", 0)


def test_choices_are_listed():
    assert validation.one_of("loss", "squared", ("squared", "huber")) == "squared"
    for wrong in ("hinge", "", None, 3, ["squared"]):
        with pytest.raises(InvalidInputError, match=r"loss is .*; choose one of 'squared', 'huber'"):
            validation.one_of("loss", wrong, ("squared", "huber"))


@pytest.mark.parametrize("value", [True, False, np.True_, np.False_])
def test_switches_pass(value):
    assert validation.boolean("polish", value) is bool(value)


@pytest.mark.parametrize("value", ["True", "False", "", 0, 1, None, [], np.array(True)])
def test_what_only_counts_as_true_is_no_switch(value):
    with pytest.raises(InvalidInputError, match=r"polish is .*; it must be True or False"):
        validation.boolean("polish", value)


def test_the_first_offender_is_named_whatever_the_shape():
    with pytest.raises(InvalidInputError, match=r"^X\[1, 0\] is nan; every value must be finite"):
        validation.matrix("X", [[1, 2], [np.nan, np.inf]])
    with pytest.raises(InvalidInputError, match=r"^X\[0, 1\] is -1e\+200; rescale"):
        validation.matrix("X", [[1, -1e200], [1e300, 0]])
    with pytest.raises(InvalidInputError, match=r"^r\[2\] is -3; it must be zero or positive"):
        validation.nonnegatives("r", [0, 1, -3, -5])
    with pytest.raises(InvalidInputError, match=r"^at is inf; every value must be finite"):
        validation.numbers("at", np.inf)


def test_a_range_too_small_to_divide_by_is_refused():
    for vector in ([0.0, 1e-100], [1e-200, 1e-200], [3.0]):
        assert_array_equal(validation.resolved("y", np.array(vector)), vector)
    with pytest.raises(InvalidInputError, match="y spans only 1e-200; rescale to a range above 1e-100, or use equal y"):
        validation.resolved("y", np.array([1e-200, 0]))


def test_single_numbers_end_below_overflow():
    assert validation.number("slope", -1e300) == -1e300
    with pytest.raises(InvalidInputError, match=r"beta is 1e\+308; rescale to magnitudes below 1e\+300"):
        validation.nonnegative("beta", 1e308)


def test_text_is_no_list_of_its_letters():
    assert validation.entries("weights", iter("ab")) == ("a", "b")
    for value in ("ab", b"ab", 3, None, np.array(3)):
        with pytest.raises(InvalidInputError, match=r"weights is .*; pass a list"):
            validation.entries("weights", value)
