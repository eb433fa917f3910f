"""A network that fails for a moment: the page comes back with its points, and its training was not lost."""

import re

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.test_explore import SLOW, TRAINING, expect_change, labels, open_explore, shape

STEP = re.compile(r"step ([\d,]+)")
LINK = "?preset=motorcycle&restarts=8&width=100&depth=4"  # trains longer than the test


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
    return "when disconnected from server", "already in CLOSING or CLOSED state"  # while the line is dead


@pytest.fixture
def address(app_server):
    return app_server("app.py", env={"CVXDNN_WORKERS": "1", "CVXDNN_TEST": "reconnect"})


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
    page.wait_for_timeout(500)
    shown = shape(page, "network")
    expect_change(page, "network", shown)
    assert len(line.open) == 1  # the browser connected again
    assert labels(page) == before
    assert step(page) > trained
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_role("button", name="Stop").click()


def test_a_longer_loss_pauses_training_which_then_goes_on_by_itself(page, address):
    line = Line(page)
    open_explore(page, address, LINK)
    expect(page.get_by_text(TRAINING)).to_be_visible(timeout=SLOW)
    before, trained = labels(page), step(page)
    line.dead = True
    line.cut()
    page.wait_for_timeout(6_000)  # longer than the server waits
    line.dead = False
    expect(page.get_by_text(TRAINING)).to_be_visible(timeout=SLOW)
    shown = shape(page, "network")
    expect_change(page, "network", shown)
    assert labels(page) == before
    assert step(page) > trained
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_role("button", name="Stop").click()
