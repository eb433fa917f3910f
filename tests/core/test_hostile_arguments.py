"""Hostile values for every argument of every public function: a good answer or an InvalidInputError, nothing else.

Warnings are errors here as everywhere, so that an overflow in silence counts as a fault, too.
"""

import datetime
from dataclasses import fields, is_dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import islice

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import cvxdnn
from cvxdnn import theory
from cvxdnn.convex import DeepPath
from cvxdnn.convex.selection import cross_validate
from cvxdnn.core.closed_form import deep_network, two_layer_network
from cvxdnn.core.datasets import Normalization
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.losses import named
from cvxdnn.core.objective import network_objective
from cvxdnn.tasks.sweep import Grid
from cvxdnn.training.fitting import FitProblem

X, Y = [0.0, 1.0, 2.0, 3.0], [0.0, 1.0, 0.0, 2.0]
POINTS = {"x": X, "y": Y}
SPLINE = cvxdnn.interpolating_spline(X, Y)
SOLUTION = cvxdnn.solve(X, Y, beta=0.1)
DEEP = cvxdnn.solve(X, Y, beta=0.01, depth=4)
NETWORK = SOLUTION.network()
PATH = cvxdnn.regularization_path(X, Y)
DEEP_PATH = DeepPath(PATH)
EXTREME = theory.extreme_points.solve([[1.0], [2.0]], [1.0, 2.0], beta=0.1)
UNITS = Normalization(0.0, 1.0, 0.0, 1.0)
FEATURES = np.eye(4)
CLASSES = [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]


def trained(**arguments):
    return list(islice(cvxdnn.train(**arguments), 3))


ENTRANCES = {
    "solve": (
        cvxdnn.solve,
        {**POINTS, "beta": 0.1, "depth": 2, "loss": "squared", "skip_connection": False, "method": "auto"},
    ),
    "solve deep": (cvxdnn.solve, {**POINTS, "beta": 0.01, "depth": 3}),
    "solve huber": (cvxdnn.solve, {**POINTS, "beta": 0.01, "loss": "huber"}),
    "certify": (
        cvxdnn.certify,
        {**POINTS, "f": SPLINE, "beta": 0.1, "loss": "squared", "skip_connection": False, "dual": Y, "exact": True},
    ),
    "certify a callable": (cvxdnn.certify, {**POINTS, "f": np.abs, "beta": 0.1, "path_norm": 2.0}),
    "beta_max": (cvxdnn.beta_max, {**POINTS, "loss": "squared", "skip_connection": False}),
    "regularization_path": (cvxdnn.regularization_path, {**POINTS, "loss": "squared", "skip_connection": False}),
    "critical_betas": (cvxdnn.critical_betas, {**POINTS, "depth": 3, "skip_connection": False}),
    "Path.at": (PATH.at, {"beta": 0.1}),
    "Path.fitted": (PATH.fitted, {"x": X, "betas": [0.1]}),
    "Path.loss_at": (PATH.loss_at, {"betas": [0.1]}),
    "Path.path_norm_at": (PATH.path_norm_at, {"betas": [0.1]}),
    "Path.piece": (PATH.piece, {"index": 0}),
    "DeepPath.solve": (DEEP_PATH.solve, {"beta": 0.1, "depth": 3}),
    "DeepPath.local_minima": (DEEP_PATH.local_minima, {"beta": 0.1, "depth": 3}),
    "DeepPath.objective_at": (DEEP_PATH.objective_at, {"path_norm": [0.5], "beta": 0.1, "depth": 3}),
    "DeepPath.stationary_beta": (DEEP_PATH.stationary_beta, {"path_norm": [0.5], "depth": 3}),
    "DeepPath.transitions": (DEEP_PATH.transitions, {"depth": 3}),
    "Solver": (cvxdnn.Solver, {"skip_connection": False}),
    "Solver.solve": (cvxdnn.Solver().solve, {**POINTS, "beta": 0.1}),
    "Solution.network": (DEEP.network, {"directions": [[1.0], [1.0]]}),
    "train": (
        trained,
        {
            **POINTS,
            "beta": 0.1,
            "depth": 2,
            "width": 2,
            "biases": "last_hidden",
            "restarts": 1,
            "seed": 0,
            "loss": "squared",
            "optimizer": "adam",
            "polish": None,
            "learning_rate": 0.01,
            "max_steps": 1,
            "snapshot_every": 1,
            "initial": None,
            "floor": 0.0,
        },
    ),
    "Network": (
        cvxdnn.Network,
        {"weights": [[[1.0, 1.0]], [[1.0], [2.0]]], "biases": [[0.0, 0.0], [0.0]], "skip": 0.0},
    ),
    "Network()": (NETWORK, {"x": X}),
    "layer_diagnostics": (cvxdnn.layer_diagnostics, {"network": NETWORK}),
    "network_objective": (network_objective, {"network": NETWORK, **POINTS, "beta": 0.1, "loss": "squared"}),
    "two_layer_network": (two_layer_network, {"spline": SPLINE, "x_low": 0.0, "x_high": 3.0, "skip": False}),
    "deep_network": (
        deep_network,
        {"spline": SPLINE, "x_low": 0.0, "x_high": 3.0, "depth": 3, "skip": False, "directions": [[1.0]]},
    ),
    "Dataset": (cvxdnn.Dataset, POINTS),
    "Dataset.normalized": (cvxdnn.Dataset(X, Y).normalized, {"keep_y": False}),
    "Normalization": (Normalization, {"x_offset": 0.0, "x_scale": 1.0, "y_offset": 0.0, "y_scale": 1.0}),
    "Normalization.unit_x": (UNITS.unit_x, {"x": X}),
    "Normalization.user_y": (UNITS.user_y, {"v": X}),
    "load_preset": (cvxdnn.load_preset, {"name": "zigzag"}),
    "Scenario": (
        cvxdnn.Scenario,
        {
            "preset": "zigzag",
            "points": None,
            "beta": 0.1,
            "loss": "squared",
            "depth": 2,
            "width": 5,
            "restarts": 1,
            "seed": 0,
            "biases": "last_hidden",
            "optimizer": "adam",
            "polish": False,
            "start": "random",
            "hidden": (),
        },
    ),
    "Grid": (Grid, {"datasets": ["zigzag"], "betas": [0.1], "depths": [2], "max_steps": 10}),
    "LinearSpline": (
        cvxdnn.LinearSpline,
        {"knots": X, "values": Y, "left_slope": 0.0, "right_slope": 0.0},
    ),
    "LinearSpline()": (SPLINE, {"x": X}),
    "LinearSpline.restricted": (SPLINE.restricted, {"low": 0.0, "high": 1.0}),
    "LinearSpline.significant_knots": (SPLINE.significant_knots, {"share": 0.1}),
    "interpolating_spline": (cvxdnn.interpolating_spline, POINTS),
    "sparsest_interpolant": (cvxdnn.sparsest_interpolant, POINTS),
    "optimal_band": (cvxdnn.optimal_band, {**POINTS, "at": X}),
    "Huber": (cvxdnn.Huber, {"delta": 0.1}),
    "EpsilonInsensitive": (cvxdnn.EpsilonInsensitive, {"epsilon": 0.1}),
    "named": (named, {"loss": "squared"}),
    "cross_validate": (cross_validate, {**POINTS, "folds": 2, "seed": 0}),
    "FitProblem": (
        FitProblem,
        {
            "X": FEATURES,
            "Y": Y,
            "beta": 0.1,
            "architecture": "relu",
            "depth": 2,
            "width": 2,
            "branches": 1,
            "budget": 1.0,
            "restarts": 1,
            "seed": 0,
            "init_scale": 1.0,
            "steps": 1,
            "rate": 0.1,
            "final_rate": 0.1,
            "polish": 0,
        },
    ),
    "shrink": (theory.shrink, {"s0": [1.0, 2.0], "beta": 0.1, "depth": 3}),
    "threshold": (theory.threshold, {"beta": 0.1, "depth": 3}),
    "deep_linear": (theory.deep_linear.solve, {"X": FEATURES, "Y": Y, "beta": 0.1, "depth": 3}),
    "norm_constrained": (
        theory.deep_linear.norm_constrained,
        {"X": FEATURES, "Y": Y, "beta": 0.1, "depth": 3, "budget": 1.0},
    ),
    "rank_one": (theory.rank_one.solve, {"c": X, "a": [1.0, 2.0], "y": Y, "beta": 0.1, "depth": 3, "bias": False}),
    "rank_one with biases": (
        theory.rank_one.solve,
        {"c": X, "a": [1.0], "y": Y, "beta": 0.1, "depth": 2, "bias": True},
    ),
    "whitened": (
        theory.whitened.solve,
        {"X": FEATURES, "Y": CLASSES, "beta": 0.1, "depth": 3, "architecture": "standard"},
    ),
    "rank_two": (theory.whitened.rank_two_counterexample, {"beta": 0.1}),
    "batch_norm": (theory.batch_norm.solve, {"Y": CLASSES, "beta": 0.1, "features": FEATURES, "scaling": "paper"}),
    "metrics": (
        theory.neural_collapse.metrics,
        {"features": FEATURES, "labels": [0, 0, 1, 1], "classifier": np.ones((4, 2)), "keep_vanished": False},
    ),
    "predict": (theory.neural_collapse.predict, {"counts": [2, 3], "beta": 0.1, "depth": 2, "scaling": "paper"}),
    "one_hot": (theory.neural_collapse.one_hot, {"counts": [2, 3]}),
    "simplex_etf": (theory.neural_collapse.simplex_etf, {"K": 3}),
    "simplex_vertices": (theory.neural_collapse.simplex_vertices, {"K": 3}),
    "aligned_means": (
        theory.neural_collapse.aligned_means,
        {"means": np.eye(2), "points": np.eye(2), "target": np.eye(2)},
    ),
    "extreme_points": (theory.extreme_points.solve, {"X": [[1.0], [2.0]], "y": [1.0, 2.0], "beta": 0.1, "bias": False}),
    "extreme_points with biases": (theory.extreme_points.solve, {"X": X, "y": Y, "beta": 0.1, "bias": True}),
    "ExtremePoints()": (EXTREME, {"X": [[1.0]]}),
    "dual_set": (
        theory.extreme_points.dual_set,
        {"X": [[1.0], [2.0]], "beta": 0.1, "limit": 1.0, "resolution": 4, "bias": False},
    ),
    "rectified_ellipsoid": (theory.extreme_points.rectified_ellipsoid, {"X": [[1.0], [2.0]], "resolution": 4}),
    "ramps": (theory.extreme_points.ramps, {"x": X}),
}
ARGUMENTS = [(name, argument) for name, (_, arguments) in ENTRANCES.items() for argument in arguments]


class Rude:
    """An object that has no answer to anything."""

    def __repr__(self):
        raise RuntimeError("no")

    def __float__(self):
        raise RuntimeError("no")


def endless():
    value = [1.0]
    value.append(value)
    return value


SINGLE = {
    "None": None,
    "True": True,
    "False": False,
    "text": "0.1",
    "no": "False",
    "bytes": b"1",
    "nan": float("nan"),
    "inf": float("inf"),
    "zero": 0,
    "minus": -1.0,
    "huge": 1e308,
    "large": 1e99,
    "tiny": 1e-320,
    "long": 10**400,
    "too long": 10**5000,
    "beyond": 2**53 + 1,
    "many": 10**9,
    "complex": 1j,
    "date": datetime.date(2024, 2, 28),
    "moment": datetime.datetime(2024, 2, 28),
    "duration": datetime.timedelta(1),
    "NaT": pd.NaT,
    "NA": pd.NA,
    "datetime64": np.datetime64("2024-02-28"),
    "timedelta64": np.timedelta64(3, "s"),
    "fraction": Fraction(1, 3),
    "decimal": Decimal("0.1"),
    "masked": np.ma.masked,
    "long double": np.longdouble(1) / 3,
    "tensor": torch.tensor(0.1),
    "gradient": torch.tensor(0.1, requires_grad=True),
    "boolean tensor": torch.tensor(True),
    "0-d": np.array(0.5),
    "0-d whole": np.array(3),
    "0-d boolean": np.array(True),
    "0-d object": np.array(None),
    "masked 0-d": np.ma.array(3, mask=True),
    "rude": Rude(),
    "object": object(),
    "class": np.ndarray,
    "function": len,
    "spline": SPLINE,
}
MANY = {
    "empty": [],
    "empty rows": [[], []],
    "dictionary": {0: 1.0},
    "set": {1.0, 2.0},
    "rows": [[1.0, 2.0], [3.0, 4.0]],
    "ragged": [[1.0], [2.0, 3.0]],
    "deep": [[[[1.0]]]],
    "column": [[0.0], [1.0], [2.0], [3.0]],
    "masked array": np.ma.array(X, mask=[0, 1, 0, 0]),
    "dates": np.array(["2024-02-28", "NaT"], dtype="M8[D]"),
    "texts": ["1", "2", "3", "4"],
    "text array": np.array(["1", "2", "3", "4"]),
    "gaps": pd.Series([1, None, 2, 3], dtype="Int64"),
    "objects": np.array([1, None, 2, 3], dtype=object),
    "large numbers": [1e99, -1e99, 0.0, 1.0],
    "huge numbers": [1e308, -1e308, 0.0, 1.0],
    "tiny numbers": [1e-320, 0.0, 1e-310, 1e-300],
    "one place": [1.0, 1.0, 1.0, 1.0],
    "with NaN": [0.0, float("nan"), 1.0, 2.0],
    "long numbers": np.array([2**53 + i for i in range(4)]),
    "frame": pd.DataFrame({"a": X, "b": Y}),
    "gradients": torch.ones(4, requires_grad=True),
    "half tensor": torch.ones(4, dtype=torch.bfloat16),
    "rude list": [Rude()] * 4,
    "mixture": [1.0, "a", None, 2j],
    "endless": endless(),
    "long list": [0.0] * 5,
}
HOSTILE = {**SINGLE, **MANY}


def numbers_of(result, depth=3):
    """The floats of a result, a few levels down."""
    if isinstance(result, float | np.floating):
        yield float(result)
    elif isinstance(result, np.ndarray) and result.dtype == np.float64:
        yield from result.ravel().tolist()
    elif depth and is_dataclass(result) and not isinstance(result, type):
        for field in fields(result):
            yield from numbers_of(getattr(result, field.name), depth - 1)
    elif depth and isinstance(result, list | tuple):
        for part in result:
            yield from numbers_of(part, depth - 1)


def answer(entrance, **changes):
    """Call an entrance with some arguments changed; its result has to be without NaN."""
    function, arguments = ENTRANCES[entrance]
    result = function(**(arguments | changes))
    assert not any(np.isnan(number) for number in numbers_of(result))


@pytest.mark.parametrize("name", ENTRANCES)
def test_ordinary_arguments_are_answered(name):
    answer(name)


def fault(entrance, **changes):
    """What else than an answer or a refusal came of the call; None if nothing did."""
    try:
        answer(entrance, **changes)
    except InvalidInputError as refusal:
        return None if str(refusal) else "a refusal without a reason"
    except Exception as error:  # the very fault that is looked for
        return repr(error)[:200]
    return None


@pytest.mark.parametrize(("name", "argument"), ARGUMENTS, ids=[f"{name}-{argument}" for name, argument in ARGUMENTS])
def test_every_hostile_value_is_answered_or_refused(name, argument):
    # What a callable raises is its own affair.
    values = {kind: value for kind, value in HOSTILE.items() if argument != "f" or not callable(value)}
    faults = {kind: fault(name, **{argument: value}) for kind, value in values.items()}
    assert {kind: error for kind, error in faults.items() if error} == {}


ordinary = st.integers(-3, 3) | st.floats(-5, 5) | st.fractions(-3, 3)
entries = ordinary | st.floats() | st.integers() | st.sampled_from([*SINGLE]).map(SINGLE.get)
lists = st.lists(entries, max_size=4) | st.lists(ordinary, min_size=4, max_size=4)
plain = st.lists(ordinary | st.floats() | st.sampled_from([None, True, "1", 1j, pd.NaT]), max_size=4)
arrays = plain.map(lambda values: np.array(values, dtype=object))
anything = entries | st.text(max_size=3) | lists | lists.map(tuple) | st.lists(lists, max_size=3) | arrays


@pytest.mark.slow
@settings(max_examples=1_000)
@given(st.sampled_from([pair for pair in ARGUMENTS if pair[1] != "f"]), anything)
def test_anything_is_answered_or_refused(place, value):
    name, argument = place
    assert fault(name, **{argument: value}) is None


@pytest.mark.parametrize("argument", ["skip_connection", "exact", "polish", "bias", "keep_y", "keep_vanished", "skip"])
def test_a_switch_is_on_or_off(argument):
    for name in [name for name, (_, arguments) in ENTRANCES.items() if argument in arguments]:
        for value in ("False", "yes", "", 0, 1, 1.0, [], np.array(True)):
            if (name, argument) in (("FitProblem", "polish"), ("Network", "skip")):  # numbers there
                continue
            with pytest.raises(InvalidInputError, match=f"{argument} is .*; it must be True or False"):
                answer(name, **{argument: value})


@pytest.mark.parametrize(("name", "argument"), [pair for pair in ARGUMENTS if pair[1] in ("beta", "path_norm")])
def test_a_number_is_no_text_and_no_switch(name, argument):
    for value in ("0.1", True, np.True_, [0.1], np.array([0.1])):
        if not (argument == "path_norm" and name.startswith("DeepPath")):  # of any shape there
            with pytest.raises(InvalidInputError, match=f"{argument} is .*; it must be a number"):
                answer(name, **{argument: value})
    for value in (np.float32(2.0), np.array(2.0), Fraction(2)):
        if name != "rank_two":  # which is about small weight decays only
            answer(name, **{argument: value})
