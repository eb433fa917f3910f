"""Who runs next: one queue, fair across owners, in front of a fixed number of slots.

Every owner has at most one job in the queue, so first come, first served is a round of turns. Two rules
refine it:

* a job that replaces a queued one of the same owner inherits its place, so that who drags a point ten times
  while waiting does not go to the end of the queue ten times;
* an owner whose previous job was told to stop but still holds a slot goes after everybody who is waiting when
  that slot becomes free.

A job that nobody has touched for `abandon_after` seconds is asked to stop. A job that has not ended
`kill_after` seconds after it was asked to stop loses its slot by force, where the slot has a way to do so.

The scheduler forgets a job when it ends; only its submitter keeps it. One lock guards everything; slots start
tasks without it, because handing a task over may block.
"""

import logging
import math
import threading
import time
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any, Self

from cvxdnn.exceptions import CvxdnnError, InvalidInputError, JobCancelledError, WorkerDiedError
from cvxdnn.jobs.interface import Job, JobState, RunnerStatus, Task, describe
from cvxdnn.jobs.slot import STOPPED, Entry, Slot

logger = logging.getLogger("cvxdnn.jobs")

REPLACED = "Stopped because a newer calculation took its place."
ABANDONED = "Stopped because nobody was looking at it any more. Start it again to continue."
CLOSED = "Stopped because the app is shutting down. Reload the page in a moment."
DIED = (
    "The process that ran this calculation died ({cause}), perhaps because the machine ran out of memory. "
    "Nothing else is lost: start it again, and if it dies again use fewer points or a smaller network."
)
NO_WORKER = (
    "No process to run the calculation could be started ({cause}). Try again in a minute; if that fails, the "
    "machine has no memory left or the installation is damaged, and the server's log says more."
)
JOIN_SECONDS = 1.5


class Scheduler:
    """A runner without its slots: a subclass says what a slot is (`open_slots`) and packs tasks (`pack`)."""

    def __init__(self, *, abandon_after: float | None, kill_after: float | None) -> None:
        for name, seconds in (("abandon_after", abandon_after), ("kill_after", kill_after)):
            if seconds is not None and not 0 < seconds <= threading.TIMEOUT_MAX:
                raise InvalidInputError(f"{name} is {seconds!r}; it must be a positive number of seconds")
        self.lock = threading.Lock()
        self.changed = threading.Condition(self.lock)
        self.closed = False
        self._abandon_after = math.inf if abandon_after is None else abandon_after
        self._kill_after = math.inf if kill_after is None else kill_after
        # Keyed by owner: assigning to a key that is there keeps its place, which is the first rule above.
        self._queue: dict[str, Entry] = {}
        self._slots: Sequence[Slot] = ()
        self._watcher = threading.Thread(target=self._watch, name="cvxdnn-jobs-watch", daemon=True)

    def open_slots(self, slots: Sequence[Slot]) -> None:
        """Take jobs from now on."""
        self._slots = tuple(slots)
        self._watcher.start()

    def pack(self, task: Task) -> Any:
        """The task in the form that the slots want."""
        return task

    # The runner's interface.

    def submit(self, task: Task, *, owner: str) -> Job:
        """Queue a task for an owner and stop the owner's previous job; see `Runner.submit`."""
        if not callable(task):
            raise InvalidInputError(f"task is {task!r}; it must be a callable task(report, stopped)")
        entry = Entry(Job(owner, self), self.pack(task))
        with self.lock:
            if self.closed:
                raise CvxdnnError("this runner is closed; make a new one")
            waiting = self._queue.get(owner)
            if waiting is not None:
                waiting.job.finish(JobState.STOPPED, failure=JobCancelledError(REPLACED))
            for running in self._running():
                if running.job.owner == owner:
                    self._ask_stop(running, REPLACED)
            self._queue[owner] = entry
            self.changed.notify_all()
        self._dispatch()
        return entry.job

    def status(self) -> RunnerStatus:
        """Workers and queue at this moment."""
        with self.lock:
            return RunnerStatus(
                workers=sum(slot.alive for slot in self._slots),
                ready=sum(slot.ready for slot in self._slots),
                busy=sum(1 for _ in self._running()),
                queued=len(self._queue),
                pids=tuple(slot.pid for slot in self._slots if slot.pid is not None),
                restarts=sum(slot.restarts for slot in self._slots),
            )

    def close(self) -> None:
        """Stop every job and end every worker, within two seconds; may be called twice."""
        with self.lock:
            self.closed = True
            for entry in self._unfinished():
                entry.job.finish(JobState.STOPPED, failure=JobCancelledError(CLOSED))
            self._queue.clear()
            for slot in self._slots:
                if slot.entry is not None:
                    slot.ask_stop()
                slot.close()
            self.changed.notify_all()
        deadline = time.monotonic() + JOIN_SECONDS
        for slot in self._slots:
            slot.join(max(0.0, deadline - time.monotonic()))
        self._watcher.join(max(0.0, deadline - time.monotonic()))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    # What a job asks.

    def stop_job(self, job: Job) -> None:
        """Ask one job to stop."""
        with self.lock:
            for entry in self._unfinished():
                if entry.job is job:
                    self._ask_stop(entry, STOPPED)
            self.changed.notify_all()

    def position_of(self, job: Job) -> int:
        """How many queued jobs go before this one."""
        with self.lock:
            return next((place for place, entry in enumerate(self._turns()) if entry.job is job), 0)

    # What a slot reports, without the lock.

    def slot_ready(self, slot: Slot) -> None:
        """The slot can take a job."""
        with self.lock:
            slot.ready = not self.closed
        self._dispatch()

    def slot_ended(self, slot: Slot, state: JobState, outcome: Any, *, ready: bool = True) -> None:
        """The slot's job ended with a result (DONE), an error (FAILED) or nothing (STOPPED)."""
        with self.lock:
            entry = self._release(slot, ready=ready)
        if entry is not None and state is JobState.DONE:
            entry.job.finish(state, result=outcome)
        elif entry is not None and state is JobState.FAILED:
            if not isinstance(outcome, InvalidInputError):
                logger.warning("a task failed: %s", describe(outcome), exc_info=outcome)
            entry.job.finish(state, failure=outcome)
        elif entry is not None:
            entry.job.finish(state, failure=JobCancelledError(entry.stop_reason))
        self._dispatch()

    def slot_died(self, slot: Slot, cause: str) -> None:
        """The slot's worker is gone, and with it the job that it had begun."""
        with self.lock:
            entry = self._release(slot, ready=False)
            if entry is not None:
                self._settle(entry, cause)
        self._dispatch()

    def slot_cannot_start(self, cause: str) -> None:
        """A slot's workers keep dying before they are ready; if no slot has one, nobody need wait."""
        with self.lock:
            if not any(slot.alive for slot in self._slots):
                for entry in self._queue.values():
                    failure = WorkerDiedError(NO_WORKER.format(cause=cause))
                    entry.job.finish(JobState.LOST, failure=failure)
                self._queue.clear()

    # With the lock held.

    def _running(self) -> Iterator[Entry]:
        return (slot.entry for slot in self._slots if slot.entry is not None)

    def _unfinished(self) -> list[Entry]:
        return [*self._queue.values(), *self._running()]

    def _turns(self) -> list[Entry]:
        """The queue in the order in which it will be served."""
        served = {entry.job.owner for entry in self._running()}
        return sorted(self._queue.values(), key=lambda entry: entry.job.owner in served)

    def _release(self, slot: Slot, *, ready: bool) -> Entry | None:
        """Take the job out of a slot, and its owner to the end of the queue."""
        entry, slot.entry, slot.ready = slot.entry, None, ready and not self.closed
        if entry is not None and entry.job.owner in self._queue:
            self._queue[entry.job.owner] = self._queue.pop(entry.job.owner)
        return entry

    def _ask_stop(self, entry: Entry, reason: str) -> None:
        if entry.slot is None:
            del self._queue[entry.job.owner]
            entry.job.finish(JobState.STOPPED, failure=JobCancelledError(reason))
        elif entry.stop_asked_at is None:
            entry.stop_asked_at, entry.stop_reason = time.monotonic(), reason
            entry.slot.ask_stop()

    def _settle(self, entry: Entry, cause: str) -> None:
        """Decide what becomes of a job whose worker died."""
        begun = entry.job.state is not JobState.QUEUED
        if entry.stop_asked_at is not None:
            entry.job.finish(JobState.STOPPED, failure=JobCancelledError(entry.stop_reason))
        elif begun or entry.tries > 1:
            entry.job.finish(JobState.LOST, failure=WorkerDiedError(DIED.format(cause=cause)))
        elif not self.closed:
            entry.slot = None
            self._queue = {entry.job.owner: entry, **self._queue}

    def _deadline(self, entry: Entry) -> float:
        """When to act on a job if nothing happens until then."""
        if entry.stop_asked_at is None:
            return entry.job.last_looked_at() + self._abandon_after
        return math.inf if entry.killed else entry.stop_asked_at + self._kill_after

    def _attend(self) -> float | None:
        """Stop what nobody looks at, kill what does not stop; seconds until the next time, None for never."""
        now = time.monotonic()
        for entry in self._unfinished():
            if self._deadline(entry) > now:
                continue
            if entry.stop_asked_at is None:
                self._ask_stop(entry, ABANDONED)
            elif entry.slot is not None:
                entry.killed = True
                entry.slot.kill()
        soonest = min(map(self._deadline, self._unfinished()), default=math.inf)
        return None if math.isinf(soonest) else max(0.0, soonest - now)

    # Without it.

    def _dispatch(self) -> None:
        """Give jobs to free slots."""
        starts = []
        with self.lock:
            free = [slot for slot in self._slots if slot.ready and slot.entry is None]
            for slot, entry in zip(free, self._turns(), strict=False):
                del self._queue[entry.job.owner]
                entry.slot, slot.entry = slot, entry
                entry.tries += 1
                starts.append(slot.take(entry))
        for start in starts:
            start()

    def _watch(self) -> None:
        with self.changed:
            while not self.closed:
                self.changed.wait(self._attend())
