"""Beyond the theorem, second part: four statements that are repeated more broadly than they hold.

Each card has the statement as it is often made, what is true, controls, and a network to train. What can be computed
is exact; what was trained is measured, and a number of restarts, however large, proves nothing.
"""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import streamlit as st

from cvxdnn.app.fit import FitRun, chart, fit_buttons, fit_run
from cvxdnn.app.fit_charts import objective_chart
from cvxdnn.app.page import live
from cvxdnn.exhibits.beyond import case as cases
from cvxdnn.exhibits.beyond.closed_form_charts import cosines_chart, distance_chart, shrinkage_chart
from cvxdnn.tasks.fits import FitFrame, Measure, fit_stream
from cvxdnn.training.fitting import FitProblem

__all__ = ["closed_form_limits"]

PREFIX = "beyond_"
COSINES_HEIGHT = 161
NO_HISTORY = np.zeros((0, 2))
BETAS = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.0)


def closed_form_limits() -> None:
    """All four cards."""
    st.subheader("Four statements that are often made too broadly")
    st.write(
        "Each card quotes a statement and says where it stops being true. Press Train and watch where the orange line "
        "ends: at the value the statement promises, or elsewhere."
    )
    for card in (duality_gap, one_channel_per_class, soft_threshold, self_duality):
        with st.container(border=True):
            card()


def duality_gap() -> None:
    """Standard deep linear networks with several outputs have a duality gap."""
    words, picture = _card(
        "Deep linear networks have no duality gap.",
        r"The *dual* is a lower bound from convexity; the gap is what the optimum is above it. With one output, or "
        r"with two layers, there is none. **With several outputs and three or more layers the "
        r"standard network stays above its dual** as soon as two singular values $s_i$ survive: for early layers of "
        r"norm 1 it pays $\beta\,(\sum_i s_i^{2/L})^{L/2}$ where the dual counts $\beta\sum_i s_i$. A *parallel* "
        r"network, in which every branch has layers of its own, closes the gap. That optimal layers are aligned stays "
        r"true.",
    )
    with words:
        outputs = st.slider("Outputs K", 1, 5, 3, key=PREFIX + "gap_outputs")
        depth = st.slider("Depth L (weight layers)", 2, 6, 3, key=PREFIX + "gap_depth")
        beta = _beta("gap", BETAS, 0.3)
        parallel = st.toggle("Train the parallel network", key=PREFIX + "gap_parallel")
        case = cases.gap_case(outputs, depth, beta, parallel)
        st.metric("standard network, upper bound", f"{case.values.standard:.5f}")
        st.metric("dual, and parallel network, exact", f"{case.values.parallel:.5f}")
        st.caption(_gap_in_words(case))
    lines = {"standard network": case.values.standard, "dual": case.values.parallel}
    _trained(
        picture,
        "gap",
        case.problem,
        lambda frame: _objective(frame, lines, 1.6 * case.values.standard, "gap"),
        f"X is the identity; the targets have the singular values {', '.join(f'{s:g}' for s in case.targets)}.",
    )


def one_channel_per_class() -> None:
    """A network of rank two beats one channel per class."""
    words, picture = _card(
        "An optimal deep classifier has one channel per class.",
        r"One *channel* per class: in every layer each class has neurons that fire for it alone. On whitened inputs "
        r"($XX^T$ the identity) an optimum has that for two layers, and at every depth if the network is "
        r"*parallel*: both are proved. "
        r"**A standard network, whose classes share their layers, can do better.** For three classes and five layers "
        r"the network below, whose first three hidden layers have rank two, has the lower objective. Up to four layers "
        r"and four classes nothing better than one channel per class was found; that is not a proof.",
    )
    with words:
        depth = st.slider("Depth L (weight layers)", 2, 8, 5, key=PREFIX + "rank_depth")
        beta = _beta("rank", (0.02, 0.05, 0.1, 0.15, 0.2), 0.1)
        case = cases.rank_case(depth, beta)
        st.metric("one channel per class, upper bound", f"{case.one_channel:.5f}")
        if case.example is not None:
            lower = 100 * (1 - case.example.objective / case.one_channel)
            st.metric("network of rank two, upper bound", f"{case.example.objective:.5f}", f"{-lower:.2f} %", "inverse")
        else:
            st.caption("The network of rank two is written down for five layers only.")
    lines = {"one channel per class": case.one_channel}
    if case.example is not None:
        lines["network of rank two"] = case.example.objective

    def draw(frame: FitFrame | None) -> None:
        _objective(frame, lines, 1.25 * case.one_channel, "rank")
        if frame is None:
            st.caption("Measured: nothing yet.")
        else:
            below = cases.share_below(frame, case.one_channel)
            st.caption(f"Measured: {below} of {frame.objectives.size} restarts are below one channel per class.")
        for name, layers in cases.features_shown(case, frame).items():
            st.markdown(f"**{name}**")
            chart(cosines_chart(layers), key=f"{PREFIX}cosines_{name}")
        if frame is None:  # keeps the room of one more picture, so that nothing below moves when it appears
            with st.container(height=COSINES_HEIGHT, border=False):
                st.caption("The trained network follows here.")
        st.caption(
            "How alike two classes look in each hidden layer: the cosine between their features, pale 0, blue 1. One "
            "channel per class keeps them apart everywhere; rank two puts one class between the other two."
        )

    _trained(picture, "rank", case.problem, draw, "Three classes with one sample each; X is the identity.")


def soft_threshold() -> None:
    """Soft threshold or jump."""
    words, picture = _card(
        "Weight decay subtracts β from every singular value.",
        r"That is the **soft threshold** $(s_0-\beta)_+$. It holds for two layers, for batch norm, and for parallel "
        r"networks whose early layers have norm 1. With weight decay on all $L\ge 3$ layers the optimum minimises "
        r"$\tfrac12(s-s_0)^2+\tfrac{\beta L}{2}s^{2/L}$ instead: it subtracts $\beta s^{2/L-1}$, little from large "
        r"values, and **jumps to 0 below a threshold** $\tau$. Just below $\tau$ a local minimum remains, and 0 is one "
        r"everywhere: where training ends depends on its first weights.",
    )
    with words:
        depth = st.slider("Depth L (weight layers)", 2, 8, 4, key=PREFIX + "jump_depth")
        beta = _beta("jump", BETAS, 0.3)
        small = st.toggle("Start from small weights", key=PREFIX + "jump_small")
        case = cases.jump_case(depth, beta, small)
        st.metric("threshold τ, exact", f"{case.threshold:.4f}")
        st.metric("what is kept just above it, exact", f"{case.jump:.4f}")

    def draw(frame: FitFrame | None) -> None:
        trained = None if frame is None else (case.targets, np.diag(frame.view.outputs))
        chart(shrinkage_chart(case.curves, trained), key=PREFIX + "jump_chart")

    _trained(
        picture,
        "jump",
        case.problem,
        draw,
        "One linear network learns all values at once (X the identity, diagonal targets); dots: its outputs, measured.",
    )


def self_duality() -> None:
    """NC3 with raw classifier and centred means does not go to zero."""
    words, picture = _card(
        "At collapse the classifier points along the centred class means.",
        r"This third sign of neural collapse (NC3) is 0 for equal classes when means **and** classifier are centred, "
        r"or neither. **Centring the means only, as it is often written, ends at** $\sqrt{2-2\sqrt{(K-1)/K}}$: the "
        r"centred means sum to zero and the classifier's rows do not. With unequal classes none of the three is 0, "
        r"and the closed form says what they are. (Batch norm before the last ReLU, no output bias.)",
    )
    with words:
        classes = st.slider("Classes K", 2, 6, 3, key=PREFIX + "nc3_classes")
        smallest = st.slider("Samples of the smallest class (the others have 6)", 1, 6, 6, key=PREFIX + "nc3_smallest")
        beta = _beta("nc3", (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1.1, 1.6), 0.2)
        case = cases.collapse_case(classes, smallest, beta)
        for name, value in case.limits.items():
            st.metric(f"{name}, exact", f"{value:.4f}")
        if case.vanished:
            left = "left out." if case.limits else "only one is left, and there is nothing to compare."
            st.caption(f"The smallest class has vanished (√n ≤ β): {left}")

    def draw(frame: FitFrame | None) -> None:
        steps = np.zeros(0) if frame is None else frame.history[:, 0]
        traces: Mapping[str, np.ndarray] = {} if frame is None else frame.traces
        chart(distance_chart(steps, cases.named(traces), case.limits), key=PREFIX + "nc3_chart")

    _trained(picture, "nc3", case.problem, draw, "Dashed: closed form, exact. Solid: trained, measured.", case.measure)


def _card(said: str, true: str) -> tuple[st.delta_generator.DeltaGenerator, st.delta_generator.DeltaGenerator]:
    """Statement and correction on the left; the left column for controls, and the right one for the picture."""
    words, picture = st.columns([1, 1.5], gap="medium")
    with words:
        st.markdown(f"##### “{said}”")
        st.markdown(true)
    return words, picture


def _beta(card: str, values: tuple[float, ...], start: float) -> float:
    return st.select_slider("Weight decay β", values, start, key=f"{PREFIX}{card}_beta")


def _trained(
    place: st.delta_generator.DeltaGenerator,
    card: str,
    problem: FitProblem,
    draw: Callable[[FitFrame | None], None],
    caption: str,
    measure: Measure | None = None,
) -> None:
    """Buttons and picture of one card, live while its network trains."""
    run: FitRun = fit_run(PREFIX + card)

    def content() -> None:
        fit_buttons(run, problem, partial(fit_stream, problem, measure))
        draw(run.frame_of(problem))
        st.caption(caption)

    with place:
        live(run, content)


def _objective(frame: FitFrame | None, lines: Mapping[str, float], ceiling: float, card: str) -> None:
    (first, value), *others = lines.items()
    history = NO_HISTORY if frame is None else frame.history
    chart(
        objective_chart(history, value, exact_label=first, also=dict(others), ceiling=ceiling, height=260),
        key=f"{PREFIX}{card}_chart",
    )


def _gap_in_words(case: cases.Gap) -> str:
    gap = case.values.standard - case.values.parallel
    if gap <= 1e-9 * case.values.standard:
        survivors = int(np.count_nonzero(case.values.standard_values))
        return "No gap here: " + (
            "two layers." if case.problem.depth == 2 else f"{survivors} singular value(s) survive."
        )
    return f"Duality gap of the standard network: {gap:.5f}, {100 * gap / case.values.standard:.1f} %."
