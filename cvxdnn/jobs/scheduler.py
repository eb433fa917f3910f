"""Who runs next: one queue, fair across owners, in front of a fixed number of slots.

Every owner has at most one job in the queue, so first come, first served is a round of turns. Three rules
refine it:

* a job that replaces a queued one of the same owner inherits its place, so that who drags a point ten times
  while waiting does not go to the end of the queue ten times;
* an owner never holds two slots: whose previous job was told to stop but still holds one waits until that becomes
  free, and then goes after everybody who is waiting;
* a job whose worker died begins again before everybody else, once.

While somebody waits, jobs that can (`Resumable`) have turns of `Rules.turn_seconds`: they stop, go to the end of the
queue and go on from where they were. So however much is asked for, somebody who waits gets a slot soon.

`Rules` says when a job is asked to stop although nobody asked; one that does not stop then loses its slot by
force, where the slot has a way to do so.

The scheduler forgets a job when it ends; only its submitter keeps it. One lock guards everything; tasks are handed
to workers without it, because that may block.
"""

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

from cvxdnn.core.exceptions import CvxdnnError, InvalidInputError
from cvxdnn.jobs import log, watch
from cvxdnn.jobs.interface import Job, JobState, Resumable, RunnerStatus, Task, describe
from cvxdnn.jobs.rules import Ending, Rules, queue_is_full
from cvxdnn.jobs.slot import Entry, Slot

logger = logging.getLogger("cvxdnn.jobs")

JOIN_SECONDS = 1.5


def _size(work: Any) -> int:
    return len(work) if isinstance(work, bytes) else 0


class Runner(AbstractContextManager["Runner"]):
    """Runs tasks, and is closed in the end; a subclass says what launches workers (`open_slots`) and packs tasks."""

    backend = ""
    """What the log calls this kind of runner."""

    def __init__(self, rules: Rules | None) -> None:
        self.lock = threading.Lock()
        self.changed = threading.Condition(self.lock)
        self.closed = False
        self.rules = rules or Rules()
        # Keyed by owner: assigning to a key that is there keeps its place, which is the first rule above.
        self._queue: dict[str, Entry] = {}
        self._slots: Sequence[Slot] = ()
        self._watcher = threading.Thread(target=self._watch, name="cvxdnn-jobs-watch", daemon=True)

    def open_slots(self, slots: Sequence[Slot]) -> None:
        """Take jobs from now on."""
        self._slots = tuple(slots)
        self._watcher.start()
        for slot in self._slots:
            slot.open()

    def pack(self, task: Task) -> Any:
        """The task in the form that the workers want."""
        return task

    def pause(self, seconds: float) -> None:
        """Sleep, but not beyond the end of this runner."""
        with self.changed:
            self.changed.wait_for(lambda: self.closed, seconds)

    def submit(self, task: Task, *, owner: str, label: str = "") -> Job:
        """Queue a task; never waits for it.

        An owner has one unfinished job at most: a new one stops the old one, and takes its place in the
        queue if the old one was still waiting. The log calls the job by its `label`, which therefore must not
        hold anything of the user's.

        Raises
        ------
        InvalidInputError
            If the task cannot be run by this runner.
        LimitExceededError
            If too many jobs wait already.
        CvxdnnError
            If the runner is closed.
        """
        if not callable(task):
            raise InvalidInputError(f"task is {task!r}; it must be a callable task(report, stopped)")
        entry = Entry(Job(owner, self, label), self.pack(task), task=task if isinstance(task, Resumable) else None)
        with self.lock:
            self._admit(owner)
            waiting = self._queue.get(owner)
            if waiting is not None:
                self._end(waiting.job, Ending.replaced())
            for running in self._running():
                if running.job.owner == owner:
                    self._ask_stop(running, Ending.replaced())
            self._queue[owner] = entry
            self.changed.notify_all()
        self.dispatch()
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
                self._end(entry.job, Ending.closed())
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

    def __exit__(self, *error: object) -> None:
        self.close()

    # What a job asks.

    def stop_job(self, job: Job) -> None:
        """Ask one job to stop."""
        with self.lock:
            for entry in self._unfinished():
                if entry.job is job:
                    self._ask_stop(entry, Ending.stopped())
            self.changed.notify_all()

    def job_left(self, job: Job) -> None:
        """Look again when to stop it."""
        with self.lock:
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
        self.dispatch()

    def slot_began(self, slot: Slot) -> None:
        """The slot's worker has begun its job."""
        with self.lock:
            if slot.entry is not None:
                slot.entry.begun_at = time.monotonic()
                slot.entry.job.mark_running()
                self.changed.notify_all()

    def slot_broke(self, slot: Slot, failure: CvxdnnError) -> None:
        """The slot's job cannot go on, although its worker does not know."""
        with self.lock:
            if slot.entry is not None:
                self._ask_stop(slot.entry, Ending(JobState.FAILED, failure))
                self._end(slot.entry.job, Ending(JobState.FAILED, failure))
                self.changed.notify_all()

    def slot_ended(self, slot: Slot, state: JobState, outcome: Any) -> None:
        """The slot's job ended with a result (DONE), an error (FAILED) or nothing (STOPPED)."""
        rest = self._rest(slot.entry) if state is JobState.STOPPED else None
        with self.lock:
            entry = self._release(slot)
            if entry is not None and state is JobState.DONE:
                self._finish(entry.job, state, result=outcome)
            elif entry is not None and state is JobState.FAILED:
                self._finish(entry.job, state, failure=outcome)
            elif entry is not None and entry.ending is None and rest is not None and not self.closed:
                self._queue_again(entry, *rest)
            elif entry is not None:
                self._end(entry.job, entry.ending or Ending.stopped())
        if state is JobState.FAILED and not isinstance(outcome, InvalidInputError):
            logger.warning("a task failed: %s", describe(outcome), exc_info=outcome)
        self.dispatch()

    def slot_died(self, slot: Slot, cause: str | None) -> None:
        """The slot's worker is gone, and with it the job that it had begun; without a cause it was not needed."""
        with self.lock:
            entry = self._release(slot)
            if entry is not None:
                self._settle(entry, cause)
            self.changed.notify_all()
        self.dispatch()

    def slot_cannot_start(self, cause: str) -> None:
        """A slot's workers keep dying before they are ready; if no slot has one, nobody need wait."""
        with self.lock:
            if not any(slot.alive for slot in self._slots):
                for entry in self._queue.values():
                    self._end(entry.job, Ending.no_worker(cause))
                self._queue.clear()

    def dispatch(self) -> None:
        """Give jobs to free slots."""
        starts = []
        with self.lock:
            free = [slot for slot in self._slots if slot.ready and slot.entry is None]
            served = self._served()
            may_begin = [entry for entry in self._turns() if entry.job.owner not in served]
            for slot, entry in zip(free, may_begin, strict=False):
                del self._queue[entry.job.owner]
                entry.slot, slot.entry = slot, entry
                starts.append(slot.take(entry))
            if starts:
                self.changed.notify_all()
        for start in starts:
            start()

    # With the lock held.

    def _admit(self, owner: str) -> None:
        if self.closed:
            raise CvxdnnError("this runner is closed; make a new one")
        most = self.rules.max_queued
        if most is not None and owner not in self._queue and len(self._queue) >= most:
            raise queue_is_full(most)

    def _running(self) -> Iterator[Entry]:
        return (slot.entry for slot in self._slots if slot.entry is not None)

    def _unfinished(self) -> list[Entry]:
        return [*self._queue.values(), *self._running()]

    def _served(self) -> set[str]:
        return {entry.job.owner for entry in self._running()}

    def _turns(self) -> list[Entry]:
        """The queue in the order in which it will be served."""
        served = self._served()
        return sorted(self._queue.values(), key=lambda entry: entry.job.owner in served)

    def _release(self, slot: Slot) -> Entry | None:
        """Take the job out of a slot, and its owner to the end of the queue."""
        entry, slot.entry, slot.ready = slot.entry, None, False
        if entry is not None and entry.job.owner in self._queue:
            self._queue[entry.job.owner] = self._queue.pop(entry.job.owner)
        return entry

    def _ask_stop(self, entry: Entry, ending: Ending) -> None:
        if entry.slot is None:
            del self._queue[entry.job.owner]
            self._end(entry.job, ending)
        elif entry.ending is None:
            entry.ending, entry.stop_asked_at = ending, time.monotonic()
            entry.slot.ask_stop()

    def _settle(self, entry: Entry, cause: str | None) -> None:
        """Decide what becomes of a job whose worker is gone."""
        entry.deaths += cause is not None
        if entry.ending is not None:
            self._end(entry.job, entry.ending)
        elif cause is not None and entry.deaths > self.rules.retries:
            self._end(entry.job, Ending.lost(cause))
        elif not self.closed:
            self._take_out(entry)
            entry.job.mark_queued()
            self._queue = {entry.job.owner: entry, **self._queue}

    def _queue_again(self, entry: Entry, task: Resumable, work: Any) -> None:
        """To the end of the queue, with what is left to do."""
        most = self.rules.waiting_bytes
        if most is not None and _size(work) + sum(_size(each.work) for each in self._have_made_room()) > most:
            self._end(entry.job, Ending.no_room(most))
            return
        entry.used += time.monotonic() - entry.begun_at
        self._take_out(entry)
        entry.task, entry.work = task, work
        entry.job.mark_queued(makes_room=True)
        self._queue[entry.job.owner] = entry
        self.changed.notify_all()

    def _have_made_room(self) -> Iterator[Entry]:
        return (entry for entry in self._queue.values() if entry.job.made_room)

    def _take_out(self, entry: Entry) -> None:
        """Without a slot, as before it had one."""
        entry.slot, entry.begun_at, entry.makes_room = None, watch.NEVER, False

    def _make_room(self) -> None:
        """Ask as many jobs as others wait for to stop for a while, those first whose turn has been over longest."""
        running, now = list(self._running()), time.monotonic()
        served = self._served()
        waiting = sum(owner not in served for owner in self._queue)
        waiting -= sum(slot.ready and slot.entry is None for slot in self._slots)
        waiting -= sum(entry.makes_room or entry.ending is not None for entry in running)
        over = [entry for entry in running if watch.turn_ends(entry, self.rules) <= now]
        for entry in sorted(over, key=lambda entry: entry.begun_at)[: max(0, waiting)]:
            assert entry.slot is not None
            entry.makes_room = True
            entry.slot.ask_stop()

    def _end(self, job: Job, ending: Ending) -> None:
        self._finish(job, ending.state, failure=ending.failure)

    def _finish(self, job: Job, state: JobState, *, result: Any = None, failure: BaseException | None = None) -> None:
        if job.finish(state, result, failure):
            log.record(job, self.backend)

    def _attend(self) -> float | None:
        """Stop what has to be stopped; seconds until the next time, None for never."""
        for entry in self._unfinished():
            if entry.ending is None:
                ending = watch.due(entry, self.rules)
                if ending is not None:
                    self._ask_stop(entry, ending)
            if entry.slot is not None and watch.must_go(entry, self.rules):
                entry.killed = True
                entry.slot.kill()
        self._make_room()
        return watch.next_look(self._unfinished(), self.rules)

    # Without it.

    def _rest(self, entry: Entry | None) -> tuple[Resumable, Any] | None:
        """What a job that makes room has still to do, and the same packed, which may take a moment."""
        if entry is None or entry.task is None or not entry.makes_room:
            return None
        try:
            task: Any = entry.task.after(entry.job.progress)
            return task, self.pack(task)
        except Exception as error:  # the slot's own thread must go on
            logger.warning("a task cannot go on: %s", describe(error), exc_info=error)
            return None

    def _watch(self) -> None:
        with self.changed:
            while not self.closed:
                self.changed.wait(self._attend())
