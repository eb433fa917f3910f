"""Tasks for the tests of the runners, in a module that worker processes can import, and a way to wait."""

import itertools
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LONG = 60.0  # seconds after which a test has failed; none waits that long when all is well
WARMED: list[str] = []
KEPT: list[bytes] = []


def wait_until(condition: Callable[[], Any], seconds: float = LONG) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.002)


def wait_for_file(path: Path) -> None:
    wait_until(path.exists)


def remember_warm_up() -> None:
    WARMED.append("warm")


def sign_as_warm(book: Path) -> None:
    Sign("w", book)(None, None)


def fail_to_warm_up() -> None:
    raise RuntimeError("cannot warm up")


def warmed(report, stopped):
    return list(WARMED)


def pid(report, stopped):
    return os.getpid()


def niceness(report, stopped):
    return os.nice(0)


def keep_memory(report, stopped):
    """Half a gigabyte that is really there, and stays."""
    KEPT.append(b"1" * 500_000_000)


def keep_memory_and_wait(report, stopped):
    keep_memory(report, stopped)
    until_stopped(report, stopped)


def surroundings(report, stopped):
    """Thread settings and heavy modules of the worker."""
    return os.environ.get("OMP_NUM_THREADS"), sorted({"torch", "cvxpy", "streamlit", "pytest"} & set(sys.modules))


def until_stopped(report, stopped):
    report("running")
    while not stopped():
        time.sleep(0.001)
    report("stopping")


def silent_until_stopped(report, stopped):
    while not stopped():
        time.sleep(0.001)


def busy_until_stopped(report, stopped):
    """Never sleeps and never calls out: the interpreter's lock is always taken."""
    report("running")
    while not stopped():
        pass


def deaf(report, stopped):
    """Ignores every request to stop."""
    report("running")
    time.sleep(10 * LONG)


def die(report, stopped):
    report("running")
    os.kill(os.getpid(), signal.SIGKILL)


def leave(report, stopped):
    sys.exit(3)


def cancel_itself(report, stopped):
    from cvxdnn.core.exceptions import JobCancelledError

    report("running")
    while not stopped():
        time.sleep(0.001)
    raise JobCancelledError("seen deep inside")


def give_lambda(report, stopped):
    return lambda: 0


def report_lambda(report, stopped):
    report(lambda: 0)


def raise_unpicklable(report, stopped):
    error = ValueError("held a lock")
    error.lock = threading.Lock()  # type: ignore[attr-defined]
    raise error


class NeedsTwoArguments(Exception):
    """Pickles, but cannot be read back."""

    def __init__(self, left, right):
        super().__init__(f"{left} and {right}")


def raise_unreadable(report, stopped):
    raise NeedsTwoArguments("one", "two")


def raise_foreign(report, stopped):
    """An error of a module that the test process has not imported."""
    import wave

    raise wave.Error("from elsewhere")


class OnlyInWorkers:
    """Can be read in the worker, not in the process that runs the tests."""

    def __init__(self, home):
        self.home = home

    def __reduce__(self):
        return _read_elsewhere, (self.home,)


def _read_elsewhere(home):
    if os.getpid() != home:
        raise RuntimeError("not here")
    return OnlyInWorkers(home)


def give_unreadable(report, stopped):
    return OnlyInWorkers(os.getpid())


def report_unreadable(report, stopped):
    report(OnlyInWorkers(os.getpid()))
    while not stopped():
        time.sleep(0.001)


@dataclass(frozen=True)
class LeaveAReporter:
    """Leaves a thread behind that reports once the file `gate` is there, and then makes the file `done`."""

    gate: Path
    done: Path

    def __call__(self, report, stopped):
        def report_late():
            wait_for_file(self.gate)
            report("late")
            self.done.touch()

        threading.Thread(target=report_late, daemon=True).start()


@dataclass(frozen=True)
class Answer:
    value: Any

    def __call__(self, report, stopped):
        return self.value


@dataclass(frozen=True)
class Count:
    """Reports 1, ..., n and returns n; waits for the file, if there is one, after the first."""

    n: int
    gate: Path | None = None

    def __call__(self, report, stopped):
        for number in range(1, self.n + 1):
            report(number)
            if number == 1 and self.gate is not None:
                wait_for_file(self.gate)
        return self.n


@dataclass(frozen=True)
class CountOn:
    """Counts without an end, as long as it may, and goes on from where it was."""

    place: int = 0

    def __call__(self, report, stopped):
        for number in itertools.count(self.place):
            report(number)
            if stopped():
                return
            time.sleep(0.01)

    def after(self, last):
        return self if last is None else CountOn(last)


@dataclass(frozen=True)
class Raise:
    error: BaseException

    def __call__(self, report, stopped):
        raise self.error


@dataclass(frozen=True)
class LookOnce:
    """Waits for the file without looking, then looks once; at the second look it is too late."""

    gate: Path

    def __call__(self, report, stopped):
        report("running")
        wait_for_file(self.gate)
        if not stopped():
            raise AssertionError("the first look did not see the request")


@dataclass(frozen=True)
class NeverLook:
    """Waits for the file without looking, and returns."""

    gate: Path

    def __call__(self, report, stopped):
        report("running")
        wait_for_file(self.gate)
        return "finished"


@dataclass(frozen=True)
class Sign:
    """Writes its name at the end of the file."""

    name: str
    book: Path

    def __call__(self, report, stopped):
        with self.book.open("a") as book:
            book.write(self.name)


@dataclass(frozen=True)
class SignAndWait:
    """Writes its name at the end of the file and waits for the gate."""

    name: str
    book: Path
    gate: Path

    def __call__(self, report, stopped):
        self.book.with_suffix(".pid").write_text(str(os.getpid()))
        Sign(self.name, self.book)(report, stopped)
        report("running")
        wait_for_file(self.gate)
        return self.name
