"""What a browser tells of the editor: pairs of numbers are taken over exactly, everything else is refused."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvxdnn.app.point_editor.told import Drawn, told_drawing, told_names, told_number, told_points
from cvxdnn.core.exceptions import InvalidInputError

atoms = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
anything = st.recursive(atoms, lambda inner: st.lists(inner) | st.tuples(inner))
numbers = st.integers(-(2**53), 2**53) | st.floats()
ODD = {
    "nothing": None,
    "a number": 7,
    "text": "0x10",
    "an object": {"0": [0, 1]},
    "null": [[0, None]],
    "a truth value": [[0, True]],
    "hexadecimal": [[0, "0x10"]],
    "digits as text": [[0, "1"]],
    "nested": [[0, [1]]],
    "an object for a number": [[0, {}]],
    "three": [[0, 1, 2]],
    "flat": [0, 1],
    "endless": [[0, 10**4000]],
    "deep": [[0, json.loads("[" * 500 + "]" * 500)]],
}


@given(pairs=st.lists(st.tuples(numbers, numbers)))
def test_numbers_come_through_exactly(pairs):
    told = told_points({"points": [list(pair) for pair in pairs]})
    assert str(told) == str(tuple((float(x), float(y)) for x, y in pairs))


@pytest.mark.parametrize("value", ODD.values(), ids=ODD)
def test_anything_else_is_refused_in_one_short_sentence(value):
    with pytest.raises(InvalidInputError, match="points") as refused:
        told_points({"points": value})
    assert len(str(refused.value)) < 130


@given(state=anything | st.dictionaries(st.sampled_from(["points", "hidden", "edits"]), anything))
def test_no_state_whatsoever_raises_anything_else(state):
    for read in (told_points, lambda state: told_names(state, "hidden")):
        with suppress(InvalidInputError):
            read(state)
        with suppress(InvalidInputError):
            told_drawing({"sketch": state})
    number = told_number(state, "edits")
    assert number is None or abs(number) <= 2**53


def test_a_drawing_comes_through_and_half_of_one_is_refused():
    told = {"number": 3, "knots": [[0, 1], [2, 0.5]], "isRevealed": True}
    assert told_drawing({"sketch": told}) == Drawn(3, ((0.0, 1.0), (2.0, 0.5)), True)
    assert told_drawing({}) is None
    for name in told:
        with pytest.raises(InvalidInputError):
            told_drawing({"sketch": {other: value for other, value in told.items() if other != name}})
