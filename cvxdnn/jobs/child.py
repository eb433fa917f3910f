"""A worker that is a process of our own: start it, talk to it, bury it. `worker.py` is the other side."""

import mmap
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from multiprocessing import Pipe
from typing import Any

from cvxdnn.jobs.memory import resident_bytes
from cvxdnn.jobs.parcel import unpacked
from cvxdnn.jobs.protocol import ENDS, Deliver, Worker
from cvxdnn.jobs.worker import FLAG_BYTES, flag_of

# Set before the interpreter starts: numerical libraries read these once, when they are loaded.
ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "NUMEXPR_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
    ),
    "1",
)
# A Ctrl+C in the terminal goes to every process there; the server decides what it means for its workers.
BOOT = (
    "import signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); sys.path[:] = sys.argv[3:]; "
    "from cvxdnn.jobs.worker import main; main(int(sys.argv[1]), int(sys.argv[2]))"
)
EXIT_SECONDS = 1.0


class Child(Worker):
    """A child process, the channel to it, and the flag that it shares.

    warm_up : packed, what it does first
    is_due : whether to replace it, after so many jobs and with so many bytes
    """

    def __init__(self, warm_up: bytes, is_due: Callable[[int, int | None], bool]) -> None:
        self._is_due = is_due
        self._jobs, self._retired = 0, False
        self._sending = threading.Lock()
        self._channel, theirs = Pipe()
        try:
            with theirs, tempfile.TemporaryFile() as memory:
                memory.truncate(FLAG_BYTES)
                self._flag = mmap.mmap(memory.fileno(), FLAG_BYTES)
                shared = (theirs.fileno(), memory.fileno())
                self._process = subprocess.Popen(
                    [sys.executable, "-c", BOOT, *map(str, shared), *sys.path],
                    pass_fds=shared,
                    stdin=subprocess.DEVNULL,
                    env=os.environ | ONE_THREAD,
                )
        except BaseException:
            self._channel.close()
            raise
        self.send(0, warm_up)

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, number: int, work: Any) -> None:
        try:
            with self._sending:
                self._channel.send((number, work))
        except OSError:
            pass

    def serve(self, deliver: Deliver) -> None:
        # No message is kept in a variable here: it would stay in memory until the next one.
        while self._pass_on(deliver):
            pass

    def stop(self, number: int) -> None:
        self._flag[:] = flag_of(number)

    def kill(self) -> None:
        self._process.kill()

    def close(self) -> None:
        """Workers hold nothing worth saving."""
        self.kill()

    def bury(self) -> str | None:
        if self._retired:
            self.kill()
        code = self._exit_code()
        # A descriptor must not be closed, and perhaps given to another file, while somebody writes to it.
        with self._sending:
            self._channel.close()
        self._flag.close()
        if self._retired:
            return None
        return f"signal {-code}: {signal.strsignal(-code)}" if code < 0 else f"exit code {code}"

    def _pass_on(self, deliver: Deliver) -> bool:
        """Deliver the next message; whether there will be another."""
        try:
            kind, number, payload = self._channel.recv()
        except (EOFError, OSError):
            return False
        deliver(number, *unpacked(kind, payload))
        if kind in ENDS:
            self._jobs += 1
            self._retired = self._is_due(self._jobs, resident_bytes(self.pid))
        return not self._retired

    def _exit_code(self) -> int:
        try:
            return self._process.wait(EXIT_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()
