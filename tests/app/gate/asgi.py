"""An ASGI server in miniature: what a middleware is told, and what it says."""

import asyncio


def request(kind="http", method="GET", path="/", client=("192.0.2.1", 4711), **headers):
    """The scope of a request; underscores in header names stand for hyphens."""
    pairs = [(name.replace("_", "-").lower().encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": kind, "path": path, "headers": pairs, "client": client}
    return scope | ({"method": method} if kind == "http" else {})


class App:
    """The application behind a middleware; remembers what reached it and answers 200."""

    def __init__(self):
        self.seen = []

    async def __call__(self, scope, receive, send):
        self.seen.append(scope)
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b""})
        else:
            await receive()
            await send({"type": "websocket.accept"})


def exchange(middleware, scope):
    """What a middleware sends in answer to one request."""
    sent = []

    async def receive():
        return {"type": "websocket.connect"} if scope["type"] == "websocket" else {"type": "http.request", "body": b""}

    async def send(message):
        sent.append(message)

    asyncio.run(middleware(scope, receive, send))
    return sent
