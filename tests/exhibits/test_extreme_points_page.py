"""The Extreme points page: every example, weights and targets at their ends, samples where geometry degenerates."""

from itertools import product

import numpy as np
import pytest

from cvxdnn.exhibits.extreme_points.controls import BETAS, _same_samples
from cvxdnn.exhibits.extreme_points.samples import EXAMPLES, Samples, picture_of
from tests.exhibits.closed_form_pages import open_page, text_of, train

PREFIX = "extreme_points_"
PLACES = {
    "all in one place": Samples(((0.4, 0.4),) * 3),
    "all at the origin": Samples(((0.0, 0.0),) * 3),
    "one at the origin": Samples(((0.0, 0.0), (0.5, 1.0), (1.0, -0.5))),
    "on a line through the origin": Samples(((-1.0, -1.0), (0.5, 0.5), (1.0, 1.0))),
    "opposite": Samples(((-1.0, 0.3), (1.0, -0.3))),
    "two in one place": Samples(((0.7, 0.2), (0.7, 0.2))),
    "in the corners": Samples(((-1.3, -1.3), (-1.3, 1.3), (1.3, 1.3)), (1.5, -1.5, 1.5), (1.5, -1.5, 1.5)),
    "no targets": Samples(((-1.0, 0.5), (0.1, 1.0), (1.0, 0.2)), (0.3, 0.1, -0.2), (0.0, 0.0, 0.0)),
    "biases, two samples": Samples(((-1.0, 0.5), (1.0, -0.5)), bias=True),
    "biases, one value of x": Samples(((0.2, 0.5), (0.2, -0.5), (0.2, 0.1)), bias=True),
    "biases, two values of x": Samples(((-0.2, 0.5), (0.2, -0.5), (0.2, 0.1)), bias=True),
    "biases, a constant": Samples(((-1.0, 0.5), (0.0, 0.5), (1.0, 0.5)), bias=True),
}


@pytest.fixture
def page(explore):
    return open_page(explore, "extreme_points")


def show(page, samples, beta):
    page.session_state[PREFIX + "state"].samples = samples
    page.session_state[PREFIX + "state"].version += 1
    page.select_slider(key=PREFIX + "beta").set_value(beta).run()
    assert not page.exception
    shown = text_of(page)
    assert "nan" not in shown.lower()
    return shown


@pytest.mark.parametrize("beta", [BETAS[0], BETAS[-1]])
def test_every_place_of_the_samples_has_a_certified_optimum(page, beta):
    for name, samples in {**EXAMPLES, **PLACES}.items():
        shown = show(page, samples, beta)
        found = picture_of(samples, beta).found
        assert f'<div class="big">{found.objective:.6g}</div>' in shown, name
        assert found.relative_gap <= 1e-9
        assert len(page.get("plotly_chart")) == (1 if name == "all at the origin" else 2), name


def test_sliders_of_a_sample_at_their_ends(page):
    for name, value in product(("targets", "heights"), (-1.5, 1.5)):
        for i in range(3):
            page.slider(key=f"{PREFIX}{name}_{i}").set_value(value).run()
            assert not page.exception
        assert getattr(page.session_state[PREFIX + "state"].samples, name) == (value,) * 3


def test_the_pictures_can_be_turned(page):
    page.slider(key=PREFIX + "turn").set_value(355).run()
    assert not page.exception


@pytest.mark.parametrize("name", ["Three samples in space", "One input with biases"])
def test_trained_neurons_touch_the_optimal_dual(page, name):
    show(page, EXAMPLES[name], 0.3)
    frame = train(page, "extreme_points", wait_for_end=True, seconds=120)
    found = picture_of(EXAMPLES[name], 0.3).found
    assert frame.objective == pytest.approx(found.objective, rel=1e-5)
    assert frame.objective >= found.objective * (1 - 1e-9)
    first, second = frame.view.network.weights
    lengths = np.linalg.norm(first, axis=0)
    used = lengths * np.abs(second[:, 0]) > 1e-2
    touch = (frame.view.hidden[:, used] / lengths[used]).T @ found.dual / found.beta
    assert np.allclose(np.abs(touch), 1, atol=1e-3)


def test_what_belongs_to_a_sample_moves_with_it():
    old = ((-1.0, 0.0), (0.0, 1.0), (1.0, 0.5))
    assert _same_samples(old, ((0.0, 1.0), (0.5, 0.2), (1.0, 0.5))) == [1, 0, 2]
    assert _same_samples(old, ((-1.0, 0.0), (1.0, 0.5))) == [0, 2]
    assert _same_samples(old[:2], ((-1.0, 0.0), (-0.5, 0.0), (0.0, 1.0))) == [0, None, 1]
