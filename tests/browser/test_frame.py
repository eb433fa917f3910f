"""The app in a frame of another site: it works there, tells that site nothing, and says what an upload runs into."""

import json
import re
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from playwright.sync_api import expect

from tests.browser.waiting import SLOW

EXPLORE = "/?seed=7"
LISTENING = "<script>told = []; addEventListener('message', ({ data }) => told.push(JSON.stringify(data)))</script>"


@pytest.fixture
def course(app_server):
    """A page of another site (to a browser, localhost and 127.0.0.1 are two) that shows the app in a frame."""
    address = app_server("app.py")

    class Course(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            frame = f'<iframe src="{address}{EXPLORE}" width="1200" height="2400"></iframe>'
            self.wfile.write((LISTENING + frame).encode())

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Course) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def page(browser):
    with browser.new_context(viewport={"width": 1280, "height": 2400}) as context:
        yield context.new_page()


def test_in_a_frame_of_another_site_the_page_says_how_to_do_without_an_upload(course, page):
    page.goto(course)
    frame = page.frame_locator("iframe")
    expect(frame.locator('path[data-name="optimum"]').first).to_be_visible(timeout=SLOW)
    frame.get_by_role("button", name="Your own data").click()
    expect(frame.get_by_text("No file can be sent from here")).to_be_visible()
    assert frame.locator('input[type="file"]').count() == 0
    with page.context.expect_page() as opened:
        frame.get_by_role("link", name="Open this page by itself").click()
    alone = opened.value
    assert "seed=7" in alone.url
    alone.get_by_role("button", name="Your own data").click(timeout=SLOW)
    expect(alone.get_by_role("region", name="or choose a file")).to_be_visible()
    expect(alone.get_by_text("No file can be sent from here")).to_have_count(0)


def test_the_page_around_it_is_not_told_the_points(course, page):
    page.goto(course)
    frame = page.frame_locator("iframe")
    expect(frame.locator('path[data-name="optimum"]').first).to_be_visible(timeout=SLOW)
    point = frame.get_by_role("button", name=re.compile("^Point 3 of"))
    point.hover()  # once it lies still: the page may still be arriving
    box = point.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 40, steps=3)
    page.mouse.up()
    page.frames[1].wait_for_url("**points=**")
    page.wait_for_timeout(500)  # for what it would say then
    assert not [told for told in page.evaluate("told") if "points=" in told or "QUERY" in told]


def test_no_page_around_it_can_give_it_orders(app_server):
    with urllib.request.urlopen(app_server("app.py") + "/_stcore/host-config", timeout=60) as answer:
        assert json.load(answer)["allowedOrigins"] == []


def test_two_columns_can_be_pasted_into_the_table(app_server, page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(app_server("app.py"))
    page.get_by_text("Points as a table").click(timeout=SLOW)
    page.locator(".dvn-scroller").first.click(position={"x": 60, "y": 55})  # the first cell
    page.evaluate("navigator.clipboard.writeText('0.5\\t4\\n1.5\\t7')")
    page.keyboard.press("Control+v")
    expect(page.get_by_role("button", name="Data: your points")).to_be_visible()
    expect(page.get_by_text("Nothing was changed")).to_have_count(0)
