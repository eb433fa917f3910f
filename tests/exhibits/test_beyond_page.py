"""Beyond the theorem, first part: conditions as switches, and a verdict that says no more than was measured."""

import time

import pytest

from tests.exhibits.conftest import go_to
from tests.exhibits.test_explore_page import QUICK

KEY = "beyond_depth_"


@pytest.fixture
def beyond(explore):
    """The started page."""
    app = explore(**QUICK)
    app.session_state["explore_session"].run.pause()
    go_to(app, "beyond")
    assert not app.exception
    return app


def text(app):
    return "\n".join(each.value for each in app.markdown)


def trained(app, steps=400, seconds=60):
    """The page's words after so many steps."""
    runs, deadline = app.session_state[KEY + "lab"].runs, time.monotonic() + seconds
    while runs.is_running and (runs.frame is None or runs.frame.step < steps):
        assert time.monotonic() < deadline, "training takes too long"
        time.sleep(0.05)
        runs.poll()
    app.run()
    assert not app.exception
    return text(app)


def test_biases_in_every_layer_cross_what_is_called_an_upper_bound_and_not_the_optimum(beyond):
    words = trained(beyond)
    assert "*upper bound*, not the optimum" in words
    assert "% below the value: crossed by step" in words


def test_with_both_conditions_the_line_is_not_crossed(beyond):
    beyond.radio(key=KEY + "biases").set_value("last_hidden").run()
    words = trained(beyond)
    assert "Both conditions hold" in words
    assert "none of 8 networks" in words
    assert "below the value" not in words


def test_inputs_of_both_signs_break_it_in_either_direction(beyond):
    beyond.segmented_control(key=KEY + "example").set_value("tent").run()
    words = trained(beyond)
    assert "*no bound at all*" in words
    assert "% below the value" in words
    beyond.segmented_control(key=KEY + "example").set_value("ramp").run()
    assert "% above the value: none of 8 networks has reached it" in trained(beyond)
    beyond.radio(key=KEY + "signed").set_value(False).run()
    assert "Both conditions hold" in trained(beyond)


def test_looking_again_starts_nothing(beyond):
    trained(beyond)
    lab = beyond.session_state[KEY + "lab"]
    lab.runs.stop()
    frame = lab.runs.frame
    beyond.run()
    assert beyond.session_state[KEY + "lab"] is lab
    assert lab.runs.frame is frame
    assert not lab.runs.is_running


def test_two_layers_have_no_conditions_to_break(beyond):
    beyond.slider(key=KEY + "depth").set_value(2).run()
    assert "**Two layers.**" in text(beyond)
    assert not beyond.exception


def test_training_again_begins_anew(beyond):
    trained(beyond)
    runs = beyond.session_state[KEY + "lab"].runs
    runs.stop()
    beyond.run()
    beyond.button(key=KEY + "again").click().run()
    assert not beyond.exception
    assert runs.is_running
