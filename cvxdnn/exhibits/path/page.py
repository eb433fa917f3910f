"""Path: the optimal network for every weight decay at once, and how to choose one."""

import streamlit as st

from cvxdnn.app.background import LOOK_SECONDS
from cvxdnn.app.page import figure, heading, live, wide_and_narrow
from cvxdnn.exhibits.explore.controls import data_controls
from cvxdnn.exhibits.explore.session import session
from cvxdnn.exhibits.path.case import path_of, selection, selection_of
from cvxdnn.exhibits.path.charts import complexity_figure, objective_figure, path_figure
from cvxdnn.exhibits.path.view import choice_of_beta, numbers

THEOREM = (
    r"**Theorem.** Training a wide enough network of two weight layers has the same optimum as "
    r"$\min_f\tfrac12\sum_i(f(x_i)-y_i)^2+\beta R(f)$. The optimal $f$ is piecewise linear in $\beta$: at each "
    r"breakpoint a knot is born or dies, or the ends begin or cease to cost extra; in between the knots stay."
)


def page() -> None:
    """The page from top to bottom."""
    here = session()

    heading(
        "Turn the weight decay down and watch the knots appear.",
        "Pull the slider under the chart to the right. It lowers the weight decay β, the price of large weights. A "
        "high price allows only a constant; as it falls, knots are born, places where the slope changes, and in the "
        "end the optimal network is the straight-line spline through the points.",
    )
    if here.problem:
        st.warning(here.problem)

    path, data = path_of(here.scenario)
    chart, panel = wide_and_narrow()

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
            numbers(path)
        with st.container(border=True):
            st.markdown(THEOREM)
            st.caption(
                "R is the path norm: the sum of all slope changes, or more if the ends are steep. β and the objective "
                "are in normalised units: x in [0, 1], y centred with range 1."
            )
            if here.scenario.loss != "squared":
                st.caption("The path is that of the squared loss, whatever the loss of the Explore page.")

    if path.beta_max == 0:
        return

    complexity, objective, choice = st.columns(3, gap="small")
    with complexity, st.container(border=True):
        st.markdown("**How complex is it?** Exact.")
        figure(complexity_figure(path), key="path_complexity")
        st.caption("Degrees of freedom: how many directions the fitted values can move in when the data move a little.")
    with objective, st.container(border=True):
        st.markdown("**What does it cost?** Certified.")
        figure(objective_figure(path), key="path_objective")
        st.caption(
            "The objective is the loss plus the weight decay times the path norm; it is what training minimises."
        )

    def show_choice() -> None:
        choice_of_beta(here.scenario)

    selection_of(here.scenario)
    with choice, st.container(border=True):
        live(selection(), show_choice, every=LOOK_SECONDS)
