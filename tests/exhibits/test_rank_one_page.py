"""The page on deep linear networks and rank-one data: every network, controls at their ends, numbers that agree."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest

from cvxdnn.exhibits.rank_one.case import KINDS, RankOneSetting, rank_one_case
from cvxdnn.exhibits.rank_one.film import moment
from cvxdnn.exhibits.rank_one.view import BETAS, DEPTHS, first_columns
from cvxdnn.tasks.first_frames import first_frame_of
from tests.exhibits.closed_form_pages import choose, move, open_page, sent, text_of, train
from tests.exhibits.conftest import plots, unmarked
from tests.jobs.jobs_tasks import wait_until

PREFIX, STAGE = "rank_one_", "rank_one_stage"
ENDS = {
    "weak decay, shallow": ({}, {"beta": 0.003, "depth": 2}),
    "strong decay, deep": ({}, {"beta": 30.0, "depth": 6}),
    "as small as possible": ({"samples": 1, "inputs": 1}, {"depth": 2}),
    "as large as possible": ({"samples": 30, "inputs": 20}, {"beta": 30.0, "depth": 6}),
    "one sample of many inputs": ({"samples": 1, "inputs": 20}, {"depth": 6}),
    "many samples of one input": ({"samples": 30, "inputs": 1}, {"depth": 3}),
}


@pytest.fixture
def page(explore):
    return open_page(explore, "rank_one")


@pytest.mark.parametrize("ends", list(ENDS))
@pytest.mark.parametrize("kind", KINDS)
def test_controls_at_their_ends(page, kind, ends):
    move(page, PREFIX, kind=kind)
    if kind in ("relu", "relu_bias"):
        move(page, PREFIX, side="oppose" if "large" in ends else "positive")
    elif kind != "one_output":
        move(page, PREFIX, outputs=6 if "large" in ends else 2)
    beside, below = ENDS[ends]
    width = "width_20" if kind == "relu_bias" else "width_12"
    move(page, PREFIX, **beside, **{width: 1 if "small" in ends else 40})
    choose(page, STAGE, **below)
    wait_until(lambda: "objective" in text_of(page.run()))  # where the closed form takes long it comes later
    shown = text_of(page)
    assert "nan" not in shown.lower()
    assert "inf" not in shown.lower()


def test_the_page_opens_with_a_finished_film_that_ends_at_the_closed_form(page):
    case, frame = rank_one_case(RankOneSetting()), first_frame_of("rank_one")
    last = frame.film.stills()[-1]
    assert last.numbers["objective"] == pytest.approx(case.optimum.value, rel=1e-9)
    assert last.arrays["values"] == pytest.approx(np.array(first_columns(case.optimum.singular_values, 2)), abs=1e-6)
    assert last.arrays["angles"].max() < 1e-2  # float32 degrees
    shown = sent(page)
    assert shown["film"]["stills"] == len(frame.film)
    assert shown["film"]["plays"]
    assert "not trained" not in text_of(page) + " ".join(each.value for each in page.caption)


def test_no_still_is_below_the_closed_form():
    case, film = rank_one_case(RankOneSetting()), first_frame_of("rank_one").film
    assert film.numbers["objective"].min() >= case.optimum.lower_bound * (1 - 1e-12)


def test_a_moment_has_the_angles_of_the_directions_that_meet():
    theta = 0.3
    outer = np.outer([1.0, 0.0], [np.cos(theta), np.sin(theta)])
    snapshot = first_frame_of("rank_one").view
    network = dataclasses.replace(snapshot.network, weights=(2 * outer, np.diag([3.0, 1.0])))
    found = moment(SimpleNamespace(step=0, objective=1.0, network=network), 2)
    assert found.arrays["angles"] == pytest.approx([np.degrees(theta)])
    assert found.arrays["values"] == pytest.approx(np.array([[2, 0], [3, 1]]))


def test_the_closed_form_of_every_stop_is_sent_and_that_of_the_library(page):
    optima = sent(page)["model"]["optima"]
    for beta in BETAS:
        case = rank_one_case(RankOneSetting(beta=beta))
        told = optima[f"{beta:.15g} 3"]
        assert told["value"] == case.optimum.value
        assert told["values"] == first_columns(case.optimum.singular_values, 2)
    assert {f"0.3 {depth}" for depth in DEPTHS} <= set(optima)


def test_the_closed_form_on_the_page_is_that_of_the_library(page):
    case = rank_one_case(RankOneSetting())
    assert f"<td>objective</td><td>{case.optimum.value:.6g}</td>" in text_of(page)
    assert any(case.optimum.status.message[1:] in unmarked(caption.value) for caption in page.caption)


@pytest.mark.parametrize("side", ["agree", "oppose"])
@pytest.mark.parametrize("kind", ["relu", "relu_bias"])
def test_values_that_are_not_proved_are_called_bounds(page, kind, side):
    move(page, PREFIX, kind=kind, side=side)
    proved = kind == "relu" and side == "agree"
    assert ('<span class="tag exact">certified</span>' in text_of(page)) == proved
    assert ('<span class="tag exact">upper bound</span>' in text_of(page)) != proved


@pytest.mark.parametrize("kind", KINDS)
def test_training_starts_and_is_shown(page, kind):
    move(page, PREFIX, kind=kind)
    frame = train(page, "rank_one")
    assert np.isfinite(frame.objectives).all()
    assert f"<td>{frame.objective:.6g}</td>" in text_of(page)


def test_a_trained_network_meets_the_value(page):
    move(page, PREFIX, seed=1)
    frame = train(page, "rank_one", wait_for_end=True)
    case = rank_one_case(RankOneSetting(seed=1))
    assert frame.objective == pytest.approx(case.optimum.value, rel=1e-9)


def test_training_begins_by_itself_for_what_is_chosen(page):
    choose(page, STAGE, depth=4)
    run = page.session_state["tab"].runs["rank_one"]
    assert run.subject == RankOneSetting(depth=4)
    frame = train(page, "rank_one")
    assert len(frame.view.network.weights) == 4
    assert sent(page)["of"] == "β = 0.3, 4 layers"
    choose(page, STAGE, depth=3)
    assert run.frame is first_frame_of("rank_one")


@pytest.mark.parametrize("architecture", ["standard", "parallel"])
def test_early_layers_with_a_budget(page, architecture):
    move(page, PREFIX, kind="whitened", architecture=architecture, form="the last two; early layers keep a norm t")
    move(page, PREFIX, budget=0.5)
    assert np.isfinite(train(page, "rank_one").objectives).all()
    move(page, PREFIX, budget=2.0)
    assert len(plots(page)) == 1  # the duality gap over the budget


def test_a_budget_lowers_the_parallel_network_only(page):
    settings = [
        RankOneSetting(kind="whitened", parallel=parallel, budget=budget)
        for parallel in (False, True)
        for budget in (None, 1.0)
    ]
    plain, fixed, plain_parallel, fixed_parallel = (rank_one_case(s).optimum.value for s in settings)
    assert plain == plain_parallel
    assert fixed_parallel < fixed


def test_too_narrow_layers_are_pointed_out(page):
    move(page, PREFIX, kind="whitened", width_12=1)
    assert "too narrow: the closed form needs" in page.warning[0].value
