"""Path: the optimal network for every weight decay at once, and how to choose one."""

from collections.abc import Hashable

import streamlit as st

from cvxdnn.app.page import heading, wide_and_narrow
from cvxdnn.app.parts import Parts
from cvxdnn.app.prose import note, prose
from cvxdnn.app.take_home import take_home
from cvxdnn.exhibits.explore.controls import data_controls
from cvxdnn.exhibits.explore.session import session
from cvxdnn.exhibits.path.awaited import case_of, following, selection, selection_of
from cvxdnn.exhibits.path.take_home import files
from cvxdnn.exhibits.path.view import SETTINGS, breakpoints, choice_of_beta, picture

WHAT_TO_TRY = r"""
- **Play the film.** As the price falls, knots are born one by one: each ribbon below is the life of one, as wide as the
  function bends there.
- **Pull the blue line up and down.** Between two births the curve moves along straight lines. Some knots die again, and
  their ribbons end.
- **Take other points**, as *noisy sine*: the smallest weight decays fit the noise. Cross-validation says which one
  predicts best.
"""

THEOREM = (
    r"**Theorem.** Training a wide enough network of two weight layers has the same optimum as "
    r"$\min_f\tfrac12\sum_i(f(x_i)-y_i)^2+\beta R(f)$. The optimal $f$ is piecewise linear in $\beta$: at each "
    r"breakpoint a knot is born or dies, or the ends begin or cease to cost extra; in between the knots stay."
)


def page() -> None:
    """The page from top to bottom."""
    here = session(SETTINGS)

    menu = heading(
        "Turn the weight decay down and watch the knots appear.",
        "The blue curve is the best network there is for the weight decay β, the price of large weights. A high price "
        "allows only a constant; as it falls, knots are born, places where the slope changes. Pull the line below.",
    )
    take_home(
        menu, "path", lambda: files(here.scenario, here.axes, case_of(here.scenario), selection_of(here.scenario))
    )
    if here.problem:
        st.warning(here.problem)

    def poll() -> None:
        following().poll()
        selection().poll()

    def is_followed() -> bool:
        return case_of(here.scenario) is None and following().is_running

    def is_selected() -> bool:
        return selection_of(here.scenario) is None and selection().is_running

    def look() -> Hashable:
        return here.scenario.points, here.axes, is_followed(), is_selected()

    wide, panel = wide_and_narrow()
    with panel, st.container(border=True):
        data_controls(here)

    parts = Parts(poll, lambda: None)

    with wide:
        parts.draw("path_picture", lambda: picture(here.scenario, here.axes), shows=look, moves=is_followed)
        with st.container(border=True):
            st.markdown("**What to try**")
            prose(WHAT_TO_TRY)
        with st.expander("Every breakpoint of the path, exact"):
            parts.draw("path_breakpoints", lambda: breakpoints(here.scenario, here.axes), shows=look)
    with panel:
        with st.container(border=True):
            parts.draw("path_choice", lambda: choice_of_beta(here.scenario), shows=look, moves=is_selected)
        with st.container(border=True):
            prose(THEOREM)
            note(
                "R is the path norm. β and loss are in normalised units."
                + (
                    ""
                    if here.scenario.loss == "squared"
                    else " The loss is the squared one, whatever the Explore page has."
                )
            )
