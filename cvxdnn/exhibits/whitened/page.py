"""Whitened data: one channel for each class, where that is optimal, and where a deep network does better."""

import streamlit as st

from cvxdnn.app.fit import fit_run
from cvxdnn.app.page import heading, live, wide_and_narrow
from cvxdnn.exhibits.closed_form.view import layers, training
from cvxdnn.exhibits.whitened.view import (
    case_of,
    channels,
    controls,
    counterexample,
    facts,
    vanishing_curves,
)

THEOREM = r"""
**Theorem.** Let $XX^T=I$ and let $Y$ be one-hot, with $n_k$ samples in class $k$. *One channel per class* costs
$\sum_k\min_s\tfrac12(s-\sqrt{n_k})^2+\tfrac{\beta L}{2}s^{2/L}$. This is

- the **optimum** for $L=2$, and for every $L$ if the network is a sum of parallel chains;
- an **upper bound** for a standard network with $L\ge3$. Nothing lower was found for two classes, or for up to
  four classes and four layers. As an optimum it is **false** in general: three classes and five layers suffice.

Class $k$ has a channel only if $\sqrt{n_k}$ exceeds a threshold: $\beta$ for $L=2$, and for $L\ge3$ one at which it
vanishes with a jump.

**Conditions.** At least as many inputs as samples, no biases, the objective
$\tfrac12\|f-Y\|^2+\tfrac\beta2\sum_l\|W_l\|_F^2$ (a sum, not a mean), hidden layers of width at least $K$, or at least
$K$ chains.
"""

RANK_TWO = r"""
Its first three layers have rank two instead of three: the first class lies *between* the other two, and only the fourth
layer tells them apart. Rank is what depth makes expensive, so deep standard networks prefer it low. Ordinary training
finds such networks: with 3 equal classes, 6 layers and $\beta=0.1$ the best of a dozen ends some 8 % below one
channel per class.
"""


def page() -> None:
    """The page from top to bottom."""
    run = fit_run("whitened")

    heading(
        "A classifier gives every class a channel of its own, until it is deep.",
        "Press Train and look at the map “Who fires for whom”: each neuron ends up firing for one class only, and "
        "those of one class are its channel. Make one class smaller, raise the weight decay, and it loses its channel. "
        "Then set the depth to 6: training goes below the value of one channel per class.",
    )

    picture, panel = wide_and_narrow()

    with panel, st.container(border=True):
        setting = controls()

    case = case_of(setting)

    def show_training() -> None:
        training(run, case.problem, case.optimum, lambda frame: facts(case, frame))

    def show_layers() -> None:
        layers(run, case.problem, case.optimum, case.directions, lambda frame: channels(case, frame))
        st.caption(
            "Blue marks: closed form. Orange: best of the trained networks, measured. Samples are sorted by class, "
            "neurons by the class they fire for most; full orange is strong. Alignment, measured, is 1 (full blue) "
            "where a direction that leaves one layer is the one that enters the next; grey directions have vanished."
        )

    with picture, st.container(border=True):
        live(run, show_training)

    inside, theorem = wide_and_narrow()
    with inside, st.container(border=True):
        live(run, show_layers)
    with theorem, st.container(border=True):
        st.markdown(THEOREM)

    curves, beyond = st.columns(2, gap="small")
    with curves, st.container(border=True):
        st.markdown("**How a channel vanishes.** Exact, for the depth chosen.")
        vanishing_curves(setting)
        st.caption(
            "Two layers fade it out: a soft threshold. Three or more cut it off: it jumps to zero. Dotted: your β."
        )
    with beyond, st.container(border=True):
        st.markdown("**The network that is lower.** Three classes of one sample each, five layers.")
        counterexample(setting.beta)
        st.markdown(RANK_TWO)
