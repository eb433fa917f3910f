"""The page on deep linear networks and rank-one data: every network, controls at their ends, numbers that agree."""

import numpy as np
import pytest

from cvxdnn.exhibits.rank_one.case import KINDS, RankOneSetting, rank_one_case
from tests.exhibits.closed_form_pages import move, open_page, text_of, train

PREFIX = "rank_one_"
SMALLEST = {"depth": 2, "samples": 1, "inputs": 1}
LARGEST = {"depth": 6, "samples": 30, "inputs": 20}
ENDS = {
    "weak decay, shallow": {"depth": 2},
    "strong decay, deep": {"depth": 6},
    "as small as possible": SMALLEST,
    "as large as possible": LARGEST,
    "one sample of many inputs": {"depth": 6, "samples": 1, "inputs": 20},
    "many samples of one input": {"depth": 3, "samples": 30, "inputs": 1},
}
BETAS = {"weak decay, shallow": 0.003, "strong decay, deep": 30.0, "as large as possible": 30.0}


@pytest.fixture
def page(explore):
    return open_page(explore, "rank_one")


def usual_names(kind):
    """The keys of controls whose usual value depends on the network."""
    return ("beta_0.03", "width_20") if kind == "relu_bias" else ("beta_0.3", "width_12")


@pytest.mark.parametrize("ends", list(ENDS))
@pytest.mark.parametrize("kind", KINDS)
def test_controls_at_their_ends(page, kind, ends):
    beta, width = usual_names(kind)
    move(page, PREFIX, kind=kind)
    if kind in ("relu", "relu_bias"):
        move(page, PREFIX, side="oppose" if "large" in ends else "positive")
    elif kind != "one_output":
        move(page, PREFIX, outputs=6 if "large" in ends else 2)
    move(page, PREFIX, **ENDS[ends], **{beta: BETAS.get(ends, 0.3), width: 1 if "small" in ends else 40})
    shown = text_of(page)
    assert "objective" in shown
    assert "nan" not in shown.lower()
    assert "inf" not in shown.lower()


def test_the_closed_form_on_the_page_is_that_of_the_library(page):
    case = rank_one_case(RankOneSetting())
    assert f"<td>objective</td><td>{case.optimum.value:.6g}</td><td>–</td>" in text_of(page)
    assert case.optimum.status.message[1:] in page.caption[-1].value or any(
        case.optimum.status.message[1:] in caption.value for caption in page.caption
    )


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
    frame = train(page, "rank_one", wait_for_end=True)
    case = rank_one_case(RankOneSetting())
    assert frame.objective == pytest.approx(case.optimum.value, rel=1e-9)
    assert "They agree to the digits shown." in text_of(page)


def test_moving_a_control_puts_the_old_network_away(page):
    train(page, "rank_one")
    move(page, PREFIX, depth=4)
    assert "Train to compare." in text_of(page)


@pytest.mark.parametrize("architecture", ["standard", "parallel"])
def test_early_layers_with_a_budget(page, architecture):
    move(page, PREFIX, kind="whitened", architecture=architecture, form="the last two; early layers keep a norm t")
    move(page, PREFIX, budget=0.5)
    assert np.isfinite(train(page, "rank_one").objectives).all()
    move(page, PREFIX, budget=2.0)
    assert len(page.get("plotly_chart")) == 1  # the duality gap over the budget


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
