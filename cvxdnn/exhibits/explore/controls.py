"""The Explore page's widgets. Each shows the scenario's value and hands a change to the session."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from cvxdnn.app.glossary import meaning
from cvxdnn.app.shown import shown
from cvxdnn.app.text import plain
from cvxdnn.core.datasets import PRESETS
from cvxdnn.exhibits.explore.own_data import own_data
from cvxdnn.exhibits.explore.session import Session
from cvxdnn.tasks.scenario import LIMITS

PREFIX = "explore_"
OWN_POINTS = "your points"
OWN = "Undo brings back what was. The address of the page holds them."
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
    """Presets, and data of the user's own."""
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
    own_data(session)
    with st.container(key=PREFIX + "described"):
        st.caption(PRESETS[preset].description if preset else f"{plain(session.own_words)} {OWN}".lstrip())


def model_controls(session: Session) -> None:
    """Depth and loss; weight decay, the third that the theorem is about, has its slider in the chart."""
    _slider(session, "depth", "Depth (weight layers)", meaning("depth"))
    _choice(session, "loss", "Loss", LOSSES, LOSS_HELP)


def network_controls(session: Session) -> None:
    """Everything else about the networks and their training."""
    _slider(session, "width", "Width", meaning("width"))
    _slider(session, "restarts", "Restarts", meaning("restart"))
    st.number_input(
        "Seed",
        *LIMITS["seed"],
        step=1,
        on_change=_changed,
        args=(session, "seed"),
        help=meaning("seed"),
        **_shown(session, "seed"),
    )
    _choice(session, "biases", "Biases", BIASES, "The deep theorem is about biases in the last hidden layer only.")
    _choice(session, "optimizer", "Optimiser", OPTIMIZERS, OPTIMIZER_HELP)
    _choice(session, "start", "Start from", STARTS, "From the optimal network no method can gain: try it.")
    st.toggle(
        "Polish at the end",
        on_change=_changed,
        args=(session, "polish"),
        help="Exact moves that take a network at rest to the minimum of its basin.",
        **_shown(session, "polish"),
    )
    st.toggle(
        "Retrain after every change",
        value=session.retrain,
        key=PREFIX + "retrain",
        on_change=lambda: setattr(session, "retrain", st.session_state[PREFIX + "retrain"]),
    )


def _slider(session: Session, name: str, label: str, explanation: str) -> None:
    st.slider(
        label,
        *LIMITS[name],
        on_change=_changed,
        args=(session, name),
        help=explanation,
        **_shown(session, name),
    )


def _choice(session: Session, name: str, label: str, names: dict[str, str], explanation: str) -> None:
    st.selectbox(
        label,
        list(names),
        format_func=names.__getitem__,
        on_change=_changed,
        args=(session, name),
        help=explanation,
        **_shown(session, name, list(names)),
    )


def _shown(session: Session, name: str, options: Sequence[Any] = ()) -> dict[str, Any]:
    """What makes a widget show the scenario's value, one of these options if there are any."""
    key, value = _key(session, name), getattr(session.scenario, name)
    return shown(key, value, index=options.index(value)) if options else shown(key, value, value=value)


def _key(session: Session, name: str) -> str:
    """New after each step through the browser's history, so that a late word of the old widget is no edit."""
    return f"{PREFIX}{name}_{session.visits}" if session.visits else PREFIX + name


def _changed(session: Session, name: str) -> None:
    session.change(**{name: st.session_state[_key(session, name)]})


def _preset_chosen(session: Session) -> None:
    session.change(preset=st.session_state[PREFIX + "preset"])
