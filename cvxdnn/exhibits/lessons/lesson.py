"""A lesson as its file in `data` says it: what is asked, and what is said of the answers.

    [before]      what the browser may know before the prediction: words, questions, settings
    [after]       the rest: which reveal (`cvxdnn.exhibits.lessons.reveal`), words for answers, what to do next

What is right is in neither: the library computes it when it is asked for. How to write such a file: docs/lessons.md.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any
from urllib.parse import urlencode

from cvxdnn.app.rooms.questions import Question
from cvxdnn.exhibits.lessons.proof import proof_of
from cvxdnn.tasks import link
from cvxdnn.tasks.scenario import Scenario

__all__ = ["LESSONS", "PATH_OF_FOUR", "Lesson", "Next", "Teacher", "lesson"]

Curve = tuple[tuple[float, float], ...]

PATH_OF_FOUR = (1, 2, 3, 6)
"""For one lecture: a neuron is a hinge, hinges join the dots, bends have a price, and a proof that none is cheaper."""


@dataclass(frozen=True)
class Next:
    """What to try after the lesson.

    words : on the button;  page : its file in `pages`
    settings : of the scenario that the page shows; its points are the lesson's unless there is a `preset`
    others : of the page itself, as its link says them
    """

    words: str
    page: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    others: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Teacher:
    """The teacher's note: the question to ask the class, the wrong answer to expect, two minutes of background."""

    ask: str = ""
    expect: str = ""
    background: str = ""


@dataclass(frozen=True, eq=False)
class Lesson:
    """One lesson.

    number : from 1, as in the address;  name : of its file
    title, see, hint : plain text; `see` are two sentences
    questions : at least one
    reveal : which one, a name of `cvxdnn.exhibits.lessons.reveal.REVEALS`
    right : sentence for right answers;  wrong : by misconception
    show : what else the reveal is told
    meant : for a choice, the misconception that each option comes from; "" for the right one
    betas : weight decay in normalised units, one for each question, or none;  names : what each is called
    loss, depth : of the networks
    places : for an order, which of the points each option is
    curves : for a choice, what each option looks like
    hides_curve : whether the proof of the best curve is shown, and not the curve
    shows_pull : whether the reveal has the pull of the points in its tube
    example : points whose best curve is shown beside its proof, so that one learns to read it
    on_wall : what a class is told instead of `see`, where that is about the example
    """

    number: int
    name: str
    title: str
    see: tuple[str, ...]
    questions: tuple[Question, ...]
    reveal: str
    hint: str = ""
    right: str = ""
    wrong: Mapping[str, str] = field(default_factory=dict)
    meant: tuple[str, ...] = ()
    show: Mapping[str, Any] = field(default_factory=dict)
    takeaway: str = ""
    now: Next | None = None
    teacher: Teacher = Teacher()
    betas: tuple[float, ...] = ()
    names: tuple[str, ...] = ()
    loss: str = "squared"
    depth: int = 2
    places: tuple[int, ...] = ()
    curves: tuple[Curve, ...] = ()
    hides_curve: bool = False
    shows_pull: bool = False
    example: Curve = ()
    on_wall: tuple[str, ...] = ()

    @property
    def points(self) -> Curve:
        """Those of the first question."""
        return self.questions[0].points

    @property
    def charge(self) -> str:
        """What weight decay charges, in words: no multiple of bending where there are more than two layers."""
        deepest = self.show.get("deepest", self.depth)
        return "weight decay × bending" if deepest == 2 else "what weight decay charges"

    def scenario(self, question: int = 0, **settings: Any) -> Scenario:
        """The points of a question with the lesson's settings, changed by these."""
        known: dict[str, Any] = {"loss": self.loss, "depth": self.depth}
        if self.betas:
            known["beta"] = self.betas[question]
        return Scenario(preset="", points=self.questions[question].points, **{**known, **settings})

    def before(self) -> dict[str, Any]:
        """What the browser is sent before the prediction; nothing of the answer is in it."""
        sent: dict[str, Any] = {
            "number": self.number,
            "title": self.title,
            "see": list(self.see),
            "hint": self.hint,
            "questions": [question.to_dict() for question in self.questions],
            "betas": list(self.betas),
            "names": list(self.names),
            "loss": self.loss,
            "depth": self.depth,
            "charge": self.charge,
            "places": list(self.places),
            "curves": [[list(knot) for knot in curve] for curve in self.curves],
            "frame": [list(place) for place in self.questions[0].frame],
            "shows_pull": self.shows_pull or self.hides_curve,
        }
        if self.hides_curve:
            sent["proof"] = proof_of(self.points, self.betas[0]).shown()
        if self.example:
            sent["example"] = proof_of(self.example, self.betas[0]).shown(with_curve=True)
        return sent

    def link(self) -> str:
        """Where "now try" leads from the page of the lessons; "" where nothing is to be tried."""
        if self.now is None:
            return ""
        settings = dict(self.now.settings)
        texts: dict[str, str] = {}
        if self.points or "preset" in settings:
            scenario = Scenario(**settings) if "preset" in settings else self.scenario(**settings)
            texts = scenario.texts
        query = link.pack({**texts, **self.now.others})
        page = "" if self.now.page == "explore" else self.now.page
        return f"./{page}?{urlencode(query)}" if query else f"./{page}"


def lesson(number: int) -> Lesson:
    """The lesson of this number; the nearest one where there is none."""
    return LESSONS[min(max(number, 1), len(LESSONS)) - 1]


def _read(file: Traversable) -> Lesson:
    number, _, name = file.name.removesuffix(".toml").partition("_")
    stored = tomllib.loads(file.read_text(encoding="utf-8"))
    before, after = stored["before"], stored["after"]
    questions = tuple(_question(each) for each in before.pop("questions"))
    teacher, now = Teacher(**after.pop("teacher")), Next(**after.pop("now"))
    return Lesson(
        number=int(number),
        name=name,
        questions=questions,
        teacher=teacher,
        now=now,
        **{key: _frozen(value) for key, value in {**before, **after}.items()},
    )


def _question(stored: Mapping[str, Any]) -> Question:
    return Question(**{name: _frozen(value) for name, value in stored.items()})


def _frozen(value: Any) -> Any:
    """Lists as tuples, at any depth."""
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _files() -> list[Traversable]:
    folder = files("cvxdnn.exhibits.lessons").joinpath("data")
    return sorted((each for each in folder.iterdir() if each.name.endswith(".toml")), key=lambda each: each.name)


LESSONS = tuple(map(_read, _files()))
"""All of them, in their order."""
