"""A lesson that somebody made of a state of the Spline explorer. All of it is in its link, nothing on the server.

The link has the settings of the explorer and one entry more, "own": title, question, kind of prediction and options as
JSON, compressed, in URL-safe base64. Its words are shown as plain text.
"""

import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cvxdnn.app.rooms.questions import Question
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.exhibits.lessons.lesson import LESSONS, Lesson, Next
from cvxdnn.tasks import link
from cvxdnn.tasks.optimum import optimum_of, takes_long
from cvxdnn.tasks.scenario import NAMES, Scenario

__all__ = ["ENTRY", "KINDS", "LONGEST_TITLE", "MOST_LETTERS", "MOST_OPTIONS", "OWN_NUMBER", "Own"]

ENTRY = "own"
KINDS = {"sketch": "a drawing", "taps": "taps on points", "choice": "a choice"}
OWN_NUMBER = len(LESSONS) + 1
"""Its number, as the player has it."""
LONGEST_TITLE = 80
MOST_OPTIONS = 6
MOST_LETTERS = link.LONGER[ENTRY]
"""Of the entry: no link is read that has a longer one."""
MOST_JSON = 4_000
"""Characters that it may become."""
FREE = 1e-12
"""A lowest price, in normalised units, of which nothing is a share."""

RIGHT = {
    "sketch": "Your curve is near the best there is; none can be below it.",
    "taps": "Exactly: there the best curve bends, and nowhere else.",
    "choice": "Here is the best curve. Compare it with what you chose.",
}
HINTS = {
    "sketch": "Draw from the first point to the last. Go back to draw a part again.",
    "taps": "Tap every point where you expect a bend. Tap again to take it back.",
    "choice": "",
}
WRONG = {
    "far": "Your curve keeps its distance from the points. Here missing them costs more than bending.",
    "bends": "Your curve bends more than it needs to. Here bending costs more than missing the points a little.",
    "extra": "Where the points turn one expects a bend. The best curve passes some of them straight.",
    "missed": "Each of your bends is real, but the best curve bends in more places.",
}
TAKEAWAY = "No network of this kind has a lower price than the best curve. That is proven, not just tried out."
AGAIN = ("width", "restarts", "seed", "biases", "optimizer", "polish", "start")
"""Settings that the explorer has again when the lesson leads back to it."""


@dataclass(frozen=True)
class Own:
    """What its author said of it.

    Parameters
    ----------
    title, question : str
        Plain text of at most 80 and 400 characters.
    kind : {"sketch", "taps", "choice"}
    scenario : Scenario
        Points, weight decay, depth and loss.
    options : tuple of str
        For a choice, 2 to 6.

    Raises
    ------
    InvalidInputError
        If there can be no such lesson; says what to change.
    """

    title: str
    question: str
    kind: str
    scenario: Scenario
    options: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= len(self.title) <= LONGEST_TITLE:
            raise InvalidInputError(f"a title has 1 to {LONGEST_TITLE} characters")
        if not all(each.isprintable() for each in (self.title, self.question, *self.options)):
            raise InvalidInputError("title, question and options are plain text, each on one line")
        if self.kind not in KINDS:
            raise InvalidInputError(f"a prediction is {' or '.join(KINDS.values())}")
        if self.kind == "choice" and not 2 <= len(self.options) <= MOST_OPTIONS:
            raise InvalidInputError(f"a choice has 2 to {MOST_OPTIONS} options, one on each line")
        if self.scenario.loss_function.needs_labels:
            raise InvalidInputError("a lesson has points of any height; choose a loss that is not about labels")
        if takes_long(self.scenario):
            raise InvalidInputError(
                "the best curve of these points takes too long for a lesson; choose two layers and the squared loss, "
                "or fewer points"
            )
        _ = self.lesson  # checks the question

    @cached_property
    def lesson(self) -> Lesson:
        """As the player takes it."""
        now = self.scenario
        points = tuple(sorted(now.points))
        options = self.options if self.kind == "choice" else ()
        return Lesson(
            number=OWN_NUMBER,
            name=f"{ENTRY} {self.digest}",
            title=self.title,
            see=(
                f"{len(points)} points, {now.depth} layers of weights, weight decay {now.beta:g}.",
                "Look at the points, and think of a curve.",
            ),
            questions=(Question(self.kind, self.question, options=options, points=points),),  # type: ignore[arg-type]
            reveal=ENTRY,
            hint=HINTS[self.kind],
            right=RIGHT[self.kind],
            wrong=WRONG,
            takeaway=TAKEAWAY,
            betas=(now.beta,),
            loss=now.loss,
            depth=now.depth,
            now=Next("Move these points", "explore", {name: getattr(now, name) for name in AGAIN}),
        )

    @property
    def obstacle(self) -> str:
        """Why nothing can be asked of its points; "" where it can."""
        found = optimum_of(self.scenario)
        if found.solution is not None and found.solution.objective <= FREE:
            return "a flat line costs nothing here, so there is nothing to predict; move a point up or down"
        return found.obstacle

    @property
    def digest(self) -> str:
        """Of all that it says: 16 digits."""
        said = json.dumps([self._words, self.scenario.texts], sort_keys=True)
        return hashlib.sha256(said.encode("utf-8")).hexdigest()[:16]

    @property
    def _words(self) -> list[str]:
        return [self.title, self.question, self.kind, *(self.options if self.kind == "choice" else ())]

    def texts(self) -> dict[str, str]:
        """What a link says of it."""
        packed = zlib.compress(json.dumps(self._words, ensure_ascii=False).encode("utf-8"), 9)
        text = link.to_letters(packed)
        if len(text) > MOST_LETTERS:
            raise InvalidInputError("these words are too many for a link; use fewer")
        return {**self.scenario.texts, ENTRY: text}

    @classmethod
    def from_texts(cls, texts: Mapping[str, str]) -> "Own":
        """The lesson of a link.

        Raises
        ------
        InvalidInputError
            If it says none.
        """
        scenario, problem = Scenario.from_texts({name: texts[name] for name in NAMES if name in texts})
        words = _unpacked(texts[ENTRY])
        are_words = isinstance(words, list) and len(words) >= 3 and all(isinstance(each, str) for each in words)
        if problem or not are_words:
            raise InvalidInputError("its lesson is garbled; copy the whole link again")
        title, question, kind, *options = words
        return cls(title, question, kind, scenario, tuple(options))


def _unpacked(text: str) -> Any:
    try:
        packed = link.from_letters(text)
        return json.loads(zlib.decompressobj().decompress(packed, MOST_JSON).decode("utf-8"))
    except (zlib.error, ValueError, RecursionError) as error:
        raise InvalidInputError("its lesson is garbled; copy the whole link again") from error
