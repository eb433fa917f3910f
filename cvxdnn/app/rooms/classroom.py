"""What a teacher does. The wall's page calls these, and so do the requests of its buttons (`desk`).

opened = open_room(store, "beat-it", questions, most=50)      opened.code for the wall, opened.secret for its tab
move(store, opened.code, opened.secret, "open")               phones may answer
reveal(store, opened.code, opened.secret, {"right": 2})       phones are shown what was right
look(store, opened.code, opened.secret)                       who is there, what was said
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from cvxdnn.app.rooms import codes
from cvxdnn.app.rooms.questions import Question
from cvxdnn.app.rooms.refusals import Refusal, Refused
from cvxdnn.app.rooms.room import Phase, Room, moved, revealed
from cvxdnn.app.rooms.store import ROOM_SECONDS, Store
from cvxdnn.core.exceptions import InvalidInputError

__all__ = ["Opened", "admitted", "close_room", "look", "move", "open_room", "reveal"]

MOST_QUESTIONS = 20
LONGEST_LESSON = 80
TRIES = 50
"""To find a free code, or to be the one that moves a room."""


@dataclass(frozen=True)
class Opened:
    """A new room: its code is for everybody, its secret for the tab that opened it."""

    code: str
    secret: str


def open_room(store: Store, lesson: str, questions: Sequence[Question], *, most: int) -> Opened:
    """Open a room, at the first question, which phones do not see yet.

    Parameters
    ----------
    store : Store
    lesson : str
        As the wall's page calls it, at most 80 characters.
    questions : sequence of Question
        1 to 20.
    most : int
        Rooms that this host allows at one time.

    Raises
    ------
    Refused
        With ROOMS_FULL or STORE_AWAY.
    """
    if not (1 <= len(questions) <= MOST_QUESTIONS and 1 <= len(lesson) <= LONGEST_LESSON):
        raise InvalidInputError(f"a lesson has a name of 1 to {LONGEST_LESSON} characters, and 1 to 20 questions")
    secret = codes.secret()
    for _ in range(TRIES):
        expires = time.time() + ROOM_SECONDS
        room = Room(codes.code(), lesson, tuple(questions), expires, codes.digest(secret))
        if store.create(room, most):
            return Opened(room.code, secret)
    raise Refused(Refusal.ROOMS_FULL)


def admitted(store: Store, code: str, secret: str) -> Room:
    """The room, for its teacher. Who does not know the secret is not told whether there is a room.

    Raises
    ------
    Refused
        With WRONG_SECRET.
    """
    room = store.read(code) if codes.is_code(code) else None
    if room is None or not codes.opens(secret, room.secret):
        raise Refused(Refusal.WRONG_SECRET)
    return room


def move(store: Store, code: str, secret: str, where: str) -> Room:
    """Go on: "open", "lock" or "next".

    Raises
    ------
    Refused
        With WRONG_SECRET, or NOT_NOW where that cannot be done from where the class is.
    """
    return _changed(store, code, secret, lambda room: moved(room, where))


def reveal(store: Store, code: str, secret: str, told: object) -> Room:
    """Lock the answers if they are open, then show what was right, with what the class said.

    Parameters
    ----------
    told : object
        See `cvxdnn.app.rooms.room.revealed`.

    Raises
    ------
    Refused
        With WRONG_SECRET, NOT_NOW or NO_REVEAL.
    """
    if admitted(store, code, secret).phase is Phase.OPEN:
        move(store, code, secret, "lock")

    def change(room: Room) -> Room:
        said = store.gathered(code, room.step)
        return revealed(room, told, list(said.answers.values()))

    return _changed(store, code, secret, change)


def close_room(store: Store, code: str, secret: str) -> None:
    """Forget the room and all that was said in it.

    Raises
    ------
    Refused
        With WRONG_SECRET.
    """
    admitted(store, code, secret)
    store.drop(code)


def look(store: Store, code: str, secret: str, after: int = 0) -> dict[str, Any]:
    """What the wall shows: where the class is, how many are there, and what they said, by the numbers of phones.

    Parameters
    ----------
    after : int
        The `news` of an earlier look: of the answers only those since then.

    Raises
    ------
    Refused
        With WRONG_SECRET.
    """
    marks = store.marks([code])  # before what is said of it: what comes in between is told again
    room = admitted(store, code, secret)
    said = store.gathered(code, room.step, after)
    shown = room.shown()
    return {
        **{name: shown[name] for name in ("code", "version", "lesson", "step", "steps", "phase", "reveal")},
        "news": marks[code].news if code in marks else 0,
        "phones": max(said.phones, said.answered),
        "answered": said.answered,
        "answers": sorted(said.answers.items()),
    }


def _changed(store: Store, code: str, secret: str, change: Callable[[Room], Room]) -> Room:
    for _ in range(TRIES):
        room = admitted(store, code, secret)
        if store.replace(change(room)):
            return admitted(store, code, secret)
    raise Refused(Refusal.NOT_NOW)
