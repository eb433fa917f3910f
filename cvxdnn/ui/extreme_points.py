"""The Extreme points page: samples that are dragged, what is computed from them, and the trained network beside it."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cvxdnn.fits import FitFrame
from cvxdnn.networks.fitting import FitProblem
from cvxdnn.theory import extreme_points as geometry
from cvxdnn.theory.extreme_points import DualSet, ExtremePoints, Hull, Piece
from cvxdnn.ui.point_editor import Curve, point_editor

Array = NDArray[np.float64]
Point = tuple[float, float]

PREFIX = "extreme_points_"
EDITOR = PREFIX + "editor"
BETAS = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0, 1.5, 2.0)
FIRST_BETA = 0.4
DOMAIN = (-1.3, 1.3, -1.3, 1.3)
FEWEST, MOST = 2, 3
RESTARTS, WIDTH, STEPS, POLISH = 8, 12, 1500, 500


@dataclass(frozen=True)
class Samples:
    """Two or three samples, from left to right as the editor orders them.

    points : positions (x1, x2); with `bias` input and target (x, y)
    heights : third coordinate of each sample, unused with `bias`
    targets : y of each sample, unused with `bias`
    """

    points: tuple[Point, ...]
    heights: tuple[float, ...] = (0.0, 0.0, 0.0)
    targets: tuple[float, ...] = (1.0, 1.0, 1.0)
    bias: bool = False

    @property
    def X(self) -> Array:
        """(n, 3) inputs, or (n, 1) with biases."""
        x = np.array(self.points)
        return x[:, :1] if self.bias else np.column_stack([x, self.heights[: len(x)]])

    @property
    def y(self) -> Array:
        """(n,) targets."""
        return np.array([y for _, y in self.points] if self.bias else self.targets[: len(self.points)])


EXAMPLES = {
    "Three samples in space": Samples(((-0.7, 0.5), (0.2, 1.0), (0.9, 0.3)), (0.5, 0.2, -0.5), (1.2, 0.7, -0.8)),
    "Three samples in a plane: a thin sheet": Samples(
        ((-0.9, 0.3), (0.2, 1.0), (0.9, -0.1)), (0, 0, 0), (0.8, 0.4, 1.2)
    ),
    "Three orthogonal samples: a ball": Samples(((0.0, 0.0), (0.0, 1.0), (1.0, 0.0)), (1, 0, 0), (0.5, 0.8, 1.1)),
    "Two orthogonal samples: a quarter disk": Samples(((0.0, 1.0), (1.0, 0.0)), targets=(0.8, 1.1, 0.0)),
    "Two nearly opposite samples: two spikes": Samples(((-0.9, 0.5), (1.0, -0.2)), targets=(0.7, 0.9, 0.0)),
    "One input with biases": Samples(((-1.0, 0.9), (-0.1, -0.6), (1.0, 0.5)), bias=True),
}


@dataclass
class State:
    """What one browser session has on this page; `version` tells the editor that Python replaced the points."""

    samples: Samples
    version: int = 1


@dataclass(frozen=True, eq=False)
class Picture:
    """Everything computed from the samples and the weight decay."""

    samples: Samples
    found: ExtremePoints
    pieces: tuple[Piece, ...]
    hull: Hull
    dual: DualSet
    problem: FitProblem


def state() -> State:
    """This session's state."""
    if PREFIX + "state" not in st.session_state:
        st.session_state[PREFIX + "state"] = State(next(iter(EXAMPLES.values())))
    current: State = st.session_state[PREFIX + "state"]
    return current


@lru_cache(maxsize=64)
def picture_of(samples: Samples, beta: float) -> Picture:
    """The set, the dual set, the optimum and the training problem."""
    X, y, bias = samples.X, samples.y, samples.bias
    found = geometry.solve(X, y, beta=beta, bias=bias)
    pieces = () if bias else geometry.rectified_ellipsoid(X)
    reach = 1.5 * max(float(np.linalg.norm(y)), 2 * float(np.linalg.norm(found.dual)), 0.1)
    problem = FitProblem(
        X, y, beta, "relu_bias" if bias else "relu", width=WIDTH, restarts=RESTARTS, steps=STEPS, polish=POLISH
    )
    dual = geometry.dual_set(X, beta=beta, limit=reach, bias=bias)
    return Picture(samples, found, pieces, geometry.convex_hull(pieces), dual, problem)


def sample_controls(here: State) -> None:
    """Examples, the editor, and what the editor cannot show: targets and third coordinates."""
    st.menu_button(
        "Examples", list(EXAMPLES), key=PREFIX + "example", on_click=_example_chosen, args=(here,), width="stretch"
    )
    samples = here.samples
    st.caption(
        "Input to the right, target upwards: drag the samples, click to add one. Two or three of them."
        if samples.bias
        else "Each dot is a sample with two of its inputs: drag it, click to add one. Two or three of them, numbered "
        "from left to right."
    )
    point_editor(
        samples.points, version=here.version, domain=DOMAIN, curves=_curves(samples), key=EDITOR,
        min_points=FEWEST, max_points=MOST, on_points_change=lambda: _points_moved(here),
    )  # fmt: skip
    if not samples.bias:
        _sliders(here, "targets", "Target y of sample {}")
        with st.expander("Third input of each sample"):
            _sliders(here, "heights", "Sample {}")


def beta_control() -> float:
    """The weight decay."""
    return float(
        st.select_slider(
            "Weight decay β", BETAS, FIRST_BETA, key=PREFIX + "beta", format_func=lambda value: f"{value:g}"
        )
    )


def trained_features(picture: Picture, frame: FitFrame | None) -> Array | None:
    """Features (m, n) of the trained neurons that are in use, for input weights of norm 1; signed with biases."""
    if frame is None:
        return None
    strength, features, signs = neurons_of(frame)
    used = strength > 1e-3 * max(float(strength.max(initial=0.0)), 1e-12)
    return features[used] * (signs[used, None] if picture.samples.bias else 1.0)


def neurons_of(frame: FitFrame) -> tuple[Array, Array, Array]:
    """Of every trained neuron: |w| for input weights of norm 1 (m,), its feature (m, n), the sign of w (m,)."""
    first, second = frame.network.weights
    lengths = np.linalg.norm(first, axis=0)
    features = np.divide(frame.hidden, lengths, out=np.zeros_like(frame.hidden), where=lengths > 0).T
    return lengths * np.abs(second[:, 0]), features, np.sign(second[:, 0])


def _curves(samples: Samples) -> list[Curve]:
    """With biases the optimal network is itself a curve in the editor's plane."""
    if not samples.bias:
        return []
    beta = float(st.session_state.get(PREFIX + "beta", FIRST_BETA))
    at = np.unique([DOMAIN[0], *(x for x, _ in samples.points), DOMAIN[1]])
    found = picture_of(samples, beta).found
    line = (at, found(at))
    return [{"name": "optimum", "label": "optimal network", "style": "optimum", "lines": [line], "knots": []}]


def _sliders(here: State, name: Literal["targets", "heights"], label: str) -> None:
    values = getattr(here.samples, name)
    for i in range(len(here.samples.points)):
        key = f"{PREFIX}{name}_{i}"
        st.session_state[key] = float(values[i])
        st.slider(label.format(i + 1), -1.5, 1.5, step=0.05, key=key, on_change=_slid, args=(here, name, i, key))


def _slid(here: State, name: Literal["targets", "heights"], i: int, key: str) -> None:
    values = list(getattr(here.samples, name))
    values[i] = float(st.session_state[key])
    if name == "targets":
        here.samples = replace(here.samples, targets=tuple(values))
    else:
        here.samples = replace(here.samples, heights=tuple(values))


def _example_chosen(here: State) -> None:
    here.samples = EXAMPLES[st.session_state[PREFIX + "example"]]
    here.version += 1


def _points_moved(here: State) -> None:
    """Take over the editor's points; what belongs to a sample moves along when the order from the left changes."""
    points = tuple((float(x), float(y)) for x, y in st.session_state[EDITOR]["points"])[:MOST]
    old = here.samples
    order = _same_samples(old.points, points)
    spare = MOST - len(points)
    heights = [old.heights[i] if i is not None else 0.0 for i in order] + [0.0] * spare
    targets = [old.targets[i] if i is not None else 1.0 for i in order] + [1.0] * spare
    here.samples = replace(old, points=points, heights=tuple(heights), targets=tuple(targets))


def _same_samples(old: tuple[Point, ...], new: tuple[Point, ...]) -> list[int | None]:
    """For each new point the old one that it was, None for an added one: all but one point stay where they are."""
    stays = {point: i for i, point in enumerate(old)}
    order = [stays.pop(point, None) for point in new]
    moved = iter(stays.values())
    return [next(moved, None) if i is None else i for i in order]
