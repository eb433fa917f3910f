"""What a worker process does: run the tasks that arrive on its channel, one after another.

The worker and its server share two things. The *channel* is a socket that carries tasks one way and
messages `(kind, number, payload)` back (`protocol.py`). The *flag* is eight bytes of shared memory: the number of the
task that was asked to stop, so that a busy task sees the request at its next look, without a thread of its own
having to run first.

A thread of the worker reads the channel all the time. When the server ends, however violently, the channel
ends with it, and that thread ends the worker: there are no orphans. (Only native code that keeps the
interpreter's lock can delay this, until it returns.)

Workers step back when the server wants a core: a drag must not wait for training.
"""

import mmap
import os
import pickle
import threading
import traceback
from functools import partial
from multiprocessing.connection import Connection
from queue import SimpleQueue

from cvxdnn.jobs.parcel import NOTHING, perform
from cvxdnn.jobs.protocol import READY

FLAG_BYTES = 8
NICENESS = 10


def flag_of(number: int) -> bytes:
    """The flag that stops task `number`."""
    return number.to_bytes(FLAG_BYTES, "little")


def _run(number: int, packed_task: bytes, server: "_Server", flag: mmap.mmap) -> None:
    asked = flag_of(number)
    perform(packed_task, partial(server.send, number), stop_asked=lambda: flag[:] == asked)


class _Server:
    """The way back to the server."""

    def __init__(self, channel: Connection) -> None:
        self._channel = channel
        self._sending = threading.Lock()

    def send(self, number: int, kind: str, payload: bytes = NOTHING) -> None:
        # A task may report from several threads.
        with self._sending:
            self._channel.send((kind, number, payload))


def _listen(channel: Connection, inbox: "SimpleQueue[tuple[int, bytes]]") -> None:
    try:
        while True:
            inbox.put(channel.recv())
    except (EOFError, OSError):
        os._exit(0)


def main(channel_number: int, flag_number: int) -> None:
    """Serve tasks until the channel ends; the arguments are inherited file descriptors."""
    # What a task starts must not inherit the channel: it would keep it open beyond this worker's death.
    os.set_inheritable(channel_number, False)
    os.set_inheritable(flag_number, False)
    os.nice(NICENESS)
    channel, flag = Connection(channel_number), mmap.mmap(flag_number, FLAG_BYTES)
    inbox: SimpleQueue[tuple[int, bytes]] = SimpleQueue()
    threading.Thread(target=_listen, args=(channel, inbox), daemon=True).start()
    server = _Server(channel)
    _, warm_up = inbox.get()
    try:
        pickle.loads(warm_up)()
    except Exception:
        # Warming up only saves time; the first task will say what is wrong.
        traceback.print_exc()
    try:
        while True:
            server.send(0, READY)
            _run(*inbox.get(), server, flag)
    except OSError:
        os._exit(0)
