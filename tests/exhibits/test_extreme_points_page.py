"""The Extreme points page: every example, the weight decay at its ends, samples where geometry degenerates."""

import numpy as np
import pytest

from cvxdnn.exhibits.extreme_points.controls import BETAS, KEY, PLACES, TARGETS
from cvxdnn.exhibits.extreme_points.samples import EXAMPLES, FIRST_BETA, Samples, picture_of, sample, trained_points
from cvxdnn.tasks.first_frames import first_frame_of
from tests.exhibits.closed_form_pages import open_page, text_of

FIRST = next(iter(EXAMPLES.values()))
CHOSEN = f"{KEY}_chosen"
PLACED = {
    "all in one place": Samples(((0.4, 0.4),) * 3),
    "all at the origin": Samples(((0.0, 0.0),) * 3),
    "one at the origin": Samples(((0.0, 0.0), (0.5, 1.0), (1.0, -0.5))),
    "on a line through the origin": Samples(((-1.0, -1.0), (0.5, 0.5), (1.0, 1.0))),
    "opposite": Samples(((-1.0, 0.3), (1.0, -0.3))),
    "two in one place": Samples(((0.7, 0.2), (0.7, 0.2))),
    "in the corners": Samples(((-1.3, -1.3), (-1.3, 1.3), (1.3, 1.3)), (1.5, -1.5, 1.5), (1.5, -1.5, 1.5)),
    "no targets": Samples(((-1.0, 0.5), (0.1, 1.0), (1.0, 0.2)), (0.3, 0.1, -0.2), (0.0, 0.0, 0.0)),
    "biases, two samples": Samples(((-1.0, 0.5), (1.0, -0.5)), bias=True),
    "biases, not in order": Samples(((1.0, 0.5), (-1.0, -0.5), (0.2, 0.1)), bias=True),
    "biases, one value of x": Samples(((0.2, 0.5), (0.2, -0.5), (0.2, 0.1)), bias=True),
    "biases, two values of x": Samples(((-0.2, 0.5), (0.2, -0.5), (0.2, 0.1)), bias=True),
    "biases, a constant": Samples(((-1.0, 0.5), (0.0, 0.5), (1.0, 0.5)), bias=True),
}


@pytest.fixture
def page(explore):
    return open_page(explore, "extreme_points")


@pytest.mark.parametrize("beta", [BETAS[0], BETAS[-1]])
@pytest.mark.parametrize("name", [*EXAMPLES, *PLACED])
def test_every_place_of_the_samples_has_a_certified_optimum(name, beta):
    found = picture_of({**EXAMPLES, **PLACED}[name], beta).found
    assert found.relative_gap <= 1e-9


def test_all_that_examples_say_can_be_dragged():
    for samples in EXAMPLES.values():
        assert set(samples.y) <= set(TARGETS)
        assert {x for x, _ in samples.points} <= set(PLACES)


def test_what_is_dragged_is_shown_until_it_is_put_back(page):
    page.session_state[CHOSEN] = {"beta": 0.1, "y1": -1.0, "a2": 0.5, "y3": "1", "b1": 0.123}
    page.run()
    assert not page.exception
    moved = picture_of(Samples(((-0.7, 0.5), (0.5, 1.0), (0.9, 0.3)), FIRST.heights, (-1.0, 0.7, -0.8)), 0.1)
    assert f"{moved.found.coefficients.max():.6g}" in text_of(page)
    page.button(key="extreme_points_back").click().run()
    assert page.session_state[CHOSEN] == {"beta": 0.1}
    assert f"{picture_of(FIRST, 0.1).found.coefficients.max():.6g}" in text_of(page)


def test_every_example_and_third_input_is_shown(page):
    for name, samples in EXAMPLES.items():
        page.selectbox(key="extreme_points_example").set_value(name).run()
        assert not page.exception
        assert "nan" not in text_of(page).lower()
        assert len(page.slider) == (0 if samples.bias else len(samples.points))
        for slider in page.slider:
            slider.set_value(1.5)
        page.run()
        assert not page.exception


def test_the_first_training_comes_with_the_package_and_touches_the_optimal_dual():
    frame, found = first_frame_of(sample()[0]), picture_of(FIRST, FIRST_BETA).found
    assert found.objective * (1 - 1e-9) <= frame.objective <= found.objective * (1 + 1e-9)
    assert np.allclose(trained_points(frame) @ found.dual, FIRST_BETA, rtol=1e-3)


def test_training_begins_by_itself_where_something_else_is_chosen(page):
    run = page.session_state["tab"].runs["extreme_points"]
    assert run.frame is not None
    assert not run.is_running
    page.session_state[CHOSEN] = {"beta": 0.2}
    page.run()
    assert run.subject[1] == 0.2
    run.stop()
