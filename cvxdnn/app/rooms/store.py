"""Where rooms are kept: one interface, two stores.

CVXDNN_ROOMS    a file (default: cvxdnn/rooms.db in the user's folder for state) that SQLite keeps, for one host;
                redis://host:port/0 for several replicas that serve one class

A room and all that was said in it are gone `ROOM_SECONDS` after it was opened, or when its teacher closes it. Whatever
is acknowledged outlives the process that acknowledged it.
"""

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from cvxdnn.app.rooms.room import Room
from cvxdnn.core.exceptions import require

__all__ = ["EMPTY_SECONDS", "GONE_SECONDS", "PRESENT_SECONDS", "ROOM_SECONDS", "Entry", "Gathered", "Mark", "Store"]
__all__ += ["open_store", "place"]

ROOM_SECONDS = 4 * 3600
EMPTY_SECONDS = 600
"""A room that no phone has entered for so long makes room for another one where there are as many as may be."""
GONE_SECONDS = 60
"""A phone that has answered nothing and was not seen for so long makes room for another one."""
PRESENT_SECONDS = 30
"""A phone that was seen so lately is in class."""
SEEN_SECONDS = 10
"""How old may be what is stored of when a phone was seen."""


@dataclass(frozen=True)
class Mark:
    """What has happened in a room so far: moves (`version`), and whatever its teacher may want to know (`news`)."""

    version: int
    news: int


@dataclass(frozen=True)
class Entry:
    """A phone in a room: its number, from 0 in the order of entering, and the version of the room."""

    number: int
    version: int


@dataclass(frozen=True)
class Gathered:
    """What a class has said: `answers` for numbers of phones; `phones` that are in class, `answered` in all."""

    phones: int
    answered: int
    answers: dict[int, Any]


class Store(Protocol):
    """Rooms. Every method raises `Refused` with STORE_AWAY where the store cannot be reached; any thread may call."""

    def create(self, room: Room, most: int) -> bool:
        """Keep a new room; False where its code is taken. Refused with ROOMS_FULL where there are `most` already."""

    def read(self, code: str) -> Room | None:
        """A room; None where there is none, or where its time is over."""

    def replace(self, room: Room) -> bool:
        """Keep what a move made of the room, with the next version; False where another move came first."""

    def enter(self, code: str, phone: str, most: int) -> Entry | None:
        """Note that a phone is there; None where there is no such room.

        Refused with ROOM_FULL where it is new and there are `most` phones already; 0 for none but those known.
        """

    def take(self, code: str, phone: str, step: int, turn: int, answer: Any) -> int | None:
        """Keep a phone's answer, its newest by `turn`, or say again that it is; its number, or None for no such room.

        Refused with TOO_LATE where that question is not open, with NO_PHONE where the phone has not entered.
        """

    def gathered(self, code: str, step: int, after: int = 0) -> Gathered:
        """What was said to a question; of the answers those that came after this number of `news`."""

    def marks(self, codes: Sequence[str]) -> dict[str, Mark]:
        """What has happened in these rooms, those that are."""

    def drop(self, code: str) -> None:
        """Forget a room and all that was said in it."""

    def close(self) -> None:
        """Use it no more."""


def open_store(where: str) -> Store:
    """The store of this name.

    Parameters
    ----------
    where : str
        A file, or an address that begins with redis:// or rediss://.

    Raises
    ------
    MissingExtraError
        For Redis, where its client is not installed.
    """
    if where.startswith(("redis://", "rediss://")):
        require("redis", extra="redis")
        from cvxdnn.app.rooms.redis_store import RedisStore

        return RedisStore(where)
    from cvxdnn.app.rooms.sqlite_store import SqliteStore

    return SqliteStore(Path(where))


def place() -> str:
    """What the host says of where rooms are kept, or its default."""
    states = os.environ.get("XDG_STATE_HOME")
    folder = Path(states) if states else _home() / ".local" / "state"
    return os.environ.get("CVXDNN_ROOMS", "").strip() or str(folder / "cvxdnn" / "rooms.db")


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # a container's user may have none
        return Path(tempfile.gettempdir())
