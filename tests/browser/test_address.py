"""The address bar in a real browser: mangled links, and a Back and Forward that never are a press without effect."""

import re
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Page, expect

from cvxdnn.tasks.scenario import Scenario
from tests.browser.test_explore import SLOW, curve, drag, labels, open_explore
from tests.browser.waiting import wait_until

THREE = Scenario(points=[(0, 0), (1, 2), (3, 1)], restarts=1, width=5)


def points(page: Page, words: str) -> None:
    """Wait until the chart's first point is labelled so."""
    expect(page.get_by_role("button", name=re.compile(rf"^Point 1 of {re.escape(words)}"))).to_be_visible(timeout=SLOW)


def query(page: Page) -> str:
    return urlsplit(page.url).query


def settled(page: Page) -> str:
    """The address once nothing rewrites it any more: nothing is being drawn, and for a while it stays as it is."""

    def look() -> list[str]:
        before = query(page)
        page.wait_for_timeout(1500)
        expect(page.locator('[data-test-script-state="notRunning"]')).to_be_visible()
        return [before] if query(page) == before else []

    return wait_until(page, look, "the address stays as it is")[0]


def new_address(page: Page, before: str) -> str:
    page.wait_for_function("before => location.search.slice(1) !== before", arg=before, timeout=SLOW)
    return settled(page)


def test_back_and_forward_walk_through_the_states_and_leave(page, address):
    page.goto("about:blank")
    open_explore(page, address)
    first = labels(page)
    drag(page, 5, 0, -60)
    one = new_address(page, "")
    moved = labels(page)
    drag(page, 3, 0, 50)
    two = new_address(page, one)
    again = labels(page)
    for step, state, shown in [
        ("back", one, moved),
        ("back", "", first),
        ("forward", one, moved),
        ("forward", two, again),
        ("back", one, moved),
        ("back", "", first),
    ]:
        getattr(page, f"go_{step}")()
        expect(page.get_by_role("button", name=shown[4], exact=True)).to_be_visible(timeout=SLOW)
        assert settled(page) == state
        assert labels(page) == shown
    page.go_back()
    assert page.url == "about:blank"


def test_back_is_not_undone_by_sliders_while_networks_train(page, address):
    open_explore(page, address, "?restarts=16&width=100")
    shown, states = [], []

    slider = page.get_by_role("slider", name="Weight decay")
    for _ in range(4):
        shown.append(slider.get_attribute("aria-valuetext"))
        states.append(settled(page))
        slider.press("ArrowLeft")
        new_address(page, states[-1])
    for state, value in zip(states[::-1], shown[::-1], strict=True):
        page.go_back()
        expect(page.locator(f'input[type=range][aria-valuetext="{value}"]')).to_be_visible(timeout=SLOW)
        assert settled(page) == state
        expect(slider).to_have_attribute("aria-valuetext", value)


def test_back_after_another_page_needs_one_press_each(page, address):
    page.goto("about:blank")
    open_explore(page, address, "?" + urlencode(THREE.to_query()))
    points(page, "3: x 0")
    link = settled(page)
    page.get_by_role("link", name="Path", exact=True).click()
    expect(page.get_by_role("heading", name=re.compile("Turn the weight decay"))).to_be_visible(timeout=SLOW)
    page.wait_for_function("link => location.search === '?' + link", arg=link, timeout=SLOW)
    assert settled(page) == link  # a page still being drawn when it is left may write its address late
    page.get_by_role("link", name="Spline explorer").click()
    points(page, "3: x 0")
    page.wait_for_function("link => location.search === '?' + link", arg=link, timeout=SLOW)
    assert settled(page) == link
    page.go_back()
    expect(page.get_by_role("heading", name=re.compile("Turn the weight decay"))).to_be_visible(timeout=SLOW)
    assert (urlsplit(page.url).path, settled(page)) == ("/path", link)
    page.go_back()
    points(page, "3: x 0")
    assert (urlsplit(page.url).path, settled(page)) == ("/", link)
    page.go_back()
    assert page.url == "about:blank"


def test_a_link_by_hand_stays_and_back_leaves_at_once(page, address):
    page.goto("about:blank")
    open_explore(page, address, "?preset=step&restarts=1")
    points(page, "8: x 0")
    assert settled(page) == "preset=step&restarts=1"
    page.go_back()
    assert page.url == "about:blank"


def test_a_link_written_as_html_shows_its_points(page, address):
    open_explore(page, address, "?" + urlencode(THREE.to_query()).replace("&", "&amp;"))
    points(page, "3: x 0")
    expect(page.get_by_text("This link cannot be used")).to_have_count(0)


@pytest.mark.parametrize("mangled", ["v=1&points=AAAA", "v=1&preset=step", urlencode(THREE.to_query())[:-3]])
def test_a_refused_link_stays_until_something_is_changed_and_back_shows_it_again(page, address, mangled):
    open_explore(page, address, "?" + mangled)
    message = page.get_by_text(re.compile("This link cannot be used: it is incomplete or was changed"))
    expect(message).to_be_visible(timeout=SLOW)
    assert settled(page) == mangled
    page.reload()
    expect(message).to_be_visible(timeout=SLOW)
    expect(curve(page, "spline")).to_be_visible(timeout=SLOW)
    assert settled(page) == mangled
    drag(page, 5, 0, -60)
    link = new_address(page, mangled)
    assert link.startswith("v=2&check=")
    expect(message).to_have_count(0)
    page.go_back()
    expect(message).to_be_visible(timeout=SLOW)
    assert settled(page) == mangled
