"""A log that strangers cannot fill, and as many open files as the system allows."""

import logging
import resource
import subprocess
import sys

from cvxdnn.app.gate.repetition import LONGEST, Repetition


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def logger_with(bound, name="test.gate", stream=None):
    logger = logging.Logger(name)
    logger.addFilter(bound)
    logger.written = []
    handler = logging.Handler()
    handler.emit = lambda record: logger.written.append(record.getMessage())
    logger.addHandler(handler)
    return logger


def test_one_line_of_a_kind_and_minute_and_the_count_of_the_others():
    clock = Clock()
    logger = logger_with(Repetition(clock=clock))

    def knock(number):
        logger.warning("refused %d", number)

    for number in range(28_000):
        knock(number)
    logger.warning("something else")
    assert logger.written == ["refused 0", "something else"]
    clock.now = 60.0
    knock(28_000)
    assert logger.written[2:] == ["refused 28000 (27,999 more of this kind were not written)"]


def test_other_exceptions_at_the_same_place_are_another_kind():
    logger = logger_with(Repetition())
    for error in (ValueError("a"), ValueError("b"), OSError("c")):
        try:
            raise error
        except Exception:
            logger.exception("it failed: %s", error)
    assert logger.written == ["it failed: a", "it failed: c"]


def test_no_line_is_longer_than_a_screenful():
    logger = logger_with(Repetition())
    logger.warning("path %s", "x" * 1_000_000)
    assert len(logger.written[0]) == LONGEST


def test_the_log_of_jobs_is_left_alone():
    logger = logger_with(Repetition(), "cvxdnn.jobs.log")
    for number in range(3):
        logger.info("%d", number)
    assert logger.written == ["0", "1", "2"]


SCRIPT = """
import logging, resource
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
old = logging.getLogger("old")
from cvxdnn.app.gate.descriptors import raise_descriptor_limit
from cvxdnn.app.gate.repetition import bound_the_log
raise_descriptor_limit(), bound_the_log()
for name in ("old", "new", "asyncio", ""):
    for _ in range(5):
        logging.getLogger(name).warning("seen by %r", name)
    # each call stands at the same place: one kind
print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


def test_all_loggers_are_bounded_and_the_soft_limit_of_open_files_is_raised():
    run = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, timeout=60)
    assert run.stderr.splitlines() == ["seen by 'old'"]
    assert int(run.stdout) == min(resource.getrlimit(resource.RLIMIT_NOFILE)[1], 65_536) > 256
