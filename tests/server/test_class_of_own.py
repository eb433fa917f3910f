"""A class on a lesson of somebody's own at two real replicas that share a Redis, as classes on the ten have it.

The teacher's tab is at one replica and comes back at the other with its link alone; half the phones are at each; Redis
is killed and started again before the answers are revealed.
"""

import asyncio
import json
import random
from contextlib import ExitStack

import pytest

from benchmarks.class_ import Http, Restartable
from cvxdnn.app.rooms.store import open_store
from cvxdnn.exhibits.lessons.asked import asked, name_of
from cvxdnn.exhibits.lessons.class_ import open_class, resume
from cvxdnn.exhibits.lessons.reveal import best_curve, right_answer
from cvxdnn.tasks import link
from deploy.cluster import free_port
from tests.exhibits.class_phones import answer, phone
from tests.exhibits.test_class_of_own import OWN

PHONES = 10


@pytest.fixture(scope="module")
def ports(redis_server):
    """Of the two replicas."""
    with ExitStack() as stack:
        found = [free_port() for _ in range(2)]
        for port in found:
            server = Restartable(port, redis_server.address)
            stack.callback(server.stop)
            server.start()
        yield found


@pytest.fixture
def stores(redis_server):
    """What the teacher's tab has at each of them."""
    made = [open_store(redis_server.address) for _ in range(2)]
    yield made
    for store in made:
        store.close()


def ask(ports, code, number, method="GET", path="", body=None):
    """What a phone is told by its replica."""

    async def story():
        http = Http(ports[number % len(ports)])
        sent = b"" if body is None else json.dumps(body).encode()
        status, told = await http.ask(method, f"/rooms/{code}{path}", {"Phone": phone(number)}, sent)
        http.close()
        await asyncio.sleep(0)  # it closes in the loop
        return status, told

    return asyncio.run(story())


@pytest.mark.parametrize("own", OWN.values(), ids=OWN)
def test_both_halves_of_a_class_through_redis(redis_server, ports, stores, own):
    here = open_class(stores[0], (own.lesson,), most=50)
    code = here.opened.code
    assert [ask(ports, code, number)[1]["question"] for number in range(2)] == [None, None]
    here.poll()
    here.act("open", here.version)
    said = {}
    for number in range(PHONES):
        assert ask(ports, code, number)[1]["question"]["text"] == own.question
        given = answer(own.lesson.questions[0], random.Random(number))
        status, told = ask(ports, code, number, "POST", "/answer", {"step": 0, "turn": 1, "answer": given})
        assert status == 200
        said[told["number"]] = given
    here.poll(at_once=True)
    redis_server.kill()
    here.act("lock", here.version)
    assert here.trouble
    redis_server.start()
    found = asked(link.pack(own.texts()))
    back = resume(stores[1], here.opened, lambda name: found.lessons if name == name_of(found.lessons) else ())
    back.poll()
    sent = back.sent()
    assert (sent["title"], sent["phones"], sent["answered"]) == (own.title, PHONES, PHONES)
    assert sent["counts"] == own.lesson.questions[0].counts(list(said.values()))
    assert sent["reveal"] is None
    back.act("reveal", back.version)
    assert back.trouble == ""
    here.poll(at_once=True)
    assert here.sent()["reveal"] == back.sent()["reveal"]
    told = [ask(ports, code, number)[1]["reveal"] for number in range(2)]
    assert told[0] == told[1]
    assert (told[0]["words"], told[0]["right"]) == (own.lesson.takeaway, right_answer(own.lesson))
    if own.kind != "choice":
        assert told[0]["curve"] == [pytest.approx(list(knot), abs=1e-4) for knot in best_curve(own.lesson)]
    back.act("close", back.version)
    assert [ask(ports, code, number)[0] for number in range(2)] == [404, 404]
    here.poll(at_once=True)
    assert here.is_over
