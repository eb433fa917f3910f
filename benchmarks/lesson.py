"""How long lesson 2 takes alone: by finger at 390 pixels, and by keyboard alone.

    python -m benchmarks.lesson [--port 8733]

From its link to its takeaway, with a drawing that is right. The visitor waits for what a person waits for (the
page, the film of the reveal), pauses before every touch and press as a hand does, and reads all that is said, at 200
words a minute.
"""

import argparse
import re
import shutil
import time
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from playwright.sync_api import CDPSession, Locator, Page, sync_playwright

from benchmarks.server import running_server
from benchmarks.startup import CHROMIUM, OPTIONS

__all__ = ["Visit", "by_finger", "by_keyboard"]

PORT = 8733
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
HAND_SECONDS = 0.4
REPEAT_SECONDS = 1 / 30
"""Of a key that is held."""
READING = 200 / 60
"""Words a second."""
POINTS_OF_STROKE = 12
"""Places between two dots at which the finger is heard."""
MOST_TABS = 40
AT_REST = "(it) => it.valueAsNumber === 1"
FOCUSED = "() => { const it = document.activeElement; return (it.shadowRoot?.activeElement ?? it).classList.value; }"


@dataclass
class Visit:
    """What a visitor did.

    touches : taps and strokes;  keys : that were pressed, one that is held once;  words : that were read
    """

    page: Page
    pause: float = HAND_SECONDS
    touches: int = 0
    keys: int = 0
    words: int = 0

    def tap(self, target: Locator) -> None:
        """Touch it shortly."""
        target.wait_for()
        time.sleep(self.pause)
        target.tap()
        self.touches += 1

    def press(self, key: str, times: int = 1) -> None:
        """Press it, or hold it until it has been heard so many times."""
        time.sleep(self.pause)
        for _ in range(times):
            self.page.keyboard.press(key)
            time.sleep(min(self.pause, REPEAT_SECONDS))
        self.keys += 1

    def read(self) -> None:
        """What stands beside the picture."""
        self.words += len(self.page.locator(".lesson .text").inner_text().split())

    def step(self, name: str) -> None:
        """Wait until the lesson is there."""
        self.page.locator(".lesson .steps [aria-current='step']", has_text=name).wait_for()


def by_finger(visit: Visit, address: str) -> None:
    """The lesson by taps and one stroke."""
    page = visit.page
    page.goto(f"{address}/lesson?n=2")
    visit.step("See")
    visit.read()
    visit.tap(_button(page, "Predict"))
    visit.step("Predict")
    visit.read()
    _stroke(visit)
    visit.tap(_button(page, "Lock it in"))
    _finish(visit)
    visit.tap(_button(page, "Takeaway"))
    visit.step("Takeaway")
    visit.read()


def by_keyboard(visit: Visit, address: str) -> None:
    """The lesson by keys."""
    visit.page.goto(f"{address}/lesson?n=2")
    visit.step("See")
    visit.read()
    visit.press("ArrowRight")
    visit.step("Predict")
    visit.read()
    _tab_to(visit, "canvas")
    _draw_by_keys(visit)
    _tab_to(visit, "next")
    visit.press("Enter")
    _finish(visit)
    visit.press("ArrowRight")
    visit.step("Takeaway")
    visit.read()


def _finish(visit: Visit) -> None:
    """The film of the reveal."""
    visit.step("Reveal")
    rail = visit.page.locator(".lesson .rail").element_handle()
    visit.page.wait_for_function(AT_REST, arg=rail)
    visit.read()


def _button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=re.compile(f"^{name}$"))


def _dots(page: Page) -> list[tuple[float, float]]:
    """Middles of the points, in pixels."""
    boxes = [each.bounding_box() for each in page.locator(".lesson .chart .dot").all()]
    return [(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in boxes if box]


def _stroke(visit: Visit) -> None:
    """One finger over all points."""
    dots = _dots(visit.page)
    places = [dots[0]]
    for (x, y), (to_x, to_y) in pairwise(dots):
        shares = [(k + 1) / POINTS_OF_STROKE for k in range(POINTS_OF_STROKE)]
        places += [(x + share * (to_x - x), y + share * (to_y - y)) for share in shares]
    touch = visit.page.context.new_cdp_session(visit.page)
    time.sleep(visit.pause)
    _touched(touch, "touchStart", places[:1])
    for place in places[1:]:
        _touched(touch, "touchMove", [place])
        time.sleep(min(visit.pause, REPEAT_SECONDS))
    _touched(touch, "touchEnd", [])
    visit.touches += 1


def _touched(touch: CDPSession, kind: str, places: list[tuple[float, float]]) -> None:
    touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in places]})


def _tab_to(visit: Visit, style: str) -> None:
    """Tab on until what has this style has the focus."""
    for _ in range(MOST_TABS):
        visit.press("Tab")
        if style in visit.page.evaluate(FOCUSED).split():
            return
    raise AssertionError(f"no tab leads to {style}")


def _draw_by_keys(visit: Visit) -> None:
    """Points and half ways between them, each at the height of the straight line from point to point."""
    page, pen = visit.page, visit.page.locator(".lesson .canvas .pen")
    dots = _dots(page)
    halves = [((x + to_x) / 2, (y + to_y) / 2) for (x, y), (to_x, to_y) in pairwise(dots)]
    visit.press("ArrowDown")  # puts the pen on the first point, and moves it on
    step = _height(pen) - dots[0][1]
    for k, (_, y) in enumerate(sorted(dots + halves)):
        if k:
            visit.press("ArrowRight")
        away = round((_height(pen) - y) / step)
        if away:
            visit.press("ArrowUp" if away > 0 else "ArrowDown", abs(away))


def _height(pen: Locator) -> float:
    box = pen.bounding_box()
    assert box is not None
    return box["y"] + box["height"] / 2


def main() -> None:
    """Print a line for each way."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=PORT)
    port = parser.parse_args().port
    with sync_playwright() as playwright, running_server(port, CVXDNN_WORKERS="1") as server:
        executable = next(filter(None, map(shutil.which, CHROMIUM)))
        browser = playwright.chromium.launch(executable_path=executable, args=OPTIONS)
        for name, way, options in (("by finger at 390 px", by_finger, PHONE), ("by keyboard", by_keyboard, {})):
            visit = Visit(browser.new_context(**options).new_page())
            began = time.monotonic()
            way(visit, server.address)
            seconds = time.monotonic() - began
            done = f"{visit.touches} touches" if visit.touches else f"{visit.keys} keys"
            reading = visit.words / READING
            print(
                f"{name}: {done} in {seconds:.0f} s, {visit.words} words in {reading:.0f} s: {seconds + reading:.0f} s"
            )
        browser.close()


if __name__ == "__main__":
    main()
