"""What the Depth page shows: the landscape and its networks, all depths beside each other, jumps, layers."""

import math
from collections.abc import Sequence
from dataclasses import asdict
from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st

from cvxdnn.app.films import reel_of
from cvxdnn.app.glossary import meaning
from cvxdnn.app.plot import plot
from cvxdnn.app.prose import note
from cvxdnn.app.stage import Sign, slider, stage
from cvxdnn.convex import DeepPath
from cvxdnn.core.diagnostics import LayerDiagnostics, layer_diagnostics
from cvxdnn.core.limits import host_limits
from cvxdnn.core.solution import LocalMinimum
from cvxdnn.core.spline import LinearSpline
from cvxdnn.exhibits.closed_form.view import small, span, table
from cvxdnn.exhibits.depth.charts import jump_plot, splines_plot
from cvxdnn.exhibits.depth.lab import DEEPEST, DEPTHS, KEY, PREFIX, SETTINGS, DepthLab
from cvxdnn.exhibits.explore.axes import pictured
from cvxdnn.tasks.deep_runs import NEAR, NEAR_IN_R, WIDTH, DeepRunsFrame, converged_to
from cvxdnn.tasks.scenario import BETAS

SMALL_GAP = 1e-4
"""A share of the optimum below this counts as being there."""
ROUND_OFF = 1e-15
"""No gap is claimed to be smaller than this."""
MOST_FITTED = 20_000
"""Fitted values of all breakpoints that are sent; for more the functions are not drawn beside the landscape."""
LEGEND: list[Sign] = [
    {"label": "lowest objective: no network is below", "style": "curve optimum"},
    {"label": "networks, at the lowest point of each ball", "style": "balls-sign"},
]


def picture(lab: DepthLab) -> None:
    """The stage: the landscape, weight decay, depth, and the film of networks that fall on it."""
    depths = range(2, DEEPEST + 1)
    controls = [
        slider("beta", "weight decay β", BETAS, lab.beta, "{:.2g}".format),
        slider("depth", "weight layers L", list(depths), lab.depth),
    ]
    solution = lab.solution
    gap = max(solution.relative_gap, ROUND_OFF)
    certified = {"beta": lab.beta, "depth": lab.depth, "objective": solution.objective, "gap": gap}
    stage(
        "depth",
        {
            **landscape_of(lab.deep),
            "x": lab.data.x.tolist(),
            "y": lab.data.y.tolist(),
            "units": asdict(lab.units),
            **pictured(lab.axes),
            "certified": certified,
            "near": (NEAR, NEAR_IN_R),
        },
        key=KEY,
        controls=controls,
        legend=LEGEND,
        film=reel_of(lab.training.run, plays=True),
        of=f"β = {lab.beta:.2g}, {lab.depth} layers",
        bound=solution.objective - solution.gap,
    )


@lru_cache(maxsize=host_limits().cache)
def landscape_of(deep: DeepPath) -> dict[str, Any]:
    """What the browser draws the landscape of every weight decay and depth from, and the functions beside it.

    curve : F at its breakpoints
    jumps : by depth the weight decay at which the optimum jumps to the constant; None for two layers
    inputs : (p,) distinct ones
    fitted : (B, p) values of the best function at each breakpoint; None where they are many
    """
    curve, path = deep.curve, deep.path
    inputs = np.unique(path.points.x)
    is_small = curve.betas.size * inputs.size <= MOST_FITTED
    jumps = {depth: deep.transitions(depth=depth) for depth in range(2, DEEPEST + 1)}
    return {
        "curve": {
            "betas": curve.betas.tolist(),
            "norms": curve.path_norm.tolist(),
            "losses": curve.loss.tolist(),
        },
        "jumps": {depth: found[0].beta if found else None for depth, found in jumps.items()},
        "inputs": inputs.tolist(),
        "fitted": path.fitted(inputs).round(6).tolist() if is_small else None,
    }


def numbers(lab: DepthLab) -> None:
    """What the optimum means for the spline."""
    solution = lab.solution
    bends = solution.path_norm > 0
    effective = f"{solution.effective_beta:.3g}" if bends else f"{lab.deep.path.beta_max:.3g} or more"
    st.metric("effective decay λ", effective, help=meaning("effective weight decay"))


def buttons(lab: DepthLab) -> None:
    """Stop and train again, and where the networks are."""
    with st.container(horizontal=True):  # side by side while one button takes the other's place
        if lab.training.run.is_running:
            st.button("Stop", key=PREFIX + "stop", on_click=lab.training.run.stop)
        else:
            st.button("Train again", key=PREFIX + "train", type="primary", on_click=lab.training.train)
    with st.container(key=PREFIX + "said"):
        st.caption(_progress(lab))
    frame = lab.training.frame
    if frame is not None:
        st.markdown(_told(lab.minima, frame))


def _progress(lab: DepthLab) -> str:
    run, frame = lab.training.run, lab.training.frame
    if run.message or run.standing:
        return run.message or run.standing
    if frame is None:
        return "starting a worker" if run.is_running else f"with Adam, {WIDTH} neurons in each layer; measured"
    state = "training" if run.is_running else frame.status.message
    return f"{state} · step {frame.step:,} · smallest objective {frame.objective:.4g}, measured"


def _told(minima: Sequence[LocalMinimum], frame: DeepRunsFrame) -> str:
    """Where the networks are, in words."""
    reached = converged_to(minima, frame).tolist()
    least = min(minimum.objective for minimum in minima)
    parts = []
    for place, minimum in enumerate(minima):
        name = "the constant" if minimum.r == 0 else f"the valley at r = {minimum.r:.3g}"
        above = minimum.objective / least - 1 if least > 0 else 0.0
        verdict = "the optimum" if above < SMALL_GAP else f"stuck {_above(above)} the optimum"
        parts.append(f"**{reached.count(place)}** in {name} ({verdict})")
    where = ", ".join(parts)
    return f"Of {len(reached)} networks: {where}, **{reached.count(-1)}** elsewhere, above the curve."


def _above(share: float) -> str:
    if share >= 10:
        return f"at {1 + share:,.0f} times"
    return f"{100 * share:.{max(0, 1 - math.floor(math.log10(100 * share)))}f} % above"


def equal_effective_weight_decay(lab: DepthLab) -> None:
    """Every depth at the weight decay that makes the effective one the same."""
    effective = _reference_decay(lab)
    splines = _same_effect(lab.deep, effective)
    plot(splines_plot(lab.data, splines, lab.units, lab.axes), key=PREFIX + "equal_effective")
    missing = [depth for depth in DEPTHS if depth not in splines]
    st.caption(
        f"λ = {effective:.3g}, {_count(len(splines))}."
        + (" A star: at its β another valley is deeper." if any("*" in label for label, _ in splines.values()) else "")
        + (f" No network with {_listed(missing)} layers can rest there, at any β." if missing else "")
    )


def _count(lines: int) -> str:
    return "one line" if lines == 1 else f"{lines} lines on top of each other"


def _listed(numbers: Sequence[int]) -> str:
    *others, last = map(str, numbers)
    return f"{', '.join(others)} or {last}" if others else last


def _reference_decay(lab: DepthLab) -> float:
    """The effective weight decay of the most bent valley; where there is only the constant, one that lets it bend."""
    last = lab.minima[-1]
    return last.effective_beta if last.r > 0 else lab.deep.path.beta_max / 3


def _same_effect(deep: DeepPath, effective: float) -> dict[int, tuple[str, LinearSpline]]:
    """By depth a label and the spline, for all that have a local minimum with this effective weight decay."""
    r = float(deep.path.path_norm_at(effective))
    splines = {}
    for depth in DEPTHS:
        beta = float(deep.stationary_beta(r, depth=depth))
        for minimum in deep.local_minima(beta=beta, depth=depth):
            if math.isclose(minimum.r, r, rel_tol=1e-6):
                label = f"L = {depth}, β = {beta:.2g}" + ("" if minimum.is_global else " *")
                splines[depth] = label, deep.solution_at(minimum, beta=beta, depth=depth).spline
    return splines


def jumps(lab: DepthLab) -> None:
    """How much the optimum bends, for every weight decay and depth."""
    plot(jump_plot(lab.deep, DEPTHS, beta=lab.beta, depth=lab.depth), key=PREFIX + "jumps")
    betas = [f"{jump.beta:.4g}" for jump in lab.deep.transitions(depth=lab.depth)]
    count = f"L = {lab.depth} jumps at β = {', '.join(betas)}." if betas else "With two layers nothing jumps."
    st.caption(f"{count} Computed, not sampled.")


def layers(lab: DepthLab) -> None:
    """The layers of the closed form and of a trained network that found the same valley."""
    minima, frame = lab.minima, lab.training.frame
    last = len(minima) - 1
    names = ["the constant" if minimum.r == 0 else f"r = {minimum.r:.3g}" for minimum in minima]
    if last > 0:
        st.segmented_control(
            "valley",
            range(last, -1, -1),
            format_func=lambda valley: names[last - valley],
            required=True,
            **SETTINGS.shown("valley", first="default"),
        )
    place = last - SETTINGS["valley"]
    solution = lab.deep.solution_at(minima[place], beta=lab.beta, depth=lab.depth)
    found = converged_to(minima, frame).tolist() if frame is not None and frame.view.layers else []
    trained = frame.view.layers[found.index(place)] if frame is not None and place in found else None
    table(_meters(layer_diagnostics(solution.network()), trained), "exact")
    if solution.path_norm == 0:
        st.caption("In this valley all weights vanish: the closed form has nothing to show.")
        return
    note(
        "At an optimum all layers have the same norm and rank 1 (stable rank 1), the weights into each unit balance "
        "those out of it (imbalance 0), and each layer reads what the one before it writes (alignment 1)."
        + ("" if trained else " No trained network has ended in this valley yet.")
    )


def _meters(exact: LayerDiagnostics, trained: LayerDiagnostics | None) -> list[tuple[str, str, str]]:
    """What is measured of layers, or of neighbours: closed form and trained network."""
    both = zip(_told_of(exact), _told_of(trained) if trained else ["–"] * 4, strict=True)
    names = ("norm of each layer", "stable rank of each", "largest imbalance of two", "alignment of two")
    return [(name, closed, network) for name, (closed, network) in zip(names, both, strict=True)]


def _told_of(network: LayerDiagnostics) -> list[str]:
    norms, ranks, alignment = map(span, (network.frobenius_norms, network.stable_ranks, network.alignment))
    return [norms, ranks, small(float(network.unit_imbalance.max())), alignment]
