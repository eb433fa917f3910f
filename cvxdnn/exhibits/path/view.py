"""What the Path page shows beside the path: its numbers, and the weight decay that cross-validation chooses."""

import streamlit as st

from cvxdnn.app.page import figure
from cvxdnn.convex.path import Path
from cvxdnn.exhibits.path.case import path_of, selection, selection_of
from cvxdnn.exhibits.path.charts import cross_validation_figure
from cvxdnn.tasks.scenario import Scenario

__all__ = ["choice_of_beta", "numbers"]


def numbers(path: Path) -> None:
    """How many breakpoints, how well proven, and where the bends begin."""
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


def choice_of_beta(scenario: Scenario) -> None:
    """The errors of cross-validation over the weight decay, or why there are none, or none yet."""
    (_, data), result, state = path_of(scenario), selection_of(scenario), selection()
    st.markdown("**Which β predicts best?** Measured.")
    if state.message:
        st.info(f"No weight decay can be chosen: {state.message}")
    elif result is None:
        st.info(f"The path of every part of the points is {state.standing}.")
    else:
        figure(cross_validation_figure(result), key="path_selection_picture")
        left_out = "one point" if result.folds == len(data) else f"one of {result.folds} parts"
        st.caption(
            f"Cross-validation: leave out {left_out} at a time, follow the path of the rest, and compare with what was "
            "left out. Few points make this estimate rough; the shaded band says how rough."
        )
