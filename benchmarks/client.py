"""A browser without a picture: speaks Streamlit's protocol, keeps what a page consists of, and presses its buttons.

A browser keeps a web socket to the server. It sends the state of all widgets whenever one of them changes, and asks for
a part of the page again as often as the page told it to; the server sends the elements of the page as protocol buffers.
A client does the same without drawing anything.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

__all__ = ["ANSWER_SECONDS", "Client"]

ANSWER_SECONDS = 60.0


@dataclass
class Client:
    """One browser tab. Connect it with `async with`; then `open`, `press` and `switch`.

    page : in its address, "" for the first one;  query : of its address;  home : the network address it comes from
    cookie : of the proxy, which keeps it with its replica;  address : what it says that it has in its address bar
    headings, alerts : what the newest run of the whole page has written, in order
    errors : what went wrong;  runs : how often the whole page has been drawn to its end
    is_drawn : whether the server is at work on the page, or waits for its turn to
    """

    port: int
    page: str = ""
    query: str = ""
    headings: list[str] = field(default_factory=list)
    alerts: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    runs: int = 0
    is_drawn: bool = False
    session: str = ""
    home: str = "127.0.0.1"
    cookie: str = ""
    address: str = ""

    def __post_init__(self) -> None:
        self._elements: dict[str, tuple[str, str]] = {}  # by the end of the id: id, fragment
        self._states: dict[str, Any] = {}
        self._pages: dict[str, str] = {}  # what Streamlit calls each page, as soon as it has said so
        self._timers: dict[str, tuple[float, asyncio.Task[None]]] = {}
        self._news = asyncio.Condition()

    async def __aenter__(self) -> "Client":
        await self.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.disconnect()

    async def connect(self, part: str = "") -> None:
        """Open the address, or come back to the page after a lost connection; returns when the page is there.

        `part` of it, a fragment, is all that is asked for, and not waited for.
        """
        protocols = ["streamlit", "token", *([self.session] if self.session else [])]
        self._socket = await websockets.connect(
            f"ws://127.0.0.1:{self.port}/_stcore/stream",
            subprotocols=[websockets.Subprotocol(each) for each in protocols],
            additional_headers={"Cookie": self.cookie} if self.cookie else {},
            local_addr=(self.home, 0),
            max_size=None,
            open_timeout=ANSWER_SECONDS,
        )
        brought = self._socket.response.headers.get("Set-Cookie", "") if self._socket.response else ""
        self.cookie = brought.partition(";")[0] or self.cookie
        self._reading = asyncio.create_task(self._read())
        if part:
            await self._rerun(fragment=part)
        else:
            await self.reload()

    async def disconnect(self) -> None:
        """As when the tab is closed or the network fails."""
        self._end_timers(list(self._timers))
        self._reading.cancel()
        await self._socket.close()

    def stop_reading(self) -> None:
        """Take nothing from the network any more, as no browser does."""
        self._reading.cancel()
        self._socket.transport.pause_reading()

    def vanish(self) -> None:
        """As when its machine loses power."""
        self._end_timers(list(self._timers))
        self._reading.cancel()
        self._socket.transport.abort()

    async def reload(self) -> None:
        """Have the whole page drawn again, and wait for it."""
        runs = self.runs
        await self._rerun()
        await self.until(lambda: self.runs > runs, "the page")

    async def open(self, page: str) -> None:
        """Go to another page of the app."""
        self.page = page
        await self.reload()

    async def press(self, button: str) -> None:
        """Click the button whose key ends so."""
        if await self.until(lambda: button in self._elements, button):
            await self._rerun(button, trigger_value=True)

    async def switch(self, toggle: str, on: bool) -> None:
        """Set the toggle whose key ends so."""
        await self.choose(toggle, bool_value=on)

    async def choose(self, widget: str, **value: Any) -> None:
        """Give the widget whose key ends so a value, in the field of Streamlit's protocol."""
        if await self.until(lambda: widget in self._elements, widget):
            identity, _ = self._elements[widget]
            self._states[identity] = value
            await self._rerun(widget)

    async def send(self, message: BackMsg) -> None:
        """Say anything."""
        await self._socket.send(message.SerializeToString())

    async def until(self, condition: Any, what: str, seconds: float = ANSWER_SECONDS) -> bool:
        """Wait for a condition, which is looked at whenever something arrives."""
        try:
            async with asyncio.timeout(seconds), self._news:
                await self._news.wait_for(condition)
        except TimeoutError:
            self.errors.append(f"{what} did not come within {seconds:g} s")
            return False
        return True

    # Towards the server.

    async def _rerun(self, element: str = "", *, fragment: str = "", automatic: bool = False, **trigger: bool) -> None:
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.is_auto_rerun = self.query, automatic
        state.page_name, state.context_info.url = self.page, self.address
        state.page_script_hash = self._pages.get(self.page, "")
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
                self.headings, self.alerts = [], []
        elif kind == "delta":
            self._take_element(message.delta)
        elif kind == "navigation":
            self._pages = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}
        elif kind == "auto_rerun":
            self._set_timer(message.auto_rerun.fragment_id, message.auto_rerun.interval)
        elif kind == "stop_auto_rerun":
            self._end_timers(message.stop_auto_rerun.fragment_ids)
        elif kind == "session_status_changed":
            self.is_drawn = message.session_status_changed.script_is_running
        elif kind == "script_finished":
            self.runs += message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
        elif kind == "session_event" and message.session_event.HasField("script_compilation_exception"):
            self.errors.append("the page does not compile")

    def _take_element(self, delta: Any) -> None:
        element = delta.new_element
        kind = element.WhichOneof("type")
        if kind == "exception":
            self.errors.append(f"{element.exception.type}: {element.exception.message}")
        elif kind == "heading":
            self.headings.append(element.heading.body)
        elif kind == "alert":
            self.alerts.append(element.alert.body)
        elif hasattr(message := getattr(element, kind or "", None), "id"):
            self._elements[message.id.rpartition("-")[2]] = message.id, delta.fragment_id

    def _set_timer(self, fragment: str, interval: float) -> None:
        """As the browser does: a timer with the same interval goes on."""
        if fragment in self._timers and self._timers[fragment][0] == interval:
            return
        self._end_timers([fragment])
        self._timers[fragment] = interval, asyncio.create_task(self._again_and_again(fragment, interval))

    def _end_timers(self, fragments: Any) -> None:
        for fragment in fragments:
            if fragment in self._timers:
                self._timers.pop(fragment)[1].cancel()
