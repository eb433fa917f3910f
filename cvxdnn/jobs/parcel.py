"""How tasks, results and errors travel between the server and a worker that is another process.

The server pickles tasks and reads what workers send. Neither ever reads a pickle from anybody else: what a
visitor sends is text and numbers, and is validated before it becomes part of a task.
"""

import pickle
import sys
from collections.abc import Callable
from typing import Any

from cvxdnn.core.exceptions import CvxdnnError, InvalidInputError
from cvxdnn.jobs.attempt import attempt
from cvxdnn.jobs.interface import FAILED, JobState, describe
from cvxdnn.jobs.protocol import BROKEN, PROGRESS, STARTED

__all__ = ["NOTHING", "frozen", "packed", "perform", "thawed", "unpacked"]

NOTHING = pickle.dumps(None)
"""The content of a message that is said with its kind."""


def packed(name: str, value: Callable[..., Any]) -> bytes:
    """A callable for the journey to a worker.

    Raises
    ------
    InvalidInputError
        When a worker could not load it.
    """
    if getattr(value, "__module__", None) == "__main__":
        raise InvalidInputError(f"{name} is defined in the main script, which workers do not load; move it to a module")
    try:
        return pickle.dumps(value)
    except Exception as error:
        raise InvalidInputError(
            f"{name} cannot be pickled ({describe(error)}); use a function, or an object with plain data, "
            "from a module that can be imported"
        ) from error


def frozen(state: Any) -> bytes:
    """In a worker: where a task is, opaque to the server, which has not the libraries to read it."""
    return pickle.dumps(state)


def thawed(state: bytes | None) -> Any:
    """In a worker: the same, as an earlier task of this server reported it; it never comes from a visitor."""
    return None if state is None else pickle.loads(state)


def perform(packed_task: bytes, send: Callable[[str, bytes], None], stop_asked: Callable[[], bool]) -> None:
    """In a worker: run a task to its end, and send packed messages about it."""
    send(STARTED, NOTHING)
    state, payload = _outcome(packed_task, lambda message: send(PROGRESS, pickle.dumps(message)), stop_asked)
    send(state.value, payload)


def unpacked(kind: str, payload: bytes) -> tuple[str, Any]:
    """In the server: kind and content of a message; what cannot be rebuilt becomes an error with a text."""
    try:
        content = pickle.loads(payload)
        return kind, _unpacked_error(*content) if kind == JobState.FAILED.value else content
    except Exception as error:
        if kind == PROGRESS:
            return BROKEN, CvxdnnError(f"The progress of the task cannot be read ({describe(error)}).")
        return JobState.FAILED.value, CvxdnnError(
            f"The result of the task cannot be read ({describe(error)}). Return plain data and arrays."
        )


def _outcome(
    packed_task: bytes, report: Callable[[Any], None], stop_asked: Callable[[], bool]
) -> tuple[JobState, bytes]:
    """How a task ended and, packed, its result or error."""
    try:
        task = pickle.loads(packed_task)
    except Exception as error:
        return JobState.FAILED, _packed_error(
            CvxdnnError(
                f"The worker cannot load the task ({describe(error)}). "
                "Define it in a module that can be imported, not in the main script."
            )
        )
    state, outcome = attempt(task, report, stop_asked)
    if state is JobState.FAILED:
        return state, _packed_error(outcome)
    try:
        return state, pickle.dumps(outcome)
    except Exception as error:
        return JobState.FAILED, _packed_error(
            CvxdnnError(
                f"The result of the task cannot be sent back ({describe(error)}). Return plain data and arrays."
            )
        )


def _packed_error(error: BaseException) -> bytes:
    """Its module, its pickle (None if that cannot be read back), its text and its notes."""
    pickled: bytes | None
    try:
        pickled = pickle.dumps(error)
        pickle.loads(pickled)
    except Exception:
        pickled = None
    notes = "\n".join(getattr(error, "__notes__", []))
    return pickle.dumps((type(error).__module__, pickled, describe(error), notes))


def _unpacked_error(module: str, pickled: bytes | None, text: str, notes: str) -> BaseException:
    # Loading an error must not load the library that defines it into the server.
    if pickled is not None and module in sys.modules:
        error: BaseException = pickle.loads(pickled)
        return error
    replacement = CvxdnnError(FAILED.format(cause=text))
    replacement.add_note(notes)
    return replacement
