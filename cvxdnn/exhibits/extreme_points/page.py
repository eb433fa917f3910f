"""Extreme points: two-layer training as geometry, with samples one can drag."""

import streamlit as st

from cvxdnn.app.fit import fit_buttons, fit_run
from cvxdnn.app.page import heading, live
from cvxdnn.exhibits.extreme_points.controls import beta_control, sample_controls, state
from cvxdnn.exhibits.extreme_points.samples import picture_of
from cvxdnn.exhibits.extreme_points.view import show_dual, show_numbers, show_set, show_training, turn_control

THEOREM = (
    r"**Theorem.** With $Q=\{(Xu)_+ : \|u\|\le 1\}$, squared loss, weight decay $\beta$ and at least $n$ hidden "
    r"neurons, two-layer training equals the convex problem "
    r"$\min_{q_j\in Q}\ \tfrac12\|\sum_j w_jq_j-y\|^2+\beta\sum_j|w_j|$, and its dual "
    r"$\max_\lambda\ \lambda^\top y-\tfrac12\|\lambda\|^2$ subject to $|\lambda^\top q|\le\beta$ on $Q$ has the "
    r"same value. A neuron in use has $\lambda^\top q=\pm\beta$, and can be chosen extreme in the hull of $Q$."
)

ONE_INPUT = (
    r"**One input with free biases:** $Q$ holds the ramps $(\pm(x-t))_+$, the output bias adds "
    r"$\sum_i\lambda_i=0$, and the extreme points are the ramps that bend at data. That is why the optimal network "
    r"is a linear spline with knots at data points."
)


def page() -> None:
    """The page from top to bottom."""
    here, run = state(), fit_run("extreme_points")

    heading(
        "The best network needs only neurons at the rim of a convex set.",
        "What a neuron outputs on the samples is one point; the grey set holds those of all neurons. Drag the samples "
        "and watch where the blue planes lean against the set: the best network uses only neurons where the two touch.",
    )

    left, right = st.columns([1.55, 1], gap="small")

    with right, st.container(border=True):
        sample_controls(here)

    above = left.container(border=True)
    with above:
        beta_place, turn_place = st.columns(2, gap="medium")
        with beta_place:
            beta = beta_control()

    picture = picture_of(here.samples, beta)
    run.poll()
    frame = None if run.is_running else run.frame_of(picture.problem)

    with turn_place:
        turn = turn_control(picture)
    with above:
        st.markdown(
            "**All ramps, seen without their means.** Exact."
            if here.samples.bias
            else "**All neurons on these samples.** Exact. One axis for each sample."
        )
        show_set(picture, frame, turn)
        st.caption(
            "The output bias supplies any constant, so only the part of a ramp that sums to zero counts. The corners "
            "are the ramps that bend at a data point; a bend in between lies on the straight line between two of them."
            if here.samples.bias
            else "Grey: the outputs $(Xu)_+$ of all neurons with $\\|u\\|\\le1$. Pale blue: their convex hull. Strong "
            "blue: its extreme points. Diamonds: touched by the dual, + or − the sign of the output weight."
        )

    lower, beside = st.columns([1.55, 1], gap="small")

    with lower, st.container(border=True):
        st.markdown("**All feasible duals, and the one nearest to the targets.** Exact.")
        show_dual(picture, turn)
        st.caption(
            "The dual λ is the residual of the optimal network; the thick line from λ to the targets is its output. It "
            "is made of the touched neurons (dashed), each with a positive share. An isolated extreme point of the "
            "set above is a flat facet here (dark)."
        )

    with beside, st.container(border=True):
        show_numbers(picture)

    with beside, st.container(border=True):
        st.markdown(THEOREM)
        st.markdown(ONE_INPUT)

    def show_run() -> None:
        fit_buttons(run, picture.problem)
        show_training(picture, run.frame_of(picture.problem))

    with st.container(border=True):
        live(run, show_run)
