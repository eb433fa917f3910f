"""The Path page for every preset and for points that leave nothing to choose."""

import time

import pytest

from cvxdnn.app.stage import Control, _take
from cvxdnn.app.tab import KEY as TAB
from cvxdnn.core.datasets import PRESETS
from cvxdnn.exhibits.path import case
from cvxdnn.exhibits.path.view import SETTINGS
from tests.exhibits.conftest import go_to, plots
from tests.exhibits.test_explore_page import QUICK, session_of


@pytest.fixture
def path_page(explore):
    """The Path page; call it with a change of the scenario."""

    def open_page(**change):
        app = explore(**QUICK)
        session_of(app).change(**change)
        go_to(app, "path")
        session_of(app).run.pause()
        wait_for_results(app)
        assert not app.exception
        return app

    return open_page


def wait_for_results(app, seconds=60):
    """Run the app until path and cross-validation have a result or a problem."""
    deadline = time.monotonic() + seconds
    runs = app.session_state[TAB].runs
    while any(name in runs and runs[name].is_running for name in ("path", "path_case")):
        assert time.monotonic() < deadline, "what was begun did not end"
        time.sleep(0.02)
        app.run()
    app.run()  # what ended after the page had been drawn


@pytest.mark.parametrize("name", list(PRESETS))
def test_every_preset_has_a_path_and_a_choice_of_weight_decay(path_page, name):
    app = path_page(preset=name)
    assert len(plots(app)) == 1
    (table,) = app.dataframe
    assert len(table.value) >= 2
    assert "certified" in next(each.value for each in app.caption if each.value.startswith("At none"))


@pytest.mark.parametrize(
    "points",
    [((0.4, 2.0),), ((0.0, 1.0), (1.0, 1.0), (2.0, 1.0)), ((1.0, 0.0), (1.0, 5.0), (1.0, 2.0))],
    ids=["one point", "constant y", "equal x"],
)
def test_points_that_a_constant_fits_best_are_explained(path_page, points):
    app = path_page(points=points)
    assert "A constant fits" in app.info[0].value


@pytest.mark.parametrize(
    ("told", "kept"),
    [(0.05, 0.05), (0, 0.0), (1e-9, 1e-9), (-1, None), (1e5, None), (float("nan"), None), (True, None), ("1", None)],
)
def test_the_line_can_be_left_at_a_weight_decay_and_nowhere_else(monkeypatch, told, kept):
    monkeypatch.setattr("streamlit.session_state", state := {"path_stage": {"values": {"path_beta": told, "else": 1}}})
    line = Control(name="path_beta", label="", values=SETTINGS.values("path_beta"), labels=(), value=0.0)
    _take("path_stage", [line])
    assert state["path_stage_chosen"] == ({} if kept is None else {"path_beta": kept})
    assert SETTINGS["path_beta"] == (kept or 0.0)


def test_two_points_have_a_path_but_nothing_to_cross_validate(path_page):
    app = path_page(points=((0.0, 0.0), (1.0, 1.0)))
    assert not plots(app)
    assert "at least 3" in app.info[0].value


def test_a_path_that_takes_long_comes_later(path_page, monkeypatch):
    monkeypatch.setattr(case, "QUICK", 3)
    app = path_page(points=((0.0, 0.0), (0.2, 1.0), (0.5, 0.3), (1.0, 0.7)))
    assert len(app.dataframe) == 1


def test_sessions_that_look_at_the_same_points_share_the_result(path_page):
    points = ((0.0, 0.0), (0.2, 1.0), (0.5, 0.3), (1.0, 0.7))
    path_page(points=points)
    app = path_page(points=points)
    assert len(plots(app)) == 1
