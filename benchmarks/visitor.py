"""A visitor without a browser: drags points, trains, and checks whose points it sees.

Every visitor's points carry its mark: all y lie in a unit interval that belongs to it alone. Whatever arrives (points,
optimum, network, band) must lie near that interval; anything else belongs to somebody else.
"""

import asyncio
import contextlib
import json
import random
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from benchmarks.client import Client
from cvxdnn.tasks.scenario import Scenario

__all__ = ["Drag", "Viewer", "Visitor"]

POINTS = 10
SPACING = 100.0
"""Between the intervals of two visitors, in y; a curve may swing a few units beyond its own."""
SWING = 20.0
CONFIRM_SECONDS = 3.0
"""After which an edit that has not been confirmed is told again, if the server is idle."""
TOLD_AGAIN = 5
LOOK_SECONDS = 0.25
"""From one look at a training to the next, where the server says nothing else."""

Points = list[list[float]]


@dataclass(frozen=True)
class Drag:
    """One drag: seconds from the release of the point to its optimum (None: it never came), and when that was."""

    at: float
    seconds: float | None


@dataclass
class Viewer(Client):
    """A tab with the Explore page, which sees its chart.

    shown : what the point editor was sent last
    """

    shown: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._editor = ""

    @property
    def has_optimum(self) -> bool:
        """Whether the chart shows the optimum of its points."""
        return bool(self._curve("optimum")["lines"])

    def _curve(self, name: str) -> Any:
        return next((curve for curve in self.shown.get("curves", []) if curve["name"] == name), {"lines": []})

    def _take_element(self, delta: Any) -> None:
        super()._take_element(delta)
        element = delta.new_element
        if element.WhichOneof("type") == "bidi_component" and "point_editor" in element.bidi_component.component_name:
            self._editor = element.bidi_component.id
            self._elements[self._editor] = self._editor, delta.fragment_id
            self.shown = json.loads(element.bidi_component.bytes)


@dataclass(kw_only=True)
class Visitor(Viewer):
    """One session of the Explore page. Connect it with `async with`; then `drag`, `press` and `switch`.

    While networks train it asks for the newest still, as a browser does (`cvxdnn.app.films`).

    number : whose points it has;  settings : of its scenario, other than the points
    drags : what was measured;  leaks : what it saw of others;  frames : networks seen, in the chart and as stills
    """

    number: int
    settings: dict[str, Any] = field(default_factory=dict)
    drags: list[Drag] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)
    frames: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        self._following: asyncio.Task[None] | None = None
        self._random = random.Random(self.number)
        self.points: Points = [[i / (POINTS - 1), self._mark()] for i in range(POINTS)]
        self.query = urlencode(Scenario(points=tuple(map(tuple, self.points)), **self.settings).to_query())

    async def connect(self) -> None:
        """Open the link of one's own points, or come back to the page after a lost connection."""
        await super().connect()
        await self.until(lambda: self.shown.get("points") == self.points, "the page with its points")

    async def disconnect(self) -> None:
        """Leave, and look at nothing any more."""
        await super().disconnect()
        await self._look_no_more()

    async def drag(self) -> None:
        """Let a point go somewhere else; measure from there to its optimum."""
        moved = self._random.randrange(POINTS)
        self.points = [list(point) for point in self.points]
        self.points[moved][1] = self._mark()
        released = time.monotonic()
        arrived = await self._told()
        self.drags.append(Drag(released, time.monotonic() - released if arrived else None))

    async def _told(self) -> bool:
        """Whether the optimum came. As the editor does, tell again what met a fragment that was just being replaced."""
        await self.tell(points=self.points)
        for _ in range(TOLD_AGAIN):
            if await self.until(lambda: self._shows_optimum_of(self.points), "the optimum", seconds=CONFIRM_SECONDS):
                return True
            self.errors.pop()
            if not self.is_drawn:
                await self.tell(points=self.points)
        return await self.until(lambda: self._shows_optimum_of(self.points), "the optimum")

    async def tell(self, **state: Any) -> None:
        """Send a new state of the point editor, whatever it holds."""
        known = json.loads(self._states.get(self._editor, {}).get("json_value", "{}"))
        told = {**known, **state}
        self._states[self._editor] = {"json_value": json.dumps(told)}
        await self._rerun(fragment=self._elements[self._editor][1])

    def _mark(self) -> float:
        return round(SPACING * self.number + self._random.random(), 4)

    # From the server.

    def _take_element(self, delta: Any) -> None:
        before = self.shown
        super()._take_element(delta)
        element = delta.new_element
        if element.WhichOneof("type") == "alert" and element.alert.body:
            self.errors.append(element.alert.body)
        if self.shown is not before:
            self._check(self.shown)
            if self._is_training and (self._following is None or self._following.done()):
                self._following = asyncio.create_task(self._follow())

    @property
    def _is_training(self) -> bool:
        return bool((self.shown.get("film") or {}).get("is_running"))

    async def _follow(self) -> None:
        """Look at the newest still for as long as networks train."""
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while self._is_training:
                await asyncio.sleep(await self._look(f"/{self.shown['film']['address']}/newest"))

    async def _look_no_more(self) -> None:
        if self._following is not None:
            self._following.cancel()
            await asyncio.wait([self._following])  # which closes what it has open

    async def _look(self, path: str) -> float:
        """One look, and the seconds until the next."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, local_addr=(self.home, 0))
        host, cookie = f"127.0.0.1:{self.port}", f"Cookie: {self.cookie}\r\n" if self.cookie else ""
        try:
            writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{cookie}Connection: close\r\n\r\n".encode())
            answer = await reader.read()
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
        status, *lines = answer.partition(b"\r\n\r\n")[0].decode().lower().split("\r\n")
        self.frames += " 200 " in status
        headers = dict(line.split(": ", 1) for line in lines)
        return float(headers.get("look-again", LOOK_SECONDS))

    # What it sees.

    def _shows_optimum_of(self, points: Points) -> bool:
        return self.shown.get("points") == points and self.has_optimum

    def _check(self, shown: dict[str, Any]) -> None:
        """Everything that has a height must be near this visitor's interval."""
        band = shown.get("band") or {"lower": [], "upper": []}
        heights = [y for _, y in shown["points"]] + band["lower"] + band["upper"]
        for curve in shown["curves"]:
            heights += [y for _, ys in curve["lines"] for y in ys]
        self.frames += bool(self._curve("network")["lines"])
        mine = SPACING * self.number
        strange = [y for y in heights if y is not None and not mine - SWING <= y <= mine + 1 + SWING]
        if strange:
            self.leaks.append(f"visitor {self.number} saw a height of {strange[0]:g}")
