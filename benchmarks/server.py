"""A server of this app, started for a measurement, and how much memory it and its workers occupy."""

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

from cvxdnn.jobs.memory import resident_bytes

__all__ = ["Server", "running_server"]

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60.0


@dataclass(frozen=True)
class Server:
    """A running server: its process, the port it listens on, the file that its output goes to."""

    process: "subprocess.Popen[bytes]"
    port: int
    log: Path

    @property
    def address(self) -> str:
        """As a browser would write it."""
        return f"http://127.0.0.1:{self.port}"

    def workers(self) -> list[int]:
        """Process ids of its children."""
        found: set[int] = set()
        for thread in Path(f"/proc/{self.process.pid}/task").iterdir():
            with suppress(OSError):  # a thread that has just ended
                found.update(map(int, (thread / "children").read_text().split()))
        return sorted(found)

    def megabytes(self) -> tuple[float, float]:
        """Resident memory of the server itself, and of all its children together."""
        own = resident_bytes(self.process.pid) or 0
        return own / 1e6, sum(resident_bytes(pid) or 0 for pid in self.workers()) / 1e6

    def open_files(self) -> int:
        """How many descriptors the server itself has in use."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def cpu_seconds(self) -> float:
        """Processor time of the server itself so far."""
        return _cpu_seconds(self.process.pid)

    def wait_until_idle(self, seconds: float = START_SECONDS) -> None:
        """Wait until its workers have warmed up: until they need no processor time any more."""
        deadline = time.monotonic() + seconds
        before = -1.0
        while time.monotonic() < deadline:
            used = sum(_cpu_seconds(pid) for pid in self.workers())
            if used > 1.0 and used - before < 0.1:
                return
            before = used
            time.sleep(2.0)

    def jobs(self) -> list[str]:
        """The lines of its log that tell of jobs."""
        return [line for line in self.log.read_text(errors="replace").splitlines() if line.startswith('{"time"')]

    def complaints(self) -> list[str]:
        """The lines of its log that tell of an error."""
        words = ("Traceback", "Error", "Exception")
        lines = self.log.read_text(errors="replace").splitlines()
        return [line for line in lines if any(word in line for word in words) and not line.startswith('{"time"')]


@contextmanager
def running_server(
    port: int, *, options: Sequence[str] = ("--server.address", "127.0.0.1"), **environment: str
) -> Iterator[Server]:
    """Start a server, wait until it answers, and end it."""
    log = Path(tempfile.mkstemp(prefix="cvxdnn-server-", suffix=".log")[1])
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port), *options]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | environment, stdout=output, stderr=subprocess.STDOUT
        )
    server = Server(process, port, log)
    try:
        _wait_until_healthy(server)
        yield server
    finally:
        process.kill()
        process.wait()


def _cpu_seconds(pid: int) -> float:
    try:
        user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    except OSError:
        return 0.0
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _wait_until_healthy(server: Server) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            with urllib.request.urlopen(f"{server.address}/_stcore/health", timeout=1):
                return
        except (OSError, HTTPException):  # a port that nobody listens on may be answered by the very socket that asks
            time.sleep(0.02)
    raise RuntimeError(f"the server did not start:\n{server.log.read_text(errors='replace')}")
