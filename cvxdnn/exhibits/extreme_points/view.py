"""What the Extreme points page shows: pictures, the table of touched neurons, and training against the optimum."""

import numpy as np
import pandas as pd
import streamlit as st

from cvxdnn.app.fit import chart
from cvxdnn.app.fit_charts import objective_chart
from cvxdnn.exhibits.closed_form.view import STYLE
from cvxdnn.exhibits.extreme_points.charts import ramps_figure, set_figure
from cvxdnn.exhibits.extreme_points.dual_chart import dual_figure
from cvxdnn.exhibits.extreme_points.samples import PREFIX, Picture, neurons_of, trained_features
from cvxdnn.exhibits.extreme_points.touch_chart import touch_chart
from cvxdnn.tasks.fits import FitFrame
from cvxdnn.theory.extreme_points import ramps

CONFIG = {"displayModeBar": False, "scrollZoom": False}  # a wheel over a picture scrolls the page


def show_set(picture: Picture, frame: FitFrame | None, turn: float) -> None:
    """The set of all neurons and the dual that touches it."""
    trained = trained_features(picture, frame)
    samples, found = picture.samples, picture.found
    if samples.bias:
        figure = ramps_figure(samples.X[:, 0], *_all_ramps(picture), found, trained)
    elif picture.pieces:
        figure = set_figure(picture.pieces, picture.hull, found, trained, turn=turn)
    else:
        st.info("All samples are at the origin: every neuron outputs zero.")
        return
    st.plotly_chart(figure, key=PREFIX + "set", config=CONFIG)


def show_dual(picture: Picture, turn: float) -> None:
    """The dual feasible set, the targets, and the nearest feasible point."""
    samples = picture.samples
    figure = dual_figure(picture.dual, samples.y, picture.found, bias=samples.bias, turn=turn)
    st.plotly_chart(figure, key=PREFIX + "dual", config=CONFIG)


def turn_control(picture: Picture) -> float:
    """From which side to look; a slider, so that the view stays when the samples move."""
    if picture.samples.bias or len(picture.samples.points) < 3:
        return 0.0
    return float(st.slider("Turn both pictures (degrees)", 0, 355, 0, step=5, key=PREFIX + "turn"))


def show_numbers(picture: Picture) -> None:
    """Objective with its certificate, and the neurons that the dual touches."""
    found = picture.found
    proven = max(found.relative_gap, 1e-16)
    head = (
        '<div class="small">objective of the optimal network <span class="tag exact">certified</span></div>'
        f'<div class="big">{found.objective:.6g}</div><div class="small" style="margin-bottom: 0.5rem">'
        f"No network is lower by more than a share of {proven:.0e}.</div>"
    )
    if not len(found.touched):
        st.html(STYLE + head)
        st.info("The targets are themselves dual feasible: no neuron is worth its weight decay, the network is zero.")
        return
    st.html(f'{STYLE}{head}<table class="closed">{_table(picture)}</table>')
    used = int(np.count_nonzero(found.coefficients))
    st.caption(
        f"{len(found.touched)} touched, {used} in use: touching permits a neuron and does not require one. λᵀq is the "
        "neuron's output weighted by the dual; |w| its output weight when its input weights have norm 1."
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
        st.caption(
            "Blue rings: neurons of the optimal network. Orange dots: trained neurons; several may do the work of one, "
            "and their weights add up."
        )


def _touch(picture: Picture, frame: FitFrame | None) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """lambda^T q / beta and |w| of the optimal neurons, then of the trained ones."""
    found = picture.found
    exact = found.touched @ found.dual / found.beta
    if frame is None:
        return exact, found.coefficients, np.zeros(0), np.zeros(0)
    strength, features, _ = neurons_of(frame)
    return exact, found.coefficients, features @ found.dual / found.beta, strength


def _table(picture: Picture) -> str:
    found = picture.found
    place = "bends at" if picture.samples.bias else "active on"
    rows = [f"<tr><th>neuron</th><th>{place}</th><th>λᵀq / β</th><th>|w|</th></tr>"]
    for j, (feature, sign, coefficient) in enumerate(zip(found.touched, found.signs, found.coefficients, strict=True)):
        active = ", ".join(str(i + 1) for i in np.flatnonzero(feature > 1e-9 * feature.max()))
        where = f"x = {found.kinks[j]:.3g}" if picture.samples.bias else f"sample {active}"
        level = feature @ found.dual / found.beta
        name = f"{'+' if sign > 0 else '−'}{j + 1}"
        rows.append(f"<tr><td>{name}</td><td>{where}</td><td>{_signed(level)}</td><td>{coefficient:.5g}</td></tr>")
    return "".join(rows)


def _signed(value: float) -> str:
    return f"{value:+.6f}".replace("-", "−")


def _all_ramps(picture: Picture) -> tuple[np.ndarray, np.ndarray]:
    x = picture.samples.X[:, 0]
    return ramps(x)
