"""A worker that is a place in a Dask cluster: one Dask task for each job; `dask_task.py` is the other side.

When a Dask worker dies, Dask gives its task to another one, where it does not begin again but ends at once
(`run_job`): so a dead worker is seen, and the scheduler decides about its job as it does for every kind of worker.
"""

import asyncio
import concurrent.futures
import math
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any
from uuid import uuid4

from distributed import Event, Future, Queue

from cvxdnn.jobs.dask_task import begun, end_worker, run_job
from cvxdnn.jobs.interface import JobState, describe
from cvxdnn.jobs.parcel import NOTHING, unpacked
from cvxdnn.jobs.protocol import ALIVE, ENDS, READY, Deliver, Worker

LOOK_SECONDS = 0.25
"""How often a place that gets no messages looks whether its task, or the place itself, is still there."""
LAST_SECONDS = 2.0
"""How long giving back a queue may take."""
CLOSE_SECONDS = 0.5
"""How long a task may take to end when the runner is closed."""


class DaskPlace(Worker):
    """A place in the cluster of `client`, as long as it is offered."""

    def __init__(self, client: Any, is_offered: Callable[[], bool]) -> None:
        self._client = client
        self._is_offered = is_offered
        self._name = f"cvxdnn-{uuid4().hex}"
        self._inbox: SimpleQueue[tuple[int, bytes]] = SimpleQueue()
        self._stopped = 0
        self._killed = False
        self._time_is_up = math.inf
        self._cause: str | None = None

    def send(self, number: int, work: Any) -> None:
        self._inbox.put((number, work))

    def serve(self, deliver: Deliver) -> None:
        try:
            deliver(0, READY, None)
            while self._cause is None and self._is_offered():
                self._run_next(deliver)
        except Exception as error:  # the connection to the Dask scheduler is gone; the runner makes a new one
            self._cause = describe(error)

    def stop(self, number: int) -> None:
        """Set the event without waiting for the way there."""
        self._stopped = number
        self._client.loop.add_callback(self._client.scheduler.event_set, name=self._key(number))

    def kill(self) -> None:
        """Take the task from the cluster and end its worker, if it has a nanny to start it again."""
        self._killed = True

    def close(self) -> None:
        self._time_is_up = time.monotonic() + CLOSE_SECONDS

    def bury(self) -> str | None:
        return self._cause

    def _key(self, number: int) -> str:
        return f"{self._name}-{number}"

    def _run_next(self, deliver: Deliver) -> None:
        try:
            number, work = self._inbox.get(timeout=LOOK_SECONDS)
        except Empty:
            return
        talk = _Talk(self._client, self._key(number), work)
        try:
            self._cause = self._follow(talk, number, deliver)
        finally:
            talk.close()
        if self._cause is None:
            deliver(0, READY, None)

    def _follow(self, talk: "_Talk", number: int, deliver: Deliver) -> str | None:
        """Deliver what a task says, to its end; why it did not come to one."""
        kind = ""
        while kind not in ENDS:
            if self._stopped == number and not kind:
                talk.future.cancel(force=True)  # it waits in Dask's own queue
                deliver(number, JobState.STOPPED.value, None)
                return None
            if self._killed or self._time_is_up <= time.monotonic():
                talk.end_by_force(with_worker=self._killed)
                return "it was ended by force"
            lost = talk.lost()
            message = talk.next(LOOK_SECONDS)
            if message is not None:
                kind, payload = message
                deliver(number, *unpacked(kind, payload))
            elif lost is not None:
                return lost
        return None


class _Talk:
    """One job in the cluster, seen from here.

    Its queue is read without a limit of time at the scheduler, which would log every limit that is reached.
    """

    def __init__(self, client: Any, name: str, work: bytes) -> None:
        self._client = client
        self._name = name
        self._queue: Any = Queue(name, client=client, maxsize=1)
        self._next: concurrent.futures.Future[tuple[str, bytes]] | None = None
        self.future: Future = client.submit(run_job, name, work, key=name, pure=False)

    def next(self, seconds: float) -> tuple[str, bytes] | None:
        """The next message, or None if there is none after so many seconds."""
        if self._next is None:
            self._next = asyncio.run_coroutine_threadsafe(self._get(), self._client.loop.asyncio_loop)
        if not concurrent.futures.wait([self._next], seconds).done:
            return None
        message = self._next.result()
        self._next = None
        return message

    def lost(self) -> str | None:
        """Why nothing will be said any more but what is in the queue already; None while the task is there."""
        status = self.future.status
        if status == "error":
            return describe(self.future.exception())
        return None if status == "pending" else "its Dask worker is gone"

    def end_by_force(self, *, with_worker: bool) -> None:
        """Take the task from the cluster, and end the Dask worker that has it."""
        workers = [worker for worker, names in self._client.processing().items() if self._name in names]
        self.future.cancel(force=True)
        if with_worker:
            self._client.run(end_worker, workers=workers, nanny=True)

    def close(self) -> None:
        """Give everything back; a question that still waits at the queue gets an answer first, or it would wait on."""
        self.future.release()
        if self._next is not None:
            self._queue.put([ALIVE, NOTHING], timeout=LAST_SECONDS)
            self._next.result(LAST_SECONDS)
        self._queue.close()
        for name in (self._name, begun(self._name)):
            Event(name, client=self._client).clear()

    async def _get(self) -> tuple[str, bytes]:
        kind, payload = await self._queue.get()  # in the client's own loop its methods are coroutines
        return kind, payload
