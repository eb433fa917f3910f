"""Calculations of some seconds: no page waits for one, it is drawn without the result and looks again.

They run in the worker for short ones (`solver` in `cvxdnn.app.process`), one at a time for each tab. A result is kept
for everybody, and tabs that ask the same at the same time wait for the same job.

    optima = Results[Answer](most=64)                    once for all tabs
    optimum = own_background("optimum", optima)          once for each tab
    optimum.ask(subject, task)                           the result, or None
    optimum.is_running, optimum.standing                 whether to look again, and what to say until then
    optimum.message                                      why there is none, and none to come
"""

from collections.abc import Callable, Hashable
from contextlib import suppress
from threading import Lock
from typing import Generic, TypeVar

from cvxdnn.app.process import solver
from cvxdnn.app.tab import tab, wait
from cvxdnn.core.exceptions import LimitExceededError
from cvxdnn.jobs import Job, JobState
from cvxdnn.tasks.call import Call

__all__ = ["LOOK_SECONDS", "MOMENT_SECONDS", "Background", "Results", "own_background"]

MOMENT_SECONDS = 1.0
"""How long a page waits for a calculation that it has just begun: most are done by then, and nothing flickers."""
LOOK_SECONDS = 1.0
"""How often a page looks for a result."""

GIVEN_UP = (JobState.STOPPED, JobState.ABANDONED)
FAILURES = (JobState.FAILED, JobState.LOST, JobState.LIMITED)

Result = TypeVar("Result")


class Results(Generic[Result]):
    """The newest results of all tabs, and the jobs that bring more. Safe to use from any thread.

    Parameters
    ----------
    most : int
        Results that are kept. Whoever shows one holds it as well.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: dict[Hashable, Result] = {}
        self._jobs: dict[Hashable, Job] = {}
        self._lock = Lock()

    def get(self, subject: Hashable) -> Result | None:
        """The result about this subject, if there is one by now."""
        with self._lock:
            self._take_over()
            return self._known.get(subject)

    def job(self, subject: Hashable, submit: Callable[[], Job]) -> Job:
        """The unfinished job about this subject; if there is none, the one that `submit` makes."""
        with self._lock:
            self._take_over()
            if subject not in self._jobs:
                self._jobs[subject] = submit()
            return self._jobs[subject]

    def _take_over(self) -> None:
        """Keep what jobs have brought, and forget those that have ended."""
        for subject, job in list(self._jobs.items()):
            state = job.state
            if state.finished:
                del self._jobs[subject]
            if state is JobState.DONE:
                self._known[subject] = job.result(0)
        while len(self._known) > self._most:
            del self._known[next(iter(self._known))]


class Background(Generic[Result]):
    """What one tab wants to know: one thing at a time, of which a new one takes the place of the last.

    Parameters
    ----------
    results : Results
        Those of all tabs.
    owner : str
        Of the tab's jobs.

    Attributes
    ----------
    message : why there is no result and none to come, for the user; "" otherwise
    """

    def __init__(self, results: Results[Result], owner: str) -> None:
        self.message = ""
        self._results, self._owner = results, owner
        self._subject: Hashable = None
        self._result: Result | None = None
        self._job: Job | None = None

    @property
    def is_running(self) -> bool:
        """Whether the result is still to come."""
        return self._job is not None

    @property
    def stage(self) -> bool:
        """What more than one part of a page shows (see `cvxdnn.app.page.live`)."""
        return self.is_running

    @property
    def standing(self) -> str:
        """Where the calculation is, in a few words for the user; "" where none is wanted."""
        if self._job is None:
            return ""
        if self._job.state is not JobState.QUEUED:
            return "being computed"
        ahead = self._job.queue_position + solver().status().busy
        return f"waiting for a free worker, {ahead or 'nobody'} ahead"

    def ask(self, subject: Hashable, task: Callable[[], Call[Result]]) -> Result | None:
        """The result about this subject; None while it is being computed, and where it cannot be (`message`).

        Parameters
        ----------
        subject : hashable
            What the result depends on, all of it.
        task : callable
            Makes what is to be computed, if nobody knows the result yet.
        """
        if subject != self._subject:
            self.forget()
            self._subject = subject
        if self._result is None and not self.message:
            self._look()
            if self._is_wanting:
                self._begin(task)
                self._look()
        return self._result

    def poll(self) -> None:
        """Take over what has become of the calculation."""
        if self._job is not None:
            self._look()

    def forget(self) -> None:
        """Want nothing any more. Whoever else waits for the same goes on waiting."""
        self.leave()
        self._subject = self._result = self._job = None
        self.message = ""

    def leave(self) -> None:
        """The browser is gone, perhaps for a moment: its place in the queue is given up soon."""
        if self._job is not None:
            self._job.leave()

    @property
    def _is_wanting(self) -> bool:
        """Whether there is no result and no job to bring one: none yet, or whose it was has given it up."""
        if self._result is not None or self.message:
            return False
        return self._job is None or self._job.state in GIVEN_UP

    def _begin(self, task: Callable[[], Call[Result]]) -> None:
        """Join the job about the subject, or submit one, and give it a moment."""
        try:
            self._job = self._results.job(self._subject, lambda: self._submitted(task()))
        except LimitExceededError as error:
            self._job, self.message = None, str(error)
            return
        with suppress(Exception):  # its state says how it has ended
            wait(self._job, MOMENT_SECONDS)

    def _submitted(self, task: Call[Result]) -> Job:
        return solver().submit(task, owner=self._owner, label=task.label)

    def _look(self) -> None:
        self._result = self._results.get(self._subject)
        if self._job is not None and self._result is None:
            self._job.touch()
            if self._job.state in FAILURES:
                self.message = self._job.error or ""
        if self._result is not None or self.message:
            self._job = None


def own_background(name: str, results: Results[Result]) -> Background[Result]:
    """This tab's calculation of that name, which is left when the tab is."""
    return tab().own(name, lambda owner: Background(results, owner))
