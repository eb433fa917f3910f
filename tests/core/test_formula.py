"""Formulas: the usual rules of arithmetic, errors with their place, and nothing that could be code."""

import math
import random

import numpy as np
import pytest

from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.formula import LONGEST, Formula, sample

X = np.array([0.5, 1.0, 2.0])


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("x", X),
        ("2", [2, 2, 2]),
        ("-x^2", -(X**2)),
        ("2^3^2", [512] * 3),
        ("2^-1", [0.5] * 3),
        ("x**2 - 1", X**2 - 1),
        ("1 - 2 - 3", [-4] * 3),
        ("8/4/2*x", X),
        ("(1 + x)*2", 2 + 2 * X),
        ("sin(2*pi*x) + cos(x)", np.sin(2 * np.pi * X) + np.cos(X)),
        ("exp(-x) + e", np.exp(-X) + math.e),
        ("log(x) + sqrt(x)", np.log(X) + np.sqrt(X)),
        ("abs(x - 1) + sign(x - 1)", np.abs(X - 1) + np.sign(X - 1)),
        ("max(0, x - 1, 0.25)", np.maximum(np.maximum(0, X - 1), 0.25)),
        ("min(x, 1)", np.minimum(X, 1)),
        ("1.5e1\u2212.5", [14.5] * 3),
        ("--x", X),
    ],
)
def test_a_formula_means_what_arithmetic_says(text, values):
    assert Formula(text)(X) == pytest.approx(values, rel=1e-15, abs=1e-15)


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("", 1, "missing here"),
        ("2x", 2, r"2\*x"),
        ("2(x)", 2, r"2\*x"),
        ("x +", 4, "missing here"),
        ("(x + 1", 7, "parenthesis of place 1 is not closed"),
        ("x)", 2, "does not belong"),
        ("sin x", 5, r"sin\(\.\.\.\)"),
        ("sin(1,5)", 1, "decimal points"),
        ("min(x)", 1, "two arguments"),
        ("tan(x)", 1, "'tan' is unknown"),
        ("x.real", 2, r"'\.' means nothing"),
        ("x['a']", 2, "means nothing"),
        ("__import__('os')", 1, "means nothing|unknown"),
        ("x; 1", 2, "means nothing"),
        ("x = 1", 3, "means nothing"),
        ("１+x", 1, "means nothing"),
        ("lambda", 1, "unknown"),
    ],
)
def test_what_is_no_formula_is_refused_with_its_place(text, place, words):
    with pytest.raises(InvalidInputError, match=f"formula, place .*({words})") as caught:
        Formula(text)
    if "__" not in text:
        assert f"place {place}:" in str(caught.value)


@pytest.mark.parametrize(
    "text", ["1/(x - 1)", "log(x - 1)", "sqrt(x - 2)", "exp(1000*x)", "(x - 2)^0.5", "0*exp(1e9*x)"]
)
def test_a_value_that_is_no_number_is_refused_with_its_x(text):
    with pytest.raises(InvalidInputError, match="no finite value at x = "):
        Formula(text)(X)


def test_random_formulas_agree_with_python():
    chance = random.Random(4)

    def written(depth):
        if depth == 0 or chance.random() < 0.2:
            return chance.choice(["x", "pi", "e", f"{chance.random():.3f}", str(chance.randint(1, 9))])
        if chance.random() < 0.4:
            return f"{chance.choice(['sin', 'cos', 'abs'])}({written(depth - 1)})"
        sign = chance.choice(["+", "-", "*", "^"])
        power = str(chance.randint(0, 3)) if sign == "^" else written(depth - 1)
        return f"{chance.choice(['', '-'])}({written(depth - 1)}){sign}{power}"

    compared = 0
    for _ in range(300):
        text = written(4)
        if len(text) > LONGEST:
            continue
        names = {"x": X, "pi": math.pi, "e": math.e, "sin": np.sin, "cos": np.cos, "abs": np.abs}
        expected = np.broadcast_to(eval(text.replace("^", "**"), {"__builtins__": {}}, names), X.shape)
        assert Formula(text)(X) == pytest.approx(expected, rel=1e-12, abs=1e-12)
        compared += 1
    assert compared > 200


@pytest.mark.parametrize("text", ["(" * 200, "-" * 200, "x^" * 99 + "x", "(" * 99 + "x" + ")" * 99, "x" * 201])
def test_long_formulas_end_in_a_value_or_a_refusal(text):
    try:
        values = Formula(text)(X)
    except InvalidInputError as error:
        assert "formula" in str(error)  # noqa: PT017  (both outcomes are right)
    else:
        assert np.isfinite(values).all()


def test_points_and_those_kept_back_come_from_one_seed_and_not_from_each_other():
    given = {"count": 40, "noise": 0.1, "seed": 5}
    one, other = (sample(Formula("x^2"), -1, 1, **given, held_out=many) for many in (0, 50))
    assert np.array_equal(one.y, other.y)
    assert (one.x[0], one.x[-1], other.held_out_x.size) == (-1, 1, 50)
    assert np.abs(other.held_out_x).max() <= 1
    exact = sample(Formula("x^2"), -1, 1, count=5, noise=0, seed=5, held_out=5)
    assert exact.y == pytest.approx(exact.x**2, rel=1e-15)
    assert exact.held_out_y == pytest.approx(exact.held_out_x**2, rel=1e-15)


def test_noise_has_the_standard_deviation_asked_for():
    made = sample(Formula("0"), 0, 1, count=20_000, noise=0.5, seed=1, held_out=20_000)
    for errors in (made.y, made.held_out_y):
        assert errors.std() == pytest.approx(0.5, rel=0.03)
        assert errors.mean() == pytest.approx(0, abs=0.02)


@pytest.mark.parametrize(
    "wrong", [{"low": 1}, {"noise": -1}, {"count": 1}, {"seed": -1}, {"held_out": -1}, {"high": math.inf}]
)
def test_impossible_samples_are_refused(wrong):
    given = {"low": 0, "high": 1, "count": 5, "noise": 0, "seed": 0, "held_out": 0, **wrong}
    with pytest.raises(InvalidInputError):
        sample(Formula("x"), given.pop("low"), given.pop("high"), **given)
