"""Cases of the rank-one page: data that satisfy the theorem's conditions, and what is claimed about them."""

import pickle

import numpy as np
import pytest

from cvxdnn.exhibits.rank_one.case import KINDS, SIDES, RankOneSetting, rank_one_case, rank_one_data
from cvxdnn.tasks.call import Call
from cvxdnn.theory.result import Claim


def case(**settings):
    return rank_one_case(RankOneSetting(**settings))


def data(**settings):
    return rank_one_data(RankOneSetting(**settings))


@pytest.mark.parametrize(("samples", "inputs"), [(12, 6), (3, 9), (1, 1)])
def test_whitened_inputs_are_whitened(samples, inputs):
    X = data(kind="whitened", samples=samples, inputs=inputs).problem.X
    gram = X.T @ X if samples >= inputs else X @ X.T
    assert gram == pytest.approx(np.eye(len(gram)), abs=1e-12)


@pytest.mark.parametrize("side", SIDES)
def test_rank_one_inputs_are_multiples_of_one_unit_vector(side):
    made = data(kind="relu", side=side)
    assert pytest.approx(np.outer(made.numbers, made.direction)) == made.problem.X
    assert np.linalg.norm(made.direction) == pytest.approx(1)
    assert (made.numbers.min() >= 0) == (side == "positive")


@pytest.mark.parametrize(
    ("settings", "claim"),
    [
        ({"kind": "one_output"}, Claim.PROVED),
        ({"kind": "whitened"}, Claim.PROVED),
        ({"kind": "whitened", "budget": 1.0}, Claim.OBSERVED),
        ({"kind": "whitened", "budget": 1.0, "parallel": True}, Claim.PROVED),
        ({"kind": "general", "depth": 2}, Claim.PROVED),
        ({"kind": "general"}, Claim.NO_CLOSED_FORM),
        ({"kind": "relu", "side": "agree"}, Claim.PROVED),
        ({"kind": "relu", "side": "oppose"}, Claim.OBSERVED),
        ({"kind": "relu_bias"}, Claim.PROVED),
        ({"kind": "relu_bias", "side": "oppose"}, Claim.NO_CLOSED_FORM),
        ({"kind": "relu_bias", "side": "oppose", "depth": 2}, Claim.PROVED),
    ],
)
def test_only_what_is_proved_is_called_an_optimum(settings, claim):
    optimum = case(**settings).optimum
    assert optimum.status.claim is claim
    assert (optimum.label == "optimum") == ("optimum" in optimum.name) == (claim is Claim.PROVED)
    assert optimum.dual <= optimum.lower_bound <= optimum.value * (1 + 1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_the_network_in_closed_form_fits_the_training_problem(kind):
    made = case(kind=kind)
    assert made.optimum.width <= made.data.problem.width
    if made.optimum.norms is not None:
        assert made.optimum.norms == pytest.approx(made.optimum.norms[0], rel=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_a_case_can_be_asked_of_a_worker_and_sent_back(kind):
    call = Call(rank_one_case, (RankOneSetting(kind=kind),))
    made = pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(call))(print, bool)))
    assert made.optimum.value == case(kind=kind).optimum.value
    assert np.array_equal(made.data.problem.X, data(kind=kind).problem.X)
