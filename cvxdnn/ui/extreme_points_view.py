"""What the Extreme points page shows: pictures, the table of touched neurons, and training against the optimum."""

import numpy as np
import pandas as pd
import streamlit as st

from cvxdnn.figures.extreme_points import dual_figure, ramps_figure, set_figure
from cvxdnn.figures.extreme_points_touch import touch_chart
from cvxdnn.figures.fit import objective_chart
from cvxdnn.fits import FitFrame
from cvxdnn.theory.extreme_points import ramps
from cvxdnn.ui.extreme_points import PREFIX, Picture, neurons_of, trained_features
from cvxdnn.ui.fit import chart

CONFIG = {"displayModeBar": False, "scrollZoom": False}  # a wheel over a picture scrolls the page


def show_set(picture: Picture, frame: FitFrame | None) -> None:
    """The set of all neurons and the dual that touches it."""
    trained = trained_features(picture, frame)
    samples, found = picture.samples, picture.found
    if samples.bias:
        figure = ramps_figure(samples.X[:, 0], *_all_ramps(picture), found, trained)
    elif picture.pieces:
        figure = set_figure(picture.pieces, picture.hull, found, trained)
    else:
        st.info("All samples are at the origin: every neuron outputs zero.")
        return
    st.plotly_chart(figure, key=PREFIX + "set", config=CONFIG)


def show_dual(picture: Picture) -> None:
    """The dual feasible set, the targets, and the nearest feasible point."""
    figure = dual_figure(picture.dual, picture.samples.y, picture.found, bias=picture.samples.bias)
    st.plotly_chart(figure, key=PREFIX + "dual", config=CONFIG)


def show_numbers(picture: Picture) -> None:
    """Objective with its certificate, and the neurons that the dual touches."""
    found = picture.found
    used = int(np.count_nonzero(found.coefficients))
    left, right = st.columns(2)
    left.metric("optimum, certified", f"{found.objective:.6g}")
    right.metric("its gap, relative", f"{found.relative_gap:.0e}")
    if not len(found.touched):
        st.info("The targets are themselves dual feasible: no neuron is worth its weight decay, the network is zero.")
        return
    st.dataframe(_table(picture), hide_index=True, width="stretch")
    st.caption(
        f"Exact up to the gap. {len(found.touched)} touched, {used} in use: touching permits a neuron and does not "
        "require one."
    )


def show_training(picture: Picture, frame: FitFrame | None) -> None:
    """The objective above the certified optimum, and how far each trained neuron is from touching."""
    history = np.zeros((0, 2)) if frame is None else frame.history
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**Objective above the certified optimum.** Measured.")
        chart(objective_chart(history, picture.found.objective, excess=True), key=PREFIX + "objective")
    with right:
        st.markdown("**Does each trained neuron touch the dual?** Measured against certified.")
        columns, specification = touch_chart(*_touch(picture, frame))
        st.vega_lite_chart(pd.DataFrame(columns), specification, key=PREFIX + "touch")
        st.caption("Blue rings: neurons of the optimal network. Orange dots: trained neurons. Unused ones lie on 0.")


def _touch(picture: Picture, frame: FitFrame | None) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """lambda^T q / beta and |w| of the optimal neurons, then of the trained ones."""
    found = picture.found
    exact = found.touched @ found.dual / found.beta
    if frame is None:
        return exact, found.coefficients, np.zeros(0), np.zeros(0)
    strength, features, _ = neurons_of(frame)
    return exact, found.coefficients, features @ found.dual / found.beta, strength


def _table(picture: Picture) -> pd.DataFrame:
    found = picture.found
    rows = []
    for j, (feature, sign, coefficient) in enumerate(zip(found.touched, found.signs, found.coefficients, strict=True)):
        active = np.flatnonzero(feature > 1e-9 * feature.max())
        row = {
            "neuron": f"{'+' if sign > 0 else '−'}{j + 1}",
            "active on samples": ", ".join(str(i + 1) for i in active),
            "λᵀq / β": f"{feature @ found.dual / found.beta:+.6f}",
            "|w|": f"{coefficient:.5g}",
        }
        if picture.samples.bias:
            row["bends at x ="] = f"{found.kinks[j]:.4g}"
        rows.append(row)
    return pd.DataFrame(rows)


def _all_ramps(picture: Picture) -> tuple[np.ndarray, np.ndarray]:
    x = picture.samples.X[:, 0]
    return ramps(x)
