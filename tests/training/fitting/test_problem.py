"""A problem refuses what cannot be fitted, and says why."""

import contextlib
import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.training.fitting import FitProblem
from tests.training.fitting.conftest import small_problem

X, Y = np.eye(3), np.ones((3, 2))


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("X", np.ones((2, 2, 2))),
        ("X", np.zeros((3, 0))),
        ("X", [[1.0, np.nan], [0.0, 1.0], [1.0, 1.0]]),
        ("X", "data"),
        ("X", np.full((3, 1), 1e200)),
        ("Y", np.ones(4)),
        ("beta", -0.1),
        ("beta", np.inf),
        ("architecture", "convolution"),
        ("depth", 1),
        ("depth", 13),
        ("width", 0),
        ("branches", 0),
        ("budget", 0.0),
        ("restarts", 0),
        ("restarts", 2.5),
        ("seed", -1),
        ("init_scale", 0.0),
        ("rate", -1.0),
        ("final_rate", 0.0),
        ("steps", -1),
        ("polish", -1),
    ],
)
def test_an_impossible_argument_is_named(argument, value):
    with pytest.raises(InvalidInputError, match=rf"\b{argument}\b"):
        FitProblem(**{"X": X, "Y": Y, "beta": 0.1} | {argument: value})


@pytest.mark.parametrize("architecture", ["relu_bias", "batch_norm", "batch_norm_torch"])
@pytest.mark.parametrize("extra", [{"branches": 3}, {"budget": 1.0}])
def test_only_homogeneous_networks_come_in_branches_and_budgets(architecture, extra):
    with pytest.raises(InvalidInputError, match=next(iter(extra))):
        FitProblem(X, Y, 0.1, architecture, **extra)


def test_a_size_that_would_not_fit_into_memory_is_refused():
    with pytest.raises(InvalidInputError, match="fewer restarts"):
        FitProblem(X, Y, 0.1, width=512, branches=512, depth=12, restarts=256)


def test_a_vector_of_targets_is_one_column():
    assert FitProblem(X, np.arange(3.0), 0.1).Y.shape == (3, 1)


def test_data_are_copied_and_frozen():
    given_x = X.copy()
    problem = FitProblem(given_x, Y, 0.1)
    given_x[:] = 7
    assert np.array_equal(problem.X, X)
    with pytest.raises(ValueError, match="read-only"):
        problem.X[0, 0] = 1


def test_problems_can_be_sent_and_compared(form):
    problem = small_problem(form)
    assert problem == pickle.loads(pickle.dumps(problem))
    assert hash(problem) == hash(pickle.loads(pickle.dumps(problem)))
    assert problem != replace(problem, beta=0.2)
    assert problem != replace(problem, Y=problem.Y + 1)
    assert problem != replace(problem, seed=1)


@given(
    value=st.one_of(
        st.none(), st.booleans(), st.text("xyz ", max_size=5), st.floats(), st.lists(st.integers(), max_size=2)
    )
)
@pytest.mark.parametrize("argument", ["depth", "width", "restarts", "beta", "architecture", "rate"])
def test_nonsense_is_refused_or_a_problem(argument, value):
    settings = {"X": X, "Y": Y, "beta": 0.1} | {argument: value}
    with contextlib.suppress(InvalidInputError):
        assert getattr(FitProblem(**settings), argument) == value
