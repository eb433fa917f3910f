"""The controls of the page on whitened data, and what it draws of a case."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import streamlit as st

from cvxdnn.app.fit import chart
from cvxdnn.app.page import figure
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.exhibits.closed_form.view import condition_on_width, numbers
from cvxdnn.exhibits.whitened.case import WhitenedCase, WhitenedSetting, strength_curves, whitened_case
from cvxdnn.exhibits.whitened.charts import channels_chart, strength_figure
from cvxdnn.tasks.fits import FitFrame
from cvxdnn.theory.whitened import Architecture, RankTwo, rank_two_counterexample

__all__ = ["case_of", "channels", "controls", "counterexample", "facts", "vanishing_curves"]

PREFIX = "whitened_"
BETAS = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0)
TARGETS = ("class labels", "one real number")
NAMES: dict[Architecture, str] = {
    "standard": "standard: shared layers",
    "parallel": "parallel: a sum of separate chains",
}
CURVE_BETAS = np.geomspace(0.01, 5, 600)


def controls() -> WhitenedSetting:
    """The widgets of the page; moving one starts nothing."""
    first = WhitenedSetting()
    architecture: Architecture = st.radio(
        "Network", list(NAMES), format_func=NAMES.__getitem__, key=PREFIX + "architecture"
    )
    depth = _slider("depth", "Depth (weight layers L)", 2, 8, first.depth)
    beta = st.select_slider("Weight decay β", BETAS, first.beta, key=PREFIX + "beta", format_func="{:g}".format)
    classes = _slider("classes", "Classes K", 2, 6, first.classes)
    largest = _slider("largest", "Samples of the largest class", 1, 8, first.largest)
    imbalance = _slider("imbalance", "Largest class : smallest class", 1, 8, first.imbalance)
    st.caption("Class sizes: " + ", ".join(map(str, WhitenedSetting(classes, largest, imbalance).counts)))
    with st.expander("Data and network"):
        real = st.radio("Targets", TARGETS, key=PREFIX + "targets") == TARGETS[1]
        extra = _slider("extra", "Inputs beyond the number of samples", 0, 10, first.extra_inputs)
        name = "Neurons in each hidden layer" if architecture == "standard" else "Branches"
        width = _slider("width", name, 1, 40, first.width)
        seed = st.number_input("Seed of data and first weights", 0, 9999, first.seed, key=PREFIX + "seed")
    return WhitenedSetting(classes, largest, imbalance, real, extra, beta, depth, architecture, width, int(seed))


def case_of(setting: WhitenedSetting) -> WhitenedCase:
    """Everything that does not depend on training."""
    return whitened_case(setting)


def facts(case: WhitenedCase, frame: FitFrame | None) -> None:
    """The table of numbers, a warning where the network does not fit the theorem, and which channels are gone."""
    setting = case.setting
    noun = "Hidden layers" if setting.architecture == "standard" else "Sums of branches"
    condition_on_width(case.optimum, setting.width, noun)
    present = int(np.count_nonzero(case.solution.present))
    seen = "–" if frame is None else str(int(np.linalg.matrix_rank(frame.view.outputs, tol=0.01)))
    name = "channels, rank of the outputs" if setting.real_target else "classes that survive"
    numbers(case.problem, case.optimum, frame, more=((name, f"{present} of {len(case.solution.targets)}", seen),))
    _vanishing(case)


def channels(case: WhitenedCase, frame: FitFrame | None) -> None:
    """Which samples each neuron of the last hidden layer fires for."""
    st.markdown("**Who fires for whom**")
    hidden = np.zeros((len(case.groups), case.setting.width)) if frame is None else frame.view.hidden
    chart(channels_chart(hidden, case.groups, group_names(case.setting), height=260), key=PREFIX + "channels")


def _vanishing(case: WhitenedCase) -> None:
    """Which channels the weight decay has removed, and why."""
    solution, targets = case.solution, case.solution.targets
    what = "norm of its targets" if case.setting.real_target else "√nₖ"
    named = [f"{name} ({target:.3g})" for name, target in zip(group_names(case.setting), targets, strict=True)]
    gone = [name for name, present in zip(named, solution.present, strict=True) if not present]
    rule = f"A channel needs {what} of at least {solution.threshold:.3g} at β = {case.setting.beta:g}."
    if gone:
        st.info(f"{rule} Without one: {', '.join(gone)}.")
    else:
        st.caption(f"{rule} The weakest has {targets.min():.3g}: all survive.")


def vanishing_curves(setting: WhitenedSetting) -> None:
    """Strength of each channel over the weight decay."""
    plain = replace(setting, beta=WhitenedSetting().beta, architecture="standard", width=1)
    targets, strengths = _curves(plain)
    names = [f"target {target:.3g}" if setting.real_target else _samples(round(target**2)) for target in targets]
    figure(strength_figure(CURVE_BETAS, targets, strengths, names, setting.beta), key=PREFIX + "strengths")


def counterexample(beta: float) -> None:
    """Three classes, five layers: the network of rank two beside one channel per class."""
    try:
        found = _counterexample(beta)
    except InvalidInputError:
        st.caption(f"At β = {beta:g} the zero network is better than both; choose 0.2 or less.")
        return
    change = f"{found.objective / found.one_channel - 1:.2%}"
    value, lower = st.columns(2)
    value.metric("one channel per class, upper bound", f"{found.one_channel:.5f}")
    lower.metric("network of rank two, upper bound", f"{found.objective:.5f}", change, delta_color="off")


def group_names(setting: WhitenedSetting) -> list[str]:
    """What the channels are called."""
    if setting.real_target:
        return ["positive targets", "negative targets"]
    return [f"class {k + 1}" for k in range(setting.classes)]


@lru_cache(maxsize=64)
def _curves(setting: WhitenedSetting) -> tuple[np.ndarray, np.ndarray]:
    return strength_curves(setting, CURVE_BETAS)


@lru_cache(maxsize=64)
def _counterexample(beta: float) -> RankTwo:
    return rank_two_counterexample(beta)


def _samples(count: int) -> str:
    return "1 sample" if count == 1 else f"{count} samples"


def _slider(name: str, label: str, low: int, high: int, value: int) -> int:
    return int(st.slider(label, low, high, value, key=PREFIX + name))
