"""The end of a job that is in a Dask worker: run the task, send what it reports, notice when it should stop.

Two of Dask's primitives, named after the job, connect it with the server:

* a `Queue` with room for one message. A thread puts the newest report into it whenever the server has taken the
  one before; reports in between are dropped, so the reader is never behind, however slow the way.
* an `Event` that asks the task to stop. A thread waits for it, so that looking costs the task nothing.

A server that was killed takes no messages any more. When a message has waited for `PATIENCE_SECONDS`, the task is
asked to stop: no job survives its server for long. A task that reports nothing sends signs of life instead.
"""

import os
import signal
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from distributed import Client, Event, Nanny, Queue, Worker, WorkerPlugin, get_client

from cvxdnn.jobs.parcel import NOTHING, perform
from cvxdnn.jobs.protocol import ALIVE, ENDS, PROGRESS

ALIVE_SECONDS = 5.0
PATIENCE_SECONDS = 20.0


def run_job(name: str, packed_task: bytes) -> None:
    """Run one job to its end, unless a worker that died had begun it; everything about it goes through its queue."""
    first = Event(begun(name))
    if first.is_set():
        return
    first.set()
    link = _Link(name, get_client())
    try:
        perform(packed_task, link.send, link.stop_asked)
    finally:
        link.release()


def begun(name: str) -> str:
    """The event that says that a job has been begun."""
    return f"{name}-begun"


def end_worker(dask_worker: Nanny) -> None:
    """In a nanny: kill its worker, which it then starts again."""
    os.kill(dask_worker.pid, signal.SIGKILL)


class WarmUp(WorkerPlugin):  # type: ignore[misc]  # the library carries no types here
    """Makes each worker of the cluster do something when it starts, before the first job needs it."""

    name = "cvxdnn-warm-up"
    idempotent = True

    def __init__(self, warm_up: Callable[[], Any]) -> None:
        self._warm_up = warm_up

    def setup(self, worker: Worker) -> None:
        """In a thread of its own, because the worker's event loop must not wait for it."""
        threading.Thread(target=self._run, name="cvxdnn-jobs-warm-up", daemon=True).start()

    def _run(self) -> None:
        try:
            self._warm_up()
        except Exception:
            # Warming up only saves time; the first task will say what is wrong.
            traceback.print_exc()


class _Link:
    """The worker's end of the queue and the event."""

    def __init__(self, name: str, client: Client) -> None:
        self._queue = Queue(name, client=client, maxsize=1)
        self._event = Event(name, client=client)
        self._stop = threading.Event()
        self._changed = threading.Condition()
        self._newest: bytes | None = None
        self._ended = False
        self._threads = [threading.Thread(target=each, daemon=True) for each in (self._send_newest, self._await_stop)]
        for thread in self._threads:
            thread.start()

    def send(self, kind: str, payload: bytes) -> None:
        """Send this; a report is sent soon, if there is no newer one by then."""
        if kind == PROGRESS:
            self._set(newest=payload)
            return
        if kind in ENDS:
            self._finish()
        self._put(kind, payload)

    def stop_asked(self) -> bool:
        """Whether the task should stop."""
        return self._stop.is_set()

    def release(self) -> None:
        """Give everything back."""
        with suppress(Exception):  # the connection may be gone; then there is nothing to tidy up
            self._event.clear()
            self._queue.close()

    def _set(self, *, newest: bytes | None = None, ended: bool = False) -> None:
        with self._changed:
            self._newest, self._ended = newest or self._newest, ended or self._ended
            self._changed.notify_all()

    def _finish(self) -> None:
        """Send the last report, and end both threads."""
        self._set(ended=True)
        with suppress(Exception):
            self._event.set()
        for thread in self._threads:
            thread.join()

    def _send_newest(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._newest is not None or self._ended, ALIVE_SECONDS)
                message, self._newest = self._newest, None
                if message is None and self._ended:
                    return
            self._put(*((ALIVE, NOTHING) if message is None else (PROGRESS, message)))

    def _put(self, kind: str, payload: bytes) -> None:
        """Put a message into the queue; if nobody takes it, there is nobody to work for."""
        try:
            self._queue.put([kind, payload], timeout=PATIENCE_SECONDS)
        except Exception:
            self._stop.set()

    def _await_stop(self) -> None:
        with suppress(Exception):
            while not self._ended and not self._event.wait(timeout=PATIENCE_SECONDS):
                pass
        self._stop.set()
