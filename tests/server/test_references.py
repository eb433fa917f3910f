"""A browser that is behind is not referred to what it will have forgotten by then.

In place of a large message that a browser holds, Streamlit sends its hash. A request names what the browser holds when
it sends it; but a browser forgets at the end of runs, and those that are still on their way to it end before the
answer comes. Then it gives up its connection, for good: "Cached ForwardMsg MISS".
"""

from dataclasses import dataclass, field

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.visitor import Visitor
from tests.server.conftest import visiting

ENDED = ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY
RUNS = 25  # by which it is behind
STREAMLITS_OWN = {"STREAMLIT_GLOBAL_MIN_CACHED_MESSAGE_SIZE": "10000"}


@dataclass
class Kept:
    """A message, and the number of the run in which it was needed last."""

    message: ForwardMsg
    needed: int


@dataclass(kw_only=True)
class Browser(Visitor):
    """Remembers and forgets messages as Streamlit's own script does (1.67.0, ForwardMessageCache)."""

    missed: list[str] = field(default_factory=list)
    is_behind: bool = False
    links: int = 0
    ended: int = 0

    def __post_init__(self):
        super().__post_init__()
        self._kept, self._behind = {}, []
        self._run = self._age = 0

    async def send(self, message):
        message.rerun_script.cached_message_hashes.extend(self._kept)
        await super().send(message)

    def catch_up(self):
        self.is_behind = False
        for message in self._behind:
            self._heed(message)

    def _take(self, message):
        self.links += message.WhichOneof("type") == "page_info_changed"
        self.ended += message.WhichOneof("type") == "script_finished" and message.script_finished in ENDED
        if self.is_behind:
            self._behind.append(message)
        else:
            self._heed(message)

    def _heed(self, message):
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._age = message.new_session.config.max_cached_message_age or self._age
        if kind == "script_finished" and message.script_finished in ENDED:
            self._forget(message.metadata.run.fragment_ids)
        if message.metadata.cacheable:
            self._kept.setdefault(message.hash, Kept(message, self._run)).needed = self._run
        if kind != "ref_hash":
            super()._take(message)
        elif message.ref_hash in self._kept:
            self._kept[message.ref_hash].needed = self._run
            super()._take(self._kept[message.ref_hash].message)
        else:
            self.missed.append(message.ref_hash)

    def _forget(self, parts):
        self._run += 1
        for hash_, kept in list(self._kept.items()):
            is_of_them = not parts or kept.message.delta.fragment_id in parts
            if is_of_them and self._run - kept.needed > self._age:
                del self._kept[hash_]


async def comes_back_to_its_first_points(browser):
    """While it is behind: other points, many runs of the page, and the first points again."""
    await browser.switch("explore_retrain", False)
    await browser.until(lambda: browser.runs == 2, "the page")
    first = browser.points
    other = [[x, y + 0.1] for x, y in first]
    await edit(browser, other)  # from here on the server says that it has been told points
    await edit(browser, first)
    browser.is_behind = True
    await edit(browser, other)
    for _ in range(RUNS):
        ended = browser.ended
        await browser._rerun()
        await browser.until(lambda ended=ended: browser.ended > ended, "the page")
    await edit(browser, first)
    browser.catch_up()
    assert browser.errors == []
    return browser.missed


async def edit(browser, points):
    """As the editor does: what meets a fragment that is just being replaced is told again."""
    links, browser.points = browser.links, points
    await browser.tell(points=points)
    if not await browser.until(lambda: browser.links > links, "the address of these points", seconds=3):
        browser.errors.pop()
        await browser.tell(points=points)
        await browser.until(lambda: browser.links > links, "the address of these points")


@pytest.mark.parametrize(("settings", "is_safe"), [({}, True), (STREAMLITS_OWN, False)], ids=["ours", "streamlit's"])
def test_a_browser_that_is_behind_finds_all_that_it_is_sent(fresh_server, settings, is_safe):
    with fresh_server(CVXDNN_WORKERS="1", **settings) as server:
        missed = visiting(comes_back_to_its_first_points, Browser(port=server.port, number=1))
    assert (missed == []) == is_safe
