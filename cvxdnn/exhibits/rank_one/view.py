"""The controls of the page on deep linear networks and rank-one data, and what it draws of a case."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import streamlit as st

from cvxdnn.app.background import LOOK_SECONDS, Background, Results, own_background
from cvxdnn.app.fit import chart
from cvxdnn.app.page import figure, live
from cvxdnn.core.limits import host_limits
from cvxdnn.core.types import Array
from cvxdnn.exhibits.closed_form.view import condition_on_width, distance, numbers
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
from cvxdnn.exhibits.rank_one.charts import budget_figure, function_chart
from cvxdnn.tasks.call import Call
from cvxdnn.tasks.fits import FitFrame
from cvxdnn.theory import deep_linear
from cvxdnn.training.fitting import FittedNetwork
from cvxdnn.training.fitting.chain import layer_norms

__all__ = ["case_of", "controls", "duality_gap", "facts", "outcome"]

PREFIX = "rank_one_"
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
ARCHITECTURES = ("standard", "parallel")
FORMS = ("all layers", "the last two; early layers keep a norm t")
BIAS_BETA, BIAS_WIDTH = 0.03, 20
"""A spline needs less weight decay than a chain to show itself, and more neurons: whichever is near finds a knot."""
PLACES = 121
"""Of the drawn functions."""


def controls() -> RankOneSetting:
    """The widgets of the page; moving one starts nothing."""
    first = RankOneSetting()
    kind: Kind = st.selectbox("Network and data", KINDS, format_func=KIND_NAMES.__getitem__, key=PREFIX + "kind")
    side: Side = first.side
    outputs = first.outputs
    if kind in ("relu", "relu_bias"):
        side = st.selectbox("The multiples c", SIDES, format_func=SIDE_NAMES.__getitem__, key=PREFIX + "side")
    elif kind != "one_output":
        outputs = _slider("outputs", "Outputs K", 2, 6, first.outputs)
    usual, neurons = (BIAS_BETA, BIAS_WIDTH) if kind == "relu_bias" else (first.beta, first.width)
    beta = st.select_slider("Weight decay β", BETAS, usual, key=f"{PREFIX}beta_{usual}", format_func="{:g}".format)
    depth = _slider("depth", "Depth (weight layers L)", 2, 6, first.depth)
    parallel, budget = _architecture(depth) if kind == "whitened" else (False, None)
    with st.expander("Data and network"):
        samples = _slider("samples", "Samples n", 1, 30, first.samples)
        inputs = _slider("inputs", "Inputs d", 1, 20, first.inputs)
        width = _slider(f"width_{neurons}", "Neurons in each hidden layer", 1, 40, neurons)
        seed = st.number_input("Seed of data and first weights", 0, 9999, first.seed, key=PREFIX + "seed")
    return RankOneSetting(kind, samples, inputs, outputs, side, beta, depth, width, parallel, budget, int(seed))


_cases: Results[RankOneCase] = Results(host_limits().cache)


def case_of(setting: RankOneSetting) -> RankOneCase:
    """The case; where there is none, or none yet, the page ends with a word about it."""
    coming = own_background("rank_one_case", _cases)
    if not takes_long(setting):
        coming.forget()
        return rank_one_case(setting)
    case = coming.ask(setting, lambda: Call(rank_one_case, (setting,)))
    if case is None:
        live(coming, lambda: _say_why_there_is_none(coming), every=LOOK_SECONDS)
        st.stop()
    return case


def _say_why_there_is_none(coming: Background[RankOneCase]) -> None:
    if coming.message:
        st.error(f"The closed form could not be computed: {coming.message}")
        st.button("Compute it again", key=PREFIX + "again", on_click=coming.forget)
    else:
        st.info(f"The closed form is {coming.standing}.")


def facts(case: RankOneCase, frame: FitFrame | None) -> None:
    """The table of numbers, and a warning where the network does not fit the theorem."""
    condition_on_width(case.optimum, case.setting.width)
    more = [("dual constraint, 1 at an optimum", "1", _dual_meter(case, frame))] if _has_meter(case) else []
    if case.setting.kind in ("whitened", "general"):
        more.append(("value of the dual", f"{case.optimum.dual:.6g}", ""))
    numbers(case.problem, case.optimum, frame, more=more)


def outcome(case: RankOneCase, frame: FitFrame | None) -> None:
    """Outputs over the numbers c of rank-one data, closed form's and trained network's; else how far apart they are."""
    exact = case.chain
    if exact is None:
        distance(case.optimum, frame, key=PREFIX + "distance")
        return
    low, high = float(case.numbers.min()), float(case.numbers.max())
    room = 0.05 * (high - low) or 0.5
    at = np.unique(np.concatenate([np.linspace(low - room, high + room, PLACES), case.numbers]))
    inputs = np.outer(at, case.direction)
    closed = FittedNetwork(case.problem.architecture, exact.weights, exact.biases)
    trained = None if frame is None else frame.view.network(inputs)[:, 0]
    st.markdown("**The function of c**")
    picture = function_chart(case.numbers, case.problem.Y[:, 0], at, closed(inputs)[:, 0], trained, height=240)
    chart(picture, key=PREFIX + "function")


def duality_gap(setting: RankOneSetting) -> None:
    """Both architectures over the budget of the early layers."""
    case = case_of(replace(setting, budget=None, parallel=False))
    figure(budget_figure(*_over_budgets(case)), key=PREFIX + "gap")


@lru_cache(maxsize=32)
def _over_budgets(case: RankOneCase) -> tuple[Array, Array, Array]:
    """Budgets around the best one, and both objectives with the budget's cost."""
    problem, norms = case.problem, case.optimum.norms
    usual = float(norms[0]) if norms is not None and norms[0] > 0 else 1.0
    budgets = usual * np.linspace(0.6, 1.5, 46)
    optima = [
        deep_linear.norm_constrained(problem.X, problem.Y, beta=problem.beta, depth=problem.depth, budget=float(t))
        for t in budgets
    ]
    cost = 0.5 * problem.beta * (problem.depth - 2) * budgets**2
    return budgets, np.array([one.standard for one in optima]) + cost, np.array([one.parallel for one in optima]) + cost


def _architecture(depth: int) -> tuple[bool, float | None]:
    """Standard or parallel, and the budget of the early layers if they have one."""
    parallel = st.radio("Architecture", ARCHITECTURES, horizontal=True, key=PREFIX + "architecture") == "parallel"
    if depth == 2 or st.radio("Weight decay acts on", FORMS, key=PREFIX + "form") == FORMS[0]:
        return parallel, None
    return parallel, float(st.slider("Norm t of each early layer", 0.5, 2.0, 1.0, 0.05, key=PREFIX + "budget"))


def _has_meter(case: RankOneCase) -> bool:
    values = case.optimum.singular_values
    return case.setting.kind == "one_output" and values is not None and bool(values[0, 0] > 0)


def _dual_meter(case: RankOneCase, frame: FitFrame | None) -> str:
    """t^(L-2) ||X^T lambda|| / beta, which is 1 at an optimum that is not zero."""
    if frame is None:
        return "–"
    pull = float(np.linalg.norm(case.problem.X.T @ (case.problem.Y - frame.view.outputs)))
    norm = float(layer_norms(frame.view.network.weights).mean())
    return f"{norm ** (case.setting.depth - 2) * pull / case.setting.beta:.5f}"


def _slider(name: str, label: str, low: int, high: int, value: int) -> int:
    return int(st.slider(label, low, high, value, key=PREFIX + name))
