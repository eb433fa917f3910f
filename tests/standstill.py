"""Processes that do nothing for a while, so that what they have begun is certainly not done."""

import os
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

__all__ = ["standing_still"]


@contextmanager
def standing_still(pids: Iterable[int]) -> Iterator[None]:
    """These processes stand still meanwhile."""
    stopped = list(pids)
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in stopped:
            with suppress(ProcessLookupError):  # the server ends workers that do not stop when they are asked to
                os.kill(pid, signal.SIGCONT)
