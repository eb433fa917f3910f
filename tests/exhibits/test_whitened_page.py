"""The page on whitened data: controls at their ends, honest names, and training that goes below the bound."""

import numpy as np
import pytest

from cvxdnn.exhibits.whitened.case import WhitenedSetting, whitened_case
from tests.exhibits.closed_form_pages import choose, move, open_page, sent, text_of, training_of
from tests.exhibits.conftest import unmarked

PREFIX = "whitened_"
STAGE = "whitened_stage"
ENDS = {
    "one sample of each": ({"classes": 2, "largest": 1}, {}),
    "many classes of one sample": ({"classes": 6, "largest": 1}, {"depth": 8}),
    "large classes": ({"classes": 6, "largest": 8, "extra": 10}, {"depth": 2}),
    "as unequal as possible": ({"classes": 6, "largest": 8}, {"imbalance": 8, "beta": 1.0}),
    "everything vanishes": ({"classes": 3}, {"beta": 3.0, "depth": 8}),
    "weak decay": ({"extra": 0, "width": 1}, {"beta": 0.01}),
}


@pytest.fixture
def page(explore):
    return open_page(explore, "whitened")


@pytest.mark.parametrize("architecture", ["standard", "parallel"])
@pytest.mark.parametrize("targets", ["class labels", "one real number"])
@pytest.mark.parametrize("ends", list(ENDS))
def test_controls_at_their_ends(page, ends, targets, architecture):
    beside, under = ENDS[ends]
    choose(page, STAGE, **under)
    move(page, PREFIX, architecture=architecture, targets=targets, **beside)
    shown = text_of(page)
    assert "objective" in shown
    assert "nan" not in shown.lower()


@pytest.mark.parametrize(
    ("depth", "architecture", "tag", "said"),
    [
        (2, "standard", "exact", "Optimum, proved. Two layers: one channel"),
        (8, "parallel", "exact", "Optimum, proved. Parallel network: one channel"),
        (3, "standard", "upper bound", "One-channel-per-class value, an upper bound; nothing lower was found"),
        (6, "standard", "upper bound", "One-channel-per-class value, an upper bound; with five or more layers"),
    ],
)
def test_the_value_is_called_what_it_is_and_once(page, depth, architecture, tag, said):
    move(page, PREFIX, architecture=architecture)
    choose(page, STAGE, depth=depth)
    case = whitened_case(WhitenedSetting(depth=depth, architecture=architecture))
    assert f'<span class="tag exact">{tag}</span>' in text_of(page)
    assert f"<td>objective</td><td>{case.optimum.value:.6g}</td>" in text_of(page)
    assert sent(page)["model"]["claims"][str(depth)]["said"].startswith(said)
    assert not any("pper bound" in unmarked(caption.value) for caption in page.caption)


def test_a_vanished_class_does_not_survive(page):
    move(page, PREFIX, largest=6)
    choose(page, STAGE, imbalance=6, beta=0.5)
    assert "<td>classes that survive</td><td>2 of 3</td>" in text_of(page)


def test_the_counterexample_is_shown_where_it_exists(page):
    assert [metric.value for metric in page.metric] == ["0.73398", "0.72161"]
    choose(page, STAGE, beta=0.5)
    assert not page.metric


def test_the_page_opens_with_a_network_that_meets_the_value(page):
    value = whitened_case(WhitenedSetting()).optimum.value
    assert f"<td>objective</td><td>{value:.6g}</td><td>{value:.6g}</td>" in text_of(page)


@pytest.mark.parametrize("architecture", ["standard", "parallel"])
def test_training_begins_by_itself_and_is_shown(page, architecture):
    move(page, PREFIX, architecture=architecture, seed=1)
    frame = training_of(page, "whitened")
    assert np.isfinite(frame.objectives).all()
    assert f"<td>{frame.objective:.6g}</td>" in text_of(page)


def test_six_layers_go_below_one_channel_per_class(page):
    choose(page, STAGE, depth=6)
    frame = training_of(page, "whitened", wait_for_end=True, seconds=120)
    assert frame.objective < 0.95 * whitened_case(WhitenedSetting(depth=6)).optimum.value
