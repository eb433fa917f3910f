"""The Depth page: valleys, jumps and training, for every preset and for points that leave nothing to choose."""

import time

import pytest

from cvxdnn.core.datasets import PRESETS
from tests.exhibits.conftest import go_to
from tests.exhibits.test_explore_page import QUICK, session_of


@pytest.fixture
def depth_page(explore):
    """The Depth page; call it with a change of the scenario."""

    def open_page(**change):
        app = explore(**QUICK)
        session_of(app).change(**change)
        go_to(app, "depth")
        session_of(app).run.pause()
        assert not app.exception
        return app

    return open_page


def told(app):
    """The sentence about trained networks."""
    return next(text.value for text in app.markdown if text.value.startswith(("Of ", "Train networks")))


def trained(app, steps, seconds=120):
    """Let the networks train so far, then stop them."""
    runs, deadline = app.session_state["depth_lab"].runs, time.monotonic() + seconds
    while runs.is_running and (runs.frame is None or runs.frame.step < steps):
        assert time.monotonic() < deadline, "training takes too long"
        time.sleep(0.05)
        runs.poll()
    app.run()
    app.button(key="depth_stop").click().run()
    assert not app.exception
    return app


@pytest.mark.parametrize("name", list(PRESETS))
def test_every_preset_has_certified_valleys_and_jumps(depth_page, name):
    app = depth_page(preset=name)
    assert len(app.get("plotly_chart")) == 4
    assert len(app.get("vega_lite_chart")) == 1
    objective, gap, _ = app.metric
    assert float(objective.value) > 0
    assert float(gap.value) <= 1e-9
    assert any("jumps at β" in caption.value for caption in app.caption)


def test_zigzag_with_five_layers_traps_networks_above_the_constant(depth_page):
    app = depth_page(preset="zigzag")
    assert app.metric[2].value.endswith("or more")  # the constant is best
    app.button(key="depth_train").click().run()
    sentence = told(trained(app, steps=1200))
    assert "in the constant (the optimum)" in sentence
    assert "stuck 14 % above the optimum" in sentence
    stuck = int(sentence.split("the constant")[1].split("**")[1])
    assert stuck >= 1


def test_moving_a_slider_ends_training_and_forgets_its_networks(depth_page):
    app = depth_page(preset="zigzag")
    app.button(key="depth_train").click().run()
    app.slider(key="depth_depth").set_value(3).run()
    assert not app.exception
    assert not app.session_state["depth_lab"].runs.is_running
    assert told(app).startswith("Train networks")
    app.select_slider(key="depth_beta").set_value(0.01).run()
    assert not app.exception
    assert app.session_state["depth_lab"].beta == 0.01


def test_two_layers_never_jump(depth_page):
    app = depth_page(preset="zigzag")
    app.slider(key="depth_depth").set_value(2).run()
    assert not app.exception
    assert any("nothing jumps" in caption.value for caption in app.caption)


@pytest.mark.parametrize(
    "points",
    [((0.4, 2.0),), ((0.0, 1.0), (1.0, 1.0), (2.0, 1.0)), ((1.0, 0.0), (1.0, 5.0), (1.0, 2.0))],
    ids=["one point", "constant y", "equal x"],
)
def test_points_that_a_constant_fits_best_are_explained(depth_page, points):
    app = depth_page(points=points)
    assert "A constant fits" in app.info[0].value


@pytest.mark.parametrize("points", [((-5.0, 0.0), (7.0, 3.0)), ((0.0, 0.0), (1.0, 1e-9), (1.0, 1.0), (3e5, 2.0))])
def test_unusual_points_are_no_problem(depth_page, points):
    assert not depth_page(points=points).exception
