"""The Sweep lab: a grid is chosen, run, stopped, gone on with, found again; impossible ones are explained."""

import csv
import io
import time

import pytest

from cvxdnn.core.datasets import PRESETS
from cvxdnn.core.exceptions import CvxdnnError
from cvxdnn.exhibits.sweep import lab as lab_module
from cvxdnn.exhibits.sweep.results import RUNS, View, _run_of
from cvxdnn.tasks.sweep import AXES, MEASURES, OWN_POINTS, REACHED, Grid, Table, cells
from cvxdnn.tasks.sweep.sample import sample_results
from tests.exhibits.closed_form_pages import sent
from tests.exhibits.conftest import go_to, unmarked
from tests.exhibits.test_explore_page import QUICK, session_of


@pytest.fixture
def sweep_page(explore, monkeypatch, tmp_path):
    """The Sweep lab, small and quick; call it with a change of the scenario."""
    monkeypatch.setenv("CVXDNN_SWEEP_FOLDER", str(tmp_path / "sweeps"))
    opened = []

    def open_page(**change):
        app = explore(**QUICK)
        if change:
            session_of(app).change(**change)
        session_of(app).run.pause()
        go_to(app, "sweep")
        assert not app.exception
        opened.append(app)
        return app

    yield open_page
    for app in opened:
        lab_of(app).stop()


def lab_of(app):
    return app.session_state["tab"].runs["sweep"]


def choose(app, **lists):
    """Set pills and sliders by the names of their lists."""
    for name, values in lists.items():
        kind = app.multiselect if name == "datasets" else app.button_group
        kind(key=f"sweep_{name}").set_value(list(values))
    app.run()
    assert not app.exception
    return app


def small(app):
    app.slider(key="sweep_seeds").set_value(2)
    app.select_slider(key="sweep_steps").set_value(500)
    return choose(app, betas=[0.1], widths=[5, 10])


def finished(app, seconds=60):
    lab_of(app).sweep.wait(seconds)
    app.run()
    assert not app.exception
    return app


def captions(app):
    return unmarked(" ".join(caption.value for caption in app.caption))


def test_a_first_visit_shows_the_default_grid(sweep_page):
    app = sweep_page()
    assert lab_of(app).sweep.grid == Grid()
    assert not app.warning
    shown = sent(app)["model"]
    assert (shown["rows"], shown["columns"][0]) == (["5", "10", "20", "50", "100"], "0.0001")
    assert [still["seeds"] for still in shown["stills"]] == [1, 2, 3, 4, 5]
    last = cells(lab_of(app).sweep.table, Grid())
    assert shown["stills"][-1]["shades"] == [cell.value for cell in last]
    assert shown["known"] == 175


def test_a_still_with_fewer_seeds_is_the_map_of_those(sweep_page):
    first = sent(sweep_page())["model"]["stills"][0]
    records = [record for record in sample_results()[1] if record.seed == 0]
    shares = {(record.width, record.beta): float(record.gap <= REACHED) for record in records}
    assert first["shades"] == [shares[width, beta] for width in Grid().widths for beta in Grid().betas]


def test_a_press_opens_the_cells_first_run_where_it_is_watched(sweep_page):
    run = Grid().first_run(widths=20, betas=0.01)
    assert (run.width, run.beta, run.preset, run.seed) == (20, 0.01, "spike", 0)
    view = View("reached", "widths", "betas", {})
    shown = cells(Table((), 0), Grid())
    assert _run_of(Grid(), view, shown, {"row": 2, "column": 4}) == run
    for made_up in (None, 7, {}, {"row": 9, "column": 0}, {"row": -1, "column": 0}, {"row": "1", "column": 0}):
        assert _run_of(Grid(), view, shown, made_up) is None


def test_a_grid_is_run_and_its_table_is_complete(sweep_page):
    app = small(sweep_page())
    assert app.button(key="sweep_start").label == "Run 4 trainings"
    app.button(key="sweep_start").click().run()
    finished(app)
    assert "4 of 4 runs done" in app.get("progress")[0].proto.text
    assert len(app.dataframe[0].value) == 4
    rows = list(csv.DictReader(io.StringIO(lab_of(app).sweep.table.to_csv())))
    assert [row["width"] for row in rows] == ["5", "5", "10", "10"]
    assert not [button for button in app.button if button.key == "sweep_start"]


def test_results_are_found_again_by_another_session(sweep_page):
    app = small(sweep_page())
    app.button(key="sweep_start").click().run()
    finished(app)
    other = small(sweep_page())
    assert len(other.dataframe[0].value) == 4


def test_a_change_of_the_grid_keeps_the_runs_that_both_have_and_makes_the_rest(sweep_page):
    app = small(sweep_page())
    app.button(key="sweep_start").click().run()
    finished(app)
    app.slider(key="sweep_seeds").set_value(3)
    choose(app, widths=[5, 10, 20])
    assert app.button(key="sweep_start").label == "Go on: 5 left"
    assert list(app.dataframe[0].value[RUNS]) == ["2 of 3"] * 4
    assert "Small figures" in captions(app)
    app.button(key="sweep_start").click().run()
    finished(app)
    assert len(app.dataframe[0].value) == 9
    choose(app, widths=[20])
    assert "3 of 3 runs done" in app.get("progress")[0].proto.text
    app.select_slider(key="sweep_steps").set_value(1_000).run()
    assert app.button(key="sweep_start").label == "Run 3 trainings"


def test_another_first_grid_keeps_what_came_with_the_app(sweep_page):
    app = sweep_page()
    assert lab_of(app).sweep.progress.done == 175
    choose(app, widths=[5, 10, 200], depths=[2, 3])
    assert lab_of(app).sweep.progress.done == 70
    app.slider(key="sweep_restarts").set_value(2).run()
    assert lab_of(app).sweep.progress.done == 0


def test_stop_keeps_what_is_done_and_go_on_makes_the_rest(sweep_page):
    app = small(sweep_page())
    app.slider(key="sweep_seeds").set_value(6).run()
    app.button(key="sweep_start").click().run()
    sweep = lab_of(app).sweep
    deadline = time.monotonic() + 60
    while sweep.progress.done < 1:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    app.run()
    if sweep.is_running:
        assert app.multiselect(key="sweep_datasets").disabled
        app.button(key="sweep_stop").click().run()
    assert not sweep.is_running
    if sweep.progress.done < 12:
        left = app.button(key="sweep_start")
        assert left.label == f"Go on: {12 - sweep.progress.done} left"
        left.click().run()
    finished(app)
    assert len(app.dataframe[0].value) == 12


@pytest.mark.parametrize("name", ["datasets", "betas", "widths", "depths", "optimizers"])
def test_an_empty_list_is_explained(sweep_page, name):
    app = choose(sweep_page(), **{name: []})
    assert f"{name} is empty" in app.info[0].value
    assert not [each for each in app.get("bidi_component") if "stage" in each.proto.component_name]


def test_more_runs_than_the_host_allows_are_refused_with_a_remedy(sweep_page, monkeypatch):
    monkeypatch.setenv("CVXDNN_SWEEP_RUNS", "100")
    lab_module._grid.cache_clear()
    app = sweep_page()
    app.slider(key="sweep_seeds").set_value(50).run()
    assert "this host allows 100" in app.info[0].value
    lab_module._grid.cache_clear()


def test_extremes_of_every_control_are_accepted_or_explained(sweep_page):
    app = sweep_page()
    for key in ("seeds", "restarts"):
        slider = app.slider(key=f"sweep_{key}")
        for value in (slider.max, slider.min):
            app.slider(key=f"sweep_{key}").set_value(value).run()
            assert not app.exception
    choose(app, depths=[2, 3, 4, 5, 6], widths=[2, 200], optimizers=["adam", "momentum", "gd"], datasets=list(PRESETS))
    assert "this host allows" in app.info[0].value
    choose(app, depths=[6], widths=[200], optimizers=["gd"], datasets=["overlapping classes"], betas=[1e-6])
    app.selectbox(key="sweep_biases").set_value("all").run()
    assert not app.exception
    (run,) = lab_of(app).sweep.grid.runs
    assert (run.depth, run.width, run.biases, run.seed) == (6, 200, "all", 0)


def test_every_measure_and_every_pair_of_axes_can_be_shown(sweep_page):
    app = small(sweep_page())
    app.button(key="sweep_start").click().run()
    finished(app)
    for measure in MEASURES:
        app.selectbox(key="sweep_measure").set_value(measure).run()
        assert not app.exception
    for rows in AXES:
        app.selectbox(key="sweep_rows").set_value(rows).run()
        for columns in set(AXES) - {rows}:
            app.selectbox(key=f"sweep_columns_of_{rows}").set_value(columns).run()
            assert not app.exception


def test_other_lists_with_several_values_can_be_narrowed(sweep_page):
    app = choose(small(sweep_page()), depths=[2, 3])
    assert "pools 4 runs: 2 depths × 2 seeds" in captions(app)
    app.selectbox(key="sweep_only_depths").set_value("3").run()
    assert "pools 2 runs: 2 seeds" in captions(app)
    app.slider(key="sweep_seeds").set_value(1).run()
    assert "Each cell is one run" in captions(app)


@pytest.mark.parametrize(
    "points",
    [((0.4, 2.0),), ((0.0, 1.0), (1.0, 1.0)), ((1.0, 0.0), (1.0, 5.0)), ((-1e90, 1e90), (1e90, -1e90))],
    ids=["one point", "constant y", "equal x", "huge"],
)
def test_own_points_of_any_kind_are_swept(sweep_page, points):
    app = small(sweep_page(points=points))
    assert lab_of(app).sweep.grid.datasets == (OWN_POINTS,)
    app.button(key="sweep_start").click().run()
    finished(app)
    assert lab_of(app).sweep.progress.message == ""
    assert len(app.dataframe[0].value) == 4


def test_two_sessions_do_not_see_each_others_points(sweep_page):
    one = small(sweep_page(points=((0.0, 0.0), (1.0, 1.0), (2.0, 0.5))))
    two = small(sweep_page(points=((0.0, 0.0), (1.0, 1.0), (2.0, 0.7))))
    one.button(key="sweep_start").click().run()
    finished(one)
    assert lab_of(one).sweep.grid != lab_of(two).sweep.grid
    two.run()
    assert len(two.dataframe[0].value) == 0


def test_a_failing_runner_is_told(sweep_page, monkeypatch):
    app = small(sweep_page())

    def broken(*arguments, **options):
        raise CvxdnnError("no worker can be had")

    monkeypatch.setattr(lab_module.runner(), "submit", broken)
    app.button(key="sweep_start").click().run()
    finished(app)
    assert any("no worker can be had" in warning.value for warning in app.warning)
    assert app.button(key="sweep_start").label == "Run 4 trainings"


def test_a_lost_connection_pauses_and_its_return_goes_on(sweep_page, monkeypatch):
    monkeypatch.setattr(lab_module, "GRACE_SECONDS", 0.01)
    app = small(sweep_page())
    app.slider(key="sweep_seeds").set_value(20).run()
    app.button(key="sweep_start").click().run()
    lab = lab_of(app)
    lab.leave()
    lab._leaving.join()
    assert not lab.is_running
    app.run()
    finished(app)
    assert lab.sweep.progress.done == 40


def test_a_connection_that_comes_back_soon_pauses_nothing(sweep_page):
    app = small(sweep_page())
    app.slider(key="sweep_seeds").set_value(20).run()
    app.button(key="sweep_start").click().run()
    lab = lab_of(app)
    lab.leave()
    timer = lab._leaving
    app.run()
    assert timer is None or timer.finished.is_set()
    finished(app)
    assert lab.sweep.progress.done == 40
