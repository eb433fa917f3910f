"""A visitor without a browser: speaks Streamlit's protocol, drags points, trains, and checks whose points it sees.

A browser keeps a web socket to the server. It sends the state of all widgets whenever one of them changes, and asks for
a part of the page again as often as the page told it to; the server sends the elements of the page as protocol buffers.
A visitor does the same without drawing anything.

Every visitor's points carry its mark: all y lie in a unit interval that belongs to it alone. Whatever arrives (points,
optimum, network, band) must lie near that interval; anything else belongs to somebody else.
"""

import asyncio
import json
import random
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from cvxdnn.scenario import Scenario

__all__ = ["Drag", "Visitor"]

POINTS = 10
SPACING = 100.0
"""Between the intervals of two visitors, in y; a curve may swing a few units beyond its own."""
SWING = 20.0
PREVIEWS = 5
PREVIEW_SECONDS = 0.066
ANSWER_SECONDS = 30.0

Points = list[list[float]]


@dataclass(frozen=True)
class Drag:
    """One drag: seconds from the release of the point to its optimum (None: it never came), and when that was."""

    at: float
    seconds: float | None


@dataclass
class Visitor:
    """One session. Connect it with `async with`; then `drag`, `press` and `switch`.

    settings : of its scenario, other than the points
    drags : what was measured;  errors : what went wrong;  leaks : what it saw of others;  frames : networks seen
    """

    port: int
    number: int
    settings: dict[str, Any] = field(default_factory=dict)
    drags: list[Drag] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)
    frames: int = 0
    session: str = ""

    def __post_init__(self) -> None:
        self._random = random.Random(self.number)
        self.points: Points = [[i / (POINTS - 1), self._mark()] for i in range(POINTS)]
        self.shown: dict[str, Any] = {}
        self._query = urlencode(Scenario(points=tuple(map(tuple, self.points)), **self.settings).to_query())
        self._elements: dict[str, tuple[str, str]] = {}  # by the end of the id: id, fragment
        self._states: dict[str, Any] = {}
        self._timers: dict[str, asyncio.Task[None]] = {}
        self._news = asyncio.Condition()
        self._runs = 0
        self._previews = 0
        self._editor = ""

    async def __aenter__(self) -> "Visitor":
        await self.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.disconnect()

    async def connect(self) -> None:
        """Open the link of one's own points, or come back to the page after a lost connection."""
        protocols = ["streamlit", "token", *([self.session] if self.session else [])]
        self._socket = await websockets.connect(
            f"ws://127.0.0.1:{self.port}/_stcore/stream",
            subprotocols=[websockets.Subprotocol(each) for each in protocols],
            max_size=None,
            open_timeout=ANSWER_SECONDS,
        )
        self._reading = asyncio.create_task(self._read())
        runs = self._runs
        await self._rerun()
        await self._until(lambda: self._runs > runs and self.shown.get("points") == self.points, "the page")

    async def disconnect(self) -> None:
        """As when the tab is closed or the network fails."""
        for timer in self._timers.values():
            timer.cancel()
        self._reading.cancel()
        await self._socket.close()

    async def drag(self) -> None:
        """Drag one point with a few previews on the way; measure from its release to its optimum."""
        moved = self._random.randrange(POINTS)
        for _ in range(PREVIEWS):
            self.points = [list(point) for point in self.points]
            self.points[moved][1] = self._mark()
            if self.shown.get("previewed") in (None, self._previews):
                self._previews += 1
                await self.tell(preview={"number": self._previews, "points": self.points})
            await asyncio.sleep(PREVIEW_SECONDS)
        released = time.monotonic()
        await self.tell(points=self.points)
        arrived = await self._until(lambda: self._shows_optimum_of(self.points), "the optimum")
        self.drags.append(Drag(released, time.monotonic() - released if arrived else None))

    async def press(self, button: str) -> None:
        """Click the button whose key ends so."""
        if await self._until(lambda: button in self._elements, button):
            await self._rerun(button, trigger_value=True)

    async def switch(self, toggle: str, on: bool) -> None:
        """Set the toggle whose key ends so."""
        if await self._until(lambda: toggle in self._elements, toggle):
            identity, _ = self._elements[toggle]
            self._states[identity] = {"bool_value": on}
            await self._rerun(toggle)

    async def tell(self, **state: Any) -> None:
        """Send a new state of the point editor, whatever it holds."""
        known = json.loads(self._states.get(self._editor, {}).get("json_value", "{}"))
        told = {**known, **state}
        self._states[self._editor] = {"json_value": json.dumps(told)}
        await self._rerun(fragment=self._elements[self._editor][1])

    async def send(self, message: BackMsg) -> None:
        """Say anything."""
        await self._socket.send(message.SerializeToString())

    # Towards the server.

    def _mark(self) -> float:
        return round(SPACING * self.number + self._random.random(), 4)

    async def _rerun(self, element: str = "", *, fragment: str = "", automatic: bool = False, **trigger: bool) -> None:
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.is_auto_rerun = self._query, automatic
        if element:
            identity, fragment = self._elements[element]
            if trigger:
                state.widget_states.widgets.add(id=identity, **trigger)
        state.fragment_id = fragment
        for identity, value in self._states.items():
            state.widget_states.widgets.add(id=identity, **value)
        await self.send(message)

    async def _again_and_again(self, fragment: str, interval: float) -> None:
        while True:
            await asyncio.sleep(interval)
            await self._rerun(fragment=fragment, automatic=True)

    # From the server.

    async def _read(self) -> None:
        try:
            async for data in self._socket:
                message = ForwardMsg()
                message.ParseFromString(data)
                async with self._news:
                    self._take(message)
                    self._news.notify_all()
        except websockets.ConnectionClosedError as error:
            self.errors.append(f"connection lost: {error}")

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.session = message.new_session.initialize.session_id or self.session
            if not message.metadata.run.fragment_ids:
                self._end_timers(list(self._timers))
        elif kind == "delta":
            self._take_element(message.delta)
        elif kind == "auto_rerun":
            again = self._again_and_again(message.auto_rerun.fragment_id, message.auto_rerun.interval)
            self._end_timers([message.auto_rerun.fragment_id])
            self._timers[message.auto_rerun.fragment_id] = asyncio.create_task(again)
        elif kind == "stop_auto_rerun":
            self._end_timers(message.stop_auto_rerun.fragment_ids)
        elif kind == "script_finished":
            self._runs += 1
        elif kind == "session_event" and message.session_event.HasField("script_compilation_exception"):
            self.errors.append("the page does not compile")

    def _take_element(self, delta: Any) -> None:
        element = delta.new_element
        kind = element.WhichOneof("type")
        if kind == "exception":
            self.errors.append(f"{element.exception.type}: {element.exception.message}")
        elif kind == "alert" and element.alert.body:
            self.errors.append(element.alert.body)
        elif kind in ("button", "checkbox"):
            identity = getattr(element, kind).id
            self._elements[identity.rpartition("-")[2]] = identity, delta.fragment_id
        elif kind == "bidi_component":
            self._editor = element.bidi_component.id
            self._elements[self._editor] = self._editor, delta.fragment_id
            self.shown = json.loads(element.bidi_component.json)
            self._check(self.shown)

    def _end_timers(self, fragments: Any) -> None:
        for fragment in fragments:
            timer = self._timers.pop(fragment, None)
            if timer is not None:
                timer.cancel()

    async def _until(self, condition: Any, what: str) -> bool:
        try:
            async with asyncio.timeout(ANSWER_SECONDS), self._news:
                await self._news.wait_for(condition)
        except TimeoutError:
            self.errors.append(f"visitor {self.number}: {what} did not come within {ANSWER_SECONDS:g} s")
            return False
        return True

    # What it sees.

    def _curve(self, name: str) -> Any:
        return next((curve for curve in self.shown.get("curves", []) if curve["name"] == name), {"lines": []})

    def _shows_optimum_of(self, points: Points) -> bool:
        return self.shown.get("points") == points and bool(self._curve("optimum")["lines"])

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
