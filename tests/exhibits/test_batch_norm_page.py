"""The Batch norm page: controls at their ends, the condition measured, training that arrives where it is predicted."""

import pytest

from cvxdnn.exhibits.batch_norm.case import Setting, case_of
from cvxdnn.exhibits.batch_norm.view import BETAS
from cvxdnn.exhibits.closed_form.classes import distinct_imbalances
from tests.exhibits.closed_form_pages import choose, move, open_page, text_of, training_of
from tests.exhibits.conftest import unmarked

PREFIX = "batch_norm_"
STAGE = "batch_norm_stage"
ENDS = {
    "one sample of each": ({"classes": 2, "largest": 1}, {"imbalance": 1}),
    "four classes of one sample": ({"classes": 4, "largest": 1}, {"imbalance": 12}),
    "large classes": ({"classes": 4, "largest": 12, "inputs": 48, "width": 100}, {"imbalance": 1}),
    "as unequal as possible": ({"classes": 4, "largest": 12}, {"imbalance": 12}),
    "everything vanishes": ({"classes": 3}, {"beta": BETAS[-1]}),
    "one class is left": ({"classes": 3, "largest": 12}, {"imbalance": 12, "beta": 2.5}),
    "weak decay": ({"width": 2}, {"beta": BETAS[0]}),
    "one input": ({"inputs": 1}, {}),
    "another seed": ({"seed": 9999}, {}),
}
FIRST = {"classes": 3, "largest": 5, "inputs": 24, "width": 36, "seed": 0}


@pytest.fixture
def page(explore):
    return open_page(explore, "batch_norm")


def put(page, ends, **more):
    """Set all controls to their first values but for these."""
    beside, under = ENDS[ends]
    move(page, PREFIX, **more, **{**FIRST, **beside})
    choose(page, STAGE, **under)


@pytest.mark.parametrize("depth", [2, 4])
@pytest.mark.parametrize("scaling", ["paper", "torch"])
def test_controls_at_their_ends(page, scaling, depth):
    for ends in ENDS:
        put(page, ends, scaling=scaling, depth=depth)
        shown = text_of(page)
        assert "objective" in shown
        assert "nan" not in shown.lower()


def test_training_begins_at_the_ends(page):
    for ends in ("one sample of each", "as unequal as possible", "everything vanishes", "one input"):
        put(page, ends, depth=4)
        frame = training_of(page, "batch_norm")
        shown = text_of(page)
        assert f"<td>{frame.objective:.6f}</td>" in shown
        assert "nan" not in shown.lower()
        assert any("Span condition, measured" in unmarked(message.value) for message in [*page.caption, *page.warning])


@pytest.mark.parametrize("scaling", ["paper", "torch"])
def test_training_arrives_at_the_closed_form(page, scaling):
    move(page, PREFIX, scaling=scaling, largest=4)
    choose(page, STAGE, imbalance=2)
    training_of(page, "batch_norm", wait_for_end=True, seconds=120)
    case = case_of(Setting(scaling=scaling, largest=4, imbalance=2))
    assert f"<td>{case.exact.objective:.6f}</td><td>{case.exact.objective:.6f}</td>" in text_of(page)
    nc3 = f"{case.shape.collapse.nc3_raw_uncentred:.4f}"
    assert f"<td>NC3 classifier to means, not centred</td><td>{nc3}</td><td>{nc3}</td>" in text_of(page)


def test_the_page_opens_with_a_network_that_meets_the_closed_form(page):
    value = f"{case_of(Setting()).exact.objective:.6f}"
    assert f"<td>objective</td><td>{value}</td><td>{value}</td>" in text_of(page)


def test_a_vanished_class_does_not_survive(page):
    move(page, PREFIX, largest=6)
    choose(page, STAGE, imbalance=6, beta=1.1)
    training_of(page, "batch_norm", wait_for_end=True, seconds=120)
    assert "<td>classes that survive</td><td>2 of 3</td><td>2 of 3</td>" in text_of(page)


def test_a_network_whose_classes_have_all_vanished_has_none(page):
    choose(page, STAGE, beta=BETAS[-1])
    training_of(page, "batch_norm", wait_for_end=True, seconds=120)
    assert "<td>classes that survive</td><td>0 of 3</td><td>0 of 3</td>" in text_of(page)


def test_a_broken_span_condition_makes_the_closed_form_a_lower_bound(page):
    move(page, PREFIX, inputs=2)
    assert "Span condition, measured: fails" in page.warning[0].value
    assert "lower bound</span>" in text_of(page)
    move(page, PREFIX, inputs=24)
    assert not page.warning
    assert "exact</span>" in text_of(page)


def test_class_sizes_fall_in_equal_ratios():
    assert Setting(classes=3, largest=8, imbalance=4).counts == (8, 4, 2)
    assert Setting(classes=2, largest=12, imbalance=12).counts == (12, 1)
    assert Setting(classes=4, largest=1, imbalance=12).counts == (1, 1, 1, 1)


def test_only_imbalances_that_change_the_sizes_are_offered():
    assert distinct_imbalances(3, 4, 8) == (1, 2, 3, 8)
    assert distinct_imbalances(4, 1, 12) == (1,)
