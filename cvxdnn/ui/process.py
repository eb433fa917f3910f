"""What one server process has once: the worker processes, and a garbage collector that leaves libraries alone."""

import gc
import os

import streamlit as st

from cvxdnn.experiments import warm_up
from cvxdnn.jobs import InlineRunner, ProcessRunner, Runner


@st.cache_resource(show_spinner=False, on_release=lambda started: started.close())
def runner() -> Runner:
    """Where networks train: worker processes, or this process if `CVXDNN_WORKERS` is 0 (tests, tiny hosts).

    `CVXDNN_WORKERS` sets the number of workers; the default is one per core, at most 4.
    """
    slots = _slots()
    started: Runner = ProcessRunner(slots=slots, warm_up=warm_up) if slots else InlineRunner()
    # Streamlit collects garbage after every script run; without the imported modules that takes 1 ms, not 40.
    gc.collect()
    gc.freeze()
    return started


def _slots() -> int:
    asked = os.environ.get("CVXDNN_WORKERS", "")
    return int(asked) if asked.isdecimal() else min(os.cpu_count() or 1, 4)
