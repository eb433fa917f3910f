"""How this host is doing: sessions, workers, queue and memory, as one small table that follows by itself."""

import os

import streamlit as st

from cvxdnn.app import process
from cvxdnn.app.admission import admitted, seats
from cvxdnn.app.state_budget import state_budget
from cvxdnn.core.limits import host_limits
from cvxdnn.jobs import RunnerStatus
from cvxdnn.jobs.memory import resident_bytes

__all__ = ["status_panel"]

LIVE_SECONDS = 3.0
MEGABYTE = 1_000_000


def status_panel() -> None:
    """A table of what the whole server is doing; nothing in it is about one visitor."""
    st.fragment(admitted(_table), run_every=LIVE_SECONDS)()


def _table() -> None:
    limits, training = host_limits(), process.runner().status()
    rows = {
        "browser tabs": f"{seats.taken} of {seats.most}",
        "training runs in": process.backend(),
        "workers": _workers(training),
        "jobs waiting": f"{training.queued} of {limits.queue}",
        "workers replaced after they died": f"{training.restarts}",
        "memory of the server": _megabytes(os.getpid()),
        "memory of each worker": ", ".join(map(_megabytes, training.pids)) or "not measured here",
        "paused runs kept": f"{state_budget.total / MEGABYTE:.1f} of {limits.kept_megabytes} MB",
    }
    st.table({"what": list(rows), "now": list(rows.values())}, hide_index=True)


def _workers(training: RunnerStatus) -> str:
    warming_up = training.workers - training.ready
    return f"{training.busy} busy of {training.ready} ready" + (f", {warming_up} starting" if warming_up else "")


def _megabytes(pid: int) -> str:
    resident = resident_bytes(pid)
    return "not measured here" if resident is None else f"{resident / MEGABYTE:,.0f} MB"
