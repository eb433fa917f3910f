"""One visitor has one turn: at the workers, whatever pages its tab opens, and at the server, which waits for nobody."""

import asyncio
import json
import re
from contextlib import asynccontextmanager

from benchmarks.client import Client
from benchmarks.visitor import Viewer, Visitor
from cvxdnn.jobs import Rules
from tests.jobs.jobs_tasks import wait_until
from tests.server.conftest import acted, visiting
from tests.standstill import standing_still

LONG = 120.0  # seconds: three trainings of the largest networks share two workers, which share the machine


LOOKS = 5
"""At the workers, for each page that is opened."""


async def nothing(*_):
    """A story of visitors who only look."""


TRAIN = {"depth": "depth_train", "rank_one": "rank_one_train_play_arrow", "batch_norm": "batch_norm_train_play_arrow"}


class Reader(Client):
    """Remembers every line of text that it was shown."""

    def __post_init__(self):
        super().__post_init__()
        self.lines = set()

    def _take_element(self, delta):
        super()._take_element(delta)
        self.lines.add(delta.new_element.markdown.body)

    def has_read(self, words):
        return lambda: any(words in line for line in self.lines)


class Onlooker(Client):
    """Reads on the About page how many workers are busy, again and again."""

    def __post_init__(self):
        super().__post_init__()
        self.page, self.busy = "about", []

    def _take_element(self, delta):
        super()._take_element(delta)
        self.busy += map(int, re.findall(rb"(\d+) busy of", delta.SerializeToString()))

    async def watch(self):
        while True:
            await self.reload()


def test_five_pages_in_one_tab_never_hold_more_than_one_worker(fresh_server):
    async def story(tab, other):
        watching = asyncio.create_task(other.watch())
        assert await other.until(lambda: 1 in other.busy, "the first training", seconds=LONG)
        for page in ("", "depth", "beyond", "rank_one", "batch_norm"):
            await tab.open(page)
            if page in TRAIN:
                await tab.press(TRAIN[page])
            seen = len(other.busy)
            assert await other.until(lambda seen=seen: len(other.busy) >= seen + LOOKS, "more looks", seconds=LONG)
        watching.cancel()
        assert tab.errors == other.errors == []
        return other.busy

    long_training = "preset=motorcycle&depth=4&width=100"
    with fresh_server(CVXDNN_WORKERS="2") as server:
        visiting(nothing, Client(server.port, page="about"))  # workers warm up after the first page
        server.wait_until_idle()
        busy = visiting(story, Client(server.port, query=long_training), Onlooker(server.port))
    assert max(busy) == 1


def patient_tab(server, beta):
    """A tab whose optimum the worker for short calculations computes."""
    return Viewer(server.port, query=f"preset=two+classes&loss=logistic&depth=3&beta={beta}")


@asynccontextmanager
async def no_optimum_comes(server):
    """The worker for short calculations has computed one for somebody, and stands still meanwhile."""
    async with patient_tab(server, 0.5) as first:
        assert await shows_its_optimum(first)
    with standing_still(server.workers()):
        yield


def outcomes_of_optima(server):
    """Of those whose calculation has ended."""
    ended = map(json.loads, server.jobs())
    return [job["outcome"] for job in ended if job["label"] == "optimum_of"]


async def shows_its_optimum(tab):
    return await tab.until(lambda: tab.has_optimum, "the optimum", seconds=LONG)


def test_pages_and_drags_do_not_wait_for_slow_optima_which_come_one_after_the_other(fresh_server):
    async def story(server, visitor, *patient):
        async with no_optimum_comes(server):
            await asyncio.gather(*(each.connect() for each in patient))
            for _ in range(3):
                await visitor.drag()
            assert not any(each.has_optimum for each in patient)
        assert [drag.seconds is None for drag in visitor.drags] == [False] * 3
        for each in patient:
            assert len(each.shown["points"]) == 14
            assert await shows_its_optimum(each)
            await each.disconnect()
        assert [each.errors for each in (visitor, *patient)] == [[]] * 4

    async def act(server):
        async with Visitor(port=server.port, number=1) as visitor:
            await story(server, visitor, *(patient_tab(server, beta) for beta in (0.01, 0.02, 0.03)))

    with fresh_server(CVXDNN_WORKERS="1") as server:
        acted(act(server))


def test_tabs_with_the_same_slow_optimum_share_one_calculation_which_outlives_the_first(fresh_server):
    async def story(server, first, second):
        async with no_optimum_comes(server):
            await first.connect()
            await second.connect()
            await first.disconnect()
            await asyncio.sleep(2 * Rules().grace)  # in which a calculation that nobody wants is given up
        assert await shows_its_optimum(second)
        await second.disconnect()
        assert second.errors == []

    with fresh_server(CVXDNN_WORKERS="1") as server:
        acted(story(server, patient_tab(server, 0.01), patient_tab(server, 0.01)))
        assert outcomes_of_optima(server) == ["done", "done"]  # one before they came


def test_a_closed_tab_gives_its_slow_optimum_up(fresh_server):
    async def story(server, first, second, third):
        async with no_optimum_comes(server):
            for each in (first, second, third):
                await each.connect()
            await second.disconnect()
            await asyncio.to_thread(wait_until, lambda: "abandoned" in outcomes_of_optima(server), LONG)
        for each in (first, third):
            assert await shows_its_optimum(each)
            await each.disconnect()

    with fresh_server(CVXDNN_WORKERS="1") as server:
        acted(story(server, *(patient_tab(server, beta) for beta in (0.01, 0.02, 0.03))))
        assert sorted(outcomes_of_optima(server)) == ["abandoned", "done", "done", "done"]  # one before they came


def test_two_tabs_with_the_largest_training_make_room_for_a_third(fresh_server):
    async def story(first, second, third):
        assert await third.until(third.has_read("training · step"), "training of the third", seconds=LONG)
        # Whoever made room reads why, and goes on from there.
        assert await first.until(first.has_read("paused so that others can train"), "why the first waits", seconds=LONG)
        steps = _last_step(first)
        assert await first.until(lambda: _last_step(first) > steps, "more training of the first", seconds=LONG)
        assert first.errors == second.errors == third.errors == []

    largest = "preset=motorcycle&depth=6&width=100&restarts=16"
    with fresh_server(CVXDNN_WORKERS="2") as server:
        visiting(nothing, Client(server.port, page="about"))
        server.wait_until_idle()
        visiting(story, *(Reader(server.port, query=largest) for _ in range(3)))


def _last_step(reader):
    """The largest step at which a reader's networks were shown."""
    steps = [re.search(r"step ([\d,]+)", line) for line in reader.lines]
    return max((int(step[1].replace(",", "")) for step in steps if step), default=0)
