"""What the browser computes for each frame in which a picture follows a finger, measured with the server stopped.

    python -m benchmarks.frames [--seconds 2] [--pages explore path ...]

Explore first, for points of different number and depth; then every other page: each slider of its stage, and its film.

A point is dragged, then the weight decay's slider, then the film is played, for some seconds each. Every animation
frame's own work is timed (solving, words, drawing into the page; not what the browser does with it afterwards), frames
are counted, and the longest task that blocked the page is kept. Without a display the browser paints by software.

Then the server goes on, and a point is dragged and let go again and again: the time from there until the server's
certified optimum of the new points is drawn; and a corner of a function drawn over the points, until its certified gap
is. Networks do not train meanwhile.
"""

import argparse
import shutil
import signal
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import numpy as np
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from benchmarks.server import Server, running_server
from benchmarks.startup import CHROMIUM, OPTIONS
from benchmarks.transfer import STAGES
from cvxdnn.tasks.scenario import Scenario

PORT = 8732
WATCH = """() => {
  window.frames_of = { work: [], longest: 0 };
  const ask = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (draw) =>
    ask((time) => {
      const began = performance.now();
      draw(time);
      window.frames_of.work.push(performance.now() - began);
    });
  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) window.frames_of.longest = Math.max(window.frames_of.longest, task.duration);
  }).observe({ type: "longtask" });
}"""
CONFIRMED = """(host, [name, value]) => {
  host.confirmed = new Promise((resolve) => {
    addEventListener("pointerup", () => {
      const began = performance.now();
      const watch = new MutationObserver(() => {
        if (host.getAttribute(name) !== value) return;
        watch.disconnect();
        resolve(performance.now() - began);
      });
      watch.observe(host, { attributes: true, attributeFilter: [name] });
    }, { once: true, capture: true });
  });
}"""
RELEASES = 30
SETTLED = 6_000  # milliseconds in which a film has been played or a new training has begun
FILM = '.moments path[d^="M"]'
"""What is there when the networks are trained and their film has arrived."""
SETTINGS = [(7, 2), (20, 2), (60, 2), (133, 2), (200, 2), (20, 3), (20, 5), (133, 4)]
"""Points and layers."""

Record = dict[str, Any]


def scenario_of(count: int, depth: int) -> Scenario:
    """A noisy wave through so many points."""
    rng = np.random.default_rng(count)
    x = np.sort(rng.uniform(size=count)).round(6)
    y = (np.sin(9 * x) + 0.2 * rng.normal(size=count)).round(6)
    return Scenario(preset="", points=tuple(zip(x.tolist(), y.tolist(), strict=True)), depth=depth, restarts=2)


@contextmanager
def stopped(server: Server) -> Iterator[None]:
    """The server answers nothing meanwhile."""
    server.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        server.process.send_signal(signal.SIGCONT)


def moved(page: Page, start: tuple[float, float], step: tuple[float, float], seconds: float) -> Record:
    """Press there and move to and fro; the frames of that time."""
    page.mouse.move(*start)
    page.mouse.down()
    record = watched(page, seconds, lambda k: page.mouse.move(start[0] + step[0] * k, start[1] + step[1] * k))
    page.mouse.up()
    return record


def watched(page: Page, seconds: float, act: Callable[[int], None]) -> Record:
    """Act again and again; frames a second, and milliseconds of their work."""
    page.evaluate("() => Object.assign(window.frames_of, { work: [], longest: 0 })")
    began, count = time.monotonic(), 0
    while time.monotonic() - began < seconds:
        act(abs(count % 40 - 20))
        count += 1
    work = page.evaluate("() => window.frames_of.work") or [0.0]  # a slider of two stops need not move
    return {
        "frames a second": round(len(work) / (time.monotonic() - began)),
        "median (ms)": round(statistics.median(work), 1),
        "p95 (ms)": round(float(np.quantile(work, 0.95)), 1),
        "longest task (ms)": round(page.evaluate("() => window.frames_of.longest")),
    }


def middle(target: Locator) -> tuple[float, float]:
    """Where the mouse would press it."""
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def measure(page: Page, server: Server, scenario: Scenario, seconds: float) -> dict[str, Record]:
    """The three movements, on a page that has come to rest."""
    page.goto(f"{server.address}/?{urlencode(scenario.to_query())}")
    page.locator(FILM).wait_for(state="attached", timeout=120_000)
    points = page.locator(".point")
    found = {}
    with stopped(server):
        found["a point"] = moved(page, middle(points.nth(points.count() // 2)), (0, 2), seconds)
    page.locator('.editor[data-stale="false"]').wait_for(timeout=60_000)
    rail = page.get_by_role("slider", name="Weight decay β")
    with stopped(server):
        found["weight decay"] = moved(page, middle(rail), (4, 0), seconds)
    page.locator('.editor[data-stale="false"]').wait_for(timeout=60_000)
    page.locator(FILM).wait_for(state="attached", timeout=120_000)
    with stopped(server):
        page.get_by_role("slider", name="Moment of the training").press("Home")
        page.locator(".film .play").click()
        found["the film"] = watched(page, seconds, lambda _: page.wait_for_timeout(20))
    return found


def released(page: Page) -> Record:
    """Milliseconds from letting a point go until the server's answer is drawn."""
    editor, taken = page.locator(".editor"), []
    page.get_by_text("Network and training").click()
    page.get_by_text("Retrain after every change").click()
    page.wait_for_timeout(1000)
    for k in range(RELEASES):
        editor.evaluate(CONFIRMED, ["data-stale", "false"])
        x, y = middle(page.locator(".point").nth(page.locator(".point").count() // 2))
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x, y + (8 if k % 2 else -8), steps=4)
        page.mouse.up()
        taken.append(editor.evaluate("(host) => host.confirmed"))
        page.wait_for_timeout(300)
    return spread(taken)


def drawn(page: Page, server: Server, seconds: float) -> Iterator[tuple[str, Record]]:
    """A function drawn over the points: its frames, and milliseconds from lifting the pencil to the certified gap."""
    editor, taken = page.locator(".editor"), []
    page.locator('[data-action="beat"]').click()
    box = page.locator(".sheet").bounding_box()
    assert box is not None
    at = [(box["x"] + share * box["width"], box["y"] + box["height"] / 2) for share in (0.04, 0.5, 0.98)]
    page.mouse.move(*at[0])
    page.mouse.down()
    page.mouse.move(*at[1], steps=20)
    with stopped(server):
        yield "a drawing", watched(page, seconds, lambda k: page.mouse.move(at[1][0] + 4 * k, at[1][1] + 2 * k))
    page.mouse.move(*at[2], steps=20)
    page.mouse.up()
    page.locator('.editor[data-certified="true"]').wait_for()
    for k in range(RELEASES):
        editor.evaluate(CONFIRMED, ["data-certified", "true"])
        x, y = middle(page.locator(".sheet .corner").first)
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x, y + (8 if k % 2 else -8), steps=4)
        page.mouse.up()
        taken.append(editor.evaluate("(host) => host.confirmed"))
        page.wait_for_timeout(300)
    yield "a drawing lifted until certified", spread(taken)


def spread(taken: list[float]) -> Record:
    """Of milliseconds."""
    return {"median (ms)": round(statistics.median(taken)), "p95 (ms)": round(float(np.quantile(taken, 0.95)))}


def staged(page: Page, server: Server, name: str, seconds: float) -> Iterator[tuple[str, Record]]:
    """The sliders of a page's first stage, and its film, one after the other."""
    page.goto(f"{server.address}/{name}")
    stage = page.locator(".stage-page").first
    stage.locator(".picture svg").first.wait_for(timeout=120_000)
    page.wait_for_timeout(SETTLED)
    for slider in stage.locator(".controls input").all():
        label = slider.get_attribute("aria-label") or ""
        with stopped(server):
            yield label, moved(page, middle(slider), (8, 0), seconds)
        page.wait_for_timeout(SETTLED)
    play = stage.locator(".film .play")
    if play.is_visible():
        stage.locator(".film .play:not([disabled])").wait_for(timeout=120_000)
        with stopped(server):
            stage.locator(".film input").press("Home")
            play.click()
            yield "the film", watched(page, seconds, lambda _: page.wait_for_timeout(20))


@contextmanager
def watching(browser: Browser) -> Iterator[Page]:
    """A page whose frames are timed."""
    with browser.new_context(viewport={"width": 1280, "height": 1000}) as context:
        page = context.new_page()
        page.add_init_script(f"({WATCH})()")
        yield page


def explore(browser: Browser, server: Server, seconds: float) -> None:
    """Every setting, a line each."""
    for count, depth in SETTINGS:
        with watching(browser) as page:
            for what, record in measure(page, server, scenario_of(count, depth), seconds).items():
                print(f"{count} points, {depth} layers, {what}:", record, flush=True)
            print(f"{count} points, {depth} layers, let go until certified:", released(page), flush=True)
            for what, record in drawn(page, server, seconds):
                print(f"{count} points, {depth} layers, {what}:", record, flush=True)


def main() -> None:
    """Measure and print a line each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--pages", nargs="+", choices=("explore", *STAGES), default=("explore", *STAGES))
    asked = parser.parse_args()
    with sync_playwright() as playwright, running_server(PORT) as server:
        executable = next(filter(None, map(shutil.which, CHROMIUM)))
        browser = playwright.chromium.launch(executable_path=executable, args=OPTIONS)
        for name in asked.pages:
            if name == "explore":
                explore(browser, server, asked.seconds)
                continue
            with watching(browser) as page:
                for what, record in staged(page, server, name, asked.seconds):
                    print(f"{name}, {what}:", record, flush=True)
        browser.close()


if __name__ == "__main__":
    main()
