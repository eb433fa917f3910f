"""Beyond the theorem, first part: a finished film at first, conditions as sliders, and lines called what they are."""

import itertools
import time

import numpy as np
import pytest

from cvxdnn.exhibits.beyond import depth
from cvxdnn.exhibits.beyond.classifiers import EXAMPLES, SAME, STEPS
from cvxdnn.tasks.first_frames import first_frame_of
from tests.exhibits.conftest import go_to
from tests.exhibits.test_explore_page import QUICK

ROUNDED = 1e-6
"""Films hold numbers of 24 bits."""


@pytest.fixture
def beyond(explore):
    """The started page."""
    app = explore(**QUICK)
    app.session_state["explore_session"].run.pause()
    go_to(app, "beyond")
    assert not app.exception
    return app


def run_of(app):
    return app.session_state["tab"].runs[depth.NAME]


def move(app, **values):
    """Choose values of the sliders under the picture."""
    app.session_state[f"{depth.NAME}_stage_chosen"] = values
    app.run()
    assert not app.exception


def trained(app, steps=400, seconds=60):
    """The newest still after so many steps."""
    run, deadline = run_of(app), time.monotonic() + seconds
    while run.is_running and (run.frame is None or run.frame.step < steps):
        assert time.monotonic() < deadline, "training takes too long"
        time.sleep(0.05)
        run.poll()
    app.run()
    assert not app.exception
    return run.frame.newest


def share(still):
    """How far the best network is above the line."""
    return still.numbers["objective"] / still.numbers["value"] - 1


def test_the_page_opens_with_a_film_of_the_crossing_and_trains_nothing(beyond):
    run = run_of(beyond)
    assert not run.is_running
    first, last = run.frame.film.stills()[0], run.frame.film.stills()[-1]
    assert share(first) > 0.5
    assert share(last) < -0.13
    assert last.step <= STEPS


def test_the_first_film_is_of_the_networks_that_it_names():
    frame, still = first_frame_of(depth.NAME), first_frame_of(depth.NAME).film.stills()[-1]
    assert still.arrays["objectives"] == pytest.approx(frame.objectives, rel=ROUNDED)
    on_grid = np.interp(still.arrays["grid"], frame.view.grid, frame.view.values)
    assert still.arrays["values"] == pytest.approx(on_grid, abs=1e-2)  # another grid
    runs = depth.claim_about(depth.FIRST).sample()[1].problem
    assert still.arrays["grid"][[0, -1]] == pytest.approx(runs.x[[0, -1]])


def test_every_setting_has_its_line_and_its_function():
    for example in EXAMPLES:
        claim = depth.claim_about(example)
        settings = itertools.product(*(knob.values for knob in claim.knobs))
        cases = {" ".join(map(str, setting)): claim.case(*setting) for setting in settings}
        for case in cases.values():
            assert len(case["beside"]["at"]) == len(case["beside"]["values"])
            assert all(len(tile["note"]) < 90 for tile in case["tiles"])
    assert cases["every layer of both signs 2"]["lines"][0]["style"] == "optimum"
    assert cases["every layer 0 or larger 3"]["lines"][0]["style"] == "bound"
    assert cases["last hidden layer of both signs 3"]["lines"][0]["style"] == "nothing"
    assert cases["last hidden layer 0 or larger 3"]["tiles"][0]["value"] == "the optimum"


def test_with_both_conditions_the_line_is_not_crossed(beyond):
    move(beyond, biases="last hidden layer")
    assert share(trained(beyond)) >= -ROUNDED


def test_inputs_of_both_signs_break_it_in_either_direction(beyond):
    beyond.segmented_control(key=f"{depth.NAME}_example").set_value("tent").run()
    assert share(trained(beyond)) < -SAME
    beyond.segmented_control(key=f"{depth.NAME}_example").set_value("ramp").run()
    assert share(trained(beyond)) > 0.4
    move(beyond, signed="0 or larger")
    assert abs(share(trained(beyond, steps=1500))) < 0.05


def test_other_points_come_in_the_setting_that_shows_what_they_are_for(beyond):
    move(beyond, biases="last hidden layer", depth=5)
    for example, shown in reversed(EXAMPLES.items()):
        beyond.segmented_control(key=f"{depth.NAME}_example").set_value(example).run()
        about, (biases, signs, layers) = run_of(beyond).subject
        assert about == example
        assert (depth.BIASES[biases], depth.SIGNS[signs], layers) == (shown.biases, shown.signed, 3)


def test_looking_again_starts_nothing(beyond):
    frame = run_of(beyond).frame
    beyond.run()
    assert run_of(beyond).frame is frame
    assert not run_of(beyond).is_running


def test_training_again_begins_anew_and_can_be_paused(beyond):
    beyond.button(key=f"{depth.NAME}_again").click().run()
    assert run_of(beyond).is_running
    trained(beyond, steps=50)
    beyond.button(key=f"{depth.NAME}_pause").click().run()
    assert not run_of(beyond).is_running
    beyond.button(key=f"{depth.NAME}_on").click().run()
    assert not beyond.exception
    assert run_of(beyond).is_running
