"""The errors of cvxdnn.

::

    CvxdnnError
    ├── InvalidInputError   (also ValueError)    a mistake of the caller: argument, value, remedy
    ├── SolverFailedError   (also RuntimeError)  a numerical method gave no answer at all
    ├── WorkerDiedError     (also RuntimeError)  the process that ran a job is gone
    ├── LimitExceededError  (also RuntimeError)  a limit of this host was reached: which one, what to do
    ├── JobCancelledError   (also RuntimeError)  a job was stopped before it had a result
    └── MissingExtraError   (also ImportError)   a library that is not installed, and the extra that brings it

A numerical outcome that is merely inaccurate is not an error: it is a `Status` with advice.
"""

from importlib.util import find_spec

__all__ = [
    "CvxdnnError",
    "InvalidInputError",
    "JobCancelledError",
    "LimitExceededError",
    "MissingExtraError",
    "SolverFailedError",
    "WorkerDiedError",
    "require",
]


class CvxdnnError(Exception):
    """Base of every error that cvxdnn raises on purpose."""


class InvalidInputError(CvxdnnError, ValueError):
    """A mistake of the caller; the text names the argument, shows the value and says what to do."""


class SolverFailedError(CvxdnnError, RuntimeError):
    """A numerical method ended without any usable answer."""


class WorkerDiedError(CvxdnnError, RuntimeError):
    """The worker process that ran a job died before it had a result."""


class LimitExceededError(CvxdnnError, RuntimeError):
    """A limit of this host was reached; the text names it and says what to do."""


class JobCancelledError(CvxdnnError, RuntimeError):
    """A job was stopped before it had a result."""


class MissingExtraError(CvxdnnError, ImportError):
    """A library that cvxdnn does without until it is asked for; the text names the extra that brings it."""


def require(library: str, *, extra: str) -> None:
    """Look whether a library is installed, without loading it.

    Raises
    ------
    MissingExtraError
        When it is not; the text says what to install.
    """
    if find_spec(library) is None:
        raise MissingExtraError(f'this needs {library}, which is not installed: pip install "cvxdnn[{extra}]"')
