"""The controls of the page on deep linear networks and rank-one data, and what it draws of a case."""

import math
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st

from cvxdnn.app.background import Background, Results, own_background
from cvxdnn.app.films import reel_of
from cvxdnn.app.fit import FitRun
from cvxdnn.app.glossary import meaning
from cvxdnn.app.plot import plot
from cvxdnn.app.prose import note
from cvxdnn.app.settings import Settings, Span, under, widget
from cvxdnn.app.stage import slider, stage
from cvxdnn.core.limits import host_limits
from cvxdnn.core.types import Array
from cvxdnn.exhibits.closed_form.view import condition_on_width, numbers, sentence
from cvxdnn.exhibits.rank_one.case import (
    KINDS,
    SIDES,
    Kind,
    RankOneCase,
    RankOneSetting,
    Side,
    rank_one_case,
    takes_long,
)
from cvxdnn.exhibits.rank_one.charts import budget_plot, function_plot
from cvxdnn.tasks.call import Call
from cvxdnn.tasks.fits import FitFrame
from cvxdnn.theory import deep_linear
from cvxdnn.training.fitting import FittedNetwork
from cvxdnn.training.fitting.chain import layer_norms

__all__ = [
    "SETTINGS",
    "Closed",
    "controls",
    "duality_gap",
    "facts",
    "first_columns",
    "outcome",
    "picture",
    "say_why_there_is_none",
    "setting",
]

PREFIX = "rank_one_"
KEY = "rank_one_stage"
DEPTHS = tuple(range(2, 7))
BETAS = (0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0)
KIND_NAMES: dict[Kind, str] = {
    "one_output": "Linear, one output",
    "whitened": "Linear, K outputs, whitened",
    "general": "Linear, K outputs, any inputs",
    "relu": "ReLU, rank-one inputs",
    "relu_bias": "ReLU with biases, rank one",
}
SIDE_NAMES: dict[Side, str] = {
    "positive": "all positive",
    "agree": "both signs, outputs agree",
    "oppose": "both signs, outputs oppose",
}
MULTIPLES = "Every sample is a number c times one and the same vector a."
ARCHITECTURES = ("standard", "parallel")
FORMS = ("all layers", "the last two; early layers keep a norm t")
BIAS_BETA, BIAS_WIDTH = 0.03, 20
"""A spline needs less weight decay than a chain to show itself, and more neurons: whichever is near finds a knot."""
PLACES = 121
"""Of the drawn functions."""
FIRST = RankOneSetting()
SETTINGS: Settings = Settings(
    "rank_one",
    widget("kind", KINDS, FIRST.kind),
    widget("side", SIDES, FIRST.side),
    widget("outputs", range(2, 7), FIRST.outputs),
    widget("architecture", ARCHITECTURES, ARCHITECTURES[0]),
    widget("form", FORMS, FORMS[0]),
    widget("budget", Span(0.5, 2.0), 1.0),
    widget("samples", range(1, 31), FIRST.samples),
    widget("inputs", range(1, 21), FIRST.inputs),
    widget("width", range(1, 41), lambda: _usual_width(), key=lambda: f"width_{_usual_width()}"),
    widget("seed", range(10_000), FIRST.seed),
    under("beta", BETAS, lambda: BIAS_BETA if SETTINGS["kind"] == "relu_bias" else FIRST.beta),
    under("depth", DEPTHS, FIRST.depth),
)


def controls() -> None:
    """What is chosen beside the picture: all but weight decay and depth, which are under it."""
    kind = SETTINGS.select("kind", "Network and data", lambda name: KIND_NAMES[name])
    if kind in ("relu", "relu_bias"):
        SETTINGS.select("side", "The multiples c", lambda name: SIDE_NAMES[name], help=MULTIPLES)
    elif kind != "one_output":
        SETTINGS.slider("outputs", "Outputs K")
    if kind == "whitened":
        SETTINGS.radio("architecture", "Architecture", horizontal=True, help=meaning("parallel network"))
        if SETTINGS["depth"] > 2 and SETTINGS.radio("form", "Weight decay acts on") == FORMS[1]:
            SETTINGS.slider("budget", "Norm t of each early layer", step=0.05, help=meaning("norm"))
    with st.expander("Data and network"):
        SETTINGS.slider("samples", "Samples n")
        SETTINGS.slider("inputs", "Inputs d")
        SETTINGS.slider("width", "Neurons in each hidden layer", help=meaning("width"))
        SETTINGS.number("seed", "Seed of data and first weights", help=meaning("seed"))


def setting() -> RankOneSetting:
    """What is chosen, as far as the chosen kind has it."""
    now = RankOneSetting(
        **{name: SETTINGS[name] for name in ("kind", "samples", "inputs", "beta", "depth", "width", "seed")}
    )
    if now.kind in ("relu", "relu_bias"):
        return replace(now, side=SETTINGS["side"])
    if now.kind == "one_output":
        return now
    now = replace(now, outputs=SETTINGS["outputs"])
    if now.kind != "whitened":
        return now
    has_budget = now.depth > 2 and SETTINGS["form"] == FORMS[1]
    parallel = SETTINGS["architecture"] == "parallel"
    return replace(now, parallel=parallel, budget=SETTINGS["budget"] if has_budget else None)


def _usual_width() -> int:
    return BIAS_WIDTH if SETTINGS["kind"] == "relu_bias" else FIRST.width


_cases: Results[RankOneCase] = Results(host_limits().cache)


class Closed:
    """The closed form of the page's setting: at once, or, where that takes long, later."""

    def __init__(self) -> None:
        self.coming = own_background("rank_one_case", _cases)

    def of(self, setting: RankOneSetting) -> RankOneCase | None:
        """The case; None where it is still to come, or cannot be had (`coming.message`)."""
        if takes_long(setting):
            return self.coming.ask(setting, lambda: Call(rank_one_case, (setting,)))
        self.coming.forget()
        return rank_one_case(setting)


def picture(run: FitRun, setting: RankOneSetting, case: RankOneCase | None) -> None:
    """The stage: layers and the dials between them, weight decay, depth, the film."""
    controls = [
        slider("beta", "weight decay β", BETAS, setting.beta),
        slider("depth", "weight layers L", DEPTHS, setting.depth),
    ]
    stage(
        "rank_one",
        {"optima": _optima(setting, case)},
        key=KEY,
        controls=controls,
        legend=[{"label": "trained network", "style": "bar-sign"}, {"label": "closed form", "style": "frame-sign"}],
        film=reel_of(run, plays=True),
        of=f"β = {setting.beta:g}, {setting.depth} layers",
        bound=None if case is None else case.optimum.lower_bound,
    )


def _optima(setting: RankOneSetting, case: RankOneCase | None) -> dict[str, Any]:
    """The closed form for each weight decay and for each depth, where they are quick; else the present one."""
    others = (
        []
        if takes_long(setting) or setting.kind == "relu_bias"
        else [
            *(replace(setting, beta=beta) for beta in BETAS),
            *(replace(setting, depth=depth, budget=setting.budget if depth > 2 else None) for depth in DEPTHS),
        ]
    )
    cases = [rank_one_case(other) for other in others] + ([case] if case is not None else [])
    return {f"{case.data.setting.beta:.15g} {case.data.setting.depth}": _told(case) for case in cases}


def _told(case: RankOneCase) -> dict[str, Any]:
    optimum = case.optimum
    values = None if optimum.singular_values is None else first_columns(optimum.singular_values, case.data.directions)
    return {"value": optimum.value, "name": optimum.name, "tag": optimum.tag, "values": values}


def first_columns(values: Array, count: int) -> list[list[float]]:
    """As many columns, with zeros where there are fewer."""
    first = values[:, :count]
    padded: list[list[float]] = np.pad(first, ((0, 0), (0, count - first.shape[1]))).tolist()
    return padded


def say_why_there_is_none(coming: Background[RankOneCase]) -> None:
    if coming.message:
        st.error(f"The closed form could not be computed: {coming.message}")
        st.button("Compute it again", key=PREFIX + "compute_again", on_click=coming.forget)
    else:
        st.info(f"The closed form is {coming.standing}.")


def facts(case: RankOneCase, frame: FitFrame | None) -> None:
    """The table of numbers, and a warning where the network does not fit the theorem."""
    setting, problem = case.data.setting, case.data.problem
    condition_on_width(case.optimum, setting.width)
    more = [("dual constraint, 1 at an optimum", "1", _dual_meter(case, frame))] if _has_meter(case) else []
    if setting.kind in ("whitened", "general"):
        more.append(("value of the dual", f"{case.optimum.dual:.6g}", ""))
    numbers(problem, case.optimum, frame, more=more)
    note(sentence(case.optimum))


def outcome(case: RankOneCase, frame: FitFrame | None, is_running: bool) -> None:
    """Outputs over the numbers c of rank-one data, closed form's and trained network's."""
    data, exact = case.data, case.chain
    if exact is None:
        return
    low, high = float(data.numbers.min()), float(data.numbers.max())
    room = 0.05 * (high - low) or 0.5
    at = np.unique(np.concatenate([np.linspace(low - room, high + room, PLACES), data.numbers]))
    inputs = np.outer(at, data.direction)
    closed = FittedNetwork(data.problem.architecture, exact.weights, exact.biases)
    trained = None if frame is None else frame.view.network(inputs)[:, 0]
    st.markdown("**The function of c**")
    misses = float(np.abs(closed(inputs)[:, 0] - trained).max()) if trained is not None else math.nan
    apart = "" if is_running or trained is None else f"; the trained network is {misses:.2g} away from it at most"
    told = f"Targets and outputs over the numbers c from {low:.2g} to {high:.2g}: the closed form{apart}."
    drawn = function_plot(data.numbers, data.problem.Y[:, 0], at, closed(inputs)[:, 0], trained, told)
    plot(drawn, key=PREFIX + "function")


def duality_gap(setting: RankOneSetting) -> None:
    """Both architectures over the budget of the early layers."""
    case = rank_one_case(replace(setting, budget=None, parallel=False))
    plot(budget_plot(*_over_budgets(case)), key=PREFIX + "gap")


@lru_cache(maxsize=32)
def _over_budgets(case: RankOneCase) -> tuple[Array, Array, Array]:
    """Budgets around the best one, and both objectives with the budget's cost."""
    problem, norms = case.data.problem, case.optimum.norms
    usual = float(norms[0]) if norms is not None and norms[0] > 0 else 1.0
    budgets = usual * np.linspace(0.6, 1.5, 46)
    optima = [
        deep_linear.norm_constrained(problem.X, problem.Y, beta=problem.beta, depth=problem.depth, budget=float(t))
        for t in budgets
    ]
    cost = 0.5 * problem.beta * (problem.depth - 2) * budgets**2
    return budgets, np.array([one.standard for one in optima]) + cost, np.array([one.parallel for one in optima]) + cost


def _has_meter(case: RankOneCase) -> bool:
    values = case.optimum.singular_values
    return case.data.setting.kind == "one_output" and values is not None and bool(values[0, 0] > 0)


def _dual_meter(case: RankOneCase, frame: FitFrame | None) -> str:
    """t^(L-2) ||X^T lambda|| / beta, which is 1 at an optimum that is not zero."""
    if frame is None:
        return "–"
    problem = case.data.problem
    pull = float(np.linalg.norm(problem.X.T @ (problem.Y - frame.view.outputs)))
    norm = float(layer_norms(frame.view.network.weights).mean())
    return f"{norm ** (problem.depth - 2) * pull / problem.beta:.5f}"
