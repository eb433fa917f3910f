"""The controls of the Batch norm page, its picture, and the closed form beside a network in numbers."""

from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st

from cvxdnn.app.films import reel_of
from cvxdnn.app.fit import FitRun
from cvxdnn.app.glossary import meaning
from cvxdnn.app.prose import note
from cvxdnn.app.settings import Settings, under, widget
from cvxdnn.app.stage import slider, stage
from cvxdnn.core.types import Array
from cvxdnn.exhibits.batch_norm.case import Case, Setting, case_of, shape_of, span_holds, span_in
from cvxdnn.exhibits.batch_norm.film import alive
from cvxdnn.exhibits.closed_form.classes import distinct_imbalances
from cvxdnn.exhibits.closed_form.view import table
from cvxdnn.tasks.fits import FitFrame
from cvxdnn.theory.batch_norm import Scaling
from cvxdnn.theory.neural_collapse import NeuralCollapse, metrics

__all__ = ["SETTINGS", "condition", "controls", "numbers", "picture", "setting", "signs"]

KEY = "batch_norm_stage"
FIRST = Setting()
BETAS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1.1, 1.3, 1.6, 1.9, 2.1, 2.5, 2.9, 3.3, 3.6)
"""None is the root of a class size: just there a class vanishes so slowly that training does not finish it."""
MOST_IMBALANCE = 12
SCALINGS: dict[Scaling, str] = {"paper": "γ and α (paper)", "torch": "weight and bias (PyTorch)"}
SETTINGS = Settings(
    "batch_norm",
    widget("classes", range(2, 5), FIRST.classes),
    widget("largest", range(1, 13), FIRST.largest),
    widget("depth", range(2, 5), FIRST.depth),
    widget("inputs", range(1, 49), FIRST.inputs),
    widget("width", range(2, 101), FIRST.width),
    widget("scaling", tuple(SCALINGS), FIRST.scaling),
    widget("seed", range(10_000), FIRST.seed),
    under("beta", BETAS, FIRST.beta),
    under("imbalance", lambda: _imbalances(), FIRST.imbalance),
)
NAMES = {
    "nc1": "NC1 spread within classes",
    "equinorm": "NC2 spread of the norms",
    "angle_spread": "NC2 angles, off a simplex by",
    "nc3_raw_uncentred": "NC3 classifier to means, not centred",
    "nc3_centred": "NC3 both centred",
    "nc3_raw_centred": "NC3 only the means centred",
    "nc4": "NC4 agrees with nearest mean",
    "accuracy": "accuracy on these samples",
}


def controls() -> None:
    """What is chosen beside the picture: all but weight decay and imbalance, which are under it."""
    SETTINGS.slider("classes", "Classes K")
    SETTINGS.slider("largest", "Samples of the largest class")
    with st.expander("Network and data"):
        SETTINGS.slider("depth", "Depth (weight layers)", help=meaning("depth"))
        SETTINGS.slider("inputs", "Inputs of each sample")
        SETTINGS.slider("width", "Neurons in each hidden layer", help=meaning("width"))
        SETTINGS.radio("scaling", "Weight decay acts on", lambda name: SCALINGS[name], help=meaning("batch norm"))
        SETTINGS.number("seed", "Seed of data and first weights", help=meaning("seed"))


def setting() -> Setting:
    """What is chosen."""
    return Setting(**{name: SETTINGS[name] for name in SETTINGS.names})


def picture(run: FitRun, setting: Setting) -> None:
    """The stage: class means, samples, the predicted simplex, and how far each class is from zero."""
    case = case_of(setting)
    imbalances = _imbalances()

    def sizes(imbalance: int) -> str:
        return ", ".join(map(str, replace(setting, imbalance=imbalance).counts))

    controls = [
        slider("beta", "weight decay β", BETAS, setting.beta),
        slider("imbalance", "class sizes", imbalances, setting.imbalance, sizes),
    ]
    stage(
        "batch_norm",
        _model(setting, span_holds(case, run.frame_of(case.problem))),
        key=KEY,
        controls=controls,
        legend=[
            {"label": "predicted mean, simplex", "style": "frame-of-means"},
            {"label": "mean of a class", "style": "network-sign"},
            {"label": "its samples", "style": "sample-sign"},
        ],
        film=reel_of(run, plays=True),
        of=f"β = {setting.beta:g}, classes of {', '.join(map(str, setting.counts))}",
        bound=case.exact.lower_bound,
    )


def _model(setting: Setting, holds: bool | None) -> dict[str, Any]:
    """What the picture takes besides the film: the closed form for every weight decay, and for every imbalance."""
    others = [
        *(replace(setting, beta=beta) for beta in BETAS),
        *(replace(setting, imbalance=imbalance) for imbalance in _imbalances()),
    ]
    return {
        "shapes": {f"{one.beta:.15g} {one.imbalance}": _told(one) for one in others},
        "claim": "a lower bound: the span condition fails" if holds is False else "optimum, proved",
        "largest": setting.largest,
    }


def _told(setting: Setting) -> dict[str, Any]:
    """The closed form of a setting.

    stretch : what a unit of the scale is;  reach : the longest centred mean with the weakest weight decay
    """
    shape, weakest = shape_of(setting), shape_of(replace(setting, beta=BETAS[0]))
    return {
        "value": shape.ideal.lower_bound,
        "counts": setting.counts,
        "target": shape.target.tolist(),
        "zero": shape.zero.tolist(),
        "reach": float(np.linalg.norm(weakest.target, axis=1).max()),
        "beta": shape.ideal.effective_beta,
        "stretch": sum(setting.counts) ** 0.5 if setting.scaling == "torch" else 1.0,
    }


def condition(case: Case, frame: FitFrame | None) -> None:
    """The measured span condition, in one line."""
    span = span_in(case, frame)
    if span is None:
        note("Span condition: measured once the layers before batch norm are trained.")
    elif span_holds(case, frame):
        note(f"Span condition, measured: holds; centred rank {span.rank}, and {span.needed} always suffices.")
    else:
        worst = int(np.argmax(np.where(case.exact.s > 0, span.residuals, 0.0)))
        st.warning(
            f"Span condition, measured: fails. Class {worst + 1} misses the span by "
            f"{100 * span.residuals[worst]:.2g} % of its length (rank {span.rank}, {span.needed} would do). The closed "
            "form is then only a lower bound. Use more inputs, or a wider hidden layer."
        )


def numbers(case: Case, frame: FitFrame | None) -> None:
    """Objective, classes, and the factors of batch normalisation: closed form beside the network."""
    found = None if frame is None else _measured(case, frame)
    trained = (None, None) if frame is None else _by_class(frame)
    rows = [
        ("objective", f"{case.exact.lower_bound:.6f}", "–" if frame is None else f"{frame.objective:.6f}"),
        ("classes that survive", _survivors(case.shape.collapse), _survivors(found)),
        ("batch norm’s scales γ", _listed(case.exact.gamma), _listed(trained[0])),
        ("batch norm’s shifts α", _listed(case.exact.alpha), _listed(trained[1])),
    ]
    table(rows, _tag(case, frame))


def signs(case: Case, frame: FitFrame | None) -> None:
    """The four signs: closed form beside the network."""
    found = None if frame is None else _measured(case, frame)
    if found is not None and not alive(found).size:
        found = None
    table([(name, _number(case.shape.collapse, key), _number(found, key)) for key, name in NAMES.items()], "exact")


def _measured(case: Case, frame: FitFrame) -> NeuralCollapse:
    return metrics(frame.view.hidden, case.labels, frame.view.network.weights[-1])


def _tag(case: Case, frame: FitFrame | None) -> str:
    return "lower bound" if span_holds(case, frame) is False else "exact"


def _by_class(frame: FitFrame) -> tuple[Array, Array]:
    """Root of the sum of squares of scale and shift over the neurons that serve each class."""
    output = frame.view.network.weights[-1]
    owner = np.abs(output).argmax(axis=1)
    squares = [
        np.bincount(owner, weights=part**2, minlength=output.shape[1])
        for part in (frame.view.network.gamma, frame.view.network.alpha)
    ]
    return np.sqrt(squares[0]), np.sqrt(squares[1])


def _listed(values: Array | None) -> str:
    return "–" if values is None else ", ".join(f"{value:.2f}" for value in values)


def _survivors(found: NeuralCollapse | None) -> str:
    return "–" if found is None else f"{len(alive(found))} of {len(found.counts)}"


def _number(found: NeuralCollapse | None, attribute: str) -> str:
    value = None if found is None else getattr(found, attribute)
    if value is None:
        return "–"
    return f"{100 * value:.3g} %" if attribute in ("nc4", "accuracy") else f"{value:.4f}"


def _imbalances() -> tuple[int, ...]:
    return distinct_imbalances(SETTINGS["classes"], SETTINGS["largest"], MOST_IMBALANCE)
