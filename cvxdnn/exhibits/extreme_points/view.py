"""What the Extreme points page shows: the picture, and the table of the neurons that the plane touches."""

from typing import Any

import numpy as np
import streamlit as st

from cvxdnn.app.prose import note
from cvxdnn.app.stage import Sign, stage
from cvxdnn.exhibits.closed_form.view import STYLE
from cvxdnn.exhibits.extreme_points.controls import KEY, stage_controls
from cvxdnn.exhibits.extreme_points.samples import Picture, trained_points
from cvxdnn.tasks.fits import FitFrame

__all__ = ["show_neurons", "show_picture"]

SIGNS: tuple[Sign, ...] = (
    {"label": "outputs of single neurons", "style": "neuron-sign"},
    {"label": "hull", "style": "hull-sign"},
    {"label": "extreme points", "style": "extreme-sign"},
    {"label": "targets y", "style": "target-sign"},
    {"label": "best network f", "style": "output-sign"},
    {"label": "trained neurons", "style": "trained-sign"},
)


def show_picture(frame: FitFrame | None, picture: Picture) -> None:
    """The stage: the body, the plane on it, samples and targets."""
    samples = picture.samples
    model = {
        "bias": samples.bias,
        "samples": len(samples.points),
        "heights": samples.heights,
        "trained": _trained(picture, frame),
    }
    stage("extreme_points", model, key=KEY, controls=stage_controls(samples, picture.found.beta), legend=SIGNS)


def show_neurons(picture: Picture) -> None:
    """The neurons that the plane touches, and the gap of the network that they make."""
    found = picture.found
    if not len(found.touched):
        note("The targets are themselves dual feasible: no neuron is worth its weight decay, zero is best.")
        return
    with st.expander(f"The {len(found.touched)} neurons that the plane touches"):
        st.html(f'{STYLE}<table class="closed">{_table(picture)}</table>')
        note(
            "λᵀq is the neuron's output weighted by the dual λ = y − f; |w| its output weight for input weights of "
            f"norm 1. Relative gap {found.relative_gap:.0e}. Touching permits a neuron and does not require one."
        )


def _trained(picture: Picture, frame: FitFrame | None) -> dict[str, Any] | None:
    """The trained network beside the best one; None before there is one."""
    if frame is None:
        return None
    points = trained_points(frame).tolist()
    return {"objective": frame.objective, "best": picture.found.objective, "points": points}


def _table(picture: Picture) -> str:
    found, bias = picture.found, picture.samples.bias
    rows = [f"<tr><th>neuron</th><th>{'bends at' if bias else 'active on'}</th><th>λᵀq / β</th><th>|w|</th></tr>"]
    for j in np.argsort(-found.coefficients, kind="stable"):
        feature, sign, weight = found.touched[j], found.signs[j], found.coefficients[j]
        active = ", ".join(str(i + 1) for i in np.flatnonzero(feature > 1e-9 * feature.max()))
        where = f"x = {found.kinks[j]:.3g}" if bias else f"sample {active}"
        level = f"{feature @ found.dual / found.beta:+.6f}".replace("-", "−")
        name = f"{'+' if sign > 0 else '−'}{weight:.3g}"
        rows.append(f"<tr><td>{name}</td><td>{where}</td><td>{level}</td><td>{weight:.6g}</td></tr>")
    return "".join(rows)
