"""Both stores, and rooms to try them with."""

import time

import pytest

from cvxdnn.app.rooms.classroom import open_room
from cvxdnn.app.rooms.questions import Question
from cvxdnn.app.rooms.redis_store import RedisStore
from cvxdnn.app.rooms.sqlite_store import SqliteStore

CHOICE = Question("choice", "Which can one more neuron make?", options=("a step", "a hinge", "a tent"))
ORDER = Question("order", "Which bend dies first?", options=("left", "middle", "right"))
TAPS = Question("taps", "Where does it bend?", points=((0, 0), (1, 2), (2, 1), (3, 3)))
SKETCH = Question("sketch", "Draw the network.", points=((0, 0), (1, 2), (2, 1), (3, 3)))
LESSON = (CHOICE, ORDER, TAPS, SKETCH)


def phone(number):
    """What a phone calls itself."""
    return f"phone-{number:015d}"


class Clock:
    """Seconds since 1970 that pass only when they are told to."""

    def __init__(self):
        self.passed = 0.0

    def __call__(self):
        return time.time() + self.passed


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(params=["sqlite", "redis"])
def store(request, tmp_path, clock):
    if request.param == "sqlite":
        made = SqliteStore(tmp_path / "deep" / "rooms.db", clock)
    else:
        made = RedisStore(request.getfixturevalue("redis_server").address, clock)
        made._redis.flushall()
    yield made
    made.close()


@pytest.fixture
def opened(store):
    return open_room(store, "first", LESSON, most=5)
