"""The cards on overstated closed forms: every control at its ends, exact numbers, and trained networks beside them."""

import time

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cvxdnn.core.limits import host_limits
from cvxdnn.exhibits.beyond import case as cases
from tests.exhibits.conftest import forget_everybody

SLIDERS = ("gap_outputs", "gap_depth", "rank_depth", "jump_depth", "nc3_classes", "nc3_smallest")
WEIGHT_DECAYS = ("gap_beta", "rank_beta", "jump_beta", "nc3_beta")
TOGGLES = ("gap_parallel", "jump_small")


def script():
    from cvxdnn.exhibits.beyond.closed_forms import closed_form_limits

    closed_form_limits()


@pytest.fixture
def page(monkeypatch):
    """The four cards, with training in threads of this process."""
    monkeypatch.setenv("CVXDNN_WORKERS", "0")
    host_limits.cache_clear()
    forget_everybody()
    app = AppTest.from_function(script, default_timeout=60).run()
    assert not app.exception
    yield app
    forget_everybody()
    host_limits.cache_clear()


def run_of(app, card):
    return app.session_state["tab"].runs[f"beyond_{card}"]


def trained(app, card, seconds=120):
    """Press the card's button and wait for the end of the fit."""
    app.button(key=f"beyond_{card}_train_play_arrow").click().run()
    run, deadline = run_of(app, card), time.monotonic() + seconds
    while run.is_running:
        assert time.monotonic() < deadline, "the fit did not end"
        time.sleep(0.05)
        run.poll()
    app.run()
    assert not app.exception
    assert not run.message
    return run.frame


def metric(app, label):
    return next(float(metric.value) for metric in app.metric if metric.label.startswith(label))


def captions(app):
    return " ".join(caption.value for caption in app.caption)


def test_the_first_sight_has_every_exact_number(page):
    assert metric(page, "standard network") == pytest.approx(1.79736, abs=1e-5)
    assert metric(page, "dual, and parallel") == pytest.approx(1.215, abs=1e-5)
    assert metric(page, "one channel per class") == pytest.approx(0.73398, abs=1e-5)
    assert metric(page, "network of rank two") == pytest.approx(0.72161, abs=1e-5)
    assert metric(page, "threshold") == pytest.approx(1.5 * 0.6 ** (2 / 3), abs=1e-4)
    assert metric(page, "only the means centred") == pytest.approx(0.6058, abs=1e-4)
    assert metric(page, "both centred") == 0
    assert len(page.get("vega_lite_chart")) == 6


@pytest.mark.parametrize("slider", SLIDERS)
def test_sliders_at_their_ends(page, slider):
    control = page.slider(key=f"beyond_{slider}")
    for value in (control.min, control.max):
        control.set_value(value).run()
        assert not page.exception
        assert all(np.isfinite(float(metric.value)) for metric in page.metric)


@pytest.mark.parametrize("name", WEIGHT_DECAYS)
def test_weight_decay_at_its_ends(page, name):
    control = page.select_slider(key=f"beyond_{name}")
    for value in (control.options[0], control.options[-1]):
        control.set_value(float(value)).run()
        assert not page.exception


def test_all_controls_at_their_upper_ends_at_once(page):
    for slider in SLIDERS:
        page.slider(key=f"beyond_{slider}").set_value(page.slider(key=f"beyond_{slider}").max)
    for name in WEIGHT_DECAYS:
        control = page.select_slider(key=f"beyond_{name}")
        control.set_value(float(control.options[-1]))
    for name in TOGGLES:
        page.toggle(key=f"beyond_{name}").set_value(True)
    page.run()
    assert not page.exception


def test_the_smallest_of_two_classes_can_vanish(page):
    page.slider(key="beyond_nc3_classes").set_value(2)
    page.slider(key="beyond_nc3_smallest").set_value(1)
    page.select_slider(key="beyond_nc3_beta").set_value(1.6).run()
    assert not page.exception
    assert "only one is left" in captions(page)


@pytest.mark.parametrize(("outputs", "depth"), [(1, 4), (4, 2)])
def test_one_output_or_two_layers_have_no_gap(page, outputs, depth):
    page.slider(key="beyond_gap_outputs").set_value(outputs)
    page.slider(key="beyond_gap_depth").set_value(depth).run()
    assert "No gap here" in captions(page)


def test_a_standard_network_trains_to_its_optimum_above_the_dual(page):
    frame = trained(page, "gap")
    values = cases.gap_case(3, 3, 0.3, False).values
    assert frame.objective == pytest.approx(values.standard, rel=1e-6)
    assert frame.objective > 1.4 * values.parallel


def test_a_parallel_network_trains_to_the_dual(page):
    page.toggle(key="beyond_gap_parallel").set_value(True).run()
    assert trained(page, "gap").objective == pytest.approx(1.215, rel=1e-6)


def test_six_layers_go_below_one_channel_per_class(page):
    page.slider(key="beyond_rank_depth").set_value(6).run()
    frame = trained(page, "rank")
    assert frame.objective < 0.95 * cases.rank_case(6, 0.1).one_channel
    assert "restarts are below one channel per class" in captions(page)


def test_where_training_ends_below_the_threshold_depends_on_its_start(page):
    case = cases.jump_case(4, 0.3, False)
    kept = {}
    for small in (False, True):
        page.toggle(key="beyond_jump_small").set_value(small).run()
        kept[small] = np.diag(trained(page, "jump").view.outputs)
    above = case.targets >= case.threshold
    target, optimum = case.curves["optimum"]
    expected = np.interp(case.targets[above], target[target > case.threshold], optimum[target > case.threshold])
    assert kept[False][above] == pytest.approx(expected, abs=1e-3)
    assert kept[True].sum() < kept[False].sum()


def test_trained_networks_end_at_the_predicted_distances(page):
    page.slider(key="beyond_nc3_smallest").set_value(2).run()
    frame = trained(page, "nc3")
    limits = cases.collapse_case(3, 2, 0.2).limits
    measured = cases.named(frame.traces)
    assert {name: trace[-1] for name, trace in measured.items()} == pytest.approx(limits, abs=1e-3)


def test_moving_a_control_leaves_no_network_of_other_settings_on_the_chart(page):
    trained(page, "jump")
    page.slider(key="beyond_jump_depth").set_value(3).run()
    assert "not trained yet" in captions(page)
    assert run_of(page, "jump").frame_of(cases.jump_case(3, 0.3, False).problem) is None


def test_training_can_be_paused_and_goes_on(page):
    page.select_slider(key="beyond_rank_beta").set_value(0.02).run()
    page.button(key="beyond_rank_train_play_arrow").click().run()
    run = run_of(page, "rank")
    deadline = time.monotonic() + 60
    while run.frame is None and time.monotonic() < deadline:
        time.sleep(0.01)
        run.poll()
    run.pause()
    assert run.frame is not None
    step = run.frame.step
    page.run()
    frame = trained(page, "rank")
    assert frame.step > step
    assert frame.history[0, 0] == 0


def test_starting_one_card_stops_another(page):
    page.button(key="beyond_rank_train_play_arrow").click().run()
    trained(page, "gap")
    assert not run_of(page, "rank").is_running
