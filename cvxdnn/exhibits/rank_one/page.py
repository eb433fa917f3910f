"""Rank one and deep linear: optimal layers line up, and a closed form says how strong each of them is."""

from collections.abc import Hashable

import streamlit as st

from cvxdnn.app.address import follow
from cvxdnn.app.fit import StagedFit
from cvxdnn.app.page import heading, wide_and_narrow
from cvxdnn.app.parts import Parts
from cvxdnn.app.prose import note, prose
from cvxdnn.app.take_home import take_home
from cvxdnn.exhibits.rank_one.case import RankOneCase, RankOneSetting
from cvxdnn.exhibits.rank_one.film import stream_of
from cvxdnn.exhibits.rank_one.take_home import files
from cvxdnn.exhibits.rank_one.theorems import CONDITIONS, theorem_of
from cvxdnn.exhibits.rank_one.view import (
    SETTINGS,
    Closed,
    controls,
    duality_gap,
    facts,
    outcome,
    picture,
    say_why_there_is_none,
    setting,
)

WHAT_TO_TRY = r"""
- **Let go.** Raise $\beta$. With three or more layers a direction does not fade out: it jumps to zero, and training may
  rest at the old value although zero is better, or the other way round.
- **Both signs.** Choose a ReLU network and multiples of both signs. Two halves that agree share one chain, two that
  oppose need two. With biases the formula for one sign is false: compare the value with the bounds.
- **A duality gap you can train.** Whitened inputs, decay on the last two layers only: train the standard network, then
  the parallel one, which ends lower at the value of the dual.
"""

DUALITY_GAP = (
    "Hold every early layer at norm t and pay for it, then choose the best t. A parallel network, a sum of separate "
    "chains, reaches the value of the dual problem at every t. A standard network shares its layers between outputs "
    "and pays more as soon as two directions survive: this is its duality gap. At its lowest point the solid curve is "
    "the optimum under plain weight decay."
)


def page() -> None:
    """The page from top to bottom."""
    follow(SETTINGS)
    closed = Closed()

    menu = heading(
        "Train a deep network, and its layers line up.",
        "Each dial joins two layers: one hand is the direction that leaves the first most strongly, the other what the "
        "next takes in. Training turns them until they are one. Raise the weight decay until the network lets go.",
    )

    wide, panel = wide_and_narrow()
    with panel, st.container(border=True):
        controls()

    training = StagedFit("rank_one", setting, stream_of, RankOneSetting())

    def poll() -> None:
        closed.coming.poll()
        training.poll()

    def look() -> Hashable:
        return training.look(), closed.coming.is_running

    def case() -> RankOneCase | None:
        return closed.of(setting())

    def show_picture() -> None:
        picture(training.run, setting(), case())

    def show_facts() -> None:
        known = case()
        if known is None:
            say_why_there_is_none(closed.coming)
        else:
            facts(known, training.frame)

    def show_more() -> None:
        known = case()
        if known is not None:
            outcome(known, training.frame, training.is_moving())
        now = setting()
        if now.kind == "whitened" and now.depth > 2:
            prose("**Where strong duality stops.** Closed forms.")
            duality_gap(now)
            note(DUALITY_GAP)

    def show_theorem() -> None:
        prose(theorem_of(setting()))
        prose(CONDITIONS)

    poll()
    parts = Parts(poll, lambda: SETTINGS["depth"] > 2)
    take_home(menu, "rank_one", lambda: files(setting(), case(), training.frame))

    def is_moving() -> bool:
        return training.is_moving() or closed.coming.is_running

    with wide:
        parts.draw("rank_one_picture", show_picture, shows=look, moves=is_moving)
        with st.container(border=True):
            parts.draw("rank_one_more", show_more, shows=look, moves=training.is_moving)
            st.markdown("**What to try**")
            prose(WHAT_TO_TRY)
    with panel:
        with st.container(border=True):
            parts.draw("rank_one_training", training.buttons, shows=look, moves=training.is_moving)
        with st.container(border=True):
            parts.draw("rank_one_facts", show_facts, shows=look, moves=is_moving)
        with st.container(border=True):
            parts.draw("rank_one_theorem", show_theorem, shows=setting)
