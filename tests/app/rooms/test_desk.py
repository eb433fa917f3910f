"""What requests of phones and teachers are answered, in one process and without a server."""

import asyncio
import json
import logging
import random
import tracemalloc
from urllib.parse import quote

import pytest
from starlette.applications import Starlette

from cvxdnn.app import gate
from cvxdnn.app.rooms import desk as desks
from cvxdnn.app.rooms.allowance import MOST_KEYS, Allowance
from cvxdnn.app.rooms.classroom import open_room
from cvxdnn.app.rooms.desk import Desk
from cvxdnn.app.rooms.refusals import Refusal
from cvxdnn.app.rooms.routes import room_routes
from cvxdnn.app.rooms.sqlite_store import SqliteStore
from cvxdnn.core.limits import Limits
from tests.app.rooms.conftest import CHOICE, LESSON, phone

KNOWN = {refusal.label for refusal in Refusal}


class Answer:
    """What came back."""

    def __init__(self, messages):
        self.status = messages[0]["status"]
        self.headers = {name.decode(): value.decode("latin-1") for name, value in messages[0]["headers"]}
        self.body = b"".join(each.get("body", b"") for each in messages[1:])

    @property
    def told(self):
        return json.loads(self.body)

    @property
    def refused(self):
        return self.told["refused"]


class House:
    """An app with rooms, behind the gate."""

    def __init__(self, path, limits=None):
        self.limits = limits or Limits()
        self.store = SqliteStore(path)
        self.desk = Desk(lambda: self.store, self.limits)
        self.app = Starlette(routes=room_routes("", self.desk), middleware=gate.guards()[:2])

    def open(self, lesson="first"):
        return open_room(self.store, lesson, LESSON, most=self.limits.rooms)

    async def ask(self, method, path, body=b"", home="10.0.0.1", **headers):
        where, _, query = path.partition("?")
        scope = {
            **{"type": "http", "http_version": "1.1", "method": method, "scheme": "http", "root_path": ""},
            **{"path": where, "raw_path": quote(where).encode(), "query_string": query.encode("utf-8", "replace")},
            "headers": [
                (b"host", b"localhost"),
                *((k.lower().encode(), v.encode("utf-8", "replace")) for k, v in headers.items()),
            ],
            "client": (home, 1),
            "server": ("127.0.0.1", 80),
        }
        messages, sent = (
            [],
            [{"type": "http.request", "body": body if isinstance(body, bytes) else json.dumps(body).encode()}],
        )

        async def receive():
            return sent.pop() if sent else await asyncio.Event().wait()

        async def send(message):
            messages.append(message)

        await self.app(scope, receive, send)
        return Answer(messages)

    async def phone(self, code, number, path="", **named):
        return await self.ask("GET", f"/rooms/{code}{path}", Phone=phone(number), **named)

    async def say(self, code, number, answer, step=0, turn=1, **named):
        body = {"step": step, "turn": turn, "answer": answer}
        return await self.ask("POST", f"/rooms/{code}/answer", body, Phone=phone(number), **named)

    async def teach(self, opened, move, body=b"", method="POST"):
        return await self.ask(method, f"/rooms/{opened.code}/{move}", body, Authorization=f"Bearer {opened.secret}")


@pytest.fixture
def house(tmp_path):
    made = House(tmp_path / "rooms.db")
    yield made
    made.store.close()


@pytest.fixture
def opened(house):
    return house.open()


def test_a_lesson_from_beginning_to_end(house, opened):
    async def story():
        first = (await house.phone(opened.code, 0)).told
        assert (first["phase"], first["question"], first["steps"]) == ("waiting", None, len(LESSON))
        assert (await house.say(opened.code, 0, 1)).refused == "too late"
        assert (await house.teach(opened, "open")).told["phase"] == "open"
        shown = (await house.phone(opened.code, 0)).told
        assert shown["question"]["text"] == CHOICE.text
        assert shown["version"] == first["version"] + 1
        assert (await house.say(opened.code, 0, 1)).told == {"taken": 1, "step": 0, "number": 0}
        assert (await house.say(opened.code, 1, 2)).status == 200
        seen = (await house.teach(opened, "class", method="GET")).told
        assert (seen["phones"], seen["answered"], seen["answers"]) == (2, 2, [[0, 1], [1, 2]])
        assert (await house.teach(opened, "lock")).told["phase"] == "locked"
        assert (await house.say(opened.code, 0, 2, turn=2)).refused == "too late"
        assert (await house.say(opened.code, 0, 1)).told == {"taken": 1, "step": 0, "number": 0}  # as said before
        revealed = (await house.teach(opened, "reveal", {"right": 1, "words": "A neuron is a hinge."})).told
        assert revealed["reveal"]["counts"] == [0, 1, 1]
        assert (await house.phone(opened.code, 0)).told["reveal"] == revealed["reveal"]
        assert (await house.teach(opened, "next")).told["step"] == 1
        assert (await house.say(opened.code, 0, 1)).refused == "too late"
        assert (await house.teach(opened, "close")).told == {"closed": opened.code}
        assert (await house.phone(opened.code, 0)).refused == "unknown room"

    asyncio.run(story())


def test_phones_follow_within_a_second_and_are_told_nothing_meanwhile(house, opened):
    async def story():
        version = (await house.phone(opened.code, 0)).told["version"]
        waiting = [asyncio.create_task(house.phone(opened.code, k, f"?after={version}")) for k in range(30)]
        await asyncio.sleep(0.5)
        assert len(house.desk.watch) == 30
        assert not any(each.done() for each in waiting)
        await house.teach(opened, "open")
        async with asyncio.timeout(1):
            told = [answer.told for answer in await asyncio.gather(*waiting)]
        assert {each["phase"] for each in told} == {"open"}
        assert len(house.desk.watch) == 0

    asyncio.run(story())


def test_where_nothing_happens_a_phone_is_told_so_after_a_while(house, opened, monkeypatch):
    monkeypatch.setattr(desks, "HOLD_SECONDS", 0.3)

    async def story():
        version = (await house.phone(opened.code, 0)).told["version"]
        answer = await house.phone(opened.code, 0, f"?after={version}")
        assert (answer.status, answer.body) == (204, b"")
        for other in ("0", "-1", "x", "9" * 50, str(version - 1), str(version + 1)):
            assert (await house.phone(opened.code, 0, f"?after={other}")).status == 200
        house.desk.watch._most = 0
        answer = await house.phone(opened.code, 0, f"?after={version}")
        assert (answer.status, answer.headers["retry-after"]) == (204, "1")

    asyncio.run(story())


def test_a_phone_that_asks_again_waits_once(house, opened):
    async def story():
        version = (await house.phone(opened.code, 0)).told["version"]
        waiting = [asyncio.create_task(house.phone(opened.code, 0, f"?after={version}")) for _ in range(5)]
        await asyncio.sleep(0.5)
        assert len(house.desk.watch) == 1
        assert [each.done() for each in waiting].count(True) == 4
        await house.teach(opened, "open")
        statuses = [answer.status for answer in await asyncio.gather(*waiting)]
        assert sorted(statuses) == [200, 204, 204, 204, 204]

    asyncio.run(story())


def test_a_teacher_waits_for_answers_and_is_told_of_many_at_once(house, opened):
    async def story():
        await house.teach(opened, "open")
        news = (await house.teach(opened, "class", method="GET")).told["news"]
        waiting = asyncio.create_task(house.teach(opened, f"class?after={news}", method="GET"))
        await asyncio.sleep(0.3)
        for k in range(10):
            await house.say(opened.code, k, k % 3)
        async with asyncio.timeout(1.5):
            assert (await waiting).told["answers"] == [[k, k % 3] for k in range(10)]

    asyncio.run(story())


def test_a_room_that_has_the_code_of_an_earlier_one_shows_nothing_of_it(house, opened, monkeypatch):
    async def story():
        for move in ("open", "lock", "open"):
            await house.teach(opened, move)
        assert (await house.phone(opened.code, 0)).told["lesson"] == "first"
        await house.teach(opened, "close")
        monkeypatch.setattr("cvxdnn.app.rooms.codes.code", lambda: opened.code)
        again = house.open("second")
        assert again.code == opened.code
        shown = (await house.phone(opened.code, 0)).told
        assert (shown["lesson"], shown["phase"]) == ("second", "waiting")
        assert (await house.teach(opened, "open")).refused == "wrong secret"

    asyncio.run(story())


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("POST", "answer", {"Origin": "http://evil.example"}, 403),
        ("POST", "open", {"Origin": "http://evil.example"}, 403),
        ("POST", "open", {"Origin": "null"}, 403),
        ("GET", "", {"Host": "evil.example", "Origin": "http://evil.example"}, 400),
        ("POST", "open", {"Origin": "http://localhost"}, 200),
    ],
)
def test_pages_of_other_sites_change_nothing(house, opened, method, path, headers, status):
    if "Host" in headers:
        house.app = _with_host(house.app, headers.pop("Host"))
    headers |= {"Phone": phone(0), "Authorization": f"Bearer {opened.secret}"}
    assert asyncio.run(house.ask(method, f"/rooms/{opened.code}/{path}".rstrip("/"), **headers)).status == status
    assert house.store.read(opened.code).phase == ("open" if status == 200 else "waiting")


def _with_host(app, name):
    async def ask(scope, receive, send):
        headers = [(b"host", name.encode()), *(pair for pair in scope["headers"] if pair[0] != b"host")]
        await app({**scope, "headers": headers}, receive, send)

    return ask


def test_no_answer_sets_a_cookie_or_may_be_kept_or_read_by_another_site(house, opened):
    async def story():
        for answer in (
            await house.phone(opened.code, 0),
            await house.say(opened.code, 0, 1),
            await house.teach(opened, "class", method="GET"),
            await house.ask("GET", f"/join/{opened.code}"),
        ):
            assert answer.headers["cache-control"] == "no-store"
            assert not {"set-cookie", "access-control-allow-origin"} & answer.headers.keys()
            assert opened.secret.encode() not in answer.body

    asyncio.run(story())


def test_the_page_tells_nobody_whether_there_is_such_a_class(house, opened):
    async def story():
        pages = [await house.ask("GET", f"/join/{code}") for code in (opened.code, "BBBB", "<script>", "x" * 999)]
        assert len({page.body for page in pages}) == 1
        assert "script-src 'self'" in pages[0].headers["content-security-policy"]
        assert b'src="../assets/' in pages[0].body
        assert b'src="assets/' in (await house.ask("GET", "/join")).body

    asyncio.run(story())


def test_who_does_not_know_the_secret_learns_nothing(house, opened):
    async def story():
        for code in (opened.code, "BBBB", "nothing"):
            for path, method in (("class", "GET"), ("open", "POST"), ("reveal", "POST"), ("close", "POST")):
                asked = await house.ask(method, f"/rooms/{code}/{path}", Authorization="Bearer x")
                assert (asked.status, asked.refused) == (403, "wrong secret")
        assert (await house.ask("POST", f"/rooms/{opened.code}/delete")).refused == "unknown move"
        assert (await house.ask("POST", f"/rooms/{opened.code}")).status == 405

    asyncio.run(story())


def test_guessing_codes_has_an_end_and_the_class_at_the_same_address_does_not_feel_it(tmp_path):
    house = House(tmp_path / "rooms.db", Limits(guesses=5))
    opened = house.open()

    async def story():
        assert (await house.phone(opened.code, 0)).status == 200
        tried = [(await house.phone(code, 1)).refused for code in ("BBBB", "nothing", "", "CCCC", "bbbb") if code]
        assert set(tried) == {"unknown room"}
        assert (await house.phone("DDDD", 1)).refused == "unknown room"
        for code in ("DDDD", opened.code):  # a right one looks the same
            assert (await house.phone(code, 1)).refused == "too many guesses"
        assert (await house.phone(opened.code, 0)).status == 200
        assert (await house.teach(opened, "open")).status == 200
        assert (await house.say(opened.code, 0, 1)).status == 200
        assert (await house.phone(opened.code, 1, home="10.0.0.2")).status == 200
        assert (await house.phone(opened.code, 2, home="2001:db8::1")).status == 200

    asyncio.run(story())
    house.store.close()


def test_a_body_that_is_too_large_or_comes_too_slowly_is_refused(house, opened, monkeypatch):
    monkeypatch.setattr(desks, "BODY_SECONDS", 0.1)

    async def story():
        assert (
            await house.ask("POST", f"/rooms/{opened.code}/answer", b" " * 4001, Phone=phone(0))
        ).refused == "too large"
        assert (await house.teach(opened, "reveal", b" " * 33_000)).refused == "too large"
        slow = house.app

        async def never(scope, receive, send):
            await slow(scope, asyncio.Event().wait, send)

        house.app = never
        assert (await house.say(opened.code, 0, 1)).refused == "too slow"

    asyncio.run(story())


def test_one_phone_does_not_take_the_time_of_others_nor_one_class_that_of_another(tmp_path):
    house = House(tmp_path / "rooms.db", Limits(room_writes=10, phones=20))
    one, two = house.open(), house.open()

    async def story():
        for opened in (one, two):
            await house.teach(opened, "open")
        hurried = [await house.phone(one.code, 0) for _ in range(40)]
        assert [answer.status for answer in hurried].count(200) in range(30, 36)
        assert hurried[-1].refused == "too fast"
        assert hurried[-1].headers["retry-after"] == "1"
        said = [await house.say(one.code, 1 + k % 5, 1, turn=k) for k in range(40)]
        assert said[-1].refused == "too fast"
        assert (await house.say(two.code, 9, 1)).status == 200

    asyncio.run(story())
    house.store.close()


def test_a_store_that_is_away_is_said_and_phones_may_come_again(tmp_path, caplog):
    (tmp_path / "file").write_text("")
    house = House(tmp_path / "file" / "rooms.db")
    answer = asyncio.run(house.phone("BBBB", 0))
    assert (answer.status, answer.refused, answer.headers["retry-after"]) == (503, "store away", "1")
    assert "rooms cannot be reached" in caplog.text


@pytest.mark.parametrize("headers", [{}, {"Phone": "short"}, {"Phone": "x" * 99}, {"Phone": "é" * 20}])
def test_who_does_not_say_which_phone_it_is_is_none(house, opened, headers):
    assert asyncio.run(house.ask("GET", f"/rooms/{opened.code}", **headers)).refused == "no phone"
    assert house.store.gathered(opened.code, 0).phones == 0


@pytest.mark.parametrize("words", ["\ud800", "a neuron \udfff"])
def test_half_a_character_is_not_shown_to_a_class(house, opened, words):
    async def story():
        await house.teach(opened, "open")
        await house.teach(opened, "lock")
        assert (await house.teach(opened, "reveal", {"right": 1, "words": words})).refused == "no reveal"
        assert (await house.teach(opened, "class", method="GET")).told["phase"] == "locked"
        assert (await house.phone(opened.code, 0)).told["phase"] == "locked"

    asyncio.run(story())


BODIES = [
    *(b"", b"{}", b"[]", b"null", b"\xff\xfe", b"[" * 3999, b'{"step":' * 400, b"9" * 3999, b" " * 5000),
    *(b'{"step":0,"turn":1,"answer":NaN}', b'{"step":0,"turn":1e400,"answer":1}', b'{"step":true,"turn":1,"answer":1}'),
    *(
        b'{"step":0,"turn":-1,"answer":1}',
        b'{"step":0,"turn":1,"answer":"<script>"}',
        b'{"step":0,"turn":1,"answer":9}',
    ),
    *(
        b'{"step":99,"turn":1,"answer":1}',
        b'{"step":0,"turn":1,"answer":1,"name":"Eve"}',
        b'{"right":7}',
        b'{"words":5}',
        b"[" * 40_000,
    ),
]


@pytest.mark.slow
def test_ten_thousand_odd_requests_raise_nothing_reach_no_other_room_and_leave_nothing(tmp_path, caplog, monkeypatch):
    monkeypatch.setattr(desks, "ASKS", 10_000.0)  # so that they come further than to a phone's allowance
    caplog.set_level(logging.CRITICAL)
    house = House(tmp_path / "rooms.db", Limits(guesses=10_000, rooms=5, phones=20))
    quiet, busy = house.open("quiet"), house.open("busy")
    rng = random.Random(1)

    def odd():
        letters = [*"BCDFHJKMNPRSTVXZbAEI019/.%?#&= ", "\x00", "é", "😀", "..", "%2e", "{}", "'", '"', ";--"]
        return "".join(rng.choices(letters, k=rng.randrange(1, 12)))

    def code():
        return rng.choice([busy.code, busy.code, busy.code.lower(), odd(), "BBBB", busy.code + "B"])

    def path():
        end = rng.choice(["", *["/answer"] * 5, "/class", "/open", "/lock", "/next", "/reveal", "/close", f"/{odd()}"])
        after = rng.choice(["", "?after=0", f"?after={odd()}", f"?after={rng.randrange(10**9)}", "?after=" + "9" * 999])
        return rng.choice([*[f"/rooms/{code()}{end}{after}"] * 4, f"/join/{odd()}", f"/rooms{end}", f"/{odd()}"])

    def headers():
        found = {
            "Phone": rng.choice([*[phone(rng.randrange(30))] * 3, odd(), "x" * 500]),
            "Authorization": rng.choice(["", "Bearer ", f"Bearer {odd()}", f"Bearer {quiet.secret}", busy.secret[:-1]]),
            "Origin": rng.choice(["http://localhost", "http://evil.example", odd()]),
            "Content-Type": rng.choice(["application/json", odd()]),
        }
        return {name: value.replace("\x00", "0") for name, value in found.items() if rng.random() < 0.7}

    async def story(requests):
        statuses = set()
        for _ in range(requests):
            method = rng.choice(["GET", "POST", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", odd().strip() or "X"])
            answer = await house.ask(method, path(), rng.choice([*BODIES, rng.randbytes(50)]), **headers())
            statuses.add(answer.status)
            assert answer.status < 500, answer.body
            assert quiet.code.encode() not in answer.body
            assert b"quiet" not in answer.body
            if answer.headers.get("content-type") == "application/json" and answer.status >= 400:
                assert answer.refused in KNOWN
        return statuses

    async def all_of_it():
        await house.teach(busy, "open")
        await house.teach(quiet, "open")
        await house.say(quiet.code, 0, 2)
        untouched = house.store.marks([quiet.code])
        await story(1_500)  # whatever is kept for good is there by now
        house.store._connection.execute("pragma wal_checkpoint(truncate)")
        size = (tmp_path / "rooms.db").stat().st_size
        tracemalloc.start()
        before, _ = tracemalloc.get_traced_memory()
        statuses = await story(8_500)
        after, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        house.store._connection.execute("pragma wal_checkpoint(truncate)")
        assert house.store.marks([quiet.code]) == untouched
        assert {200, 400, 403, 404, 405, 409, 413} <= statuses
        assert after - before < 500_000
        assert (tmp_path / "rooms.db").stat().st_size <= size + 8_192
        assert sorted(each.name for each in tmp_path.iterdir()) == ["rooms.db", "rooms.db-shm", "rooms.db-wal"]

    asyncio.run(all_of_it())
    assert house.store.read(quiet.code).phase == "open"
    assert house.store.gathered(quiet.code, 0).answers == {0: 2}
    assert len(house.desk.watch) == 0
    house.store.close()


def test_an_allowance_comes_back_with_time_and_remembers_no_more_than_it_may():
    now = [0.0]
    allowance = Allowance(2.0, 3.0, lambda: now[0])
    assert [allowance.take("a") for _ in range(4)] == [True, True, True, False]
    assert allowance.take("b")
    now[0] = 0.5
    assert [allowance.take("a") for _ in range(2)] == [True, False]
    for k in range(MOST_KEYS + 50):
        allowance.take(k)
    assert len(allowance) == MOST_KEYS
