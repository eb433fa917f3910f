"""The controls of the Depth page, and what it shows: valleys, all depths beside each other, jumps, layers."""

import math
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from cvxdnn.app.page import figure
from cvxdnn.convex import DeepPath
from cvxdnn.core.diagnostics import layer_diagnostics
from cvxdnn.core.solution import LocalMinimum
from cvxdnn.core.spline import LinearSpline
from cvxdnn.exhibits.depth.charts import jump_figure, layers_figure, splines_figure, valley_chart
from cvxdnn.exhibits.depth.lab import DEEPEST, DEPTHS, PREFIX, DepthLab
from cvxdnn.tasks.deep_runs import RUNS, WIDTH, DeepRunsFrame, converged_to
from cvxdnn.tasks.scenario import BETAS

SMALL_GAP = 1e-4
"""A share of the optimum below this counts as being there."""
UNTRAINED = f"Train networks from {RUNS} different first weights, and see in which valley each of them ends."
TOLD_STYLE = """<style>
.st-key-depth_told { min-height: 5.8rem; gap: 0.4rem; }
@media (max-width: 640px) { .st-key-depth_told { min-height: 8.6rem; } }
</style>"""
"""Room for the sentence about trained networks, so that the page below keeps its place."""
ROUND_OFF = 1e-15
"""No gap is claimed to be smaller than this."""


def settings(lab: DepthLab) -> None:
    """Weight decay and depth."""
    st.session_state[PREFIX + "beta"], st.session_state[PREFIX + "depth"] = lab.beta, lab.depth
    strength, layers = st.columns(2, gap="medium")
    strength.select_slider(
        "Weight decay β",
        sorted({*BETAS, lab.beta}),
        key=PREFIX + "beta",
        format_func=lambda beta: f"{beta:.2g}",
        on_change=lab.set,
        args=("beta",),
        help="How strongly large weights are punished. In normalised units: x scaled to [0, 1], y to range 1.",
    )
    layers.slider(
        "Depth L (weight layers)",
        2,
        DEEPEST,
        key=PREFIX + "depth",
        on_change=lab.set,
        args=("depth",),
        help="2 is one hidden layer.",
    )


def numbers(lab: DepthLab) -> None:
    """The optimum, its proof, and what it means for the spline."""
    solution = lab.solution
    st.metric("optimum, certified", f"{solution.objective:.4g}")
    st.metric(
        "gap, certified",
        f"{max(solution.relative_gap, ROUND_OFF):.0e}",
        help="No network of this depth has an objective that is lower by more than this share.",
    )
    bends = solution.path_norm > 0
    effective = f"{solution.effective_beta:.3g}" if bends else f"{lab.deep.path.beta_max:.3g} or more"
    st.metric("effective decay λ", effective, help="The two-layer weight decay with the same optimum.")


def valleys(lab: DepthLab) -> None:
    """The curve of training with its valleys, and the networks that roll into them."""
    columns, specification = valley_chart(lab.deep, beta=lab.beta, depth=lab.depth, runs=lab.frame)
    st.vega_lite_chart(pd.DataFrame(columns), specification, key=PREFIX + "valleys")
    with st.container(horizontal=True):  # side by side while one button takes the other's place
        if lab.runs.is_running:
            st.button("Stop", key=PREFIX + "stop", on_click=lab.runs.stop)
        else:
            st.button(f"Train {RUNS} networks", key=PREFIX + "train", type="primary", on_click=lab.train)
    frame = lab.frame
    st.html(TOLD_STYLE)
    with st.container(key=PREFIX + "told"):
        st.caption(_progress(lab))
        st.markdown(UNTRAINED if frame is None else _told(lab.minima, frame))


def _progress(lab: DepthLab) -> str:
    frame = lab.frame
    if lab.runs.message or lab.runs.standing:
        return lab.runs.message or lab.runs.standing
    if frame is None:
        return "starting a worker" if lab.runs.is_running else f"with Adam, {WIDTH} neurons in each layer; measured"
    state = "training" if lab.runs.is_running else frame.status.message
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


def equal_weight_decay(lab: DepthLab) -> None:
    """Every depth at the weight decay of the slider."""
    splines = {f"L = {depth}": lab.deep.solve(beta=lab.beta, depth=depth).spline for depth in DEPTHS}
    figure(splines_figure(lab.data.x, lab.data.y, splines, nested=False), key=PREFIX + "equal_beta")


def equal_effective_weight_decay(lab: DepthLab) -> None:
    """Every depth at the weight decay that makes the effective one the same."""
    effective = _reference_decay(lab)
    splines = _same_effect(lab.deep, effective)
    figure(splines_figure(lab.data.x, lab.data.y, splines, nested=True), key=PREFIX + "equal_effective")
    missing = [depth for depth in DEPTHS if not any(label.startswith(f"L = {depth}") for label in splines)]
    st.caption(
        f"λ = {effective:.3g}, {_count(len(splines))}."
        + (" A star: at its β another valley is deeper." if any("*" in label for label in splines) else "")
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


def _same_effect(deep: DeepPath, effective: float) -> dict[str, LinearSpline]:
    """The splines of all depths that have a local minimum with this effective weight decay."""
    r = float(deep.path.path_norm_at(effective))
    splines = {}
    for depth in DEPTHS:
        beta = float(deep.stationary_beta(r, depth=depth))
        for minimum in deep.local_minima(beta=beta, depth=depth):
            if math.isclose(minimum.r, r, rel_tol=1e-6):
                label = f"L = {depth}, β = {beta:.2g}" + ("" if minimum.is_global else " *")
                splines[label] = deep.solution_at(minimum, beta=beta, depth=depth).spline
    return splines


def jumps(lab: DepthLab) -> None:
    """How much the optimum bends, for every weight decay and depth."""
    figure(jump_figure(lab.deep, DEPTHS, beta=lab.beta, depth=lab.depth), key=PREFIX + "jumps")
    betas = [f"{jump.beta:.4g}" for jump in lab.deep.transitions(depth=lab.depth)]
    count = f"L = {lab.depth} jumps at β = {', '.join(betas)}." if betas else "With two layers nothing jumps."
    st.caption(f"{count} Computed, not sampled.")


def layers(lab: DepthLab) -> None:
    """The layers of the closed form and of a trained network that found the same valley."""
    minima, frame = lab.minima, lab.frame
    names = ["the constant" if minimum.r == 0 else f"r = {minimum.r:.3g}" for minimum in minima]
    place = len(minima) - 1
    if len(minima) > 1:
        chosen = st.segmented_control("valley", names, default=names[-1], key=PREFIX + "valley", required=True)
        place = names.index(chosen) if chosen in names else place
    solution = lab.deep.solution_at(minima[place], beta=lab.beta, depth=lab.depth)
    found = converged_to(minima, frame).tolist() if frame is not None and frame.view.layers else []
    trained = frame.view.layers[found.index(place)] if frame is not None and place in found else None
    figure(layers_figure(layer_diagnostics(solution.network()), trained), key=PREFIX + "layers")
    if solution.path_norm == 0:
        st.caption("In this valley all weights vanish: the closed form has nothing to show.")
        return
    st.caption(
        "At an optimum all layers have the same norm and rank 1 (stable rank 1), the weights into each unit balance "
        "those out of it (imbalance 0), and each layer reads what the one before it writes (alignment 1)."
        + ("" if trained else " Train networks above to see one that ends in this valley beside the closed form.")
    )
