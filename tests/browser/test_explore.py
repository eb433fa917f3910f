"""A visitor's journey over the Explore page, in a real browser and with real worker processes."""

import os
import re
import signal
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.waiting import SLOW, wait_until
from tests.standstill import standing_still

TRAINING = re.compile(r"training .* step")
STEP = re.compile(r"step ([\d,]+)")
# Longer than any test, of points so few that their optimum needs no worker of its own.
LONG_TRAINING = "preset=random+smooth&restarts=12&width=100&depth=4"


def open_explore(page: Page, address: str, query: str = "") -> None:
    page.goto(f"{address}/{query}")
    expect(curve(page, "spline")).to_be_visible(timeout=SLOW)


def curve(page: Page, name: str):
    return page.locator(f'path[data-name="{name}"]').first


def shape(page: Page, name: str) -> str:
    return curve(page, name).get_attribute("d") or ""


def gap(page: Page) -> str:
    return page.get_by_test_id("gap").inner_text()


def take(page: Page, index: int) -> tuple[float, float]:
    """Press the mouse on this point once it lies still (the page may still be arriving), and return where that is."""
    point = page.get_by_role("button", name=re.compile(rf"^Point {index} of"))
    point.hover(timeout=SLOW)
    box = point.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    return x, y


def drag(page: Page, index: int, dx: float, dy: float) -> None:
    x, y = take(page, index)
    page.mouse.move(x + dx / 2, y + dy / 2)
    page.mouse.move(x + dx, y + dy)
    page.mouse.up()


def expect_change(page: Page, name: str, before: str) -> None:
    page.wait_for_function(
        "([name, before]) => { const find = (root) => { for (const e of root.querySelectorAll('*')) {"
        " if (e.matches('path[data-name=\"' + name + '\"]')) return e;"
        " if (e.shadowRoot) { const inner = find(e.shadowRoot); if (inner) return inner; } } return null; };"
        " const path = find(document); return path && path.getAttribute('d') !== before; }",
        arg=[name, before],
        timeout=SLOW,
    )


def test_first_sight_has_spline_optimum_network_and_gap_without_a_click(page, address):
    open_explore(page, address)
    for name in ("spline", "optimum", "network"):
        assert shape(page, name).startswith("M")
    assert re.fullmatch(r"(\+|< )[\d.]+ %", gap(page))
    expect(page.get_by_role("button", name=re.compile("^Point 1 of 7"))).to_be_visible()


def test_a_slow_optimum_comes_after_the_page_and_moves_nothing(page, address):
    settings = "preset=two+classes&loss=logistic&depth=3&width=20&restarts=1"
    open_explore(page, address, f"?{settings}&beta=0.3")
    number = page.get_by_test_id("gap")
    expect(number).to_have_text(re.compile("%$"), timeout=2 * SLOW)  # there is a worker for it now
    below = [page.get_by_role("button", name="Stop"), page.get_by_text("Points as a table")]
    with standing_still(worker_pids(address)):
        open_explore(page, address, f"?{settings}&beta=0.07")
        expect(number).to_contain_text("The optimum is", timeout=SLOW)
        assert not shape(page, "optimum")
        places = [each.bounding_box()["y"] for each in below]
    expect(number).to_have_text(re.compile("%$"), timeout=2 * SLOW)
    expect(curve(page, "optimum")).to_have_attribute("d", re.compile("^M"), timeout=SLOW)
    assert [each.bounding_box()["y"] for each in below] == pytest.approx(places, abs=1)


def test_drag_moves_the_optimum_and_trains_again(page, address):
    open_explore(page, address)
    optimum, network = shape(page, "optimum"), shape(page, "network")
    drag(page, 5, 0, -60)
    expect_change(page, "optimum", optimum)
    expect_change(page, "network", network)
    page.wait_for_url(re.compile("points="), timeout=SLOW)
    page.wait_for_timeout(1000)  # nothing may take the drag back
    assert "points=" in page.url


def test_the_optimum_follows_the_finger_and_returns_when_the_drag_is_given_up(page, address):
    open_explore(page, address)
    before, link = shape(page, "optimum"), page.url
    x, y = take(page, 5)
    page.mouse.move(x, y - 60)
    expect_change(page, "optimum", before)
    during = shape(page, "optimum")
    page.mouse.move(x, y - 90)
    expect_change(page, "optimum", during)
    assert page.url == link
    page.keyboard.press("Escape")
    page.mouse.up()
    expect(curve(page, "optimum")).to_have_attribute("d", before, timeout=SLOW)
    assert page.url == link


def test_train_pause_go_on_and_stop(page, address):
    open_explore(page, address, "?preset=noisy+sine&restarts=16&width=100")
    note_steps(page)
    wait_for_step(page, lambda step: step > 100)
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(page.get_by_text("stopped by the caller")).to_be_visible(timeout=SLOW)
    progress = page.locator(".st-key-explore_progress")
    paused_at = int(STEP.search(progress.inner_text()).group(1).replace(",", ""))
    page.evaluate("() => window.steps.splice(0)")
    page.get_by_role("button", name="Train", exact=True).click()
    wait_for_step(page, lambda step: step > paused_at)
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name="Train", exact=True).click()
    wait_for_step(page, lambda step: step < paused_at)  # what was ended begins again


def test_a_button_gives_way_to_the_other_each_time(page, address):
    """Runs follow on each other's heels when something begins or ends; nothing of the one before stays on the page."""
    open_explore(page, address, f"?{LONG_TRAINING}")
    page.get_by_text("Look closer").click()
    page.locator(".st-key-explore_details_view").get_by_text("Race", exact=True).click()
    start, stop = (page.locator(f".st-key-explore_details_{name} button") for name in ("start", "stop"))
    for _ in range(4):
        start.click()
        expect(start).to_have_count(0)
        expect(page.locator(".st-key-explore_details_race .line").first).to_be_attached()
        stop.click()
        expect(start).to_be_visible()
        expect(stop).to_have_count(0)


def test_the_link_brings_back_the_same_points(page, new_page, address):
    open_explore(page, address)
    drag(page, 3, 12, 40)
    page.wait_for_url(re.compile("points="), timeout=SLOW)
    other = new_page()
    open_explore(other, address, "?" + page.url.split("?", 1)[1])
    assert labels(other) == labels(page)


def labels(page: Page) -> list[str]:
    points = page.get_by_role("button", name=re.compile("^Point "))
    return [points.nth(i).get_attribute("aria-label") or "" for i in range(points.count())]


def test_a_mangled_link_says_so_and_shows_the_default(page, address):
    open_explore(page, address, "?points=AAAA")
    expect(page.get_by_text("The default example is shown instead")).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("button", name=re.compile("^Point 1 of 7"))).to_be_visible()


def test_a_killed_worker_is_not_noticed_and_a_second_one_gives_one_message(page, app_server):
    address = app_server("app.py", env={"CVXDNN_WORKERS": "1", "CVXDNN_TEST": "killed worker"})
    open_explore(page, address, f"?{LONG_TRAINING}")
    note_steps(page)
    before = labels(page)
    reached = wait_for_step(page, lambda step: step > 20)
    (first,) = worker_pids(address)
    os.kill(first, signal.SIGKILL)
    second = wait_for_another_worker(address, first)
    wait_for_step(page, lambda step: step < reached)  # it trains again, from the start,
    expect(page.get_by_role("alert")).to_have_count(0)  # and nobody had to do anything
    os.kill(second, signal.SIGKILL)
    expect(page.get_by_role("alert")).to_have_count(1, timeout=SLOW)
    assert labels(page) == before
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_text(TRAINING)).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_role("button", name="Stop").click()


def note_steps(page: Page) -> None:
    """From now on `wait_for_step` knows every step that the film bar says, however short."""
    page.locator(".film .step").evaluate(
        """line => {
            window.steps = [];
            const note = () => window.steps.push(parseInt(line.textContent.replace(/\\D/g, "")));
            new MutationObserver(note).observe(line, { childList: true });
        }"""
    )


def wait_for_step(page: Page, fits: Callable[[int], bool]) -> int:
    """The first such step of a training that has been said since the last call."""

    def look() -> list[int]:
        return [step for step in page.evaluate("() => window.steps.splice(0)") if fits(step)]

    return wait_until(page, look, "a step of the training that fits")[0]


def wait_for_another_worker(address: str, former: int) -> int:
    deadline = time.monotonic() + SLOW / 1000
    while (pids := worker_pids(address)) in ([], [former]):
        assert time.monotonic() < deadline, "no worker took the place of the one that died"
        time.sleep(0.1)
    return pids[0]


def test_training_stops_when_its_tab_closes(new_page, app_server):
    address = app_server("app.py", env={"CVXDNN_WORKERS": "1", "CVXDNN_TEST": "closed tab"})
    page = new_page()
    open_explore(page, address, f"?{LONG_TRAINING}")
    expect(page.get_by_text(TRAINING)).to_be_visible(timeout=SLOW)
    (worker,) = worker_pids(address)
    page.goto("about:blank")
    wait_until_at_rest(worker)


def wait_until_at_rest(pid: int) -> None:
    """Until a process takes no processor time; one that shares a busy machine takes little."""
    deadline = time.monotonic() + SLOW / 1000
    while used_seconds_in_a_second(pid) > 0.02:
        assert time.monotonic() < deadline, "the worker went on"


def used_seconds_in_a_second(pid: int) -> float:
    """Processor time that a process takes while one second passes."""

    def used() -> float:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    before = used()
    time.sleep(1)
    return used() - before


def worker_pids(address: str) -> list[int]:
    """Child processes of the server that listens on the address's port: its workers."""
    port = address.rsplit(":", 1)[1]
    servers, parents = set(), {}
    for entry in filter(str.isdecimal, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/cmdline", "rb") as file:
                command = file.read().replace(b"\0", b" ").decode(errors="replace")
            with open(f"/proc/{entry}/stat") as file:
                parents[int(entry)] = int(file.read().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        if f"--server.port {port} " in command:
            servers.add(int(entry))
    return [pid for pid, parent in parents.items() if parent in servers]


@pytest.mark.parametrize("page", [{"width": 360, "height": 780, "touch": True}], indirect=True)
def test_nothing_is_cut_off_on_a_phone(page, address):
    open_explore(page, address)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_menu_loads_a_preset_and_undo_brings_the_points_back(page, address):
    open_explore(page, address)
    before = labels(page)
    page.get_by_role("button", name="Data: spike").click()
    page.get_by_text("many optima", exact=True).click()
    expect(page.get_by_role("button", name=re.compile("^Point 1 of 4"))).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name=re.compile("^Point 1 of 7"))).to_be_visible(timeout=SLOW)
    assert labels(page) == before


def test_about_page_renders_its_formulas(page, address):
    open_explore(page, address)
    page.get_by_role("link", name="About").click()
    expect(page.locator(".katex").first).to_be_visible(timeout=SLOW)


def test_labels_are_dragged_from_one_class_to_the_other(page, address):
    open_explore(page, address, "?preset=two+classes&loss=hinge&restarts=1")
    expect(page.get_by_role("button", name=re.compile("^Point 7 of 14.*y 1"))).to_be_visible()
    optimum = shape(page, "optimum")
    drag(page, 7, 0, 70)  # not far enough to reach the other label by itself
    expect_change(page, "optimum", optimum)
    expect(page.get_by_role("button", name=re.compile("^Point 7 of 14.*y −1"))).to_be_visible()
