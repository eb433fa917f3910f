"""Numbers become float64 without a change of value, or are refused by the name of the first offender."""

import datetime
from array import array
from collections import deque
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from cvxdnn.core import validation
from cvxdnn.core.conversion import float64
from cvxdnn.core.exceptions import InvalidInputError

BEYOND = 2**53 + 1
"""The smallest whole number that no float64 equals."""

DAYS = ["2024-02-28", "2024-03-01"]

SAME = {
    "list": [1, 2.5],
    "mixed numbers": [np.float32(1), np.int8(2), Fraction(1, 2), Decimal("0.25"), 3],
    "half and single": [np.float16(0.1), np.float32(0.1)],
    "whole numbers of 64 bits": np.array([2**53, -(2**53), 2**60, -(2**63)]),
    "whole numbers without sign": np.array([2**63, 2**64 - 2**11], dtype=np.uint64),
    "long whole numbers": [2**100, -1],
    "range": range(3),
    "deque": deque([1.0, 2.0]),
    "machine array": array("q", [1, 2**60]),
    "memory": memoryview(array("d", [0.1, 0.2])),
    "other byte order": np.array([0.1, 0.2], dtype=">f8"),
    "long double": np.array([0.1, 2.0], dtype=np.longdouble),
    "objects": np.array([1, 0.5, Fraction(1, 4)], dtype=object),
    "unmasked": np.ma.array([1.0, 2.0]),
    "series": pd.Series([1, 2], index=["a", "b"]),
    "nullable series without gaps": pd.Series([1, 2**53], dtype="Int64"),
    "tensor": torch.tensor([0.1, 0.2]),
    "list of tensors": [torch.tensor(0.1), 2.0],
    "list of arrays": [np.array([1.0, 2.0]), [3, 4]],
    "frame with whole numbers of 64 bits": pd.DataFrame({"a": [2**60], "b": [0.5]}),
    "frame": pd.DataFrame({"a": [1, 2], "b": [0.5, 1.5]}),
    "nothing": [],
    "one number": 0.1,
    "array of one number": np.array(7),
}


def exactly(values):
    """Any numbers as fractions, without a rounding on the way."""
    flat = (values.numpy() if isinstance(values, torch.Tensor) else np.array(values, dtype=object)).ravel()
    plain = [number.item() if isinstance(number, np.integer | torch.Tensor) else number for number in flat]
    return [Fraction(*number.as_integer_ratio()) for number in plain]


@pytest.mark.parametrize("value", SAME.values(), ids=SAME)
def test_what_a_float64_can_hold_keeps_its_value(value):
    numbers = float64("x", value)
    assert numbers.dtype == np.float64
    assert exactly(numbers) == exactly(value)


REFUSED = {
    "masked": (np.ma.array([1.0, 2.0], mask=[False, True]), r"x\[1\] is masked; leave masked points out"),
    "masked scalar": ([1.0, np.ma.masked], r"x\[1\] is masked"),
    "masked matrix": (np.ma.array(np.ones((2, 2)), mask=[[0, 0], [1, 0]]), r"x\[1, 0\] is masked"),
    "dates": (np.array(DAYS, dtype="M8[D]"), r"x\[0\] is 2024-02-28; .* choose a unit: .* days since the first"),
    "dates in ns": ([np.array(DAYS, dtype="M8[ns]")], r"x\[0\]\[0\] is 2024-02-28T.* choose a unit"),
    "a date among numbers": ([0, datetime.date(2024, 2, 28)], r"x\[1\] is 2024-02-28; .* choose a unit"),
    "timestamps": (pd.Series(pd.to_datetime(DAYS)), r"x\[0\] is 2024-02-28.* choose a unit"),
    "timestamps with zone": (pd.Series(pd.to_datetime(DAYS, utc=True)), r"x\[0\] is 2024-02-28.* choose a unit"),
    "NaT among dates": (np.array([*DAYS, "NaT"], dtype="M8[s]"), r"x\[2\] is NaT; .* remove it"),
    "NaT among timestamps": (pd.Series(pd.to_datetime([*DAYS, None])), r"x\[2\] is NaT; .* remove it"),
    "NaT in a list": ([pd.NaT], r"x\[0\] is NaT; .* remove it"),
    "durations": (np.array([3, 4], dtype="m8[s]"), r"x\[0\] is 3 seconds; .* choose a unit: .* gives seconds"),
    "a duration": ([datetime.timedelta(days=1)], r"x\[0\] is 1 day.* choose a unit"),
    "complex": (np.array([1 + 0j]), r"x\[0\] is .*1\+0j.*; .* pass the real part"),
    "complex in a list": ([1.0, 1j], r"x\[1\] is 1j; .* pass the real part"),
    "text": (["1", 2], r"x\[0\] is '1'; it must be a number: convert text with float"),
    "array of text": (np.array(["1", "2"]), r"x\[0\] is .*'1'.*; .* convert text"),
    "text that varies": (np.array(["1"], dtype=np.dtypes.StringDType()), r"x\[0\] is '1'; .* convert text"),
    "one text": ("12", "x is '12'; pass a list or an array of numbers"),
    "bytes": (b"12", "x is b'12'; pass a list or an array of numbers"),
    "categories": (pd.Series(["a"], dtype="category"), r"x\[0\] is 'a'; .* convert text"),
    "booleans": (np.array([True, False]), r"x\[0\] is .*True.*; .* write 1 or 0, or for labels 1 or -1"),
    "a boolean among numbers": ([1.0, False], r"x\[1\] is False; .* write 1 or 0"),
    "64 bits": (np.array([1, BEYOND]), rf"x\[1\] is .*{BEYOND}.*, and no float64 equals it; subtract an offset"),
    "64 bits beside a float": ([0.5, BEYOND], rf"x\[1\] is {BEYOND}, and no float64 equals it"),
    "64 bits of NumPy beside a float": ([np.int64(BEYOND), 0.5], r"x\[0\] is .*, and no float64 equals it"),
    "64 bits without sign": (np.array([2**64 - 1], dtype=np.uint64), r"x\[0\] is .*, and no float64 equals it"),
    "64 bits of memory": (memoryview(array("q", [BEYOND])), r"x\[0\] is .*, and no float64 equals it"),
    "64 bits of a tensor": (torch.tensor([[BEYOND]]), r"x\[0, 0\] is .*, and no float64 equals it"),
    "nullable 64 bits": (
        pd.Series([BEYOND, None], dtype="Int64"),
        r"x\[0\] is 9007199254740993, and no float64 equals it",
    ),
    "64 bits in a frame": (pd.DataFrame({"a": [BEYOND], "b": [0.5]}), r"x\[0, 0\] is .*, and no float64 equals it"),
    "larger than all floats": ([10**400], r"x\[0\] is 1000.*\.\.\., and no float64 equals it"),
    "too long to be printed": ([10**5000], r"x\[0\] is a value of type int, and no float64 equals it"),
    "long double": ([0, np.longdouble(1) / 3], r"x\[1\] is .*0.3333.*, and no float64 equals it; .* round"),
    "long doubles": (np.array([0, np.longdouble(1) / 3]), r"x\[1\] is .*0.3333.*, and no float64 equals it"),
    "huge long doubles": (np.array([np.longdouble("1e400")]), r"x\[0\] is .*1e\+400.*, and no float64 equals it"),
    "fraction": ([Fraction(1, 3)], r"x\[0\] is Fraction\(1, 3\), and no float64 equals it"),
    "decimal": ([Decimal("0.1")], r"x\[0\] is Decimal\('0.1'\), and no float64 equals it"),
    "signalling decimal": ([Decimal("sNaN")], r"x\[0\] is Decimal\('sNaN'\), and no float64"),
    "gradient": (torch.tensor([1.0, 2.0], requires_grad=True), r"x requires a gradient, .* \.detach\(\)"),
    "gradient in a list": ([1.0, torch.tensor(1.0, requires_grad=True)], r"x\[1\] requires a gradient"),
    "tensor that NumPy cannot read": (torch.tensor([1.0], dtype=torch.bfloat16), "x cannot be read as an array"),
    "tensor of booleans": (torch.tensor([True]), r"x\[0\] is .*True.*; .* write 1 or 0"),
    "None": (None, "x is None; pass a list or an array"),
    "None among numbers": ([1.0, None], r"x\[1\] is None; it must be a number: remove it"),
    "missing": ([1.0, pd.NA], r"x\[1\] is <NA>; it must be a number: remove it"),
    "generator": ((i for i in range(3)), "x is <generator.*; pass a list or an array"),
    "set": ({1.0, 2.0}, r"x is \{1.0, 2.0\}; pass a list or an array"),
    "dictionary": ({0: 1.0}, r"x is \{0: 1.0\}; pass a list or an array"),
    "values of a dictionary": ({0: 1.0}.values(), r"x is dict_values.*; pass a list or an array"),
    "set among numbers": ([1.0, {2}], r"x\[1\] is \{2\}; it must be a number"),
    "ragged": ([[1], [2, 3]], r"x\[1\] has shape \(2,\) and x\[0\] \(1,\); they must be alike"),
    "fields": (np.array([(1, 2)], dtype=[("a", "i4"), ("b", "i4")]), r"x\[0\] is .*; it must be a number"),
    "masked fields": (np.ma.array([(1,)], dtype=[("a", "i4")], mask=[(True,)]), r"x\[0\] is .*; it must be a number"),
    "class": (np.ndarray, "x is <class 'numpy.ndarray'>; pass a list or an array"),
}


@pytest.mark.parametrize(("value", "says"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_number_is_refused_by_the_name_of_the_first_offender(value, says):
    with pytest.raises(InvalidInputError, match=f"^{says}"):
        float64("x", value)


def test_a_list_that_holds_itself_is_refused():
    endless = [1.0]
    endless.append(endless)
    with pytest.raises(InvalidInputError, match=r"^x is nested too deeply"):
        float64("x", endless)


@pytest.mark.parametrize(
    "dates",
    [
        np.array(DAYS, dtype="M8[ns]"),
        [datetime.datetime.fromisoformat(day) for day in DAYS],
        [datetime.date.fromisoformat(day) for day in DAYS],
        pd.Series(pd.to_datetime(DAYS)),
        pd.Series(pd.to_datetime(DAYS, utc=True)),
        [*pd.to_datetime(DAYS)],
    ],
)
def test_the_advice_for_dates_works(dates):
    t = np.asarray(dates, dtype="datetime64[us]")
    days = (t - t.min()) / np.timedelta64(1, "D")
    assert_array_equal(validation.finite_vector("x", days), [0, 2])  # 2024 is a leap year
    durations = np.asarray(t - t.min(), dtype="timedelta64[us]") / np.timedelta64(1, "s")
    assert_array_equal(validation.finite_vector("x", durations), [0, 2 * 86400])


real = (
    st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(-(2**63), 2**63 - 1).map(np.int64)
    | st.integers(0, 2**64 - 1).map(np.uint64)
    | st.floats(width=32, allow_nan=False, allow_infinity=False).map(np.float32)
    | st.fractions()
)
near_the_limit = st.integers(-4, 4).map(lambda step: 2**53 + step)


@given(st.lists(real | near_the_limit, min_size=1, max_size=6))
def test_every_number_is_kept_exactly_or_named(numbers):
    own = [number.item() if isinstance(number, np.generic) else number for number in numbers]
    wrong = [index for index, number in enumerate(own) if Fraction(float(number)) != number]
    if wrong:
        with pytest.raises(InvalidInputError, match=rf"^x\[{wrong[0]}\] is .*, and no float64 equals it"):
            float64("x", numbers)
    else:
        assert [Fraction(number) for number in float64("x", numbers).tolist()] == own


@given(st.lists(st.integers(-(2**63), 2**63 - 1) | near_the_limit, min_size=1, max_size=6), st.booleans())
def test_every_entry_of_an_array_is_kept_exactly_or_named(numbers, upright):
    given_array = np.array(numbers, dtype=np.int64)
    wrong = [index for index, number in enumerate(numbers) if int(float(number)) != number]
    if wrong:
        place = rf"{wrong[0]}, 0" if upright else rf"{wrong[0]}"
        with pytest.raises(InvalidInputError, match=rf"^x\[{place}\] is .*, and no float64 equals it"):
            float64("x", given_array[:, None] if upright else given_array)
    else:
        assert [int(number) for number in float64("x", given_array).tolist()] == numbers
