"""Phones of a class, scripted: what they draw or choose differs, and is the same each time."""

import random

from cvxdnn.app.rooms.sqlite_store import SqliteStore
from cvxdnn.exhibits.lessons.class_ import open_class

PHONES = 27


def phone(number):
    """What a phone calls itself."""
    return f"phone-{number:015d}"


def answer(question, rng):
    """An answer of somebody in class."""
    if question.kind == "choice":
        return rng.randrange(len(question.options))
    if question.kind == "order":
        return rng.sample(range(len(question.options)), len(question.options))
    if question.kind == "taps":
        return sorted(rng.sample(range(len(question.points)), rng.randint(1, len(question.points))))
    heights = [y for _, y in question.points]
    shake = (max(heights) - min(heights) or 1) * rng.choice((0.01, 0.05, 0.2))
    return question.checked([[x, y + rng.uniform(-shake, shake)] for x, y in question.points])


def say(store, code, numbers, seed=0):
    """These phones answer what is asked now; what they said, by their numbers."""
    room, rng, said = store.read(code), random.Random(seed), {}
    for number in numbers:
        entered = store.enter(code, phone(number), 150).number
        said[entered] = answer(room.question, rng)
        store.take(code, phone(number), room.step, seed + 1, said[entered])
    return said


def begin(path, *lessons):
    """A class, open at its first question."""
    here = open_class(SqliteStore(path), lessons, most=50)
    here.poll()
    here.act("open", here.version)
    return here
