"""Path: the optimal network for every weight decay at once, and how to choose one."""

import streamlit as st

from cvxdnn.app.background import LOOK_SECONDS
from cvxdnn.app.page import figure, live
from cvxdnn.exhibits.explore.controls import data_controls
from cvxdnn.exhibits.explore.session import session
from cvxdnn.exhibits.path.charts import complexity_figure, cross_validation_figure, objective_figure, path_figure
from cvxdnn.exhibits.path.page import REFUSED, path_of, selection, selection_of

here = session()

st.title("Turn the weight decay down and watch the knots appear.")
st.write(
    "Pull the slider under the chart to the right. It lowers the weight decay β, the price of large weights. A high "
    "price allows only a constant; as it falls, knots are born, places where the slope changes, and in the end the "
    "optimal network is the straight-line spline through the points."
)
if here.problem:
    st.warning(here.problem)

path, data = path_of(here.scenario)
chart, panel = st.columns([2.7, 1.15], gap="small")

with chart, st.container(border=True):
    if path.beta_max > 0:
        figure(path_figure(path, data.x, data.y), key="path_picture")
        st.caption(
            "Above: the optimum for the slider's β, certified. Below: the life of every knot, from its birth "
            "(triangle) down to its death (cross) or to the lowest β shown; the dashed line is the slider."
        )
    else:
        st.info("A constant fits these points as well as any function: no weight decay gives it a knot.")

with panel:
    with st.container(border=True):
        data_controls(here)
    with st.container(border=True):
        st.metric(
            "breakpoints",
            f"{path.betas.size:,}",
            help="Values of β at which something changes; between them the function moves in a straight line.",
        )
        st.metric(
            "largest gap, certified",
            f"{path.relative_gap.max():.0e}",
            help="At no breakpoint is any two-layer network better than the optimum shown by more than this share.",
        )
        st.metric("largest β with a bend, exact", f"{path.beta_max:.3g}", help="Above it only a constant is left.")
    with st.container(border=True):
        st.markdown(
            r"**Theorem.** Training a wide enough network of two weight layers has the same optimum as "
            r"$\min_f\tfrac12\sum_i(f(x_i)-y_i)^2+\beta R(f)$. The optimal $f$ is piecewise linear in $\beta$: at each "
            r"breakpoint a knot is born or dies, or the ends begin or cease to cost extra; in between the knots stay."
        )
        st.caption(
            "R is the path norm: the sum of all slope changes, or more if the ends are steep. β and the objective are "
            "in normalised units: x in [0, 1], y centred with range 1."
        )
        if here.scenario.loss != "squared":
            st.caption("The path is that of the squared loss, whatever the loss of the Explore page.")

if path.beta_max == 0:
    st.stop()

complexity, objective, choice = st.columns(3, gap="small")
with complexity, st.container(border=True):
    st.markdown("**How complex is it?** Exact.")
    figure(complexity_figure(path), key="path_complexity")
    st.caption("Degrees of freedom: how many directions the fitted values can move in when the data move a little.")
with objective, st.container(border=True):
    st.markdown("**What does it cost?** Certified.")
    figure(objective_figure(path), key="path_objective")
    st.caption("The objective is the loss plus the weight decay times the path norm; it is what training minimises.")


def choose() -> None:
    result = selection_of(here.scenario)
    st.markdown("**Which β predicts best?** Measured.")
    if result is None:
        if choosing.message:
            st.info(REFUSED.format(why=choosing.message))
        else:
            st.info(f"The path of every part of the points is {choosing.standing}.")
        return
    figure(cross_validation_figure(result), key="path_selection_picture")
    left_out = "one point" if result.folds == len(data) else f"one of {result.folds} parts"
    st.caption(
        f"Cross-validation: leave out {left_out} at a time, follow the path of the rest, and compare with what was "
        "left out. Few points make this estimate rough; the shaded band says how rough."
    )


choosing = selection()
selection_of(here.scenario)
with choice, st.container(border=True):
    live(choosing, choose, every=LOOK_SECONDS)
