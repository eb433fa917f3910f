"""What holds for a room wherever it is kept: in SQLite, in Redis."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cvxdnn.app.rooms import codes
from cvxdnn.app.rooms.classroom import admitted, close_room, look, move, open_room, reveal
from cvxdnn.app.rooms.redis_store import RedisStore
from cvxdnn.app.rooms.refusals import Refusal, Refused
from cvxdnn.app.rooms.room import Phase
from cvxdnn.app.rooms.sqlite_store import SqliteStore
from cvxdnn.app.rooms.store import EMPTY_SECONDS, GONE_SECONDS, PRESENT_SECONDS, ROOM_SECONDS, Mark, open_store, place
from cvxdnn.core.exceptions import InvalidInputError
from tests.app.rooms.conftest import CHOICE, LESSON, phone


def refused(do, *arguments, **named):
    """The reason why something is not done."""
    with pytest.raises(Refused) as error:
        do(*arguments, **named)
    return error.value.refusal


@pytest.fixture
def teacher(store, opened):
    """Do something as the teacher."""
    return lambda do, *arguments: do(store, opened.code, opened.secret, *arguments)


@pytest.mark.parametrize("code", ["", "\ud800BCD", "bcdf", "BCDF\x00"])
def test_a_store_is_asked_for_nothing_that_no_room_is_called(store, code):
    assert refused(admitted, store, code, "secret") is Refusal.WRONG_SECRET


def test_a_room_is_as_it_was_opened(store, opened):
    room = store.read(opened.code)
    assert codes.is_code(opened.code)
    assert (room.lesson, room.questions, room.step, room.phase) == ("first", LESSON, 0, "waiting")
    assert codes.opens(opened.secret, room.secret)
    assert opened.secret not in room.secret
    assert store.read("BBBB" if opened.code != "BBBB" else "CCCC") is None


def test_every_move_makes_another_version_and_only_moves_that_can_be(store, opened, teacher):
    versions = [store.read(opened.code).version]
    for where, phase in (("open", "open"), ("lock", "locked"), ("open", "open"), ("next", "waiting")):
        room = teacher(move, where)
        assert room.phase == phase
        versions.append(room.version)
    assert [version - versions[0] for version in versions] == [0, 1, 2, 3, 4]
    assert refused(teacher, move, "lock") is Refusal.NOT_NOW
    assert refused(teacher, move, "anywhere") is Refusal.NOT_NOW
    assert refused(teacher, reveal, {}) is Refusal.NOT_NOW
    for _ in range(2):
        teacher(move, "next")
    assert refused(teacher, move, "next") is Refusal.NOT_NOW
    assert store.read(opened.code).step == len(LESSON) - 1


def test_only_who_has_the_secret_moves_a_room_or_hears_what_was_said(store, opened):
    other = open_room(store, "second", LESSON, most=5)
    for do, *arguments in ((move, "open"), (reveal, {}), (look,), (close_room,), (admitted,)):
        for secret in ("", "wrong", other.secret, "\udcff"):
            assert refused(do, store, opened.code, secret, *arguments) is Refusal.WRONG_SECRET
    assert refused(move, store, "BBBB", opened.secret, "open") is Refusal.WRONG_SECRET


def test_phones_have_numbers_and_keep_them(store, opened):
    assert [store.enter(opened.code, phone(k), 9).number for k in (0, 1, 0, 2, 1)] == [0, 1, 0, 2, 1]
    assert store.enter("BBBB", phone(0), 9) is None


def test_an_answer_counts_while_its_question_is_open_and_the_newest_does(store, opened, teacher):
    store.enter(opened.code, phone(0), 9)
    answer = ["take", opened.code, phone(0), 0]
    assert refused(store.take, *answer[1:], 1, 2) is Refusal.TOO_LATE
    teacher(move, "open")
    assert store.take(*answer[1:], 1, 2) == 0
    assert store.take(*answer[1:], 3, 1) == 0
    assert store.take(*answer[1:], 2, 0) == 0  # it was on its way for longer
    assert store.gathered(opened.code, 0).answers == {0: 1}
    assert refused(store.take, opened.code, phone(0), 1, 4, [0, 1, 2]) is Refusal.TOO_LATE
    assert refused(store.take, opened.code, phone(9), 0, 1, 2) is Refusal.NO_PHONE
    assert store.take("BBBB", phone(0), 0, 1, 2) is None
    teacher(move, "lock")
    assert refused(store.take, *answer[1:], 5, 0) is Refusal.TOO_LATE
    assert store.gathered(opened.code, 0).answers == {0: 1}


def test_what_was_taken_is_acknowledged_again_and_changes_nothing(store, opened, teacher):
    for k in range(2):
        store.enter(opened.code, phone(k), 9)
    teacher(move, "open")
    assert store.take(opened.code, phone(1), 0, 7, 2) == 1
    teacher(move, "lock")
    news = teacher(look)["news"]
    assert store.take(opened.code, phone(1), 0, 7, 2) == 1
    assert refused(store.take, opened.code, phone(0), 0, 7, 2) is Refusal.TOO_LATE
    assert refused(store.take, opened.code, phone(1), 0, 8, 2) is Refusal.TOO_LATE
    teacher(reveal, {})
    assert store.take(opened.code, phone(1), 0, 7, 2) == 1
    assert teacher(look, news)["answers"] == []


def test_a_teacher_hears_of_what_is_new_only(store, opened, teacher):
    for k in range(3):
        store.enter(opened.code, phone(k), 9)
    teacher(move, "open")
    store.take(opened.code, phone(0), 0, 1, 2)
    first = teacher(look)
    assert (first["phones"], first["answered"], first["answers"]) == (3, 1, [(0, 2)])
    assert teacher(look, first["news"])["answers"] == []
    store.take(opened.code, phone(2), 0, 1, 0)
    second = teacher(look, first["news"])
    assert (second["answered"], second["answers"]) == (2, [(2, 0)])
    assert second["news"] > first["news"]
    assert store.marks([opened.code, "BBBB"]) == {opened.code: Mark(second["version"], second["news"])}


def test_what_is_right_is_nowhere_before_it_is_revealed(store, opened, teacher):
    for k in range(3):
        store.enter(opened.code, phone(k), 9)
    assert store.read(opened.code).shown()["question"] is None
    teacher(move, "open")
    store.take(opened.code, phone(0), 0, 1, 2)
    store.take(opened.code, phone(1), 0, 1, 2)
    shown = store.read(opened.code).shown()
    assert shown["question"] == json.loads(json.dumps(CHOICE.to_dict())) | {
        "options": CHOICE.options,
        "points": (),
        "curve": (),
        "frame": (),
    }
    assert shown["reveal"] is None
    room = teacher(
        reveal, {"right": 1, "words": "A neuron is a hinge.", "curve": [[0, 0], [1, 1]], "scores": [[0, 0.14]]}
    )
    assert room.phase is Phase.REVEALED
    assert room.shown()["reveal"] == {
        "right": 1,
        "words": "A neuron is a hinge.",
        "curve": [[0, 0], [1, 1]],
        "scores": [[0, 0.14]],
        "counts": [0, 0, 2],
        "answers": 2,
    }
    assert refused(store.take, opened.code, phone(2), 0, 1, 1) is Refusal.TOO_LATE
    assert teacher(move, "next").shown()["reveal"] is None


@pytest.mark.parametrize(
    "told",
    [[], None, {"right": 9}, {"words": 3}, {"words": "x" * 500}, {"curve": [[0]]}, {"html": "<b>"}, {"scores": 1}],
)
def test_what_cannot_be_shown_is_not_revealed(teacher, told):
    teacher(move, "open")
    assert refused(teacher, reveal, told) is Refusal.NO_REVEAL


def test_rooms_know_nothing_of_each_other(store):
    rooms = [open_room(store, str(k), LESSON, most=5) for k in range(3)]
    for k, each in enumerate(rooms):
        move(store, each.code, each.secret, "open")
        store.enter(each.code, phone(0), 9)
        store.take(each.code, phone(0), 0, 1, k)
    assert [store.gathered(each.code, 0).answers for each in rooms] == [{0: 0}, {0: 1}, {0: 2}]
    close_room(store, rooms[0].code, rooms[0].secret)
    assert store.read(rooms[0].code) is None
    assert store.gathered(rooms[0].code, 0).answers == {}
    assert store.gathered(rooms[1].code, 0).answers == {0: 1}


def test_after_four_hours_nothing_is_left(store, opened, teacher, clock):
    store.enter(opened.code, phone(0), 9)
    teacher(move, "open")
    clock.passed = ROOM_SECONDS + 1
    assert store.read(opened.code) is None
    assert store.marks([opened.code]) == {}
    if isinstance(store, SqliteStore):
        assert store.enter(opened.code, phone(0), 9) is None
        assert store.take(opened.code, phone(0), 0, 1, 1) is None
    else:  # Redis has a clock of its own
        keys = [key for key in store._redis.keys("*") if opened.code in key]
        assert keys
        assert all(0 < store._redis.ttl(key) <= ROOM_SECONDS + 1 for key in keys)
    with pytest.raises(InvalidInputError):
        open_room(store, "none", (), most=5)


def test_there_are_no_more_rooms_than_the_host_allows_and_empty_ones_make_room(store, clock):
    rooms = [open_room(store, str(k), LESSON, most=2) for k in range(2)]
    assert refused(open_room, store, "more", LESSON, most=2) is Refusal.ROOMS_FULL
    store.enter(rooms[0].code, phone(0), 9)
    clock.passed = EMPTY_SECONDS + 1
    open_room(store, "more", LESSON, most=2)
    assert store.read(rooms[0].code) is not None
    assert store.read(rooms[1].code) is None


def test_a_class_is_no_larger_than_the_host_allows_and_who_left_makes_room(store, opened, teacher, clock):
    teacher(move, "open")
    for k in range(2):
        store.enter(opened.code, phone(k), 2)
    assert refused(store.enter, opened.code, phone(2), 2) is Refusal.ROOM_FULL
    assert store.enter(opened.code, phone(1), 0).number == 1
    assert refused(store.enter, opened.code, phone(2), 0) is Refusal.ROOM_FULL
    store.take(opened.code, phone(0), 0, 1, 1)
    clock.passed = GONE_SECONDS + 1
    assert store.enter(opened.code, phone(2), 2) is not None
    assert refused(store.enter, opened.code, phone(3), 2) is Refusal.ROOM_FULL
    assert store.enter(opened.code, phone(0), 2).number == 0
    assert teacher(look)["phones"] == 2


def test_a_phone_that_was_not_seen_for_long_is_not_in_class(store, opened, teacher, clock):
    for k in range(3):
        store.enter(opened.code, phone(k), 9)
    clock.passed = PRESENT_SECONDS + 1
    store.enter(opened.code, phone(1), 9)
    assert teacher(look)["phones"] == 1


def test_many_at_once_lose_nothing_and_cross_nothing(store, opened, teacher):
    teacher(move, "open")

    def answers(k):
        store.enter(opened.code, phone(k), 200)
        for turn in range(5):
            store.take(opened.code, phone(k), 0, turn, (k + turn) % 3)
        return store.enter(opened.code, phone(k), 200).number, (k + 4) % 3

    with ThreadPoolExecutor(8) as pool:
        expected = dict(pool.map(answers, range(60)))
    assert store.gathered(opened.code, 0).answers == expected
    assert len(expected) == 60


def test_of_two_who_press_at_once_both_are_heard(store, opened, teacher):
    teacher(move, "open")
    barrier = threading.Barrier(4)

    def press(_):
        barrier.wait()
        try:
            return teacher(move, "lock").phase
        except Refused as error:
            return error.refusal

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(press, range(4)))
    assert said.count(Phase.LOCKED) == 1
    assert said.count(Refusal.NOT_NOW) == 3


def test_an_answer_that_comes_with_the_lock_is_either_counted_or_too_late(store, opened, teacher):
    for k in range(20):
        store.enter(opened.code, phone(k), 99)
    teacher(move, "open")

    def answer(k):
        try:
            return store.take(opened.code, phone(k), 0, 1, 1)
        except Refused as error:
            return error.refusal

    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(answer, k) for k in range(20)]
        revealed = teacher(reveal, {}).shown()["reveal"]
        taken = [future.result() for future in futures]
    assert revealed["answers"] == sum(isinstance(each, int) for each in taken)


def test_a_file_that_two_processes_share_is_one_store(tmp_path):
    one, two = SqliteStore(tmp_path / "rooms.db"), SqliteStore(tmp_path / "rooms.db")
    opened = open_room(one, "shared", LESSON, most=5)
    move(two, opened.code, opened.secret, "open")
    one.enter(opened.code, phone(0), 9)
    two.take(opened.code, phone(0), 0, 1, 1)
    assert one.gathered(opened.code, 0).answers == {0: 1}
    assert (tmp_path / "rooms.db").stat().st_mode & 0o077 == 0
    one.close(), two.close()


def test_what_is_forgotten_leaves_no_file_behind_that_grows(tmp_path):
    store = SqliteStore(tmp_path / "rooms.db")
    sizes = []
    for _ in range(4):
        opened = open_room(store, "again", LESSON, most=5)
        for k in range(100):
            store.enter(opened.code, phone(k), 200)
        close_room(store, opened.code, opened.secret)
        store._connection.execute("pragma wal_checkpoint(truncate)")
        sizes.append((tmp_path / "rooms.db").stat().st_size)
    store.close()
    assert sizes[1:] == sizes[:1] * 3
    assert sizes[0] < 100_000


def test_a_store_that_cannot_be_reached_says_so(tmp_path):
    (tmp_path / "file").write_text("")
    for where in (tmp_path / "file" / "rooms.db", "redis://127.0.0.1:1/0"):
        store = open_store(str(where))
        assert refused(store.read, "BBBB") is Refusal.STORE_AWAY
        assert refused(open_room, store, "none", LESSON, most=5) is Refusal.STORE_AWAY
        store.close()


def test_a_file_of_something_else_is_not_taken_for_rooms(tmp_path):
    (tmp_path / "rooms.db").write_text("a poem " * 1000)
    store = SqliteStore(tmp_path / "rooms.db")
    assert refused(store.read, "BBBB") is Refusal.STORE_AWAY
    assert (tmp_path / "rooms.db").read_text().startswith("a poem")


def test_redis_that_is_killed_in_mid_lesson_has_lost_nothing_when_it_is_back(redis_server):
    store = RedisStore(redis_server.address)
    opened = open_room(store, "first", LESSON, most=5)
    move(store, opened.code, opened.secret, "open")
    for k in range(20):
        store.enter(opened.code, phone(k), 99)
        store.take(opened.code, phone(k), 0, 1, k % 3)
    redis_server.kill()
    assert refused(store.take, opened.code, phone(0), 0, 2, 1) is Refusal.STORE_AWAY
    redis_server.start()
    assert store.gathered(opened.code, 0).answers == {k: k % 3 for k in range(20)}
    assert store.enter(opened.code, phone(3), 99).number == 3
    assert move(store, opened.code, opened.secret, "lock").phase == "locked"
    store.close()


def test_the_host_says_where_rooms_are(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert place() == str(tmp_path / "cvxdnn" / "rooms.db")
    monkeypatch.delenv("XDG_STATE_HOME")
    assert place() == str(Path.home() / ".local" / "state" / "cvxdnn" / "rooms.db")
    monkeypatch.setenv("CVXDNN_ROOMS", " redis://there:6379/0 ")
    assert isinstance(open_store(place()), RedisStore)


def test_codes_have_no_vowel_and_no_two_letters_that_look_alike():
    assert not set(codes.ALPHABET) & set("AEIOUYLQGW")
    assert len(set(codes.ALPHABET)) == 16
    assert all(codes.is_code(codes.code()) for _ in range(100))
    assert not any(map(codes.is_code, ["", "BBB", "BBBBB", "bbbb", "BBB0", "BBB\n", "ＢBBB"]))
    assert not any(map(codes.is_phone, ["", "short", "x" * 41, "x" * 15 + " ", "x" * 20 + "\n", "é" * 20]))
