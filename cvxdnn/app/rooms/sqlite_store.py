"""Rooms in a file of SQLite, for one host: one connection of a process, a transaction for each change.

With a write-ahead log what is committed is there after the process was killed, and readers wait for nobody. Several
processes of one host may share the file.
"""

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cvxdnn.app.rooms.questions import Question
from cvxdnn.app.rooms.refusals import Refusal, Refused
from cvxdnn.app.rooms.room import Phase, Room
from cvxdnn.app.rooms.store import (
    EMPTY_SECONDS,
    GONE_SECONDS,
    PRESENT_SECONDS,
    ROOM_SECONDS,
    SEEN_SECONDS,
    Entry,
    Gathered,
    Mark,
)

__all__ = ["SqliteStore"]

WAIT_SECONDS = 2.0
"""For a transaction of another process."""
MOST_PAGES = 65_536
"""Of 4 kB each: the file ends at 256 MB, whatever is sent."""
TABLES = """
create table if not exists rooms (
    code text primary key, lesson text not null, questions text not null, secret text not null,
    step integer not null, phase text not null, reveal text not null,
    version integer not null, news integer not null, expires real not null
) without rowid;
create table if not exists phones (
    room text not null, phone text not null, number integer not null, seen real not null, answered integer not null,
    primary key (room, phone)
) without rowid;
create table if not exists answers (
    room text not null, step integer not null, number integer not null,
    turn integer not null, news integer not null, answer text not null,
    primary key (room, step, number)
) without rowid;
"""
ROOM = (
    "select lesson, questions, secret, step, phase, reveal, version, expires from rooms where code = ? and expires > ?"
)


class SqliteStore:
    """See `cvxdnn.app.rooms.store.Store`.

    Parameters
    ----------
    path : Path
        Of the file, which is made if there is none.
    clock : callable
        Seconds since 1970.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._path, self._clock = path, clock
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None

    def create(self, room: Room, most: int) -> bool:
        with self._change() as run:
            self._tidy(run, most)
            if run("select 1 from rooms where code = ?", room.code).fetchone():
                return False
            if run("select count(*) from rooms").fetchone()[0] >= most:
                raise Refused(Refusal.ROOMS_FULL)
            questions = json.dumps([question.to_dict() for question in room.questions])
            fixed = (room.code, room.lesson, questions, room.secret)
            moving = (room.step, room.phase, room.reveal, room.version, 1, room.expires)
            run("insert into rooms values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", *fixed, *moving)
            return True

    def read(self, code: str) -> Room | None:
        with self._use() as run:
            return self._room(run, code)

    def replace(self, room: Room) -> bool:
        with self._change() as run:
            moved = run(
                "update rooms set step = ?, phase = ?, reveal = ?, version = version + 1, news = news + 1"
                " where code = ? and version = ?",
                *(room.step, room.phase, room.reveal, room.code, room.version),
            )
            return moved.rowcount == 1

    def enter(self, code: str, phone: str, most: int) -> Entry | None:
        now = self._clock()
        with self._use() as run:  # most of the time there is nothing to write
            room = run("select version from rooms where code = ? and expires > ?", code, now).fetchone()
            known = run("select number, seen from phones where room = ? and phone = ?", code, phone).fetchone()
        if room is None:
            return None
        if known and known[1] > now - SEEN_SECONDS:
            return Entry(known[0], room[0])
        with self._change() as run:
            if known:
                run("update phones set seen = ? where room = ? and phone = ?", now, code, phone)
                return Entry(known[0], room[0])
            self._make_room(run, code, most)
            (number,) = run("select coalesce(max(number), -1) + 1 from phones where room = ?", code).fetchone()
            run("insert or ignore into phones values (?, ?, ?, ?, 0)", code, phone, number, now)
            run("update rooms set news = news + 1 where code = ?", code)
            (number,) = run("select number from phones where room = ? and phone = ?", code, phone).fetchone()
            return Entry(number, room[0])

    def take(self, code: str, phone: str, step: int, turn: int, answer: Any) -> int | None:
        with self._change() as run:
            room = self._room(run, code)
            if room is None:
                return None
            known = run("select number from phones where room = ? and phone = ?", code, phone).fetchone()
            if known is None:
                raise Refused(Refusal.NO_PHONE)
            number = int(known[0])
            taken = run("select turn from answers where room = ? and step = ? and number = ?", code, step, number)
            if (taken.fetchone() or (-1,))[0] >= turn:
                return number
            if room.phase is not Phase.OPEN or room.step != step:
                raise Refused(Refusal.TOO_LATE)
            run("update rooms set news = news + 1 where code = ?", code)
            run("update phones set seen = ?, answered = 1 where room = ? and phone = ?", self._clock(), code, phone)
            run(
                "insert into answers select ?, ?, ?, ?, news, ? from rooms where code = ?"
                " on conflict do update set turn = excluded.turn, news = excluded.news, answer = excluded.answer",
                *(code, step, number, turn, json.dumps(answer, separators=(",", ":")), code),
            )
            return number

    def gathered(self, code: str, step: int, after: int = 0) -> Gathered:
        with self._use() as run:
            since = self._clock() - PRESENT_SECONDS
            (phones,) = run("select count(*) from phones where room = ? and seen > ?", code, since).fetchone()
            (answered,) = run("select count(*) from answers where room = ? and step = ?", code, step).fetchone()
            rows = run(
                "select number, answer from answers where room = ? and step = ? and news > ? order by number",
                *(code, step, after),
            ).fetchall()
            return Gathered(phones, answered, {number: json.loads(answer) for number, answer in rows})

    def marks(self, codes: Sequence[str]) -> dict[str, Mark]:
        with self._use() as run:
            rows = run(
                "select code, version, news from rooms where expires > ? and code in (select value from json_each(?))",
                *(self._clock(), json.dumps(list(codes))),
            ).fetchall()
            return {code: Mark(version, news) for code, version, news in rows}

    def drop(self, code: str) -> None:
        with self._change() as run:
            self._forget(run, [code])

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _room(self, run: "_Run", code: str) -> Room | None:
        row = run(ROOM, code, self._clock()).fetchone()
        if row is None:
            return None
        lesson, questions, secret, step, phase, reveal, version, expires = row
        asked = tuple(map(Question.from_dict, json.loads(questions)))
        return Room(code, lesson, asked, expires, secret, step, Phase(phase), reveal, version)

    def _make_room(self, run: "_Run", code: str, most: int) -> None:
        """Where a class is full, forget who has long been gone and said nothing."""
        (phones,) = run("select count(*) from phones where room = ?", code).fetchone()
        if phones >= most > 0:
            since = self._clock() - GONE_SECONDS
            gone = run("delete from phones where room = ? and answered = 0 and seen < ?", code, since)
            phones -= gone.rowcount
        if phones >= most:
            raise Refused(Refusal.ROOM_FULL)

    def _tidy(self, run: "_Run", most: int) -> None:
        """Forget rooms whose time is over and, where there are too many, the oldest that nobody has entered."""
        now = self._clock()
        self._forget(run, [code for (code,) in run("select code from rooms where expires <= ?", now)])
        (count,) = run("select count(*) from rooms").fetchone()
        if count >= most:
            empty = run(
                "select code from rooms where expires < ? and code not in (select room from phones)"
                " order by expires limit 1",
                now + ROOM_SECONDS - EMPTY_SECONDS,
            )
            self._forget(run, [code for (code,) in empty])

    def _forget(self, run: "_Run", codes: Sequence[str]) -> None:
        for code in codes:
            run("delete from rooms where code = ?", code)
            run("delete from phones where room = ?", code)
            run("delete from answers where room = ?", code)

    @contextmanager
    def _change(self) -> Iterator["_Run"]:
        with self._use() as run:
            run("begin immediate")
            try:
                yield run
                run("commit")
            except BaseException:
                if self._connection is not None and self._connection.in_transaction:
                    run("rollback")
                raise

    @contextmanager
    def _use(self) -> Iterator["_Run"]:
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = _connected(self._path)
                connection = self._connection
                yield lambda statement, *values: connection.execute(statement, values)
            except (sqlite3.Error, OSError) as error:
                raise Refused(Refusal.STORE_AWAY) from error


_Run = Callable[..., sqlite3.Cursor]


def _connected(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    connection = sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False)
    connection.execute("pragma auto_vacuum = full")
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = normal")  # what a killed process has committed is with the system already
    connection.execute("pragma journal_size_limit = 1000000")
    connection.execute(f"pragma max_page_count = {MOST_PAGES}")
    connection.executescript(TABLES)
    path.chmod(0o600)
    return connection
