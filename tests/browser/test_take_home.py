"""Pictures are taken home as they are shown: files are downloaded and read, in light and dark."""

import csv
import io
import re
import struct
import zlib
from xml.etree import ElementTree

import pytest

from tests.browser.waiting import wait_until

SVG = "{http://www.w3.org/2000/svg}"
STAGED = ("path", "extreme_points", "beyond")
WIDTH, HEIGHT = 1280, 900


@pytest.fixture(scope="session")
def address(app_server):
    return app_server("app.py", env={"CVXDNN_WORKERS": "1"})


@pytest.fixture(params=["light", "dark"])
def paper(request):
    return request.param


def opened(browser, address, page_name, scheme):
    """The page with its menu open."""
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme=scheme)
    page.goto(f"{address}/{page_name}")
    page.locator(".picture svg, .editor[data-frames] .chart").first.wait_for(timeout=60_000)
    page.wait_for_timeout(2_000)  # the film has begun
    page.locator(".st-key-heading_menu button").click()
    page.locator(".figures .row").first.wait_for(timeout=30_000)
    return page


def downloaded(page, name, row=0):
    """The bytes of a picture, by the name of its button."""
    with page.expect_download(timeout=30_000) as download:
        page.locator(".figures .row").nth(row).get_by_role("button", name=name).click()
    assert download.value.suggested_filename.endswith(f".{name.lower()}")
    return download.value.path().read_bytes()


def brightness(colour):
    return sum(int(colour[at : at + 2], 16) for at in (1, 3, 5)) / 3


def check_svg(svg, scheme, words):
    """It stands alone, on paper of its own, with its words and shapes; the size of it."""
    text = svg.decode()
    assert not re.search(r"var\(|color\(|oklab|oklch|href=\"http|<script|<style|class=", text)
    root = ElementTree.fromstring(text)
    ground = root.find(f"{SVG}rect")
    assert (brightness(ground.get("fill")) < 128) is (scheme == "dark")
    said = " ".join(element.text for element in root.iter(f"{SVG}text"))
    for word in words:
        assert word in said
    shapes = list(root.iter(f"{SVG}path"))
    assert len(shapes) > 10
    assert all(shape.get("fill") != "none" or shape.get("stroke") for shape in shapes)
    return float(root.get("width")), float(root.get("height"))


def check_png(png, size):
    """Twice as dense as the picture, and not empty."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", png[16:24]) == tuple(2 * length for length in size)
    assert len(png) > 20_000


def check_pdf(pdf, size):
    """Every object lies where the table says, the page has the size of the picture, and words are words."""
    start = int(re.search(rb"startxref\n(\d+)\n%%EOF\n$", pdf)[1])
    assert pdf[start : start + 5] == b"xref\n"
    rows = re.findall(rb"^(\d{10}) 00000 n $", pdf[start:], re.MULTILINE)
    for number, row in enumerate(rows, 1):
        assert pdf[int(row) :].startswith(b"%d 0 obj\n" % number)
    for length, body in re.findall(rb"/Length (\d+)[^\n]*\nstream\n(.*?)\nendstream", pdf, re.DOTALL):
        assert len(body) == int(length)
    width, height = map(float, re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf).groups())
    assert abs(width / 0.75 - size[0]) <= 1
    assert abs(height / 0.75 - size[1]) <= 1
    return b"".join(bytes.fromhex(each.decode()) for each in re.findall(rb"<([0-9a-f]+)> Tj", pdf))


def test_explore_as_svg_png_and_pdf(browser, address, paper):
    page = opened(browser, address, "", paper)
    words = ["Watch a network become a spline.", "certified optimum", "trained network", "β = 0.002", "bends"]
    size = check_svg(downloaded(page, "SVG"), paper, words)
    check_png(downloaded(page, "PNG"), size)
    said = check_pdf(downloaded(page, "PDF"), size)
    assert b"Watch a network become a spline." in said
    assert b"trained network" in said
    assert b"Stack them" not in said  # nothing that is there to be pressed
    page.close()


@pytest.mark.parametrize("name", STAGED)
def test_pictures_of_stages(browser, address, name):
    page = opened(browser, address, name, "light")
    rows = page.locator(".figures .row").count()
    assert rows == 5 if name == "beyond" else rows in (1, 2)  # Path has a plot below, once that is computed
    last = rows - 1 if name == "beyond" else 0
    size = check_svg(downloaded(page, "SVG", last), "light", ["weight decay"])
    pdf = downloaded(page, "PDF", last)
    check_pdf(pdf, size)
    assert (b"/SMask" in pdf) is (name == "extreme_points")  # the body is drawn on a canvas
    for width, height, packed in images_of(pdf):
        pixels = zlib.decompress(packed)
        assert len(pixels) in (width * height, 3 * width * height)
        assert len(set(pixels)) > 8
    page.close()


def images_of(pdf):
    found = re.findall(rb"/Width (\d+) /Height (\d+) .*?/Length (\d+)[^\n]*\nstream\n", pdf)
    places = [match.end() for match in re.finditer(rb"/Filter /FlateDecode[^\n]*\nstream\n", pdf)]
    return [(int(w), int(h), pdf[at : at + int(n)]) for (w, h, n), at in zip(found, places, strict=True)]


def test_numbers_and_script_come_when_asked(browser, address):
    page = opened(browser, address, "", "light")
    with page.expect_download(timeout=30_000) as download:
        page.get_by_role("button", name="Points (CSV)").click()
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text("utf-8"))))
    assert [float(row["y"]) for row in rows] == [0, 0, 0, 1, 0, 0, 0]
    with page.expect_download(timeout=30_000) as download:
        page.get_by_role("button", name="computed again (Python)").click()
    assert download.value.suggested_filename == "explore_script.py"
    compile(download.value.path().read_text("utf-8"), "script", "exec")
    page.close()


def test_the_menu_stands_above_the_heading_at_every_width(browser, address):
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    page.goto(f"{address}/path")
    button, title = page.locator(".st-key-heading_menu button"), page.locator("h1")

    def stands_above(width):
        place, below = button.bounding_box(), title.bounding_box()
        if not place or not below:
            return False
        is_inside = place["x"] >= 0 and place["x"] + place["width"] <= width
        return is_inside and place["y"] + place["height"] <= below["y"]

    for width in (320, 390, 768, WIDTH):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        wait_until(page, lambda width=width: stands_above(width), f"the menu stands above the title at {width} px")
    assert button.inner_text().strip().endswith("Take it home") or button.get_by_text("Take it home").count()
    page.close()
