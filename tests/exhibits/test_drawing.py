"""A drawing in a link of the Spline explorer, and drawings that no browser of ours would tell."""

from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from cvxdnn.app.main import SCRIPT
from cvxdnn.exhibits.explore import drawing as module
from cvxdnn.exhibits.explore.drawing import take_drawing
from cvxdnn.exhibits.explore.session import KEY
from cvxdnn.tasks import link
from cvxdnn.tasks.scenario import Scenario
from cvxdnn.tasks.sketch import Sketch, write_sketch

KNOTS = ((0.0, 0.0), (3.0, 0.5), (6.0, 0.0))


@pytest.fixture
def visit(explore, monkeypatch):
    """Open the Spline explorer with settings in its link; nothing is trained there."""
    monkeypatch.setattr("cvxdnn.app.run.Run.start", lambda *_: None)

    def open_page(**texts):
        app = AppTest.from_file(SCRIPT, default_timeout=60)
        for name, value in link.pack(texts).items():
            app.query_params[name] = value
        app.run()
        assert not app.exception
        return app, app.session_state[KEY]

    return open_page


def text(is_revealed=False, preset="spike"):
    return write_sketch(Sketch(KNOTS, is_revealed), Scenario(preset=preset).normalized()[1])


@pytest.mark.parametrize("is_revealed", [False, True])
def test_a_link_opens_with_its_drawing_and_keeps_it(visit, is_revealed):
    app, session = visit(sketch=text(is_revealed))
    assert session.sketch.is_revealed == is_revealed
    assert [round(y, 4) for _, y in session.sketch.knots] == [0, 0.5, 0]
    assert not app.warning
    verdict = module.drawing(session)["verdict"]
    assert verdict["gap"] > 1


@pytest.mark.parametrize("garbled", ["x", "d", "dAAAA", "r" + "_" * 100, "d" + "A" * 200])
def test_a_drawing_that_is_none_is_said_and_the_points_are_shown(visit, garbled):
    app, session = visit(preset="zigzag", sketch=garbled)
    assert session.sketch is None
    assert session.scenario.preset == "zigzag"
    assert "without its drawing" in app.warning[0].value


def test_other_points_put_the_drawing_away(visit):
    _, session = visit(sketch=text())
    version = session.sketch_version
    session.change(preset="zigzag")
    assert session.sketch is None
    assert session.sketch_version > version
    session.draw(Sketch(KNOTS), 1)
    session.change(beta=0.01)
    assert session.sketch is not None


@pytest.mark.parametrize(
    "knots", [[[0, 0]], [[0, 0], [0, 1]], [[0, 0], [1e9, 1]], [[0, 0], [1, float("inf")]], [[k, 0] for k in range(41)]]
)
def test_what_cannot_be_priced_leaves_everything_as_it_was(visit, monkeypatch, knots):
    _, session = visit(sketch=text())
    before = session.sketch
    told = {"sketch": {"number": 5, "knots": knots, "isRevealed": False}}
    monkeypatch.setattr(module, "st", SimpleNamespace(session_state={"editor": told}))
    take_drawing(session, "editor")
    assert session.sketch is before
    assert "sketch" in session.problem
    told["sketch"]["knots"] = []
    take_drawing(session, "editor")
    assert session.sketch is None
