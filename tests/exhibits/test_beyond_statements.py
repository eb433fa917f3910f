"""The overstated statements: finished films at first, every stop of every slider, and trainings that end as said."""

import itertools
import json
import time

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cvxdnn.core.limits import host_limits
from cvxdnn.core.solution import Status
from cvxdnn.exhibits.beyond import case as cases
from cvxdnn.exhibits.beyond.claim import Claim
from cvxdnn.exhibits.beyond.statements import COLLAPSE, GAP, JUMP, RANK, STATEMENTS
from cvxdnn.tasks.first_frames import first_frame_of
from cvxdnn.tasks.stream import last_frame
from tests.exhibits.conftest import forget_everybody

CLAIMS = {claim.name: claim for claim, _, _ in STATEMENTS}
ROUNDED = 1e-6
"""Films hold numbers of 24 bits."""


def script():
    from cvxdnn.app.parts import Parts
    from cvxdnn.exhibits.beyond.statements import STATEMENTS, draw_statements

    def poll():
        for claim, _, _ in STATEMENTS:
            claim.training.poll()

    poll()
    draw_statements(Parts(poll, lambda: None))


@pytest.fixture
def page(monkeypatch):
    """The four statements, with training in threads of this process."""
    monkeypatch.setenv("CVXDNN_WORKERS", "0")
    host_limits.cache_clear()
    forget_everybody()
    app = AppTest.from_function(script, default_timeout=60).run()
    assert not app.exception
    yield app
    forget_everybody()
    host_limits.cache_clear()


def run_of(app, claim):
    return app.session_state["tab"].runs[claim.name]


def move(app, claim, **values):
    """Choose values of the sliders under a picture."""
    app.session_state[f"{claim.key}_chosen"] = values
    app.run()
    assert not app.exception


def ended(app, claim, seconds=120):
    """The last frame of a training that has begun."""
    run, deadline = run_of(app, claim), time.monotonic() + seconds
    while run.is_running:
        assert time.monotonic() < deadline, "the fit did not end"
        time.sleep(0.05)
        run.poll()
    app.run()
    assert not app.exception
    assert not run.message
    return run.frame


def first_setting(claim: Claim):
    return tuple(knob.first for knob in claim.knobs)


def last_still(name):
    return first_frame_of(name).film.stills()[-1]


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
def test_every_setting_has_a_case_that_can_be_sent(claim):
    for setting in itertools.product(*(knob.values for knob in claim.knobs)):
        told = claim.case(*setting)
        json.dumps(told, allow_nan=False)
        assert all(len(tile["note"]) < 90 for tile in told.get("tiles", ()))
        assert all(line["share"] > 0 for line in told.get("lines", ()))


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
def test_the_film_that_comes_with_the_package_is_of_the_first_setting(claim):
    name, stream = claim.sample()
    frame = first_frame_of(name)
    assert frame.done
    assert frame.status is Status.CONVERGED
    problem = stream.problem.problem
    assert frame.view.network.objective(problem.X, problem.Y, problem.beta) == pytest.approx(frame.objective)
    now, shipped = stream.still(next(iter(stream.problem.snapshots(None)))), frame.film.stills()[0]
    assert {each: array.shape for each, array in shipped.arrays.items()} == {
        each: array.shape for each, array in now.arrays.items()
    }
    for each, array in now.arrays.items():  # the same first weights
        assert shipped.arrays[each] == pytest.approx(array, rel=1e-4, abs=1e-5, nan_ok=True)


def test_the_first_film_of_the_gap_ends_at_the_formula_and_never_comes_near_the_dual():
    values = cases.gap_case(*first_setting(GAP)).values
    assert last_still(GAP.name).numbers["objective"] == pytest.approx(values.standard, rel=ROUNDED)
    assert last_still(GAP.name).numbers["value"] == values.parallel
    for still in first_frame_of(GAP.name).film.stills():
        assert still.arrays["objectives"].min() > 1.4 * values.parallel


def test_the_first_film_of_channels_ends_below_them_and_shows_the_features_that_do_it():
    case, still = cases.rank_case(*first_setting(RANK)), last_still(RANK.name)
    assert still.numbers["objective"] < (1 - 1e-3) * case.one_channel
    assert still.numbers["objective"] <= case.better * (1 + ROUNDED)
    first = still.arrays["cosines"][0]
    assert np.diag(first) == pytest.approx([1, 1, 1], abs=ROUNDED)
    assert first[np.triu_indices(3, 1)].max() > 0.5


def test_the_first_film_of_the_jump_ends_on_the_curve():
    case, outputs = cases.jump_case(*first_setting(JUMP)), last_still(JUMP.name).arrays["outputs"]
    above = case.targets >= case.optimum.threshold
    assert outputs[above] == pytest.approx(case.optimum.minimizer[above], abs=1e-3)
    distance = np.minimum(np.abs(outputs), np.abs(outputs - case.optimum.stationary))
    assert distance.max() < 1e-3


def test_the_first_film_of_collapse_ends_at_the_closed_form():
    limits = cases.collapse_case(*first_setting(COLLAPSE)).limits
    assert limits == pytest.approx((np.sqrt(2 - 2 * np.sqrt(2 / 3)), 0, 0), abs=1e-7)
    assert last_still(COLLAPSE.name).arrays["distances"] == pytest.approx(limits, abs=1e-3)


def test_the_page_opens_finished_and_trains_nothing(page):
    for claim in CLAIMS.values():
        assert run_of(page, claim).frame.done
        assert not run_of(page, claim).is_running


def test_only_what_was_moved_is_trained_and_it_stops_what_trained_before(page):
    move(page, RANK, beta=0.02)
    assert [run_of(page, claim).is_running for claim in CLAIMS.values()] == [False, True, False, False]
    move(page, GAP, depth=4)
    run_of(page, RANK).poll()
    ended(page, GAP)
    assert not run_of(page, RANK).is_running


def test_a_parallel_network_trains_to_the_dual(page):
    move(page, GAP, network="parallel")
    assert ended(page, GAP).objective == pytest.approx(1.215, rel=1e-6)


def test_six_layers_go_below_one_channel_per_class(page):
    move(page, RANK, depth=6)
    assert ended(page, RANK).objective < 0.95 * cases.rank_case(6, 0.1).one_channel


def test_where_training_ends_below_the_threshold_depends_on_its_start(page):
    move(page, JUMP, start="small")
    small = ended(page, JUMP).film.stills()[-1].arrays["outputs"]
    assert small.sum() < last_still(JUMP.name).arrays["outputs"].sum()


def test_trained_networks_of_unequal_classes_end_at_the_predicted_distances():
    limits = cases.collapse_case(3, 2, 0.2).limits
    assert min(limits) > 1e-3
    frame = last_frame(COLLAPSE.stream(3, 2, 0.2))
    assert frame.film.stills()[-1].arrays["distances"] == pytest.approx(limits, abs=1e-3)


def test_the_smallest_of_two_classes_can_vanish(page):
    move(page, COLLAPSE, classes=2, smallest=1, beta=1.6)
    told = COLLAPSE.case(2, 1, 1.6)
    assert told["limits"] == (None, None, None)
    assert "vanished" in told["why"]


@pytest.mark.parametrize(("outputs", "depth"), [(1, 4), (4, 2)])
def test_one_output_or_two_layers_have_no_gap(outputs, depth):
    told = GAP.case(outputs, depth, 0.3, "standard")
    assert told["tiles"][0]["value"] == "none"
    assert len(told["lines"]) == 1


def test_training_can_be_paused_and_goes_on(page):
    move(page, RANK, beta=0.02)
    run, deadline = run_of(page, RANK), time.monotonic() + 60
    while run.frame is None and time.monotonic() < deadline:
        time.sleep(0.01)
        run.poll()
    page.run()
    page.button(key="beyond_rank_pause").click().run()
    step = run.frame.step
    if not run.frame.done:
        page.button(key="beyond_rank_on").click().run()
    assert ended(page, RANK).step >= step
