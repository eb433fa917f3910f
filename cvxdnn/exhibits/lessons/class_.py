"""A class on lessons, as far as its teacher's tab knows it: where it is, what was said, what is shown of it.

One class may take several lessons one after the other: its questions are those of all of them, and the phones stay.
The room (`cvxdnn.app.rooms`) holds what may be known; what is right is computed here, when it is revealed.

    here = open_class(store, (lesson(2),), most=50)
    here.poll()                      takes over what is new, and does next to nothing where nothing is
    here.act("open", here.version)
    here.sent()                      for the wall (`cvxdnn.app.wall`)
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from cvxdnn.app.rooms.classroom import Opened, admitted, close_room, look, move, open_room, reveal
from cvxdnn.app.rooms.questions import Question
from cvxdnn.app.rooms.refusals import Refusal, Refused
from cvxdnn.app.rooms.room import Phase
from cvxdnn.app.rooms.store import Store
from cvxdnn.exhibits.lessons.asked import name_of
from cvxdnn.exhibits.lessons.crowd import Easel
from cvxdnn.exhibits.lessons.lesson import Lesson
from cvxdnn.exhibits.lessons.own import OWN_NUMBER
from cvxdnn.exhibits.lessons.shown import Shown, shown

__all__ = ["OpenClass", "Step", "open_class", "resume", "steps_of"]

COUNT_SECONDS = 5.0
"""A phone that leaves is no news: so often it is counted how many are there."""
OVER = "This class is over: four hours have passed since it was opened, or it was closed. Open a new one."
SENTENCES = {
    Refusal.STORE_AWAY: "The host cannot reach its classes just now. Nothing is lost: phones keep what they say, and "
    "this page tries again by itself.",
    Refusal.NOT_NOW: "",  # moved on by somebody else meanwhile: what is shown follows
    Refusal.WRONG_SECRET: OVER,
}


@dataclass(frozen=True)
class Step:
    """A question of a class: which of its lesson's."""

    lesson: Lesson
    place: int

    @property
    def question(self) -> Question:
        """What is asked."""
        return self.lesson.questions[self.place]

    @property
    def is_last(self) -> bool:
        """Whether the lesson ends with it."""
        return self.place + 1 == len(self.lesson.questions)

    def easel(self) -> Easel | None:
        """Where drawings are compared; None where nothing is drawn."""
        if self.question.kind != "sketch":
            return None
        return Easel(self.lesson.scenario(self.place), max((x for x, _ in self.question.frame), default=-math.inf))


def steps_of(lessons: Sequence[Lesson]) -> tuple[Step, ...]:
    """All questions of some lessons."""
    return tuple(Step(each, place) for each in lessons for place in range(len(each.questions)))


def open_class(store: Store, lessons: Sequence[Lesson], *, most: int) -> "OpenClass":
    """Open a class, at the first question of the first lesson.

    Raises
    ------
    Refused
        With ROOMS_FULL or STORE_AWAY.
    """
    steps = steps_of(lessons)
    opened = open_room(store, name_of(lessons), [step.question for step in steps], most=most)
    return OpenClass(store, opened, lessons)


def resume(store: Store, opened: Opened, lessons_of: Callable[[str], Sequence[Lesson]]) -> "OpenClass":
    """The class that a tab has opened before; `lessons_of` knows lessons by what their room calls them.

    Raises
    ------
    Refused
        With WRONG_SECRET where it is over, or STORE_AWAY.
    """
    return OpenClass(store, opened, lessons_of(admitted(store, opened.code, opened.secret).lesson))


class OpenClass:
    """A class that is open.

    Attributes
    ----------
    opened : Opened
    lessons : sequence of Lesson
    version : of the room; grows with every move
    is_over : whether the room is gone
    stamp : another one whenever there is anything new to show
    """

    def __init__(self, store: Store, opened: Opened, lessons: Sequence[Lesson]) -> None:
        self.opened, self.lessons = opened, tuple(lessons)
        self.is_over, self.stamp, self.version = False, 0, 0
        self._store, self._steps = store, steps_of(lessons)
        self._seen: dict[str, Any] = {"phase": Phase.WAITING.value, "phones": 0, "answered": 0}
        self._away, self._refused, self._looked = "", "", float("-inf")
        self._serial = 0
        self._begin(0)

    def _begin(self, step: int) -> None:
        """At this question nobody has said anything yet, as far as is known."""
        self._at, self._news, self._known = step, 0, 0
        self._answers: dict[int, Any] = {}
        self._changed: dict[int, int] = {}
        self._shown: Shown | None = None
        self._easel = self.step.easel()
        self._pull = self.step.lesson.before().get("proof")

    @property
    def step(self) -> Step:
        """The question that the class is at."""
        return self._steps[self._at]

    @property
    def phase(self) -> Phase:
        """What phones may do with it."""
        return Phase(self._seen["phase"])

    def poll(self, *, at_once: bool = False) -> None:
        """Take over what has happened since the last time."""
        self._away = self._try(lambda: self._look(at_once), self._away)

    def act(self, what: str, version: int) -> None:
        """Do what a button says, if it was pressed on what is shown now: open, lock, reveal, next or close."""
        if version == self.version:
            self._refused = self._try(lambda: self._act(what), self._refused)
            self.poll(at_once=True)

    @property
    def trouble(self) -> str:
        """A sentence about what cannot be done, or could not when it was asked for, with what to do; else ""."""
        return self._away or self._refused

    def know(self, serial: int) -> None:
        """The browser has all drawings up to this serial number."""
        self._known = min(serial, self._serial)
        self.stamp += 1

    def _try(self, what: Callable[[], None], former: str) -> str:
        """Why that cannot be done, instead of why it could not be done the last time."""
        trouble = ""
        try:
            if not self.is_over:
                what()
        except Refused as error:
            trouble = SENTENCES.get(error.refusal, error.refusal.sentence)
            self.is_over = error.refusal is Refusal.WRONG_SECRET
        if trouble != former:
            self.stamp += 1
        return trouble

    def _act(self, what: str) -> None:
        code, secret = self.opened.code, self.opened.secret
        if what == "reveal":
            if self.phase is Phase.OPEN:
                move(self._store, code, secret, "lock")
            self._look(True)  # by now nobody says anything any more
            answer = shown(self.step.lesson, self.step.place, self._answers, self._easel)
            reveal(self._store, code, secret, answer.told)
            self._shown = answer  # which takes seconds for some lessons: not computed again when it is looked at
        elif what == "close":
            close_room(self._store, code, secret)
            self.is_over = True
        elif what in ("open", "lock", "next"):
            move(self._store, code, secret, what)

    def _look(self, at_once: bool) -> None:
        now = time.monotonic()
        mark = self._store.marks([self.opened.code]).get(self.opened.code)
        if mark and mark.news == self._news and not at_once and now - self._looked < COUNT_SECONDS:
            return
        self._looked = now
        seen = look(self._store, self.opened.code, self.opened.secret, self._news)
        if seen["step"] != self._at:
            self._begin(seen["step"])
            seen = look(self._store, self.opened.code, self.opened.secret)
        self._take(seen)

    def _take(self, seen: dict[str, Any]) -> None:
        self._news, self.version = seen["news"], seen["version"]
        said = dict(seen.pop("answers"))
        if said:
            self._serial += 1
            self._answers |= said
            self._changed |= dict.fromkeys(said, self._serial)
            if self._easel:
                self._easel.add(said)
        is_revealed = seen["phase"] == Phase.REVEALED
        if is_revealed and self._shown is None:
            self._shown = shown(self.step.lesson, self.step.place, self._answers, self._easel)
        elif not is_revealed:
            self._shown = None
        if said or {**seen, "news": 0} != {**self._seen, "news": 0}:
            self.stamp += 1
        self._seen = seen

    def sent(self) -> dict[str, Any]:
        """What the wall shows, and of drawings those that the browser does not have."""
        step, seen, question = self.step, self._seen, self.step.question
        return {
            "code": self.opened.code,
            "secret": self.opened.secret,
            "version": self.version,
            "number": step.lesson.number if step.lesson.number < OWN_NUMBER else 0,
            "title": step.lesson.title,
            "see": list(step.lesson.on_wall or step.lesson.see) if step.lesson.number < OWN_NUMBER else [],
            "step": self._at,
            "steps": len(self._steps),
            "phase": seen["phase"],
            "phones": seen["phones"],
            "answered": seen["answered"],
            "question": question.to_dict(),
            "options": [[list(knot) for knot in curve] for curve in step.lesson.curves],
            "pull": self._pull,
            "counts": question.counts(list(self._answers.values())),
            "drawings": self._drawings(),
            "trouble": self.trouble,
            "reveal": self._shown.sent if self._shown else None,
        }

    def _drawings(self) -> dict[str, Any] | None:
        if self._easel is None:
            return None
        numbers = [number for number, serial in self._changed.items() if serial > self._known]
        prices = self._easel.prices(numbers)
        crowd = self._easel.crowd()
        return {
            "since": self._known,
            "serial": self._serial,
            "axis": None if self.step.question.frame else self._easel.axis,
            "crowd": crowd.sent() if crowd else None,
            "lines": [
                [number, float(f"{price:.6g}"), self._answers[number]]
                for number, price in zip(numbers, prices, strict=True)
            ],
        }
