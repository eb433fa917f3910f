"""What the player is sent: where the tab is, what may be known there, and what is revealed after the prediction."""

from typing import Any

import streamlit as st

from cvxdnn.app.lesson import Entry, lesson_player
from cvxdnn.exhibits.lessons.lesson import LESSONS, PATH_OF_FOUR
from cvxdnn.exhibits.lessons.place import Place
from cvxdnn.exhibits.lessons.prediction import most_knots
from cvxdnn.exhibits.lessons.reveal import revealed

__all__ = ["player"]

KEPT = "lesson_reveal"
ENTRIES = tuple(
    Entry(title=each.title, line=each.questions[0].text, is_in_path=each.number in PATH_OF_FOUR) for each in LESSONS
)


def player(place: Place) -> None:
    """Draw the lesson where the tab is, or the list of all."""
    shown = place.lesson
    lesson_player(
        key="lesson_player",
        place={"n": place.n, "step": place.step, "answers": place.prediction, "told": place.told},
        lesson=shown.before() if shown else None,
        reveal=_reveal(place),
        entries=ENTRIES,
        most_knots=most_knots(shown.questions) if shown else 0,
        on_told=place.hear,
    )


def _reveal(place: Place) -> dict[str, Any] | None:
    """What is revealed of the prediction; computed once, and not before it is asked for."""
    shown, prediction = place.lesson, place.prediction
    if shown is None or prediction is None or place.step < 2:
        return None
    of = (place.n, place.text)
    kept = st.session_state.get(KEPT)
    if kept is None or kept[0] != of:
        kept = st.session_state[KEPT] = (of, revealed(shown, prediction if len(prediction) > 1 else prediction[0]))
    known: dict[str, Any] = kept[1]
    return known
