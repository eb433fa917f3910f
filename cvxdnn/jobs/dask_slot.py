"""A slot in a Dask cluster: one Dask task at a time, and the thread that follows it; `dask_task.py` is its other end.

When a Dask worker dies, the Dask scheduler gives its task to another one by itself. That is this backend's way to
begin a job again; a job that loses more workers than `Rules.retries` allows is lost.
"""

import asyncio
import concurrent.futures
import pickle
import threading
import time
from collections.abc import Callable
from typing import Any

from distributed import Client, Event, Future, Queue

from cvxdnn.core.exceptions import CvxdnnError
from cvxdnn.jobs.dask_task import ALIVE, PROGRESS, STARTED, end_worker, run_job
from cvxdnn.jobs.interface import JobState, describe
from cvxdnn.jobs.parcel import unpacked_outcome
from cvxdnn.jobs.scheduler import Scheduler, logger
from cvxdnn.jobs.slot import Entry, Slot

LOOK_SECONDS = 0.25
"""How often a thread that gets no messages looks whether its task is still there."""
LAST_SECONDS = 2.0
"""How long giving back a queue may take."""
CLOSE_SECONDS = 0.5
"""How long a task may take to end when the runner is closed."""
FORCED = "it was ended by force"
DISAPPEARED = "the Dask cluster lost it"


class DaskSlot(Slot):
    """Room for one job in the cluster."""

    def __init__(self, scheduler: Scheduler, client: Callable[[], Client | None]) -> None:
        self._scheduler = scheduler
        self._client = client
        self._following: _Following | None = None

    def take(self, entry: Entry) -> Callable[[], None]:
        """A new Dask task and a thread that follows it."""
        self._following = _Following(self, entry, self._scheduler, self._client())
        return self._following.start

    def ask_stop(self) -> None:
        """Set the task's event."""
        if self._following is not None:
            self._following.ask_stop()

    def kill(self) -> None:
        """Take the task from the cluster and end its worker, if it has a nanny to start it again."""
        if self._following is not None:
            self._following.killed.set()

    def close(self) -> None:
        """Its task was asked to stop."""
        self.ready = False

    def join(self, timeout: float) -> None:
        """Wait for the thread."""
        if self._following is not None and self._following.ident is not None:
            self._following.join(timeout)


class _Following(threading.Thread):
    """Starts the slot's job in the cluster and tells the scheduler what becomes of it.

    Until it has told the end, the slot's entry is the one that it follows; it keeps no other reference to it.
    """

    def __init__(self, slot: DaskSlot, entry: Entry, scheduler: Scheduler, client: Client | None) -> None:
        super().__init__(name="cvxdnn-jobs-dask", daemon=True)
        self.killed = threading.Event()
        self._stop_asked = threading.Event()
        self._slot = slot
        self._scheduler = scheduler
        self._client: Any = client
        self._name = f"cvxdnn-{entry.job.id}-{entry.tries}"
        self._worker = ""
        self._over = False

    def ask_stop(self) -> None:
        """Set the event without waiting for the way there."""
        self._stop_asked.set()
        if self._client is not None:
            self._client.loop.add_callback(self._client.scheduler.event_set, name=self._name)

    def run(self) -> None:
        try:
            self._follow()
        except Exception as error:
            # The connection to the Dask scheduler is gone; the runner makes a new one.
            self._die(describe(error))

    @property
    def _entry(self) -> Entry:
        entry = self._slot.entry
        assert entry is not None
        return entry

    def _follow(self) -> None:
        queue = _Messages(self._name, self._client)
        future = self._client.submit(run_job, self._name, self._entry.work, key=self._name, pure=False)
        try:
            while not self._over:
                self._look_after(future)
                self._take_message(queue, future)
        finally:
            future.release()
            queue.close()
            Event(self._name, client=self._client).clear()

    def _take_message(self, queue: "_Messages", future: Future) -> None:
        # The last message is in the queue before the task is finished.
        finished = future.status == "finished"
        message = queue.get(LOOK_SECONDS)
        if message is not None:
            self._handle(*message)
        elif finished:
            self._die(DISAPPEARED)

    def _look_after(self, future: Future) -> None:
        """End what will not end by itself."""
        if self.killed.is_set() or (self._stop_asked.is_set() and not self._worker):
            future.cancel(force=True)
            if self._worker:
                self._end_worker()
            self._die(FORCED)
        elif future.status in ("error", "cancelled", "lost"):
            self._die(describe(future.exception()) if future.status == "error" else DISAPPEARED)
        elif self._scheduler.closed:
            self._wait_a_moment(future)

    def _wait_a_moment(self, future: Future) -> None:
        deadline = time.monotonic() + CLOSE_SECONDS
        while not future.done() and time.monotonic() < deadline:
            time.sleep(0.01)
        future.cancel(force=True)
        self._die(FORCED)

    def _handle(self, kind: str, payload: bytes) -> None:
        if self._over:
            return
        if kind == STARTED:
            self._begin(payload.decode())
        elif kind == PROGRESS:
            self._receive(payload)
        elif kind in (JobState.DONE.value, JobState.STOPPED.value, JobState.FAILED.value):
            self._over = True
            self._scheduler.slot_ended(self._slot, *unpacked_outcome(JobState(kind), payload))

    def _begin(self, worker: str) -> None:
        if self._worker:
            logger.warning("the Dask worker %s died; its job begins again at %s", self._worker, worker)
            self._slot.restarts += 1
            self._entry.deaths += 1
        self._worker = worker
        if self._entry.deaths > self._scheduler.rules.retries:
            self.killed.set()
        else:
            self._scheduler.slot_began(self._slot)

    def _receive(self, payload: bytes) -> None:
        try:
            self._entry.job.receive(pickle.loads(payload))
        except Exception as error:
            failure = CvxdnnError(f"The progress of the task cannot be read ({describe(error)}).")
            self._scheduler.slot_broke(self._slot, failure)

    def _end_worker(self) -> None:
        try:
            self._client.run(end_worker, workers=[self._worker], nanny=True)
        except Exception as error:
            logger.warning("the Dask worker %s cannot be ended (%s)", self._worker, describe(error))

    def _die(self, cause: str) -> None:
        if not self._over:
            self._over = True
            self._scheduler.slot_died(self._slot, cause, ready=True)


class _Messages:
    """A job's queue, read without a limit of time at the scheduler, which would log every limit that is reached."""

    def __init__(self, name: str, client: Any) -> None:
        self._queue: Any = Queue(name, client=client, maxsize=1)
        self._loop = client.loop.asyncio_loop
        self._next: concurrent.futures.Future[tuple[str, bytes]] | None = None

    def get(self, seconds: float) -> tuple[str, bytes] | None:
        """The next message, or None if there is none after so many seconds."""
        if self._next is None:
            self._next = asyncio.run_coroutine_threadsafe(self._get(), self._loop)
        try:
            message = self._next.result(seconds)
        except concurrent.futures.TimeoutError:
            if self._next.done():
                raise
            return None
        self._next = None
        return message

    def close(self) -> None:
        """Give the queue back; a question that still waits there gets an answer first, or it would wait for ever."""
        if self._next is not None:
            self._queue.put([ALIVE, b""], timeout=LAST_SECONDS)
            self._next.result(LAST_SECONDS)
        self._queue.close()

    async def _get(self) -> tuple[str, bytes]:
        kind, payload = await self._queue.get()  # in the client's own loop its methods are coroutines
        return kind, payload
