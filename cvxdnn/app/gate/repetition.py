"""One line of log for each kind of event and minute: whoever provokes a warning ten thousand times writes one of them.

The kind is the place in the code that logs, and the kind of exception if there is one; both are finitely many. What
was left out is counted and told with the next line of its kind. A line is never longer than a screenful, whatever it
quotes. The log of jobs (`cvxdnn.jobs.log`) is left alone: it has one line for each job by purpose, and jobs are few.
"""

import logging
import threading
import time
from collections.abc import Callable

__all__ = ["Repetition", "bound_the_log"]

SECONDS = 60.0
LONGEST = 2_000
ALWAYS = frozenset({"cvxdnn.jobs.log"})

Kind = tuple[str, int, str]


class Repetition(logging.Filter):
    """Lets one record of each kind pass in `seconds`, and counts the others.

    Parameters
    ----------
    seconds : float
    clock : callable
        In seconds, never running backwards.
    """

    def __init__(self, seconds: float = SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._seconds, self._clock = seconds, clock
        self._last: dict[Kind, float] = {}
        self._left_out: dict[Kind, int] = {}
        self._lock = threading.Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is to be written; says in it how many before it were not."""
        if record.name in ALWAYS:
            return True
        kind = _kind(record)
        with self._lock:
            now = self._clock()
            if now - self._last.get(kind, -self._seconds) < self._seconds:
                self._left_out[kind] = self._left_out.get(kind, 0) + 1
                return False
            self._last[kind] = now
            left_out = self._left_out.pop(kind, 0)
        _rewrite(record, f" ({left_out:,} more of this kind were not written)" if left_out else "")
        return True


def bound_the_log() -> None:
    """Put one such filter on every logger of this process, there already or made later."""
    bound = Repetition()
    for logger in (logging.root, *logging.root.manager.loggerDict.values()):
        if isinstance(logger, logging.Logger):
            logger.addFilter(bound)

    class Bounded(logging.getLoggerClass()):  # type: ignore[misc]
        def __init__(self, *arguments: object, **named: object) -> None:
            super().__init__(*arguments, **named)
            self.addFilter(bound)

    logging.setLoggerClass(Bounded)


def _kind(record: logging.LogRecord) -> Kind:
    error = record.exc_info[0] if isinstance(record.exc_info, tuple) else None
    return record.pathname, record.lineno, error.__qualname__ if error else ""


def _rewrite(record: logging.LogRecord, remark: str) -> None:
    """Add a remark, and cut what is too long; nothing else is touched, formatters may know the arguments."""
    text = record.getMessage()
    if remark or len(text) > LONGEST:
        record.msg, record.args = text[:LONGEST] + remark, ()
