"""Where a tab is in the lessons: which lesson, which step, what was predicted. It is what the link of the page says.

What the browser tells, and what a link says, is taken over only where it can be: a step beyond the prediction needs a
prediction, and that must be an answer to the lesson's questions.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from cvxdnn.app.rooms.questions import Question
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.exhibits.lessons.lesson import LESSONS, Lesson, lesson
from cvxdnn.exhibits.lessons.own import ENTRY, OWN_NUMBER, Own
from cvxdnn.exhibits.lessons.prediction import Prediction, read_prediction, write_prediction
from cvxdnn.tasks import choices
from cvxdnn.tasks.scenario import NAMES

__all__ = ["PREDICT", "STEPS", "Place", "own_place"]

STEPS = ("See", "Predict", "Reveal", "Takeaway")
PREDICT = 1
KEY = "lesson_place"
NUMBERS, STEP_NUMBERS = range(len(LESSONS) + 1), range(len(STEPS))


@dataclass
class Place:
    """Where a tab is.

    n : number of the lesson; 0 for the list of all
    step : of `STEPS`
    text : of the prediction, as the link has it; "" before there is one
    told : number of what the browser told last
    own : somebody's own lesson, once a link has brought one
    """

    n: int = 0
    step: int = 0
    text: str = ""
    told: int = 0
    own: Own | None = None

    names = ("n", "step", "answer", ENTRY, *NAMES)

    @property
    def lesson(self) -> Lesson | None:
        """The one that is open."""
        if self.n == OWN_NUMBER:
            return self.own.lesson if self.own else None
        return lesson(self.n) if self.n else None

    @property
    def prediction(self) -> Prediction | None:
        """What was predicted; None before."""
        return read_prediction(self._questions, self.text) if self.text else None

    @property
    def _questions(self) -> tuple[Question, ...]:
        return self.lesson.questions if self.lesson else ()

    # The link

    def texts(self) -> dict[str, str]:
        """What a link says of it."""
        first = Place()
        texts = {"n": str(self.n), "step": str(self.step), "answer": self.text}
        known = {"n": str(first.n), "step": str(first.step), "answer": first.text}
        if self.n == OWN_NUMBER and self.own:
            texts = {"step": texts["step"], "answer": texts["answer"], **self.own.texts()}
        return {name: text for name, text in texts.items() if text != known.get(name)}

    def take(self, texts: dict[str, str]) -> str:
        """Become what a link says; names what cannot be."""
        self.n = self.step = 0
        self.text = ""
        if ENTRY in texts:
            return self._take_own(texts)
        try:
            self.n = choices.read("n", texts.get("n", "0"), NUMBERS)
            step = choices.read("step", texts.get("step", "0"), STEP_NUMBERS)
        except InvalidInputError as error:
            return f"In this link {error}; {'the lesson begins' if self.n else 'all lessons are listed'} instead."
        if self.n:
            return self._go(step, texts.get("answer", ""))
        return "" if not step else "In this link no lesson is named; all of them are listed."

    def _take_own(self, texts: dict[str, str]) -> str:
        try:
            own = Own.from_texts(texts)
            step = choices.read("step", texts.get("step", "0"), STEP_NUMBERS)
        except InvalidInputError as error:
            return f"This link cannot be used: {error}. All lessons are listed instead."
        if own.obstacle:
            return f"This lesson cannot be shown: {own.obstacle}. All lessons are listed instead."
        self.own, self.n = own, OWN_NUMBER
        return self._go(step, texts.get("answer", ""))

    def _go(self, step: int, text: str) -> str:
        self.step = min(step, PREDICT)
        try:
            if text:
                read_prediction(self._questions, text)
        except InvalidInputError as error:
            return f"This link cannot be used: {error}."
        self.text = text
        if step > PREDICT and not text:
            return "This link has no prediction: the answer is shown after yours."
        self.step = step
        return ""

    # What the browser tells

    def hear(self, told: object) -> None:
        """Go where the browser says that it is, if one can be there."""
        if not isinstance(told, Mapping):
            return
        number, n, step = (_whole(told.get(name)) for name in ("number", "n", "step"))
        is_own = n == OWN_NUMBER and self.own is not None
        if number < 0 or not (n in NUMBERS or is_own) or step not in STEP_NUMBERS:
            return
        self.told, self.n = number, n
        self.text = self._answered(told.get("answers"))
        self.step = min(step, len(STEPS) if self.text else PREDICT) if n else 0

    def _answered(self, answers: Any) -> str:
        """The text of these answers; "" where they are none."""
        questions = self._questions
        if not isinstance(answers, list) or not questions or len(answers) != len(questions):
            return ""
        try:
            checked = [question.checked(answer) for question, answer in zip(questions, answers, strict=True)]
            text = write_prediction(questions, checked)
            read_prediction(questions, text)
        except ValueError:  # InvalidInputError among them
            return ""
        return text


def _whole(told: object) -> int:
    """The number that is told; -1 where it is none, or one that no browser counts to."""
    return told if isinstance(told, int) and not isinstance(told, bool) and abs(told) <= 2**53 else -1


def own_place() -> Place:
    """That of this tab."""
    if KEY not in st.session_state:
        st.session_state[KEY] = Place()
    place: Place = st.session_state[KEY]
    return place
