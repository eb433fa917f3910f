"""What the Path page computes, once for all who look at the same points.

The path itself takes a moment. Cross-validation follows one path for each fold, a second or two for many points: that
is a job of its own, so that nobody else's page waits for it.
"""

from functools import lru_cache
from threading import Lock

import streamlit as st

from cvxdnn.app.process import solver
from cvxdnn.app.run import Run, own_run
from cvxdnn.convex import regularization_path
from cvxdnn.convex.path import Path
from cvxdnn.convex.selection import CrossValidation, cross_validate
from cvxdnn.core.datasets import Dataset
from cvxdnn.core.limits import host_limits
from cvxdnn.exhibits.explore.session import reference
from cvxdnn.tasks.call import Call
from cvxdnn.tasks.scenario import Scenario

KEY = "path_selection"


class Selection:
    """Cross-validation in one browser session.

    problem : why there is none, for the user; "" otherwise
    """

    def __init__(self) -> None:
        self._run: Run[CrossValidation] = own_run("path", solver)

    @property
    def is_running(self) -> bool:
        """Whether the result is still to come."""
        return self._run.is_running

    @property
    def problem(self) -> str:
        """Why there is no result and none to come, or ""."""
        return f"No weight decay can be chosen: {self._run.message}" if self._run.message else ""

    def poll(self) -> None:
        """Take over a result that has arrived."""
        self._run.poll()
        if self._run.frame is not None:
            _known.keep(self._run.subject, self._run.frame)

    def of(self, scenario: Scenario) -> CrossValidation | None:
        """The result for the scenario's points; without one it is being computed, or there is a problem."""
        subject = _points_only(scenario)
        self.poll()
        known = _known.get(subject)
        if known is not None:  # perhaps from another session
            self._run.stop()
        elif self._run.subject != subject or self._run.was_replaced:
            data = reference(subject).data
            self._run.start(Call(cross_validate, (data.x, data.y)), subject)
        return known


class _Known:
    """The newest results of all sessions."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._results: dict[Scenario, CrossValidation] = {}
        self._lock = Lock()

    def keep(self, subject: Scenario, result: CrossValidation) -> None:
        with self._lock:
            self._results.pop(subject, None)
            self._results[subject] = result
            while len(self._results) > self._most:
                del self._results[next(iter(self._results))]

    def get(self, subject: Scenario) -> CrossValidation | None:
        return self._results.get(subject)


_known = _Known(host_limits().cache)


def path_of(scenario: Scenario) -> tuple[Path, Dataset]:
    """The path of the scenario's points in normalised units, and those points."""
    return _path(_points_only(scenario))


def selection() -> Selection:
    """This tab's cross-validation."""
    current: Selection = st.session_state.setdefault(KEY, Selection())
    return current


def _points_only(scenario: Scenario) -> Scenario:
    return Scenario(points=scenario.points)


@lru_cache(maxsize=host_limits().cache)
def _path(scenario: Scenario) -> tuple[Path, Dataset]:
    data = reference(scenario).data
    return regularization_path(data.x, data.y), data
