"""The controls of the page on whitened data, and what it draws of a case."""

from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st

from cvxdnn.app.films import reel_of
from cvxdnn.app.fit import FitRun
from cvxdnn.app.glossary import meaning
from cvxdnn.app.settings import Settings, under, widget
from cvxdnn.app.stage import slider, stage
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.exhibits.closed_form.classes import distinct_imbalances
from cvxdnn.exhibits.closed_form.view import condition_on_width, numbers, sentence
from cvxdnn.exhibits.whitened.case import WhitenedCase, WhitenedSetting, whitened_case
from cvxdnn.exhibits.whitened.film import served_in
from cvxdnn.tasks.fits import FitFrame
from cvxdnn.theory.whitened import Architecture, RankTwo, rank_two_counterexample

__all__ = ["SETTINGS", "controls", "counterexample", "facts", "picture", "setting"]

KEY = "whitened_stage"
FIRST = WhitenedSetting()
BETAS = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0)
DEPTHS = tuple(range(2, 9))
MOST_IMBALANCE = 8
NOTHING = 0.1
"""A channel that gives less than this share of its target is not counted in a network."""
TARGETS = ("class labels", "one real number")
NAMES: dict[Architecture, str] = {
    "standard": "standard: shared layers",
    "parallel": "parallel: a sum of separate chains",
}
SETTINGS = Settings(
    "whitened",
    widget("architecture", tuple(NAMES), FIRST.architecture),
    widget("classes", range(2, 7), FIRST.classes),
    widget("largest", range(1, 9), FIRST.largest),
    widget("targets", TARGETS, TARGETS[0]),
    widget("extra", range(11), FIRST.extra_inputs),
    widget("width", range(1, 41), FIRST.width),
    widget("seed", range(10_000), FIRST.seed),
    under("beta", BETAS, FIRST.beta),
    under("depth", DEPTHS, FIRST.depth),
    under("imbalance", lambda: _imbalances(), lambda: _first_imbalance()),
)


def controls() -> None:
    """What is chosen beside the picture: all but weight decay, depth and imbalance, which are under it."""
    SETTINGS.radio("architecture", "Network", lambda name: NAMES[name], help=meaning("parallel network"))
    SETTINGS.slider("classes", "Classes K")
    SETTINGS.slider("largest", "Samples of the largest class")
    with st.expander("Data and network"):
        SETTINGS.radio("targets", "Targets")
        SETTINGS.slider("extra", "Inputs beyond the number of samples")
        standard = SETTINGS["architecture"] == "standard"
        SETTINGS.slider("width", "Neurons in each hidden layer" if standard else "Branches")
        SETTINGS.number("seed", "Seed of data and first weights", help=meaning("seed"))


def setting() -> WhitenedSetting:
    """What is chosen."""
    names = ("architecture", "classes", "largest", "width", "seed", "beta", "depth", "imbalance")
    chosen = {name: SETTINGS[name] for name in names}
    return WhitenedSetting(**chosen, real_target=SETTINGS["targets"] == TARGETS[1], extra_inputs=SETTINGS["extra"])


def picture(run: FitRun, setting: WhitenedSetting) -> None:
    """The stage: classes, neurons, who fires for whom, and the strength of each channel."""
    imbalances = _imbalances()

    def sizes(imbalance: int) -> str:
        return ", ".join(map(str, replace(setting, imbalance=imbalance).counts))

    controls = [
        slider("beta", "weight decay β", BETAS, setting.beta),
        slider("depth", "weight layers L", DEPTHS, setting.depth),
        slider("imbalance", "class sizes", imbalances, setting.imbalance, sizes),
    ]
    stage(
        "whitened",
        _model(setting),
        key=KEY,
        controls=controls,
        legend=[
            {"label": "class fires neuron, as wide as it is strong", "style": "link-sign"},
            {"label": "channel, closed form", "style": "channel-sign"},
            {"label": "network", "style": "network-sign"},
        ],
        film=reel_of(run, plays=True),
        of=f"β = {setting.beta:g}, {setting.depth} layers",
        bound=whitened_case(setting).optimum.lower_bound,
    )


def _model(setting: WhitenedSetting) -> dict[str, Any]:
    """What the picture takes besides the film: the targets' lengths for every imbalance, what is known of each depth.

    The numbers of the closed form are computed in the browser.
    """
    unequal = {str(imbalance): replace(setting, imbalance=imbalance) for imbalance in _imbalances()}
    targets = {name: whitened_case(one).solution.targets.tolist() for name, one in unequal.items()}
    deep = {str(depth): whitened_case(replace(setting, depth=depth)).optimum for depth in DEPTHS}
    return {
        "targets": targets,
        "sizes": None if setting.real_target else {name: one.counts for name, one in unequal.items()},
        "largest": max(map(max, targets.values())),
        "names": group_names(setting),
        "measure": "length of its targets" if setting.real_target else "√n of a class",
        "nothing": NOTHING,
        "counted": "signs that have a channel" if setting.real_target else "classes that have a channel",
        "claims": {
            name: {"name": one.name, "said": sentence(one), "isProved": one.status.ok} for name, one in deep.items()
        },
    }


def facts(case: WhitenedCase, frame: FitFrame | None) -> None:
    """The table of numbers, a warning where the network does not fit the theorem, and which channels are gone."""
    setting = case.setting
    noun = "Hidden layers" if setting.architecture == "standard" else "Sums of branches"
    condition_on_width(case.optimum, setting.width, noun)
    present = int(np.count_nonzero(case.solution.present))
    name = "channels" if setting.real_target else "classes that survive"
    of = len(case.solution.targets)
    numbers(case.problem, case.optimum, frame, more=((name, f"{present} of {of}", _channels(case, frame)),))


def _channels(case: WhitenedCase, frame: FitFrame | None) -> str:
    """How many the network has."""
    if frame is None:
        return "–"
    served, targets = served_in(frame.view.outputs, case.problem.Y, case.groups)
    return str(np.count_nonzero(served > NOTHING * targets))


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


def _imbalances() -> tuple[int, ...]:
    return distinct_imbalances(SETTINGS["classes"], SETTINGS["largest"], MOST_IMBALANCE)


def _first_imbalance() -> int:
    offered = _imbalances()
    return FIRST.imbalance if FIRST.imbalance in offered else offered[0]


def group_names(setting: WhitenedSetting) -> list[str]:
    """What the channels are called."""
    if setting.real_target:
        return ["positive", "negative"]
    return [f"class {k + 1}" for k in range(setting.classes)]


@lru_cache(maxsize=64)
def _counterexample(beta: float) -> RankTwo:
    return rank_two_counterexample(beta)
