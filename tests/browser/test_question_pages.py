"""Short journeys over the pages that question the theorem, in a real browser and with real worker processes."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from cvxdnn.app.modules import DIGEST
from cvxdnn.theory.shrinkage import shrink
from tests.browser.waiting import SLOW

PHONE = {"width": 390, "height": 844, "touch": True}


@pytest.fixture
def phone(new_page) -> Page:
    return new_page(**PHONE)


def open_page(page: Page, address: str, name: str, title: str) -> None:
    page.goto(f"{address}/{name}")
    expect(page.get_by_role("heading", level=1)).to_contain_text(title, timeout=SLOW)


def expect_no_overflow(page: Page) -> None:
    """Nothing makes the page scroll sideways."""
    page.wait_for_function(
        "() => { const main = document.querySelector('[data-testid=stMain]');"
        " return main && main.scrollWidth <= main.clientWidth && document.body.scrollWidth <= innerWidth; }",
        timeout=SLOW,
    )


def slider(page: Page, key: str) -> Locator:
    return page.locator(f".st-key-{key}").get_by_role("slider").first


def test_beyond_opens_with_a_crossing_and_its_line_follows_the_sliders_in_the_same_frame(phone, address):
    open_page(phone, address, "beyond", "Break a condition")
    stage = phone.locator(".st-key-beyond_depth_stage")
    tiles = stage.locator(".tile")
    expect(tiles.nth(0).locator(".big")).to_have_text("−14 %", timeout=SLOW)
    expect(tiles.nth(1).locator(".big")).to_have_text("8 of 8")
    expect(tiles.nth(2).locator(".big")).to_have_text("an upper bound")
    expect(stage.locator(".crossing")).to_have_attribute("d", re.compile("^M"))
    words, style = stage.get_by_role("slider", name="biases in").evaluate(
        """(it) => {
            it.value = 0;
            it.oninput();
            const root = it.getRootNode();
            return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() =>
                done([root.querySelectorAll(".tile .big")[2].textContent,
                    root.querySelector("line.limit").classList[1]]))));
        }"""
    )
    assert (words, style) == ("the optimum", "optimum")
    expect(stage.locator(".stage-page")).to_have_attribute("data-old", "true")
    stage.get_by_role("slider", name="biases in").evaluate("(it) => it.onchange()")
    expect(stage.locator(".stage-page")).to_have_attribute("data-old", "false", timeout=SLOW)
    expect(tiles.nth(0).locator(".big")).to_have_text(re.compile(r"\+"), timeout=SLOW)
    expect(tiles.nth(1).locator(".big")).to_have_text("0 of 8")
    expect_no_overflow(phone)


def test_the_statements_open_finished_and_what_the_browser_computes_is_the_closed_form(page, address):
    open_page(page, address, "beyond", "Break a condition")
    known = {"gap": "+48 %", "rank": "−2.2 %", "jump": "1.07", "nc3": "0.606"}
    for name, first in known.items():
        stage = page.locator(f".st-key-beyond_{name}_stage")
        expect(stage.locator(".tile .big").first).to_have_text(first, timeout=SLOW)
        expect(stage.get_by_role("button", name="Play the film of the training")).to_be_enabled()
    settings = [(beta, depth) for beta in (0.02, 0.3, 1.0) for depth in (2, 3, 5, 8)]
    computed = page.evaluate(
        """async ([module, settings]) => {
            const { shrinkage } = await import(module);
            return settings.map(([beta, depth, kept]) => {
                const { target, threshold, jump } = shrinkage(beta, depth);
                return [threshold, jump, target(kept)];
            });
        }""",
        [
            f"/assets/{DIGEST}/stage/pictures/shrinkage.js",
            [(beta, depth, float(shrink(4.0, beta, depth).minimizer)) for beta, depth in settings],
        ],
    )
    for (beta, depth), found in zip(settings, computed, strict=True):
        exact = shrink(4.0, beta, depth)
        assert found == pytest.approx([exact.threshold, exact.jump, 4.0], rel=1e-9)


def test_sweep_shows_its_first_map_and_another_grid_keeps_what_it_shares(new_page, app_server, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sweeps")
    address = app_server("app.py", env={"CVXDNN_WORKERS": "1", "CVXDNN_SWEEP_FOLDER": str(folder)})
    page = new_page(**PHONE)
    open_page(page, address, "sweep", "Wide networks")
    expect(page.locator(".cell")).to_have_count(35, timeout=SLOW)
    expect(page.get_by_text("175 of 175 runs done")).to_be_visible(timeout=SLOW)
    for width in ("10", "20", "50", "100"):  # leaves 5 neurons
        page.locator(".st-key-sweep_widths").get_by_role("button", name=width, exact=True).click()
    slider(page, "sweep_seeds").press("Home")
    expect(page.get_by_text("7 of 7 runs done")).to_be_visible(timeout=SLOW)
    page.locator(".st-key-sweep_widths").get_by_role("button", name="2", exact=True).click()
    page.get_by_role("button", name="Go on: 7 left").click(timeout=SLOW)
    expect(page.get_by_text(re.compile(r"(8|9|1[0-4]) of 14 runs done"))).to_be_visible(timeout=SLOW)
    expect(page.locator(".cell")).to_have_count(14)
    expect_no_overflow(page)


def test_a_cell_of_the_sweep_opens_in_the_explorer(page, address):
    open_page(page, address, "sweep", "Wide networks")
    cell = page.get_by_role("button", name=re.compile("^width 20, weight decay β 0.01"))
    cell.click(timeout=SLOW)
    expect(page.get_by_role("heading", name="Watch a network become a spline.")).to_be_visible(timeout=SLOW)
    expect(page).to_have_url(re.compile("beta=0.01.*|.*width=20"), timeout=SLOW)
    expect(page.locator(".weight-decay output")).to_have_text("0.01", timeout=SLOW)


def test_about_names_the_kinds_of_numbers_and_the_state_of_the_server(phone, address):
    open_page(phone, address, "about", "how far to trust it")
    for kind in ("exact", "certified", "measured"):
        expect(phone.get_by_text(kind, exact=True).first).to_be_visible(timeout=SLOW)
    expect(phone.get_by_text("browser tabs")).to_be_visible(timeout=SLOW)
    expect_no_overflow(phone)
