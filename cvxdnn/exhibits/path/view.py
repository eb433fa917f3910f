"""What the Path page shows: the picture of the path, all its breakpoints, and the choice of cross-validation."""

import streamlit as st

from cvxdnn.app.plot import plot
from cvxdnn.app.prose import note
from cvxdnn.app.settings import Settings, Span, under
from cvxdnn.app.stage import Control, Sign, stage
from cvxdnn.exhibits.explore.axes import AXES, Axes, letters, pictured
from cvxdnn.exhibits.path.awaited import case_of, following, last_case, selection, selection_of
from cvxdnn.exhibits.path.charts import cross_validation_plot
from cvxdnn.tasks.scenario import BETA_LIMITS, Scenario

__all__ = ["SETTINGS", "breakpoints", "choice_of_beta", "picture"]

BETA = "path_beta"
SETTINGS = Settings("path", under(BETA, Span(0.0, BETA_LIMITS[1]), 0.0))
"""The weight decay at which the line stands; 0, and any below what is drawn, stands for the lowest that is."""

LEGEND: tuple[Sign, ...] = (
    {"label": "points", "style": "points-sign"},
    {"label": "best network", "style": "curve optimum"},
    {"label": "life of a knot that bends upwards", "style": "life-sign up"},
    {"label": "downwards; as wide as it bends", "style": "life-sign down"},
)


def picture(scenario: Scenario, axes: Axes) -> None:
    """The spline above the lives of its knots; while a path is followed the last one stays."""
    case = case_of(scenario)
    if following().message:
        st.warning(f"This path cannot be followed: {following().message}")
        return
    shown = case or last_case()
    if shown is None:
        st.info(f"The path of {len(scenario.points)} points is {following().standing}.")
    elif shown.beta_max == 0:
        st.info("A constant fits these points as well as any function: no weight decay gives it a knot.")
    else:
        waiting = (
            "" if case else f"The path of {len(scenario.points)} points is {following().standing}; faded: the last."
        )
        choice = selection_of(scenario) if case else None
        best = choice.best if choice else None
        line = Control(name=BETA, label="", values=SETTINGS.values(BETA), labels=(), value=SETTINGS[BETA])
        model = {**shown.drawn, **pictured(axes if case else AXES), "best": best, "waiting": waiting}
        stage("path", model, key="path_stage", controls=[line], legend=LEGEND)


def breakpoints(scenario: Scenario, axes: Axes) -> None:
    """What happens where, as a table."""
    case = case_of(scenario)
    if case is None:
        st.caption(f"The path is {following().standing}.")
        return
    every = case.breakpoints
    st.dataframe(
        {
            "weight decay β": every.betas,
            "what happens as it falls": every.what(letters(axes)[0]),
            "knots below": every.knots,
            "degrees of freedom": every.freedom,
            "loss": every.loss,
            "path norm": every.path_norm,
        },
        hide_index=True,
        alt=f"The {every.betas.size:,} breakpoints of the path",
    )
    note(
        f"At none of the {every.betas.size:,} a two-layer network is better by more than {case.gap:.0e} of the "
        "objective: certified. The objective is the loss plus β times the path norm."
    )


def choice_of_beta(scenario: Scenario) -> None:
    """The errors of cross-validation over the weight decay, or why there are none, or none yet."""
    result, state = selection_of(scenario), selection()
    st.markdown("**Which β predicts best?** Measured.")
    if state.message:
        st.info(f"No weight decay can be chosen: {state.message}")
    elif result is None:
        st.info(f"The path of every part of the points is {state.standing}.")
    else:
        plot(cross_validation_plot(result), key="path_selection_picture")
        left_out = "one point" if result.folds == len(scenario.points) else f"one of {result.folds} parts"
        note(
            f"Cross-validation: leave out {left_out} at a time, follow the path of the rest, and compare with what was "
            "left out. Few points make this estimate rough; the shaded band says how rough."
        )
