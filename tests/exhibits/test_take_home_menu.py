"""The menu of every page: nothing is sent before it is opened, then every file with its name."""

import pytest

from tests.exhibits.conftest import go_to
from tests.exhibits.test_explore_page import QUICK

FILES = {
    "explore": ("points.csv", "curves.csv", "knots.csv", "history.csv", "optimum.json", "network.json", "script.py"),
    "path": ("points.csv", "breakpoints.csv", "functions.csv", "cross_validation.csv", "script.py"),
    "depth": ("points.csv", "landscape.csv", "valleys.json", "history.csv", "network.json", "script.py"),
    "rank_one": ("data.csv", "history.csv", "closed_form.json", "network.json", "script.py"),
    "whitened": ("data.csv", "history.csv", "closed_form.json", "network.json", "script.py"),
    "batch_norm": ("data.csv", "history.csv", "closed_form.json", "network.json", "script.py"),
    "extreme_points": ("data.csv", "history.csv", "closed_form.json", "network.json", "script.py"),
    "beyond": tuple(
        f"{claim}{what}"
        for claim in ("depth", "gap", "rank", "jump", "nc3")
        for what in ("_history.csv", "_network.json", ".py")
    ),
    "sweep": ("runs.csv", "settings.json", "script.py"),
}


def offered(app):
    """Keys of the buttons that save a file."""
    return [button.proto.id.split("-")[-1] for button in app.get("download_button")]


@pytest.mark.parametrize("page", FILES)
def test_files_are_offered_when_the_menu_is_opened(explore, page):
    app = explore(**QUICK)
    if page != "explore":
        go_to(app, page)
    assert not app.exception
    assert offered(app) == []
    app.session_state[f"{page}_take_home"] = True
    app.run()
    assert not app.exception
    assert offered(app) == [f"{page}_{name}" for name in FILES[page]]
