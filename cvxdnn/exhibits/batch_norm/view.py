"""The controls of the Batch norm page, and the closed form beside a training run."""

import numpy as np
import pandas as pd
import streamlit as st

from cvxdnn.core.types import Array
from cvxdnn.exhibits.batch_norm.case import Case, Setting, span_holds, span_in
from cvxdnn.exhibits.batch_norm.charts import scale_chart
from cvxdnn.tasks.fits import FitFrame
from cvxdnn.theory.batch_norm import Scaling

PREFIX = "batch_norm_"
BETAS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1.1, 1.3, 1.6, 1.9, 2.1, 2.5, 2.9, 3.3, 3.6)
"""None is the root of a class size: just there a class vanishes so slowly that training does not finish it."""
SCALINGS: dict[Scaling, str] = {"paper": "γ and α (paper)", "torch": "weight and bias (PyTorch)"}


def controls() -> Setting:
    """The widgets of the page; moving one starts nothing."""
    first = Setting()
    classes = _slider("classes", "Classes K", 2, 4, first.classes)
    largest = _slider("largest", "Samples of the largest class", 1, 12, first.largest)
    imbalance = _slider("imbalance", "Largest class : smallest class", 1, 12, first.imbalance)
    st.caption("Class sizes: " + ", ".join(map(str, Setting(classes, largest, imbalance).counts)))
    beta = st.select_slider(
        "Weight decay β", BETAS, first.beta, key=PREFIX + "beta", format_func=lambda value: f"{value:g}"
    )
    with st.expander("Network and data"):
        depth = _slider("depth", "Depth (weight layers)", 2, 4, first.depth)
        inputs = _slider("inputs", "Inputs of each sample", 1, 48, first.inputs)
        width = _slider("width", "Neurons in each hidden layer", 2, 100, first.width)
        scaling = st.radio(
            "Weight decay acts on", list(SCALINGS), format_func=SCALINGS.__getitem__, key=PREFIX + "scaling"
        )
        seed = st.number_input("Seed of data and first weights", 0, 9999, first.seed, key=PREFIX + "seed")
    return Setting(classes, largest, imbalance, beta, depth, inputs, width, scaling, int(seed))


def condition(case: Case, frame: FitFrame | None) -> None:
    """The measured span condition, in one line."""
    span = span_in(case, frame)
    if span is None:
        st.caption("Span condition: measured once the layers before batch norm are trained.")
    elif span_holds(case, frame):
        st.caption(f"Span condition, measured: holds; centred rank {span.rank}, and {span.needed} always suffices.")
    else:
        worst = int(np.argmax(np.where(case.exact.s > 0, span.residuals, 0.0)))
        st.warning(
            f"Span condition, measured: fails. Class {worst + 1} misses the span by "
            f"{100 * span.residuals[worst]:.2g} % of its length (rank {span.rank}, {span.needed} would do). The closed "
            "form is then only a lower bound. Use more inputs, or a wider hidden layer."
        )


def vanished(case: Case) -> None:
    """Which classes the weight decay has removed, and why."""
    effective = case.exact.effective_beta
    name = "β" if case.setting.scaling == "paper" else "β/√n"
    gone = [k for k, s in enumerate(case.exact.s) if s == 0]
    if gone:
        listed = ", ".join(f"class {k + 1} (√{case.setting.counts[k]} ≤ {effective:.3g})" for k in gone)
        st.info(f"Vanished at the optimum, because √nₖ ≤ {name}: {listed}. All its features and weights are zero.")
    else:
        smallest = np.sqrt(min(case.setting.counts))
        st.caption(f"Every class survives: {name} = {effective:.3g} is below √n of the smallest, {smallest:.3g}.")


def scales(case: Case, frame: FitFrame | None) -> None:
    """Scale and shift of each class, closed form and trained."""
    n = len(case.labels)
    shares = np.array(case.setting.counts) / n
    directions = np.column_stack([np.sqrt(1 - shares), np.sqrt(shares)])
    trained = None if frame is None else _by_class(frame)
    columns, specification = scale_chart((case.exact.gamma, case.exact.alpha), directions, trained)
    st.vega_lite_chart(pd.DataFrame(columns), specification, key=PREFIX + "scales", width="content")


def _by_class(frame: FitFrame) -> tuple[Array, Array]:
    """Root of the sum of squares of scale and shift over the neurons that serve each class."""
    output = frame.view.network.weights[-1]
    owner = np.abs(output).argmax(axis=1)
    squares = [
        np.bincount(owner, weights=part**2, minlength=output.shape[1])
        for part in (frame.view.network.gamma, frame.view.network.alpha)
    ]
    return np.sqrt(squares[0]), np.sqrt(squares[1])


def _slider(name: str, label: str, low: int, high: int, value: int) -> int:
    return int(st.slider(label, low, high, value, key=PREFIX + name))
