"""Run one task to its end, whatever that end is. The same code in a worker process and in a thread."""

import traceback
from collections.abc import Callable
from typing import Any

from cvxdnn.core.exceptions import JobCancelledError
from cvxdnn.jobs.interface import JobState, Task


def attempt(task: Task, report: Callable[[Any], None], stop_asked: Callable[[], bool]) -> tuple[JobState, Any]:
    """How the task ended, with its result (DONE), its error (FAILED) or None (STOPPED)."""
    seen = False

    def stopped() -> bool:
        nonlocal seen
        seen = seen or stop_asked()
        return seen

    if stopped():
        return JobState.STOPPED, None
    try:
        result = task(report, stopped)
    except JobCancelledError:
        return JobState.STOPPED, None
    except BaseException as error:  # also SystemExit: a task must not end its worker by accident
        error.add_note("Where the task raised it:\n" + "".join(traceback.format_tb(error.__traceback__)))
        return JobState.FAILED, error
    return (JobState.STOPPED, None) if seen else (JobState.DONE, result)
