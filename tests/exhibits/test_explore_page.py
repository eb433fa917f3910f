"""The Explore page without a browser: what it shows first, and what every control and mistake does."""

import json
import time

import numpy as np
import pytest

from cvxdnn.core.datasets import PRESETS, load_preset
from cvxdnn.core.losses import LOSSES, named
from cvxdnn.core.solution import Status
from cvxdnn.exhibits.explore.score import THERE, percent
from cvxdnn.tasks.scenario import LIMITS, MAX_POINTS, Scenario
from tests.exhibits.conftest import settle, unmarked, wait_for_frame

QUICK = {"restarts": "2", "width": "20"}


def session_of(app):
    return app.session_state["explore_session"]


def sent_to_the_chart(app):
    (chart,) = [each.proto for each in app.get("bidi_component") if "point_editor" in each.proto.component_name]
    return json.loads(chart.bytes)


def curve(app, name):
    return next(curve for curve in sent_to_the_chart(app)["curves"] if curve["name"] == name)


def table(app):
    return unmarked(" ".join(element.proto.body for element in app.get("html")))


def readout(app):
    """All that is said in numbers and words: above the chart, and in the table."""
    score = sent_to_the_chart(app)["score"]
    return " ".join([*(score[part] for part in ("title", "instead", "note")), table(app)])


def trained_a_while(app):
    """The session, its training paused after its first steps."""
    session = session_of(app)
    deadline = time.monotonic() + 60
    while session.run.is_running and (session.run.frame is None or session.run.frame.step == 0):
        assert time.monotonic() < deadline, "training never began"
        time.sleep(0.01)
        session.run.poll()
    session.run.pause()
    app.run()
    assert not app.exception
    return session


def test_first_visit_shows_a_solved_problem_and_a_trained_network(explore):
    app = explore()
    session = session_of(app)
    assert session.scenario == Scenario()
    assert not session.run.is_running
    assert not app.warning
    assert curve(app, "optimum")["lines"]
    assert curve(app, "network")["lines"]
    assert sent_to_the_chart(app)["certificate"]["touching"]


def test_the_stored_network_is_what_training_gives(explore):
    app = explore()
    session = session_of(app)
    shown = session.run.frame.objective
    lowest = session.baseline.solution.objective - session.baseline.solution.gap
    assert lowest <= shown <= lowest * (1 + 1e-3)
    app.button(key="explore_play").click().run()
    trained = settle(app).run.frame
    assert trained.status is Status.CONVERGED
    assert trained.objective == pytest.approx(shown, rel=1e-6)


@pytest.mark.parametrize("name", list(PRESETS))
def test_every_preset_is_solved_and_trains(explore, name):
    app = explore(**QUICK)
    session = session_of(app)
    session.change(preset=name)  # what the menu's callback does; the menu itself is clicked in tests/browser
    app.run()
    data = load_preset(name)
    assert session.scenario.points == tuple(zip(data.x.tolist(), data.y.tolist(), strict=True))
    assert session.baseline.solution.relative_gap <= 1e-6
    first_report = wait_for_frame(session)
    assert np.isfinite(first_report.objectives).all()
    session.run.pause()
    assert not app.exception


@pytest.mark.parametrize("depth", LIMITS["depth"])
@pytest.mark.parametrize("biases", ["last_hidden", "all"])
@pytest.mark.parametrize("optimizer", ["adam", "momentum", "gd", "lbfgs"])
def test_every_kind_of_network_can_be_played(explore, depth, biases, optimizer):
    app = explore(**QUICK, depth=str(depth), biases=biases, optimizer=optimizer)
    session = trained_a_while(app)
    assert session.run.frame.step > 0
    assert not app.error
    assert ("upper bound" in readout(app)) == (depth > 2 and biases == "all")
    assert curve(app, "optimum")["lines"]


def test_what_was_paused_goes_on_and_the_film_with_it(explore):
    app = explore(**QUICK)
    paused = trained_a_while(app).run.frame
    app.button(key="explore_play").click().run()
    later = settle(app).run.frame
    assert later.step > paused.step
    assert np.array_equal(later.history[0], paused.history[0])
    reel = sent_to_the_chart(app)["film"]
    assert (reel["stills"], reel["step"]) == (len(later.film.counts), later.step)
    assert len(later.film.counts) > len(paused.film.counts)


def test_a_new_weight_decay_keeps_the_weights(explore):
    app = explore(**QUICK)
    session = trained_a_while(app)
    before = session.run.frame
    session.change(beta=0.1)
    app.run()
    assert session.scenario.beta == 0.1
    after = settle(app).run.frame
    assert after.step > before.step
    assert np.array_equal(after.history[0], before.history[0])  # one run, from the same start
    assert after.film.numbers[0, 0] == before.step  # but a film of one weight decay


def test_other_settings_start_again(explore):
    app = explore(**QUICK)
    settle(app)
    app.slider(key="explore_width").set_value(7).run()
    assert settle(app).run.frame.history[0, 0] == 0


def test_settings_reach_the_link_and_the_link_gives_them_back(explore):
    app = explore()
    app.slider(key="explore_restarts").set_value(3).run()
    session_of(app).change(beta=0.05, points=((0.0, 0.0), (0.3, 1.0), (1.0, 0.2)))
    app.run()
    session_of(app).run.pause()
    link = {name: "".join(value) for name, value in app.query_params.items()}
    assert {"v", "points", "beta", "restarts"} <= set(link)
    other = explore(**link)
    assert session_of(other).scenario == session_of(app).scenario
    session_of(other).run.pause()


@pytest.mark.parametrize(
    "query",
    [
        {"v": "99", "beta": "1"},
        {"points": "%%%"},
        {"beta": "nan"},
        {"width": "0"},
        {"depth": "1000000"},
        {"preset": "<script>"},
    ],
)
def test_a_mangled_link_gives_a_message_and_the_default(explore, query):
    app = explore(**query)
    assert session_of(app).scenario == Scenario()
    assert "default" in app.warning[0].value


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"points": ()}, "points has 0"),
        ({"points": tuple((i, i) for i in range(10_000))}, "10,000"),
        ({"points": ((0.0, float("nan")), (1.0, 0.0))}, "nan"),
        ({"points": ((0.0, float("inf")), (1.0, 0.0))}, "inf"),
        ({"beta": -1.0}, "beta is -1"),
        ({"width": 0}, "width is 0"),
    ],
)
def test_impossible_settings_change_nothing_and_are_named(explore, settings, words):
    app = explore()
    before = session_of(app).scenario
    session_of(app).change(**settings)
    app.run()
    assert session_of(app).scenario == before
    assert words in app.warning[0].value


@pytest.mark.parametrize(
    "points",
    [
        ((0.4, 2.0),),
        ((0.0, 1.0), (1.0, 1.0), (2.0, 1.0)),
        ((1.0, 0.0), (1.0, 5.0)),
        ((0.0, 0.0), (1e-12, 1.0), (3e-12, 0.0)),
        ((0.0, 0.0), (1e12, 1e12), (3e12, 0.0)),
        tuple((i / 10, (-1.0) ** i) for i in range(MAX_POINTS)),
    ],
    ids=["one point", "constant y", "equal x", "tiny x", "huge x", "200 points"],
)
def test_extreme_points_are_shown_and_trained(explore, points):
    app = explore(**QUICK)
    session_of(app).change(points=points)
    app.run()
    assert not app.exception
    assert session_of(app).baseline.solution.status.ok
    assert np.isfinite(trained_a_while(app).run.frame.objectives).all()


def test_a_failed_job_is_one_message_and_the_next_play_works(explore):
    app = explore(**QUICK)
    session = settle(app)
    session.run.message = "The worker process died."
    app.run()
    assert app.error[0].value == "The worker process died."
    app.button(key="explore_play").click().run()
    settle(app)
    assert not app.error


def test_hidden_curves_are_part_of_the_link(explore):
    app = explore()
    frame = session_of(app).run.frame
    session_of(app).change(hidden=("band", "networks"))
    app.run()
    assert sent_to_the_chart(app)["hidden"] == ["networks", "band"]
    assert app.query_params["hidden"]
    assert session_of(app).run.frame is frame


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_is_certified_and_trains_from_above(explore, loss):
    preset = "two classes" if named(loss).needs_labels else "outliers"
    app = explore(**QUICK, preset=preset, loss=loss, beta="0.05")
    session = session_of(app)
    assert session.baseline.solution.relative_gap < 1e-8
    assert sent_to_the_chart(app)["certificate"]["touching"]
    settle(app)
    solution = session.baseline.solution
    assert session.run.frame.objective >= (solution.objective - solution.gap) * (1 - 1e-9)
    assert session.run.frame.objective <= 1.5 * solution.objective


def test_numbers_become_labels_and_come_back(explore):
    session = session_of(explore(**QUICK))
    numbers = session.scenario.points
    session.change(loss="logistic")
    assert {y for _, y in session.scenario.points} == {-1.0, 1.0}
    assert [x for x, _ in session.scenario.points] == [x for x, _ in numbers]
    assert "labels" in session.problem
    session.change(loss="squared")
    assert session.scenario.points == numbers
    assert not session.problem


def test_undoing_the_labels_brings_the_squared_loss_back(explore):
    session = session_of(explore(**QUICK))
    numbers = session.scenario.points
    session.change(loss="hinge")
    session.change(by_chart=True, points=numbers)  # what the chart sends after Undo
    assert (session.scenario.points, session.scenario.loss) == (numbers, "squared")
    assert "squared" in session.problem


def test_undoing_a_drag_brings_the_name_of_the_preset_back(explore):
    session = session_of(explore(**QUICK))
    preset, points = session.scenario.preset, session.scenario.points
    moved = ((points[0][0], points[0][1] + 1), *points[1:])
    session.change(by_chart=True, points=moved)
    assert (session.scenario.preset, session.scenario.points) == ("", moved)
    session.change(by_chart=True, points=points)  # what the chart sends after Undo
    assert (session.scenario.preset, session.scenario.points) == (preset, points)
    assert preset


def test_a_preset_of_labels_brings_a_loss_for_labels(explore):
    session = session_of(explore(**QUICK))
    session.change(preset="two classes")
    assert session.scenario.loss == "hinge"
    session.change(loss="logistic")
    session.change(preset="overlapping classes")
    assert session.scenario.loss == "logistic"
    session.change(preset="spike")
    assert session.scenario.loss == "squared"


def test_with_labels_the_chart_offers_two_levels_and_the_readout_counts(explore):
    app = explore(**QUICK, preset="two classes", loss="hinge", beta="0.02")
    settle(app)
    assert sent_to_the_chart(app)["levels"] == [-1.0, 1.0]
    assert "14 of 14" in readout(app)


def test_labels_of_one_class_are_explained(explore):
    app = explore(**QUICK, preset="two classes", loss="logistic")
    session = session_of(app)
    session.change(by_chart=True, points=((0.0, 1.0), (1.0, 1.0), (2.0, 1.0)))
    app.run()
    settle(app)
    assert "only the label 1" in readout(app)
    assert len(session.scenario.points) == 3


@pytest.mark.parametrize("depth", [3, 5])
def test_deeper_networks_are_compared_with_their_own_optimum(explore, depth):
    app = explore(**QUICK, preset="many optima", depth=str(depth), beta="0.01")
    session = settle(app)
    solution = session.baseline.solution
    assert solution.depth == depth
    assert solution.relative_gap <= 1e-9
    assert session.run.frame.objective >= session.baseline.lower_bound * (1 - 1e-9)
    assert "local minima" in readout(app)
    assert sent_to_the_chart(app)["words"]["decay"] == "effective β"


def test_with_biases_everywhere_the_value_is_called_an_upper_bound(explore):
    app = explore(**QUICK, preset="many optima", depth="3", biases="all", beta="0.01")
    session = settle(app)
    assert session.baseline.lower_bound is None
    assert "upper bound" in readout(app)
    assert "gap to the best" not in readout(app)


def look_closer(app, view):
    app.session_state["explore_details_open"] = True
    app.session_state["explore_details_view"] = view
    app.run()
    assert not app.exception


@pytest.mark.parametrize("view", ["Restarts", "Race", "Seeds"])
def test_every_view_of_the_details_opens(explore, view):
    app = explore(**QUICK)
    look_closer(app, view)
    shown = [each.key for each in app.get("segmented_control") or app.get("button_group")]
    assert shown.count("explore_details_view") == 1


def test_all_starts_are_counted_and_those_that_are_stuck_can_be_shown(explore):
    app = explore(preset="two close points", width="8")
    session = settle(app, seconds=120)
    sent = sent_to_the_chart(app)
    gaps = session.run.frame.objectives / session.baseline.lower_bound - 1
    stuck = sorted(gaps[gaps > THERE], reverse=True)
    assert stuck, "training should get stuck here"
    assert sent["score"]["note"].startswith(f"{gaps.size - len(stuck)} of {gaps.size} starts")
    lines = curve(app, "networks")["lines"]
    told = sent["score"]["stuck"]
    assert [each["label"].split(", ")[1] for each in told] == [percent(gap) for gap in stuck][: len(told)]
    for each in told:
        start = int(each["label"].split()[1].rstrip(",")) - 1
        assert percent(gaps[start]) in each["label"]
        assert lines[each["line"]]


def test_a_preset_brings_the_width_at_which_it_shows_what_it_says(explore):
    session = session_of(explore(**QUICK))
    session.change(preset="two close points")
    assert session.scenario.width == 20  # somebody has chosen it
    session.change(width=50, preset="zigzag")
    session.change(preset="two close points")
    assert session.scenario.width == 8
    session.change(preset="zigzag")
    assert session.scenario.width == 50


def test_a_race_runs_and_pauses_the_training(explore):
    app = explore(**QUICK, preset="many optima", beta="0.05")
    look_closer(app, "Race")
    session = session_of(app)
    app.button(key="explore_details_start").click().run()
    assert not session.run.is_running
    deadline = time.monotonic() + 60
    while session.race.is_running:
        assert time.monotonic() < deadline
        time.sleep(0.05)
        session.poll()
    app.run()
    assert not app.exception
    assert session.race.frame.done
    session.change(beta=0.1)
    app.run()
    assert "settings have changed" in " ".join(caption.value for caption in app.caption)


@pytest.mark.parametrize("depth", [2, 3])
def test_insertion_arrives_where_descent_gets_stuck(explore, depth):
    app = explore(**QUICK, preset="two close points", beta="0.001", depth=str(depth), optimizer="insertion")
    session = settle(app, seconds=120)
    assert session.run.frame.objective <= session.baseline.solution.objective * (1 + 1e-3)
    assert session.run.frame.objective >= session.baseline.lower_bound * (1 - 1e-9)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"optimizer": "insertion", "loss": "absolute"}, "kinks"),
        ({"polish": True, "loss": "absolute"}, "kinks"),
        ({"optimizer": "insertion", "depth": 3, "biases": "all"}, "biases"),
    ],
)
def test_exact_moves_that_do_not_fit_are_refused_by_name(explore, settings, words):
    session = session_of(explore(**QUICK))
    before = session.scenario
    session.change(**settings)
    assert words in session.problem
    assert session.scenario == before
