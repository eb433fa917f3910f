"""A network or a server that fails: the page comes back with its points, and its training was not lost."""

import re

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.test_explore import (
    LONG_TRAINING,
    SLOW,
    TRAINING,
    drag,
    expect_change,
    labels,
    open_explore,
    shape,
    take,
    wait_until_at_rest,
    worker_pids,
)
from tests.browser.test_preview import price
from tests.browser.waiting import wait_until

STEP = re.compile(r"step ([\d,]+)")
LINK = f"?{LONG_TRAINING}"


class Line:
    """The web sockets of a page, to be cut."""

    def __init__(self, page: Page) -> None:
        self.open: list[tuple[WebSocketRoute, WebSocketRoute]] = []
        self.dead = False
        page.route_web_socket(re.compile(r"/_stcore/stream"), self._connect)

    def _connect(self, browser_side: WebSocketRoute) -> None:
        if self.dead:
            browser_side.close(code=1006)
            return
        self.open.append((browser_side, browser_side.connect_to_server()))

    def cut(self) -> None:
        """Both ends lose each other."""
        for browser_side, server_side in self.open:
            server_side.close()
            browser_side.close()
        self.open.clear()


@pytest.fixture
def tolerated():
    """What Streamlit's client and a browser say of a line that ends, also while it is still being laid ("onerror")."""
    words = "when disconnected from server", "already in CLOSING or CLOSED state", "ERR_CONNECTION_REFUSED"
    return *words, "WebSocket onerror", "reaching server endpoint", "server is not responding", "DoInitPings"


@pytest.fixture
def address(app_server):
    return app_server("app.py", env={"CVXDNN_WORKERS": "1", "CVXDNN_TEST": "reconnect"})


@pytest.fixture
def has_points_and_their_optimum(new_page, address):
    """Whether a page shows these points and the server's optimum of them: as its link does in another page."""

    def check(page: Page, expected: list[str]) -> None:
        expect(page.locator('.editor[data-stale="false"]')).to_be_visible(timeout=SLOW)
        assert labels(page) == expected
        other = new_page()

        def link_leads_there() -> bool:  # the address bar is written after the chart
            open_explore(other, address, "?" + page.url.partition("?")[2])
            return labels(other) == expected

        wait_until(other, link_leads_there, "the link of a page leads to its points")
        for each in (page, other):
            expect(each.locator('.price [data-of="optimum"] .sum')).to_contain_text("=", timeout=SLOW)
        assert price(page, "optimum") == price(other, "optimum")

    return check


def step(page: Page) -> int:
    found = STEP.search(page.get_by_text(TRAINING).first.inner_text())
    assert found
    return int(found[1].replace(",", ""))


def test_a_short_loss_of_the_network_costs_neither_points_nor_training(page, address):
    line = Line(page)
    open_explore(page, address, LINK)
    expect(page.get_by_text(TRAINING)).to_be_visible(timeout=SLOW)
    before, trained = labels(page), step(page)
    line.cut()
    wait_until(page, lambda: line.open, "the browser connects again")
    shown = shape(page, "network")
    expect_change(page, "network", shown)
    wait_until(page, lambda: step(page) > trained, "training goes on")
    assert len(line.open) == 1
    assert labels(page) == before
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_role("button", name="Stop").click()


def test_a_longer_loss_pauses_training_which_then_goes_on_by_itself(page, address):
    line = Line(page)
    open_explore(page, address, LINK)
    expect(page.get_by_text(TRAINING)).to_be_visible(timeout=SLOW)
    before, trained = labels(page), step(page)
    (worker,) = worker_pids(address)
    line.dead = True
    line.cut()
    wait_until_at_rest(worker)
    line.dead = False
    expect(page.get_by_text(TRAINING)).to_be_visible(timeout=SLOW)
    shown = shape(page, "network")
    expect_change(page, "network", shown)
    wait_until(page, lambda: step(page) > trained, "training goes on")
    assert labels(page) == before
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_role("button", name="Stop").click()


def test_points_that_are_dragged_while_the_line_is_cut_stay_where_they_were_put(
    page, address, has_points_and_their_optimum
):
    line = Line(page)
    open_explore(page, address)
    for index in range(2, 7):
        x, y = take(page, index)
        page.mouse.move(x, y - 20)
        line.dead = index % 2 == 0  # some are let go on a dead line, others on one that connects again
        line.cut()
        page.mouse.move(x, y - 10 * index)
        page.mouse.up()
        page.wait_for_timeout(250)
        line.cut()  # with the edit on its way
    placed = labels(page)
    line.dead = False
    has_points_and_their_optimum(page, placed)


@pytest.mark.parametrize("seconds", [1, 25], ids=["for a moment", "for longer"])
def test_points_that_are_dragged_while_the_server_is_down_are_given_to_the_next_one(
    app_server, page, address, has_points_and_their_optimum, seconds
):
    open_explore(page, address)
    # Streamlit's words on the lost connection lie over the page if that takes a while; as a visitor would, close them.
    page.add_locator_handler(page.get_by_role("dialog"), lambda: page.keyboard.press("Escape"))
    drag(page, 5, 0, -30)
    with app_server.killed(address):
        for index in (2, 3, 4):
            drag(page, index, 3, -10 * index)
        placed = labels(page)
        page.wait_for_timeout(1000 * seconds)
    has_points_and_their_optimum(page, placed)
