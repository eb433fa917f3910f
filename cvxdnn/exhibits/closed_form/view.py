"""What the closed-form pages share: the numbers of a closed form beside those of a network."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
import streamlit as st

from cvxdnn.app.glossary import marked
from cvxdnn.core.types import Array
from cvxdnn.exhibits.closed_form.optimum import Optimum
from cvxdnn.tasks.fits import FitFrame
from cvxdnn.training.fitting import FitProblem
from cvxdnn.training.fitting.chain import balance, layer_norms, singular_values

__all__ = ["condition_on_width", "numbers", "sentence", "small", "span", "table"]

STYLE = """<style>
.closed { width: 100%; border-collapse: collapse; font-size: 0.9rem; line-height: 1.3; }
.closed td, .closed th { padding: 0.24rem 0; border: 0; font-weight: 400; text-align: left; vertical-align: bottom; }
.closed td + td, .closed th + th { text-align: right; padding-left: 0.6rem; font-variant-numeric: tabular-nums; }
.closed tr + tr td { border-top: 1px solid color-mix(in srgb, currentColor 14%, transparent); }
.tag { font-size: 0.72rem; border-radius: 0.4rem; padding: 0.05rem 0.4rem; border: 1px solid; white-space: nowrap; }
.exact { color: color-mix(in srgb, light-dark(#0072B2, #56B4E9) 75%, currentColor); }
.measured { color: color-mix(in srgb, light-dark(#D55E00, #E69F00) 75%, currentColor); }
.big { font-size: 1.7rem; font-weight: 700; font-variant-numeric: tabular-nums; line-height: 1.4; }
.small { font-size: 0.85rem; opacity: 0.8; line-height: 1.4; }
</style>"""
RANK = 1e-3
"""Singular values below this share of the layer's largest do not count towards its rank."""

ZERO = 1e-6
"""Singular values below this are zero."""
ROUND_OFF = 1e-16

Row = tuple[str, str, str]


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
            ("norm of the layers", span(optimum.norms), span(None if weights is None else layer_norms(weights))),
        ]
    if problem.budget is None:
        rows.append(("largest imbalance", "0", "–" if weights is None else small(_imbalance(problem, weights))))
    table(rows, optimum.tag)


def table(rows: Iterable[Row], tag: str) -> None:
    """What each row is about, the closed form's number, known as the tag says, and the network's."""
    cells = "".join(
        f"<tr><td>{marked(name)}</td><td>{closed}</td><td>{network}</td></tr>" for name, closed, network in rows
    )
    st.html(
        f'{STYLE}<table class="closed"><tr><td></td>'
        f'<th>{marked("closed form")} <span class="tag exact">{marked(tag)}</span></th>'
        f'<th>network <span class="tag measured">{marked("measured")}</span></th></tr>{cells}</table>'
    )


def sentence(optimum: Optimum) -> str:
    """What the value is, and why; what the reason itself calls an upper bound is not called so before."""
    message = optimum.status.message.replace("X^T Y", "XᵀY")
    said = [message] if "upper bound" in message else [optimum.name, message]
    return " ".join(f"{one[0].upper()}{one[1:]}." for one in said)


def condition_on_width(optimum: Optimum, width: int, name: str = "Hidden layers") -> None:
    """A warning when the network is too narrow for the closed form."""
    if width < optimum.width:
        st.warning(
            f"{name} of width {width} are too narrow: the closed form needs {optimum.width}. Such networks can only be "
            "higher. Raise the width."
        )


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


def small(value: float) -> str:
    """What should be 0."""
    return f"{value:.0e}" if value > ROUND_OFF else "0"


def span(values: Array | None) -> str:
    """The one number that all of them are, or the smallest and the largest."""
    if values is None:
        return "–"
    low, high = float(values.min()), float(values.max())
    return f"{high:.4f}" if high - low < 5e-5 else f"{low:.4f} to {high:.4f}"
