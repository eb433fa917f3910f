"""Rank one and deep linear: optimal layers line up, and a closed form says how strong each of them is."""

from collections.abc import Hashable

import streamlit as st

from cvxdnn.app.fit import fit_buttons, fit_run
from cvxdnn.app.page import heading, wide_and_narrow
from cvxdnn.app.parts import Parts
from cvxdnn.exhibits.rank_one.case import RankOneCase, RankOneSetting, rank_one_data
from cvxdnn.exhibits.rank_one.film import keep_training, stream_of
from cvxdnn.exhibits.rank_one.theorems import CONDITIONS, theorem_of
from cvxdnn.exhibits.rank_one.view import (
    Closed,
    chosen_depth,
    controls,
    duality_gap,
    facts,
    outcome,
    picture,
    say_why_there_is_none,
    with_stage,
)
from cvxdnn.tasks.fits import FitFrame

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
    run, closed = fit_run("rank_one"), Closed()

    heading(
        "Train a deep network, and its layers line up.",
        "Each dial joins two layers: one hand is the direction that leaves the first most strongly, the other what the "
        "next takes in. Training turns them until they are one. Raise the weight decay until the network lets go.",
    )

    wide, panel = wide_and_narrow()
    with panel, st.container(border=True):
        beside = controls(chosen_depth())

    def setting() -> RankOneSetting:
        return with_stage(beside)

    def poll() -> None:
        closed.coming.poll()
        run.poll()
        keep_training(run, setting())

    def look() -> Hashable:
        frame = run.frame
        return setting(), run.is_running, run.number, closed.coming.is_running, None if run.is_running else frame

    def case() -> RankOneCase | None:
        return closed.of(setting())

    def frame() -> FitFrame | None:
        return run.frame_of(rank_one_data(setting()).problem)

    def show_picture() -> None:
        picture(run, setting(), case())

    def show_buttons() -> None:
        fit_buttons(run, rank_one_data(setting()).problem, lambda: stream_of(setting()))

    def show_facts() -> None:
        known = case()
        if known is None:
            say_why_there_is_none(closed.coming)
        else:
            facts(known, frame())

    def show_more() -> None:
        known = case()
        if known is not None:
            outcome(known, frame())
        now = setting()
        if now.kind == "whitened" and now.depth > 2:
            st.markdown("**Where strong duality stops.** Closed forms.")
            duality_gap(now)
            st.caption(DUALITY_GAP)

    def show_theorem() -> None:
        st.markdown(theorem_of(setting()))
        st.markdown(CONDITIONS)

    poll()
    parts = Parts(poll, lambda: chosen_depth() > 2)

    def is_moving() -> bool:
        return run.is_running or closed.coming.is_running

    with wide:
        parts.draw("rank_one_picture", show_picture, shows=look, moves=is_moving)
        with st.container(border=True):
            parts.draw("rank_one_more", show_more, shows=look, moves=lambda: run.is_running)
            st.markdown("**What to try**")
            st.markdown(WHAT_TO_TRY)
    with panel:
        with st.container(border=True):
            parts.draw("rank_one_training", show_buttons, shows=look, moves=lambda: run.is_running)
        with st.container(border=True):
            parts.draw("rank_one_facts", show_facts, shows=look, moves=is_moving)
        with st.container(border=True):
            parts.draw("rank_one_theorem", show_theorem, shows=setting)
