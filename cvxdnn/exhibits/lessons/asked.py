"""On which lessons a class is, by the address of its page.

    n=3, n=1,2,3,6          of the ten, one or several
    v=2&check=...&own=...   somebody's own: the address has all that its link has (`cvxdnn.exhibits.lessons.own`)

A room has the name of its lessons (`name_of`) and their questions. So an own lesson comes back from an address alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.limits import host_limits
from cvxdnn.exhibits.lessons.lesson import LESSONS, Lesson, lesson
from cvxdnn.exhibits.lessons.own import ENTRY, OWN_NUMBER, Own
from cvxdnn.tasks import link
from cvxdnn.tasks.scenario import NAMES

__all__ = ["Asked", "asked", "name_of", "numbered"]

MOST_LESSONS = 10


@dataclass(frozen=True)
class Asked:
    """What an address asks for.

    lessons : at least one
    query : the entries that lead to them on the page of the lessons: to the first of several
    note : why they are others than the address says, or ""
    """

    lessons: tuple[Lesson, ...]
    query: Mapping[str, str]
    note: str = ""

    @property
    def is_own(self) -> bool:
        """Whether somebody has made the lesson."""
        return self.lessons[0].number == OWN_NUMBER


def asked(query: Mapping[str, str]) -> Asked:
    """What the entries of an address ask for; the first lesson where they ask for none that there is."""
    try:
        own = None if "n" in query else _own(query)
    except InvalidInputError as error:
        first = numbered("")
        return Asked(
            first.lessons, first.query, f"This link cannot be used: {error}. The first lesson is here instead."
        )
    return Asked((own.lesson,), link.pack(own.texts())) if own else numbered(query.get("n", ""))


def numbered(text: str) -> Asked:
    """The lessons whose numbers a text has, with anything between them; the first lesson where it has none."""
    words = "".join(each if each.isascii() and each.isdecimal() else " " for each in text[:100]).split()
    numbers = [int(word[:4]) for word in words]
    known = [number for number in dict.fromkeys(numbers) if 1 <= number <= len(LESSONS)][:MOST_LESSONS] or [1]
    return Asked(tuple(map(lesson, known)), {"n": str(known[0])})


def name_of(lessons: Sequence[Lesson]) -> str:
    """What their room calls them; of an own lesson it tells nothing."""
    if lessons[0].number == OWN_NUMBER:
        return lessons[0].name
    return "lessons " + " ".join(str(each.number) for each in lessons)


def _own(query: Mapping[str, str]) -> Own | None:
    """The lesson whose link this is; None where it is no link of one."""
    texts = link.unpack(query, (ENTRY, *NAMES), host_limits().points)
    if ENTRY not in texts:
        return None
    own = Own.from_texts(texts)
    if own.obstacle:
        raise InvalidInputError(own.obstacle)
    return own
