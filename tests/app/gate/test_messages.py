"""A message that no page of ours sends ends its connection, before anything of it is kept; others pass untouched."""

import asyncio
import json

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg

from cvxdnn.app.gate.messages import LONGEST_NAME, MOST_BYTES, MOST_WIDGETS, Messages, fault
from tests.app.gate.asgi import App, exchange, request

NAME = "$$ID-0123456789abcdef-explore_depth"
OTHER = BackMsg(app_heartbeat=True).SerializeToString()


def speaking_of(*names, **value):
    message = BackMsg()
    for name in names:
        message.rerun_script.widget_states.widgets.add(id=name, **value)
    return message.SerializeToString()


def largest():
    """The most that a page lets a browser say: as many points as a host may allow, dragged, dropped and pasted."""
    number = -1.2345678901234567e-101
    points = [[number, number]] * 500
    pasted = [{"x": repr(number), "y": repr(number)}] * 500
    message = BackMsg(rerun_script={"query_string": "&points=" + f"{number}".ljust(25) * 1_000})
    add = message.rerun_script.widget_states.widgets.add
    add(id=NAME, json_value=json.dumps({"points": points}))
    add(id=NAME, string_value=json.dumps({"edited_rows": dict(enumerate(pasted)), "added_rows": pasted}))
    return message.SerializeToString()


FAULTS = {
    "many": (speaking_of(*(f"{NAME}{k}" for k in range(MOST_WIDGETS + 1))), 1008),
    "a long name": (speaking_of(NAME + "x" * LONGEST_NAME), 1008),
    "no name": (speaking_of(""), 1008),
    "a name of the app's own": (speaking_of("explore_session"), 1008),
    "large": (speaking_of(NAME, string_value="x" * MOST_BYTES), 1009),
    "garbage": (b"\xff" * 100, 1002),
    "text": ("text", 1002),
}
PROPER = {
    "none": speaking_of(),
    "one": speaking_of(NAME, int_value=3),
    "as many as may be": speaking_of(*(f"{NAME}{k}" for k in range(MOST_WIDGETS))),
    "the largest": largest(),
    "of something else": OTHER,
}


@pytest.mark.parametrize("data", PROPER.values(), ids=PROPER)
def test_what_a_page_sends_passes(data):
    assert fault({"type": "websocket.receive", "bytes": data}) is None


def test_the_bound_is_a_multiple_of_what_a_page_sends():
    assert 2 * len(largest()) < MOST_BYTES


@pytest.mark.parametrize(("data", "code"), FAULTS.values(), ids=FAULTS)
def test_what_no_page_sends_ends_the_connection_and_is_not_passed_on(data, code):
    told = [
        {"type": "websocket.connect"},
        {"type": "websocket.receive", "bytes": OTHER},
        {"type": "websocket.receive", "text" if isinstance(data, str) else "bytes": data},
    ]
    heard, sent = [], []

    async def app(scope, receive, send):
        await send({"type": "websocket.accept"})
        while not heard or heard[-1]["type"] != "websocket.disconnect":
            heard.append(await receive())
        await send({"type": "websocket.send", "bytes": b"too late"})

    async def receive():
        return told.pop(0)

    async def send(message):
        sent.append(message)

    asyncio.run(Messages(app)(request("websocket"), receive, send))
    assert [message.get("bytes") for message in heard] == [None, OTHER, None]
    assert sent == [{"type": "websocket.accept"}, {"type": "websocket.close", "code": code}]


@pytest.mark.parametrize("scope", [request(), request("websocket")])
def test_everything_else_passes(scope):
    app = App()
    exchange(Messages(app), scope)
    assert app.seen == [scope]
