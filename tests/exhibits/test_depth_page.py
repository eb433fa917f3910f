"""The Depth page: its film, jumps and training, for every preset and for points that leave nothing to choose."""

import time

import pytest

from cvxdnn.core.datasets import PRESETS
from cvxdnn.exhibits.depth.lab import KEY
from cvxdnn.tasks.scenario import Scenario
from tests.exhibits.conftest import go_to, plots
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


def move(app, **values):
    """Choose values of the sliders under the picture."""
    app.session_state[KEY + "_chosen"] = values
    app.run()
    assert not app.exception


def runs_of(app):
    return app.session_state["tab"].runs["depth"]


def told(app):
    """The sentence about trained networks."""
    return next(text.value for text in app.markdown if text.value.startswith("Of "))


def trained(app, steps, seconds=120):
    """Let the networks train so far, then stop them."""
    runs, deadline = runs_of(app), time.monotonic() + seconds
    while runs.is_running and (runs.frame is None or runs.frame.step < steps):
        assert time.monotonic() < deadline, "training takes too long"
        time.sleep(0.05)
        runs.poll()
    app.run()
    app.button(key="depth_stop").click().run()
    assert not app.exception
    return app


def test_the_page_opens_with_a_film_and_trains_nothing(depth_page):
    app = depth_page()
    runs = runs_of(app)
    assert not runs.is_running
    assert runs.frame.done
    assert len(runs.frame.film) > 50
    assert told(app).startswith("Of 16 networks")


@pytest.mark.parametrize("name", list(PRESETS))
def test_every_preset_has_its_jumps_and_trains_by_itself(depth_page, name):
    app = depth_page(preset=name)
    assert len(plots(app)) == 2
    assert any("jumps at β" in caption.value for caption in app.caption)
    assert runs_of(app).is_running == (name != Scenario().preset)


def test_zigzag_with_five_layers_traps_networks_above_the_constant(depth_page):
    app = depth_page(preset="zigzag")
    assert app.metric[0].value.endswith("or more")  # the constant is best
    sentence = told(trained(app, steps=1200))
    assert "in the constant (the optimum)" in sentence
    assert "stuck 14 % above the optimum" in sentence
    stuck = int(sentence.split("the constant")[1].split("**")[1])
    assert stuck >= 1


def test_moving_a_slider_trains_anew(depth_page):
    app = depth_page()
    first = runs_of(app).number
    move(app, depth=3)
    assert runs_of(app).is_running
    assert runs_of(app).number == first + 1
    assert runs_of(app).subject[1:] == (0.063, 3)
    move(app, depth=3, beta=0.01)
    assert runs_of(app).subject[1:] == (0.01, 3)


def test_what_was_stopped_stays_stopped(depth_page):
    app = trained(depth_page(preset="zigzag"), steps=20)
    app.run()
    assert not runs_of(app).is_running
    app.button(key="depth_train").click().run()
    assert runs_of(app).is_running


def test_two_layers_never_jump(depth_page):
    app = depth_page(preset="zigzag")
    move(app, depth=2)
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
