"""A message speaks of the widgets of one page, in few words, or it ends its connection.

Streamlit keeps whatever a browser says of widgets, also of those that no page has, and keeps it for two minutes
longer than the connection. It also takes every name that is not a widget's for one of its own values.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cvxdnn.app.gate.said import NOT_STREAMLITS, said

__all__ = ["Messages", "fault"]

MOST_WIDGETS = 200
"""Of which one message may speak; the page with most has 22, all pages together 124."""
LONGEST_NAME = 200
"""Of a widget; ours have up to 69 characters."""
WIDGET = "$$ID-"
"""What Streamlit lets the name of every widget begin with."""
MOST_BYTES = 400_000
"""Of one message; 500 points, in the chart and pasted into the table, take up to 150,000."""
TOO_LARGE, NOT_OURS, GARBLED = 1009, 1008, 1002


class Messages:
    """Middleware: ends a web socket on which something is said that no page of ours would.

    Parameters
    ----------
    app : ASGI application
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is said, up to the first message with a fault."""
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        ended = False

        async def next_message() -> Message:
            nonlocal ended
            message = await receive()
            code = fault(message) if message["type"] == "websocket.receive" else None
            if code is None:
                return message
            ended = True
            await send({"type": "websocket.close", "code": code})
            return {"type": "websocket.disconnect", "code": code}

        async def send_until_the_end(message: Message) -> None:
            if not ended:
                await send(message)

        await self._app(scope, next_message, send_until_the_end)


def fault(message: Message) -> int | None:
    """The code to close with if this is no message that a page of ours lets a browser send, or text."""
    if len(message.get("bytes") or b"") > MOST_BYTES:
        return TOO_LARGE
    try:
        widgets = said(message).rerun_script.widget_states.widgets
    except NOT_STREAMLITS:
        return GARBLED
    are_ours = len(widgets) <= MOST_WIDGETS and all(map(_is_name, (widget.id for widget in widgets)))
    return None if are_ours else NOT_OURS


def _is_name(identity: str) -> bool:
    return identity.startswith(WIDGET) and len(identity) <= LONGEST_NAME
