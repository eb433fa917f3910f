"""The modules that draw in the browser: they arrive below any path, are kept for good, and are missed with words."""

import re
import urllib.request

import pytest
from playwright.sync_api import expect

from cvxdnn.app.modules import ASSETS, DIGEST
from tests.browser.waiting import SLOW

MODULES = re.compile(r"/assets/\w+/editor/")


@pytest.fixture
def tolerated():
    return ("net::ERR_FAILED",)  # of the module that is kept away


def test_the_editor_is_drawn_below_a_path_of_the_host(app_server, page):
    address = app_server("app.py", "--server.baseUrlPath", "lab/spline", env={"CVXDNN_WORKERS": "1"})
    for name in ("", "/"):
        page.goto(address + name)
        expect(page.get_by_role("button", name=re.compile("^Point 3 of"))).to_be_visible(timeout=SLOW)


def test_modules_may_be_kept_for_good_under_the_address_of_their_digest(app_server, new_page):
    asked: list[str] = []
    page = new_page()
    page.on("response", lambda answer: asked.append(answer.url) if MODULES.search(answer.url) else None)
    page.goto(app_server("tests/browser/apps/editor_app.py"))
    expect(page.locator("g.point").first).to_be_visible(timeout=SLOW)
    assert len(asked) == len(list(ASSETS.glob("editor/*.js")))
    with urllib.request.urlopen(asked[0]) as answer:
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["Content-Type"].endswith("/javascript")
    with urllib.request.urlopen(asked[0].replace(DIGEST, "0" * 16)) as answer:
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_module_that_does_not_arrive_is_missed_with_words(app_server, page):
    page.route(MODULES, lambda route: route.abort())
    page.goto(app_server("tests/browser/apps/editor_app.py"))
    expect(page.get_by_text("This part of the page did not arrive.")).to_be_visible(timeout=SLOW)
