"""A function of x, written as a formula: read by a parser of its own, never run as code.

    sum     = product {("+" | "-") product}
    product = signed {("*" | "/") signed}
    signed  = ("+" | "-") signed | power
    power   = value ["^" signed]
    value   = number | "x" | "pi" | "e" | name "(" sum {"," sum} ")" | "(" sum ")"

A power binds more tightly than the sign before it, -x^2 = -(x^2), and from the right, 2^3^2 = 2^9. "**" is read as
"^". A formula has at most `LONGEST` characters, so that its tree is small.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cvxdnn.core import validation
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.types import Array

__all__ = ["FUNCTIONS", "LONGEST", "Formula", "Sample", "sample"]

LONGEST, DEEPEST = 200, 40
_Tree = Callable[[Array], Array]
_CONSTANTS = {"pi": np.pi, "e": np.e}
_OF_ONE: dict[str, Callable[[Array], Array]] = {
    name: getattr(np, name) for name in ("abs", "sin", "cos", "exp", "log", "sqrt", "sign")
}
_OF_MANY: dict[str, Callable[[Array, Array], Array]] = {"min": np.minimum, "max": np.maximum}
FUNCTIONS = (*_OF_ONE, *_OF_MANY)
_OPERATIONS: dict[str, Callable[[Array, Array], Array]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "^": np.power,
}
_TOKEN = re.compile(r"\s*(?:([0-9]+\.?[0-9]*(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?)|([A-Za-z_]\w*)|(.))")


class _Token(NamedTuple):
    place: int
    text: str
    kind: str


@dataclass(frozen=True)
class Formula:
    """A function of x.

    Parameters
    ----------
    text : str
        Numbers, x, pi, e, + - * / ^, parentheses, and the `FUNCTIONS`; min and max take two arguments or more.

    Raises
    ------
    InvalidInputError
        When it is no formula; the message names the place, from 1 on.
    """

    text: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "_tree", _Parser(self.text).tree())

    def __call__(self, x: ArrayLike) -> Array:
        """Values at `x`, in its shape.

        Raises
        ------
        InvalidInputError
            When a value is not a finite number; the message names the first x.
        """
        inputs = validation.numbers("x", x)
        tree: _Tree = object.__getattribute__(self, "_tree")
        with np.errstate(all="ignore"):
            values = np.broadcast_to(tree(inputs), inputs.shape)
        wrong = ~np.isfinite(values)
        if wrong.any():
            raise InvalidInputError(
                f"formula has no finite value at x = {inputs[wrong].flat[0]:.6g}; choose another interval or formula"
            )
        return np.array(values, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Sample:
    """Points of a function: x, y (n,) to train on, and held_out_x, held_out_y (m,) kept back."""

    x: Array
    y: Array
    held_out_x: Array
    held_out_y: Array


def sample(
    formula: Formula, low: float, high: float, *, count: int, noise: float, seed: int, held_out: int = 0
) -> Sample:
    """Points of a formula with normally distributed errors in y.

    Parameters
    ----------
    low, high : float
        The interval of x, low < high.
    count, held_out : int
        Points to train on, evenly spaced with both ends; and points kept back, at inputs drawn uniformly from the
        interval. Both have errors of the same size; neither depends on the number of the other.
    noise : float >= 0
        Standard deviation of the errors, in the units of y.
    seed : int >= 0

    Raises
    ------
    InvalidInputError
        When an argument is out of its range, or the formula has no finite value somewhere.
    """
    low, high = validation.number("from", low), validation.number("to", high)
    if not low < high:
        raise InvalidInputError(f"from is {low:g} and to is {high:g}; the first must be smaller")
    noise = validation.nonnegative("noise", noise)
    count, held_out = validation.positive_int("count", count, 2), validation.positive_int("held_out", held_out, 0)
    errors, kept_back = map(
        np.random.default_rng, np.random.SeedSequence(validation.positive_int("seed", seed, 0)).spawn(2)
    )
    x = np.linspace(low, high, count)
    held_out_x = np.sort(kept_back.uniform(low, high, held_out))
    return Sample(
        x,
        formula(x) + noise * errors.standard_normal(count),
        held_out_x,
        formula(held_out_x) + noise * kept_back.standard_normal(held_out),
    )


class _Parser:
    """Reads tokens from left to right, one function for each rule of the grammar."""

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST:
            raise InvalidInputError(f"formula has {len(text):,} characters; use at most {LONGEST}")
        self._tokens = _tokens(text)
        self._next, self._depth = 0, 0

    def tree(self) -> _Tree:
        tree = self._sum()
        token = self._token
        if token.kind != "end":
            hint = (
                "; write a sign between two factors, such as 2*x" if token.kind != "sign" or token.text == "(" else ""
            )
            raise _wrong(token, f"{token.text!r} does not belong here{hint}")
        return tree

    @property
    def _token(self) -> _Token:
        return self._tokens[self._next]

    def _takes(self, *signs: str) -> str:
        """The sign that comes next, taken if it is one of these; else ""."""
        token = self._token
        if token.kind != "sign" or token.text not in signs:
            return ""
        self._next += 1
        return token.text

    def _sum(self) -> _Tree:
        return self._chain(self._product, "+", "-")

    def _product(self) -> _Tree:
        return self._chain(self._signed, "*", "/")

    def _chain(self, part: Callable[[], _Tree], *signs: str) -> _Tree:
        tree = part()
        while sign := self._takes(*signs):
            tree = _joined(_OPERATIONS[sign], tree, part())
        return tree

    def _signed(self) -> _Tree:
        """What every nesting passes through, and so is counted here."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise _wrong(self._token, f"nested more than {DEEPEST} deep")
        sign = self._takes("+", "-")
        inner = self._signed() if sign else self._power()
        self._depth -= 1
        return (lambda x: -inner(x)) if sign == "-" else inner

    def _power(self) -> _Tree:
        base = self._value()
        return _joined(np.power, base, self._signed()) if self._takes("^") else base

    def _value(self) -> _Tree:
        token = self._token
        if self._takes("("):
            inner = self._sum()
            self._close(token)
            return inner
        if token.kind not in ("number", "name"):
            raise _wrong(token, "a number, x or a function is missing here")
        self._next += 1
        if token.kind == "number":
            return _constant(float(token.text))
        if token.text == "x":
            return lambda x: x
        if token.text in _CONSTANTS:
            return _constant(_CONSTANTS[token.text])
        return self._call(token)

    def _call(self, name: _Token) -> _Tree:
        if name.text not in FUNCTIONS:
            raise _wrong(name, f"{name.text!r} is unknown; use x, pi, e, {', '.join(FUNCTIONS)}")
        opened = self._token
        if not self._takes("("):
            raise _wrong(opened, f"write {name.text}(...) with parentheses")
        arguments = [self._sum()]
        while self._takes(","):
            arguments.append(self._sum())
        self._close(opened)
        if name.text in _OF_ONE:
            if len(arguments) > 1:
                raise _wrong(name, f"{name.text} takes one argument; write decimal points, not commas")
            function, (inner,) = _OF_ONE[name.text], arguments
            return lambda x: function(inner(x))
        if len(arguments) < 2:
            raise _wrong(name, f"{name.text} takes two arguments or more")
        return reduce(lambda one, other: _joined(_OF_MANY[name.text], one, other), arguments)

    def _close(self, opened: _Token) -> None:
        if not self._takes(")"):
            raise _wrong(self._token, f"the parenthesis of place {opened.place} is not closed here")


def _tokens(text: str) -> list[_Token]:
    plain = text.replace("\u2212", "-").replace("**", "^ ").rstrip()
    found = []
    for match in _TOKEN.finditer(plain):
        kind = ("number", "name", "sign")[(match.lastindex or 3) - 1]
        token = _Token(match.start(match.lastindex or 0) + 1, match[match.lastindex or 0], kind)
        if kind == "sign" and token.text not in "+-*/^(),":
            raise _wrong(token, f"{token.text!r} means nothing in a formula")
        found.append(token)
    return [*found, _Token(len(plain) + 1, "", "end")]


def _constant(value: float) -> _Tree:
    return lambda x: np.full_like(x, value)


def _joined(operation: Callable[[Array, Array], Array], one: _Tree, other: _Tree) -> _Tree:
    return lambda x: operation(one(x), other(x))


def _wrong(token: _Token, problem: str) -> InvalidInputError:
    return InvalidInputError(f"formula, place {token.place}: {problem}")
