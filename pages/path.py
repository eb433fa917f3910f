"""Path: the optimal network for every weight decay at once, and how to choose one."""

import streamlit as st

from cvxdnn.figures.path import complexity_figure, cross_validation_figure, objective_figure, path_figure
from cvxdnn.ui.controls import data_controls
from cvxdnn.ui.page import figure, live
from cvxdnn.ui.path import path_of, selection
from cvxdnn.ui.session import session

here = session()

st.title("Turn the weight decay down and watch the knots appear.")
st.write(
    "Move the slider under the chart. Strong weight decay allows only a constant; as it fades, knots are born one by "
    "one, and at the end the optimal network is the linear spline through the points."
)
if here.problem:
    st.warning(here.problem)

path, data = path_of(here.scenario)
chart, panel = st.columns([2.7, 1.15], gap="small")

with chart, st.container(border=True):
    if path.beta_max > 0:
        figure(path_figure(path, data.x, data.y), key="path_picture")
    else:
        st.info("A constant fits these points as well as any function: no weight decay gives it a knot.")

with panel:
    with st.container(border=True):
        data_controls(here)
    with st.container(border=True):
        st.metric("breakpoints of the path, exact", f"{path.betas.size:,}")
        st.metric("largest certified gap at any of them", f"{path.relative_gap.max():.0e}")
        st.metric("only a constant is left above β =", f"{path.beta_max:.3g}")
    with st.container(border=True):
        st.markdown(
            r"**Theorem.** For two weight layers and the squared loss the optimal function is piecewise linear in "
            r"$\beta$: between breakpoints the knots stay where they are, and at each one a knot is born or dies, or "
            r"the end slopes begin or cease to decide."
        )
        st.caption("β and the objective are in normalised units: x in [0, 1], y centred with range 1.")
        if here.scenario.loss != "squared":
            st.caption("The path is that of the squared loss, whatever the loss of the Explore page.")

if path.beta_max == 0:
    st.stop()

complexity, objective, choice = st.columns(3, gap="small")
with complexity, st.container(border=True):
    st.markdown("**How complex is the optimum?** Exact.")
    figure(complexity_figure(path), key="path_complexity")
    st.caption("Degrees of freedom: how many directions the fitted values can move in when the data move a little.")
with objective, st.container(border=True):
    st.markdown("**What does training pay?** Certified.")
    figure(objective_figure(path), key="path_objective")
    st.caption("The objective is the loss plus the weight decay times the path norm; it is what training minimises.")


def choose() -> None:
    result = choosing.of(here.scenario)
    if running != choosing.is_running:
        st.rerun()
    st.markdown("**Which weight decay predicts best?** Measured.")
    if result is None:
        st.info(choosing.problem or "Following the path of every part of the points …")
        return
    figure(cross_validation_figure(result), key="path_selection_picture")
    left_out = "one point" if result.folds == len(data) else f"one of {result.folds} parts"
    st.caption(
        f"Cross-validation: leave out {left_out} at a time, follow the path of the rest, and compare with what was "
        "left out. Few points make this estimate rough; the shaded band says how rough."
    )


choosing = selection()
choosing.of(here.scenario)
running = choosing.is_running
with choice, st.container(border=True):
    live(choose, active=running)
