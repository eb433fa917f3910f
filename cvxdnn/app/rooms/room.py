"""Where a class is, and where it may go from there.

    waiting --open--> open --lock--> locked --reveal--> revealed --next--> waiting, at the next question
                        ^---open-------'

Reveal also locks what is open: who has seen the answer gives none. A step of the way makes another version.
"""

import json
import time
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from cvxdnn.app.rooms.questions import Question, numbers
from cvxdnn.app.rooms.refusals import Refusal, Refused

__all__ = ["Phase", "Room", "moved", "revealed"]

MOST_CURVE = 200
LONGEST_WORDS = 400


class Phase(StrEnum):
    """What phones may do with the question."""

    WAITING = "waiting"
    OPEN = "open"
    LOCKED = "locked"
    REVEALED = "revealed"


@dataclass(frozen=True)
class Room:
    """A class.

    code : four letters
    lesson : which one, as the teacher's page calls it
    questions : at least one; step : which of them, from 0
    reveal : what phones are shown in the phase `REVEALED`; empty before
    expires : seconds since 1970
    secret : digest of the teacher's
    version : grows with every move; begins with the milliseconds since 1970, so that a later room with the same code
        has none that this one had
    """

    code: str
    lesson: str
    questions: tuple[Question, ...]
    expires: float
    secret: str
    step: int = 0
    phase: Phase = Phase.WAITING
    reveal: str = ""
    version: int = field(default_factory=lambda: time.time_ns() // 1_000_000)

    @property
    def question(self) -> Question:
        """The one that is asked now."""
        return self.questions[self.step]

    def shown(self) -> dict[str, Any]:
        """What every phone of the class is sent; what is right only once it is revealed."""
        is_asked = self.phase is not Phase.WAITING
        return {
            "code": self.code,
            "version": self.version,
            "until": int(self.expires),
            "lesson": self.lesson,
            "step": self.step,
            "steps": len(self.questions),
            "phase": self.phase.value,
            "question": self.question.to_dict() if is_asked else None,
            "reveal": json.loads(self.reveal) if self.phase is Phase.REVEALED and self.reveal else None,
        }


def moved(room: Room, where: str) -> Room:
    """The room after "open", "lock" or "next".

    Raises
    ------
    Refused
        If that cannot be done from where the class is.
    """
    if where == "open" and room.phase in (Phase.WAITING, Phase.LOCKED):
        return replace(room, phase=Phase.OPEN)
    if where == "lock" and room.phase is Phase.OPEN:
        return replace(room, phase=Phase.LOCKED)
    if where == "next" and room.step + 1 < len(room.questions):
        return replace(room, phase=Phase.WAITING, step=room.step + 1, reveal="")
    raise Refused(Refusal.NOT_NOW)


def revealed(room: Room, told: object, answers: list[Any]) -> Room:
    """The room with the answer shown, as the teacher's page tells it.

    Parameters
    ----------
    room : Room
        Locked.
    told : object
        By name, each may be left out: `right`, an answer; `words`, plain text of at most 400 characters; `curve`,
        at most 200 knots; `scores`, for numbers of phones how far each one's sketch is above the best, as a share.
    answers : list
        What the class said.

    Raises
    ------
    Refused
        If it is not of this form, or the room is not locked.
    """
    if room.phase is not Phase.LOCKED:
        raise Refused(Refusal.NOT_NOW)
    try:
        reveal = _reveal(room.question, told)
    except ValueError as error:
        raise Refused(Refusal.NO_REVEAL) from error
    reveal |= {"counts": room.question.counts(answers), "answers": len(answers)}
    return replace(room, phase=Phase.REVEALED, reveal=json.dumps(reveal, separators=(",", ":")))


def _reveal(question: Question, told: object) -> dict[str, Any]:
    if not isinstance(told, dict) or not told.keys() <= {"right", "words", "curve", "scores"}:
        raise ValueError("right, words, curve, scores")
    words, scores = told.get("words", ""), told.get("scores", [])
    if not isinstance(words, str) or len(words) > LONGEST_WORDS:
        raise ValueError("words are text")
    words.encode("utf-8")  # raises a ValueError for half a character, which JSON can hold and no answer could
    return {
        "right": question.checked(told["right"]) if told.get("right") is not None else None,
        "words": words,
        "curve": numbers(told.get("curve", []), MOST_CURVE),
        "scores": [(int(number), score) for number, score in numbers(scores, 1_000)],
    }
