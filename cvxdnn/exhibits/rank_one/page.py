"""Rank one and deep linear: optimal layers line up, and a closed form says how strong each of them is."""

import streamlit as st

from cvxdnn.app.fit import fit_run
from cvxdnn.app.page import heading, live, wide_and_narrow
from cvxdnn.exhibits.closed_form.view import layers, training
from cvxdnn.exhibits.rank_one.theorems import CONDITIONS, theorem_of
from cvxdnn.exhibits.rank_one.view import case_of, controls, duality_gap, facts, outcome

WHAT_TO_TRY = r"""
- **Let go.** Raise $\beta$. With three or more layers a direction does not fade out: it jumps to zero, and training may
  rest at the old value although zero is better, or the other way round.
- **Both signs.** Choose a ReLU network and multiples of both signs. Two halves that agree share one chain, two that
  oppose need two. With biases the formula for one sign is false: compare the value with the bounds.
- **A duality gap you can train.** Whitened inputs, decay on the last two layers only: train the standard network, then
  the parallel one, which ends lower at the value of the dual.
"""


def page() -> None:
    """The page from top to bottom."""
    run = fit_run("rank_one")

    heading(
        "Train a deep network and watch its layers line up.",
        "Press Train. The orange curve falls towards the blue line, a value known before training starts; the layers "
        "end with equal norms, each pointing where the next one begins. Then make the weight decay larger, or the "
        "network deeper, until it lets go of what it learnt.",
    )

    picture, panel = wide_and_narrow()

    with panel, st.container(border=True):
        setting = controls()

    case = case_of(setting)

    def show_training() -> None:
        training(run, case.problem, case.optimum, lambda frame: facts(case, frame))

    def show_layers() -> None:
        layers(run, case.problem, case.optimum, case.directions, lambda frame: outcome(case, frame))
        st.caption(
            "Blue marks: closed form. Orange: best of the trained networks, measured. Alignment, measured, is 1 (full "
            "blue) where a direction that leaves one layer is the one that enters the next; grey directions have "
            "vanished. Imbalance compares each layer with the next (for ReLU, each neuron's weights in and out) and is "
            "0 wherever training rests."
        )

    with picture, st.container(border=True):
        live(run, show_training)

    inside, theorem = wide_and_narrow()
    with inside, st.container(border=True):
        live(run, show_layers)
    with theorem, st.container(border=True):
        st.markdown(theorem_of(setting))
        st.markdown(CONDITIONS)

    if setting.kind == "whitened" and setting.depth > 2:
        with st.container(border=True):
            st.markdown("**Where strong duality stops.** Closed forms.")
            duality_gap(setting)
            st.caption(
                "Hold every early layer at norm t and pay for it, then choose the best t. A parallel network, a sum of "
                "separate chains, reaches the value of the dual problem at every t. A standard network shares its "
                "layers between outputs and pays more as soon as two directions survive: this is its duality gap. At "
                "its lowest point the solid curve is the optimum under plain weight decay."
            )

    with st.container(border=True):
        st.markdown("**What to try**")
        st.markdown(WHAT_TO_TRY)
