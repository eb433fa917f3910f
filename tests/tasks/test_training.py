"""`cvxdnn.train`: the trainer, and the convex optimum as a start."""

import numpy as np
import pytest

import cvxdnn
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.tasks.training import TrainingOptions, train
from cvxdnn.training import training

X, Y = np.array([0.0, 0.2, 0.5, 0.8, 1.0]), np.array([0.0, 1.0, 0.0, 0.5, -0.5])


def last(iterator):
    *_, snapshot = iterator
    return snapshot


@pytest.mark.parametrize("optimizer", ["gd", "momentum", "adam", "lbfgs", "insertion"])
@pytest.mark.parametrize("depth", [2, 3])
def test_training_that_starts_at_the_convex_optimum_ends_there(depth, optimizer):
    optimum = cvxdnn.solve(X, Y, beta=0.01, depth=depth)
    settings = {"beta": 0.01, "depth": depth, "optimizer": optimizer, "width": 10, "restarts": 2, "max_steps": 200}
    first, *_, end = train(X, Y, initial="convex", **settings)
    assert first.objectives[0] == pytest.approx(optimum.objective, rel=1e-9)
    assert end.objectives[0] == pytest.approx(optimum.objective, rel=1e-9)
    assert end.objectives.min() >= optimum.objective - optimum.gap - 1e-12


@pytest.mark.parametrize("loss", ["logistic", "absolute"])
def test_the_optimum_of_another_loss_is_a_start_too(loss):
    y = np.sign(Y - 0.2) if loss == "logistic" else Y
    first = next(train(X, y, beta=0.05, loss=loss, initial="convex", restarts=1))
    assert first.objective == pytest.approx(cvxdnn.solve(X, y, beta=0.05, loss=loss).objective, rel=1e-6)


def test_everything_else_is_the_trainers():
    settings = {"beta": 0.02, "width": 6, "restarts": 2, "max_steps": 100}
    ours, theirs = last(train(X, Y, **settings)), last(training.train(X, Y, **settings))
    np.testing.assert_array_equal(ours.objectives, theirs.objectives)
    resumed = last(train(X, Y, initial=ours.state, **(settings | {"max_steps": 150})))
    assert resumed.step == 150
    assert next(train(X, Y, initial=ours.network, **settings)).objectives[0] == pytest.approx(ours.objective)


def test_options_are_those_of_the_trainer():
    own = {"x", "y", "beta", "depth", "loss", "initial"}
    names = training.train.__code__.co_varnames[: training.train.__code__.co_argcount]
    keywords = training.train.__kwdefaults__.keys() | {"beta"} | set(names)
    assert set(TrainingOptions.__annotations__) == keywords - own


def test_the_public_name_is_this_one():
    assert cvxdnn.train is train


@pytest.mark.parametrize(
    ("mistake", "match"),
    [
        ({"initial": "concave"}, "initial is 'concave'; choose one of 'convex'"),
        ({"initial": "convex", "width": 1}, "use a larger width"),
        ({"initial": "convex", "depth": 3, "x": X - 0.5}, "shift x"),
        ({"optimizer": "sgd"}, "optimizer is 'sgd'"),
    ],
)
def test_mistakes_are_named(mistake, match):
    with pytest.raises(InvalidInputError, match=match):
        train(**({"x": X, "y": Y, "beta": 0.01} | mistake))
