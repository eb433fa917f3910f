"""What one server process has once, for all its sessions: its runners, its log, and its garbage collector.

Two runners, so that a short calculation never waits behind training:

    runner()   networks train here: in worker processes, in a Dask cluster if `CVXDNN_DASK_SCHEDULER` names one, or
               in this process if `CVXDNN_WORKERS` is 0 (tests, tiny hosts)
    solver()   one worker process for what takes a second or two, started when it is needed first

They are held by this module and not by Streamlit's cache of resources: every visitor's browser may ask the server to
clear that cache, which would end everybody's jobs.
"""

import gc
import os
import sys
import threading
from collections.abc import Callable

from cvxdnn.core.exceptions import require
from cvxdnn.core.limits import Limits, host_limits
from cvxdnn.jobs import InlineRunner, ProcessRunner, Recycling, Rules, Runner, log
from cvxdnn.tasks.experiments import warm_up

__all__ = ["backend", "close", "freeze_gc", "runner", "solver", "start"]

INLINE = "the server process"
MEGABYTE = 1_000_000
SOLVER_SECONDS = 60
SOLVER_STOP_SECONDS = 1.0
"""A short calculation does not look whether it is still wanted; its worker starts again after this time."""
TURN_SECONDS = 5.0
"""What training may use of a worker before it makes room for somebody who waits."""
WAITING_SHARE = 0.25
"""Of the memory for paused runs, for those that made room and wait: two of the largest, with the default."""
JOBS_PER_WORKER = 10_000
IDLE_SHARE = 0.625
"""A worker that keeps more than this share of a job's memory limit when it has nothing to do is replaced."""

FIRST_PAGE_SECONDS = 2.0
"""Workers that warm up need all processors for some seconds; the first visitor's page comes before them."""

_lock = threading.Lock()
_runners: dict[str, Runner] = {}
_warming_up: threading.Timer | None = None
_loaded = 0


def runner() -> Runner:
    """Where networks train."""
    return _once("training", lambda: _training_runner(host_limits()))


def solver() -> Runner:
    """Where short calculations run that would hold up other sessions here."""
    return _once("solving", lambda: _solving_runner(host_limits()))


def start() -> None:
    """Begin to log, and to warm up the workers as soon as the first page has been drawn."""
    global _warming_up
    log.write_to_stderr()
    with _lock:
        if _warming_up is None and backend() != INLINE:
            _warming_up = threading.Timer(FIRST_PAGE_SECONDS, runner)
            _warming_up.daemon = True
            _warming_up.start()


def close() -> None:
    """End both runners; the next use makes new ones."""
    global _warming_up
    with _lock:
        if _warming_up is not None:
            _warming_up.cancel()
            _warming_up = None
        for each in _runners.values():
            each.close()
        _runners.clear()


def backend() -> str:
    """Where networks train, in words."""
    if os.environ.get("CVXDNN_DASK_SCHEDULER"):
        return "Dask cluster"
    return "worker processes" if host_limits().workers else INLINE


def freeze_gc() -> None:
    """Keep the collector of garbage away from libraries loaded since the last call.

    A full collection takes 40 ms and more with all that a page imports, 1 ms without.
    """
    global _loaded
    if len(sys.modules) > _loaded:
        _loaded = len(sys.modules)
        gc.collect()
        gc.freeze()


def _once(name: str, make: Callable[[], Runner]) -> Runner:
    with _lock:
        if name not in _runners:
            _runners[name] = make()
        return _runners[name]


def _training_runner(limits: Limits) -> Runner:
    rules = Rules(
        run_seconds=limits.job_seconds,
        turn_seconds=TURN_SECONDS,
        waiting_bytes=int(WAITING_SHARE * limits.kept_megabytes * MEGABYTE),
        run_bytes=limits.job_megabytes * MEGABYTE,
        max_queued=limits.queue,
    )
    address = os.environ.get("CVXDNN_DASK_SCHEDULER")
    if address:
        require("distributed", extra="dask")
        from cvxdnn.jobs.dask_runner import DaskRunner

        return DaskRunner(address, warm_up=warm_up, rules=rules)
    if limits.workers == 0:
        return InlineRunner(rules=rules)
    recycling = Recycling(JOBS_PER_WORKER, int(IDLE_SHARE * limits.job_megabytes * MEGABYTE))
    return ProcessRunner(limits.workers, warm_up=warm_up, rules=rules, recycling=recycling)


def _solving_runner(limits: Limits) -> Runner:
    rules = Rules(
        run_seconds=SOLVER_SECONDS,
        run_bytes=limits.job_megabytes * MEGABYTE,
        kill_after=SOLVER_STOP_SECONDS,
        max_queued=limits.queue,
    )
    return ProcessRunner(1, rules=rules) if limits.workers else InlineRunner(rules=rules)
