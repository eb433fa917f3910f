"""The function that a visitor draws over the points: what is told of it, what it is worth, and its part of the link."""

import streamlit as st

from cvxdnn.app.point_editor import Drawing, Verdict
from cvxdnn.app.point_editor.told import told_drawing
from cvxdnn.core.datasets import Normalization
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.exhibits.explore.session import Session, own_session
from cvxdnn.tasks.link import refusal
from cvxdnn.tasks.sketch import Sketch, appraise, read_sketch, write_sketch

NAME = "sketch"


def drawing(session: Session) -> Drawing:
    """What the editor is sent of it."""
    sketch = session.sketch
    return {
        "version": session.sketch_version,
        "knots": sketch.knots if sketch else (),
        "is_revealed": sketch is not None and sketch.is_revealed,
        "verdict": _verdict(session, sketch) if sketch else None,
    }


def _verdict(session: Session, sketch: Sketch) -> Verdict:
    found = appraise(sketch, session.baseline)
    return {
        "number": session.sketch_number,
        "gap": found.gap,
        "inside": found.inside,
        "advice": (found.advice.kind, found.advice.x) if found.advice else None,
    }


def take_drawing(session: Session, key: str) -> None:
    """Take over what the editor under this key tells of it."""
    try:
        drawn = told_drawing(st.session_state.get(key))
        if drawn is not None:
            sketch = Sketch(drawn.knots, drawn.is_revealed) if drawn.knots else None
            if sketch is not None:
                sketch.spline(_units(session))  # refuses what cannot be priced
            session.draw(sketch, drawn.number)
    except InvalidInputError as error:
        session.leave_unchanged(error)


def _units(session: Session) -> Normalization:
    return session.scenario.normalized()[1]


class DrawingLink:
    """The drawing in the address bar, beside the scenario that it is over."""

    names = (NAME,)

    def texts(self) -> dict[str, str]:
        """The drawing, if there is one."""
        session = own_session()
        return {NAME: write_sketch(session.sketch, _units(session))} if session.sketch else {}

    def take(self, texts: dict[str, str]) -> str:
        """Show it over the points that the link has led to."""
        session = own_session()
        if texts.get(NAME, "") == self.texts().get(NAME, ""):
            return ""
        try:
            session.show_sketch(read_sketch(texts[NAME], _units(session)) if NAME in texts else None)
        except InvalidInputError as error:
            return refusal(error, "It is shown without its drawing")
        return ""
