"""Links of the other pages in a real browser: a fresh one shows what was linked, and Back walks through the edits."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from playwright.sync_api import Page, expect

from cvxdnn.tasks import link
from tests.browser.test_explore import SLOW

LINKED = {
    "whitened": {"architecture": "parallel", "classes": "4", "seed": "77", "beta": "0.7", "imbalance": "5"},
    "rank_one": {"kind": "relu-bias", "side": "agree", "width": "7", "depth": "4"},
    "extreme_points": {"example": "one-input-with-biases-three-samples", "beta": "0.1", "a1": "-0.5", "y2": "0.3"},
    "beyond": {"example": "tent", "depth_depth": "4", "gap_beta": "0.5", "jump_start": "small"},
    "depth": {"preset": "step", "deep_layers": "3", "deep_beta": "0.02"},
    "sweep": {"widths": "5..20", "rows": "betas", "columns": "seeds", "seeds": "3"},
}


@pytest.fixture
def tolerated():
    """Streamlit asks for its health below the page's own address first."""
    return ("404 (Not Found)",)


@pytest.fixture
def address(app_server):
    return app_server("app.py", env={"CVXDNN_WORKERS": "1"})


def query(page: Page) -> str:
    return urlsplit(page.url).query


def settled(page: Page) -> str:
    """The address once nothing rewrites it any more."""
    page.wait_for_timeout(1500)
    return query(page)


def is_drawn(page: Page) -> None:
    expect(page.locator(".stMain h1")).to_be_visible(timeout=SLOW)
    expect(page.locator(".stage-page").first).to_have_attribute("data-frames", re.compile(r"^\d+$"), timeout=SLOW)


def under(page: Page, name: str):
    """A slider under the picture."""
    return page.locator(f'[data-control="{name}"] input')


def told(page: Page, name: str) -> str:
    return under(page, name).get_attribute("aria-valuetext") or ""


def new_address(page: Page, before: str) -> str:
    page.wait_for_function("before => location.search.slice(1) !== before", arg=before, timeout=SLOW)
    return settled(page)


@pytest.mark.parametrize("name", LINKED)
def test_a_linked_page_is_shown_and_its_address_stays(page, address, name):
    there = urlencode(link.pack(LINKED[name]))
    page.goto(f"{address}/{name}?{there}")
    is_drawn(page)
    expect(page.locator(".stMain .stAlert")).to_have_count(0)
    assert settled(page) == there
    page.reload()
    is_drawn(page)
    assert settled(page) == there


@pytest.mark.parametrize(
    "mangle",
    [lambda text: text + ").", lambda text: text.replace("&", "&amp;"), lambda text: text[:30] + "=%0A" + text[30:]],
    ids=["bracket", "HTML", "soft break"],
)
def test_a_mangled_link_shows_what_was_linked(page, address, mangle):
    mangled = mangle(urlencode(link.pack(LINKED["whitened"])))
    page.goto(f"{address}/whitened?{mangled}")
    is_drawn(page)
    expect(page.locator(".stMain .stAlert")).to_have_count(0)
    assert told(page, "beta") == "0.7"
    expect(page.get_by_role("slider", name="Classes K")).to_have_attribute("aria-valuetext", "4")
    before = settled(page)
    under(page, "depth").press("ArrowRight")
    after = dict(parse_qsl(new_address(page, before)))
    assert after == link.pack({**LINKED["whitened"], "depth": "4"})


def test_a_refused_link_stays_until_something_is_changed(page, address):
    cut = urlencode(link.pack(LINKED["whitened"]))[:-1]
    page.goto(f"{address}/whitened?{cut}")
    is_drawn(page)
    message = page.get_by_text(re.compile("This link cannot be used: it is incomplete or was changed"))
    expect(message).to_be_visible(timeout=SLOW)
    assert settled(page) == cut
    under(page, "beta").press("ArrowRight")
    assert dict(parse_qsl(new_address(page, cut))) == link.pack({"beta": "0.15"})
    expect(message).to_have_count(0)
    page.go_back()
    expect(message).to_be_visible(timeout=SLOW)
    assert settled(page) == cut


@pytest.mark.parametrize("name", ["whitened", "rank_one"])
def test_back_walks_through_three_edits_and_leaves(page, address, name):
    page.goto("about:blank")
    page.goto(f"{address}/{name}")
    is_drawn(page)
    shown, states = [], []

    def note() -> None:
        shown.append((told(page, "beta"), told(page, "depth")))
        states.append(settled(page))

    def seen(step: int) -> None:
        for control, words in zip(("beta", "depth"), shown[step], strict=True):
            expect(under(page, control)).to_have_attribute("aria-valuetext", words, timeout=SLOW)
        assert settled(page) == states[step]

    note()
    for control in ("beta", "depth", "beta"):
        under(page, control).press("ArrowRight")
        new_address(page, states[-1])
        note()
    for step in (2, 1, 0):
        page.go_back()
        seen(step)
    page.go_forward()
    seen(1)
    page.go_back()
    seen(0)
    page.go_back()
    assert page.url == "about:blank"


def test_back_walks_from_one_edited_page_to_the_other(page, address):
    page.goto(f"{address}/whitened")
    is_drawn(page)
    states = [settled(page)]
    for control in ("beta", "depth"):
        under(page, control).press("ArrowRight")
        states.append(new_address(page, states[-1]))
    edited = told(page, "beta")
    page.get_by_role("link", name="Rank one and deep linear").click()
    expect(page.get_by_role("heading", name=re.compile("its layers line up"))).to_be_visible(timeout=SLOW)
    is_drawn(page)
    there = [settled(page)]
    for control in ("beta", "depth"):
        under(page, control).press("ArrowRight")
        there.append(new_address(page, there[-1]))
    for state in there[-2::-1]:
        page.go_back()
        page.wait_for_function("state => location.search.slice(1) === state", arg=state, timeout=SLOW)
        assert settled(page) == state
    page.go_back()
    expect(page.get_by_role("heading", name=re.compile("neurons of its own"))).to_be_visible(timeout=SLOW)
    assert settled(page) == states[-1]
    assert page.url.split("?")[0] == f"{address}/whitened"
    expect(under(page, "beta")).to_have_attribute("aria-valuetext", edited, timeout=SLOW)
