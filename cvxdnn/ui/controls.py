"""The Explore page's widgets. Each shows the scenario's value and hands a change to the session."""

from typing import Any

import streamlit as st

from cvxdnn.datasets import PRESETS, read_csv
from cvxdnn.exceptions import InvalidInputError
from cvxdnn.limits import host_limits
from cvxdnn.scenario import LIMITS, MAX_POINTS
from cvxdnn.ui.session import Session
from cvxdnn.ui.text import plain

PREFIX = "explore_"
BETAS = [float(f"{10 ** (k / 10):.2g}") for k in range(-50, 11)]
OWN_POINTS = "your points"
BIASES = {"last_hidden": "last hidden layer", "all": "every layer"}
LOSSES = {
    "squared": "squared",
    "absolute": "absolute",
    "huber": "Huber",
    "epsilon_insensitive": "epsilon-insensitive",
    "logistic": "logistic, for two classes",
    "hinge": "hinge, for two classes",
}
LOSS_HELP = (
    "How a miss is charged. Squared: half its square. Absolute: its size, so that outliers pull less. Huber: squared "
    "up to 0.1, then linear. Epsilon-insensitive: free up to 0.1. Logistic and hinge: for labels -1 and +1."
)
OPTIMIZERS = {
    "adam": "Adam",
    "momentum": "momentum",
    "gd": "gradient descent",
    "lbfgs": "L-BFGS",
    "insertion": "insertion of neurons",
}
OPTIMIZER_HELP = (
    "All take full-batch steps. Insertion puts one neuron after another where the certificate is violated most, and "
    "ends at the optimum for two layers."
)
STARTS = {"random": "random weights of the seed", "optimum": "the optimal network"}


def data_controls(session: Session) -> None:
    """Presets and upload."""
    preset = session.scenario.preset
    # A menu, not a selection box: a box would hold a value of its own, which a drag makes stale in the browser.
    st.menu_button(
        f"Data: {preset or OWN_POINTS}",
        list(PRESETS),
        key=PREFIX + "preset",
        on_click=_preset_chosen,
        args=(session,),
        width="stretch",
    )
    if preset:
        st.caption(PRESETS[preset].description)
    with st.popover("Upload a file", width="stretch"):
        _upload(session)


def model_controls(session: Session) -> None:
    """Weight decay and depth, the two that the theorem is about."""
    scenario = session.scenario
    _show("beta", scenario.beta)
    st.select_slider(
        "Weight decay β",
        sorted({*BETAS, scenario.beta}),
        key=PREFIX + "beta",
        format_func=lambda beta: f"{beta:.2g}",
        on_change=_changed,
        args=(session, "beta"),
        help="How strongly large weights are punished. In normalised units: x scaled to [0, 1], y to range 1.",
    )
    _slider(session, "depth", "Depth (weight layers)", "2 is one hidden layer.")
    _choice(session, "loss", "Loss", LOSSES, LOSS_HELP)


def network_controls(session: Session) -> None:
    """Everything else about the networks and their training."""
    _slider(session, "width", "Width", "Neurons in each hidden layer.")
    _slider(session, "restarts", "Restarts", "Networks trained side by side from different initial weights.")
    _show("seed", session.scenario.seed)
    st.number_input(
        "Seed",
        *LIMITS["seed"],
        step=1,
        key=PREFIX + "seed",
        on_change=_changed,
        args=(session, "seed"),
        help="The same seed gives the same initial weights.",
    )
    _choice(session, "biases", "Biases", BIASES, "The deep theorem is about biases in the last hidden layer only.")
    _choice(session, "optimizer", "Optimiser", OPTIMIZERS, OPTIMIZER_HELP)
    _choice(session, "start", "Start from", STARTS, "From the optimal network no method can gain: try it.")
    _show("polish", session.scenario.polish)
    st.toggle(
        "Polish at the end",
        key=PREFIX + "polish",
        on_change=_changed,
        args=(session, "polish"),
        help="Exact moves that take a network at rest to the minimum of its basin.",
    )
    st.toggle(
        "Retrain after every change",
        value=session.retrain,
        key=PREFIX + "retrain",
        on_change=lambda: setattr(session, "retrain", st.session_state[PREFIX + "retrain"]),
    )


def _slider(session: Session, name: str, label: str, explanation: str) -> None:
    _show(name, getattr(session.scenario, name))
    st.slider(label, *LIMITS[name], key=PREFIX + name, on_change=_changed, args=(session, name), help=explanation)


def _choice(session: Session, name: str, label: str, names: dict[str, str], explanation: str) -> None:
    _show(name, getattr(session.scenario, name))
    st.selectbox(
        label,
        list(names),
        key=PREFIX + name,
        format_func=names.__getitem__,
        on_change=_changed,
        args=(session, name),
        help=explanation,
    )


def _show(name: str, value: Any) -> None:
    """Make the widget show the scenario's value, whoever changed it."""
    st.session_state[PREFIX + name] = value


def _changed(session: Session, name: str) -> None:
    session.change(**{name: st.session_state[PREFIX + name]})


def _preset_chosen(session: Session) -> None:
    session.change(preset=st.session_state[PREFIX + "preset"])


def _upload(session: Session) -> None:
    st.file_uploader("Two columns of numbers, x and y", key=PREFIX + "file", on_change=_file_chosen, args=(session,))
    if session.problem and session.problem_place == "file":
        st.warning(session.problem)
    size = f"{host_limits().upload_kilobytes:,} kB"
    st.caption(
        f"Text with commas, semicolons, tabs or spaces; a header is optional. At most {MAX_POINTS} points and {size}."
    )


def _file_chosen(session: Session) -> None:
    file = st.session_state[PREFIX + "file"]
    if file is None:
        return
    try:
        data = read_csv(file, max_bytes=1000 * host_limits().upload_kilobytes)
    except InvalidInputError as error:
        session.refuse(f"The file was not used, your points are unchanged: {plain(str(error))}.", "file")
        return
    session.change(place="file", preset="", points=tuple(zip(data.x.tolist(), data.y.tolist(), strict=True)))
