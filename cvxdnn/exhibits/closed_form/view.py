"""What the closed-form pages share: the numbers beside a training run, and its layers against the predicted ones."""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

import numpy as np
import streamlit as st

from cvxdnn.app.fit import FitRun, chart, fit_buttons
from cvxdnn.app.fit_charts import alignment_chart, norm_chart, objective_chart, spectrum_chart
from cvxdnn.core.types import Array
from cvxdnn.exhibits.closed_form.optimum import Optimum
from cvxdnn.tasks.fits import FitFrame
from cvxdnn.theory.result import Claim
from cvxdnn.training.fitting import FitProblem
from cvxdnn.training.fitting.chain import alignment, balance, layer_norms, singular_values

__all__ = ["condition_on_width", "distance", "layers", "numbers", "training"]

STYLE = """<style>
.closed { width: 100%; border-collapse: collapse; font-size: 0.9rem; line-height: 1.3; }
.closed td, .closed th { padding: 0.24rem 0; border: 0; font-weight: 400; text-align: left; vertical-align: bottom; }
.closed td + td, .closed th + th { text-align: right; padding-left: 0.6rem; font-variant-numeric: tabular-nums; }
.closed tr + tr td { border-top: 1px solid color-mix(in srgb, currentColor 14%, transparent); }
.tag { font-size: 0.72rem; border-radius: 0.4rem; padding: 0.05rem 0.4rem; border: 1px solid; white-space: nowrap; }
.exact { color: color-mix(in srgb, #0072B2 70%, currentColor); }
.measured { color: color-mix(in srgb, #D55E00 70%, currentColor); }
.big { font-size: 1.7rem; font-weight: 700; font-variant-numeric: tabular-nums; line-height: 1.4; }
.small { font-size: 0.85rem; opacity: 0.8; line-height: 1.4; }
.said { min-height: 2.8em; }
</style>"""
AGREEMENT = 1e-6
"""Relative distances below this are shown as a number and called equal to it."""
RANK = 1e-3
"""Singular values below this share of the layer's largest do not count towards its rank."""

ZERO = 1e-6
"""Singular values below this are zero."""
ROUND_OFF = 1e-16

Row = tuple[str, str, str]


def training(run: FitRun, problem: FitProblem, optimum: Optimum, numbers: Callable[[FitFrame | None], None]) -> None:
    """The buttons, the curve that falls towards the closed form, and numbers beside it."""
    frame = run.frame_of(problem)
    fit_buttons(run, problem)
    curve, readout = st.columns([1.15, 1], gap="medium")
    with curve:
        _headline(optimum, frame)
        _progress(optimum, frame, key=f"{run.name}_progress")
    with readout:
        numbers(frame)


def _headline(optimum: Optimum, frame: FitFrame | None) -> None:
    """How far the best trained network is from the closed form, and what that says."""
    if frame is None:
        shown, said = "–", "Train to compare."
    else:
        excess = frame.objective / optimum.value - 1 if optimum.value > 0 else frame.objective
        shown, said = _distance(excess), _meaning(excess, optimum.status.claim)
    st.html(
        f'{STYLE}<div class="small">best network against the closed form <span class="tag measured">measured</span>'
        f'</div><div class="big" data-testid="distance">{shown}</div><div class="small said">{said}</div>'
    )


def numbers(problem: FitProblem, optimum: Optimum, frame: FitFrame | None, *, more: Sequence[Row] = ()) -> None:
    """Objective, bound, rank, norms and balance: closed form beside the network."""
    weights = None if frame is None else frame.view.network.standard().weights
    rows: list[Row] = [
        ("objective", f"{optimum.value:.6g}", "–" if frame is None else f"{frame.objective:.6g}"),
        ("no network is below", f"{optimum.lower_bound:.6g}", ""),
        *more,
    ]
    if weights is not None or optimum.singular_values is not None:
        found = None if weights is None else singular_values(weights, max(min(layer.shape) for layer in weights))
        rows += [
            ("rank of the layers", _ranks(optimum.singular_values), _ranks(found)),
            ("norm of the layers", _span(optimum.norms), _span(None if weights is None else layer_norms(weights))),
        ]
    if problem.budget is None:
        rows.append(("largest imbalance", "0", "–" if weights is None else _small(_imbalance(problem, weights))))
    cells = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    tag = optimum.tag
    st.html(
        f'{STYLE}<table class="closed"><tr><th></th><th>closed form <span class="tag exact">{tag}</span></th>'
        f'<th>network <span class="tag measured">measured</span></th></tr>{cells}</table>'
    )
    sentence = (optimum.status.message[0].upper() + optimum.status.message[1:]).replace("X^T Y", "XᵀY")
    st.caption(f"**{optimum.name[0].upper()}{optimum.name[1:]}.** {sentence}.")


def condition_on_width(optimum: Optimum, width: int, name: str = "Hidden layers") -> None:
    """A warning when the network is too narrow for the closed form."""
    if width < optimum.width:
        st.warning(
            f"{name} of width {width} are too narrow: the closed form needs {optimum.width}. Such networks can only be "
            "higher. Raise the width."
        )


def _progress(optimum: Optimum, frame: FitFrame | None, *, key: str) -> None:
    """Objectives against the step, and the closed form as the line they approach."""
    history = np.zeros((0, 2)) if frame is None else frame.history
    line = float(f"{optimum.value:.5g}")  # a lone value labels the axis with all its digits
    chart(objective_chart(history, line, exact_label=optimum.label, height=260), key=key)


def distance(optimum: Optimum, frame: FitFrame | None, *, key: str) -> None:
    """How far the restarts are above the closed form, on a logarithmic axis."""
    st.markdown("**Distance to the closed form**")
    history = np.zeros((0, 2)) if frame is None else frame.history
    chart(objective_chart(history, optimum.value, excess=True), key=key)


def layers(
    run: FitRun, problem: FitProblem, optimum: Optimum, count: int, picture: Callable[[FitFrame | None], None]
) -> None:
    """Singular values, norms and alignment of the trained layers, beside the predicted ones, and one more picture."""
    frame = run.frame_of(problem)
    _spectrum_and_norms(optimum, frame, count, key=run.name)
    alignments, beside = st.columns(2, gap="medium")
    with alignments:
        _aligned(problem, frame, count, key=run.name)
    with beside:
        picture(frame)


def _spectrum_and_norms(optimum: Optimum, frame: FitFrame | None, count: int, *, key: str) -> None:
    weights = None if frame is None else frame.view.network.standard().weights
    exact = None if optimum.singular_values is None else optimum.singular_values[:, :count]
    spectrum, norms = st.columns(2, gap="medium")
    with spectrum:
        st.markdown("**Singular values of each layer**")
        chart(
            spectrum_chart(None if weights is None else singular_values(weights, count), exact), key=f"{key}_spectrum"
        )
    with norms:
        st.markdown("**Norm of each layer**")
        chart(norm_chart(None if weights is None else layer_norms(weights), optimum.norms), key=f"{key}_norms")


def _aligned(problem: FitProblem, frame: FitFrame | None, count: int, *, key: str) -> None:
    """How well each layer's directions meet those of the next."""
    st.markdown("**Alignment of neighbouring layers**")
    nothing = np.full((problem.depth - 1, count, count), np.nan)
    weights = None if frame is None else frame.view.network.standard().weights
    vanished = weights is None or layer_norms(weights).max() < ZERO
    overlaps = nothing if weights is None or vanished else alignment(weights, count)
    chart(alignment_chart(overlaps, height=230), key=f"{key}_alignment")


def _distance(excess: float) -> str:
    if abs(excess) < AGREEMENT:
        return f"{abs(excess):.0e} apart"
    return f"{100 * abs(excess):.3g} % {'above' if excess > 0 else 'below'}"


def _meaning(excess: float, claim: Claim) -> str:
    if abs(excess) < AGREEMENT:
        return "They agree to the digits shown."
    if excess < 0:
        return "Lower than the closed form: the value is an upper bound here, not the optimum."
    if claim is Claim.PROVED:
        return "No network can be lower; this one still trains, or rests at a local minimum."
    return "The closed form is an upper bound: lower networks are not excluded."


def _ranks(singular_values: Iterable[Array] | None) -> str:
    """The rank of every layer; one number if it is the same."""
    if singular_values is None:
        return "–"
    ranks = [np.count_nonzero(values > max(RANK * values.max(initial=0.0), ZERO)) for values in singular_values]
    return str(ranks[0]) if len(set(ranks)) == 1 else ", ".join(map(str, ranks))


def _imbalance(problem: FitProblem, weights: tuple[Array, ...]) -> float:
    """What balance leaves of itself: of matrices in linear networks, of single neurons behind a ReLU."""
    if problem.architecture == "linear":
        return float(balance(weights).max())
    pairs = pairwise(weights)
    return max(float(np.abs((low**2).sum(axis=0) - (high**2).sum(axis=1)).max()) for low, high in pairs)


def _small(value: float) -> str:
    return f"{value:.0e}" if value > ROUND_OFF else "0"


def _span(norms: Array | None) -> str:
    if norms is None:
        return "–"
    low, high = float(norms.min()), float(norms.max())
    return f"{high:.4f}" if high - low < 5e-5 else f"{low:.4f} to {high:.4f}"
