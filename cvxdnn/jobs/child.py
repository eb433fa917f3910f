"""The server's side of one worker process: start it, talk to it, bury it. `worker.py` is the other side."""

import mmap
import os
import signal
import subprocess
import sys
import tempfile
import threading
from multiprocessing import Pipe

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


class Child:
    """A child process, the channel to it, and the flag that it shares."""

    def __init__(self) -> None:
        self._sending = threading.Lock()
        self._channel, theirs = Pipe()
        try:
            with theirs, tempfile.TemporaryFile() as memory:
                memory.truncate(FLAG_BYTES)
                self._flag = mmap.mmap(memory.fileno(), FLAG_BYTES)
                shared = (theirs.fileno(), memory.fileno())
                self.process = subprocess.Popen(
                    [sys.executable, "-c", BOOT, *map(str, shared), *sys.path],
                    pass_fds=shared,
                    stdin=subprocess.DEVNULL,
                    env=os.environ | ONE_THREAD,
                )
        except BaseException:
            self._channel.close()
            raise

    def send(self, number: int, payload: bytes) -> None:
        """Hand a task over; if the worker is dead its listener will notice."""
        try:
            with self._sending:
                self._channel.send((number, payload))
        except OSError:
            pass

    def receive(self) -> tuple[str, int, bytes] | None:
        """The next message; None when the worker is gone."""
        try:
            message: tuple[str, int, bytes] = self._channel.recv()
            return message
        except (EOFError, OSError):
            return None

    def stop(self, number: int) -> None:
        """Make `stopped()` of task `number` true."""
        self._flag[:] = flag_of(number)

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()

    def bury(self) -> str:
        """Release everything; says how the process ended."""
        try:
            code = self.process.wait(EXIT_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        # A descriptor must not be closed, and perhaps given to another file, while somebody writes to it.
        with self._sending:
            self._channel.close()
        self._flag.close()
        return f"signal {-code}: {signal.strsignal(-code)}" if code < 0 else f"exit code {code}"
