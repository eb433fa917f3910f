"""The neural collapse half of the Batch norm page: class means in motion, and the four signs as numbers and curves."""

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from cvxdnn.app.fit import chart
from cvxdnn.app.fit_charts import objective_chart, trace_chart
from cvxdnn.exhibits.batch_norm.case import Case, span_holds
from cvxdnn.exhibits.batch_norm.neural_collapse_charts import collapse_chart
from cvxdnn.exhibits.batch_norm.view import PREFIX
from cvxdnn.exhibits.closed_form.view import STYLE
from cvxdnn.tasks.fits import FitFrame, Measure
from cvxdnn.theory.neural_collapse import NeuralCollapse, aligned_means, metrics
from cvxdnn.theory.neural_collapse_traces import SIGNS, mean_name, traces

NAMES = {
    "nc1": "NC1 spread within classes",
    "equinorm": "NC2 spread of the norms",
    "angle_spread": "NC2 angles, off a simplex by",
    "nc3_raw_uncentred": "NC3 classifier to means, not centred",
    "nc3_centred": "NC3 both centred",
    "nc3_raw_centred": "NC3 only the means centred",
    "nc4": "NC4 agrees with nearest mean",
    "accuracy": "accuracy on these samples",
}
HEAD = (
    '<tr><th></th><th>closed form <span class="tag exact">{kind}</span></th>'
    '<th>network <span class="tag measured">measured</span></th></tr>'
)
CURVES_HEIGHT = 270
CURVES = tuple(name for name in SIGNS if SIGNS[name] != "nc3_raw_centred")


def measure_of(case: Case) -> Measure:
    """What is followed while this case trains."""
    return partial(traces, labels=case.labels, target=case.target)


def means_in_motion(case: Case, frame: FitFrame | None, turn: float) -> None:
    """The simplex, the predicted means, and those of the network with the way they came."""
    drawn = {}
    if frame is not None:
        found = _measured(case, frame)
        means, samples = aligned_means(found.means, frame.view.hidden, case.target)
        drawn = {"means": means, "samples": samples, "labels": case.labels, "way": _way(case, frame)}
    columns, specification = collapse_chart(case.target, case.zero, turn=turn, **drawn)
    st.vega_lite_chart(pd.DataFrame(columns), specification, key=PREFIX + "means", width="content")


def signs(case: Case, frame: FitFrame | None) -> None:
    """Objective and the four signs: closed form beside the network."""
    found = None if frame is None else _measured(case, frame)
    trained = "–" if frame is None else f"{frame.objective:.6f}"
    rows = [("objective", f"{case.exact.lower_bound:.6f}", trained)]
    rows += [("classes that survive", _survivors(case.collapse), _survivors(found))]
    rows += [(name, _number(case.collapse, key), _number(found, key)) for key, name in NAMES.items()]
    cells = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    head = HEAD.format(kind="lower bound" if span_holds(case, frame) is False else "exact")
    st.html(f'{STYLE}{_headline(case, frame)}<table class="closed">{head}{cells}</table>')


def progress(case: Case, frame: FitFrame | None) -> None:
    """The objective above the closed form, against the step."""
    history = np.zeros((0, 2)) if frame is None else frame.history
    chart(objective_chart(history, case.exact.lower_bound, excess=True), key=PREFIX + "objective")


def signs_over_time(frame: FitFrame | None) -> None:
    """The signs that go to a limit, against the step."""
    with st.container(height=CURVES_HEIGHT, border=False):  # so that nothing below moves when the curves appear
        if frame is None:
            st.caption("The curves appear with the first training step.")
        else:
            shown = {name: frame.traces[name] for name in CURVES}
            chart(trace_chart(frame.history, shown, log=True), key=PREFIX + "signs")


def _measured(case: Case, frame: FitFrame) -> NeuralCollapse:
    return metrics(frame.view.hidden, case.labels, frame.view.network.weights[-1])


def _way(case: Case, frame: FitFrame) -> np.ndarray:
    """Earlier places of the class means, (k, K, r)."""
    K, axes = case.target.shape
    return np.stack(
        [np.column_stack([frame.traces[mean_name(k, axis)] for axis in range(axes)]) for k in range(K)], axis=1
    )


def _headline(case: Case, frame: FitFrame | None) -> str:
    """The one big number: how far the network is above the closed form."""
    value = case.exact.lower_bound
    shown = "–" if frame is None else above(frame.objective, value)
    return (
        '<div class="small">network against the closed form <span class="tag measured">measured</span></div>'
        f'<div class="big" data-testid="distance">{shown}</div>'
    )


def above(objective: float, value: float) -> str:
    """Relative distance in words; a small one is not rounded to nothing."""
    excess = objective / value - 1 if value > 0 else objective
    side = "above" if excess >= 0 else "below"
    return f"{abs(excess):.0e} {side}" if abs(excess) < 1e-4 else f"{100 * abs(excess):.3g} % {side}"


def _survivors(found: NeuralCollapse | None) -> str:
    return "–" if found is None else f"{len(found.compared)} of {len(found.counts)}"


def _number(found: NeuralCollapse | None, attribute: str) -> str:
    value = None if found is None else getattr(found, attribute)
    if value is None:
        return "–"
    return f"{100 * value:.3g} %" if attribute in ("nc4", "accuracy") else f"{value:.4f}"
