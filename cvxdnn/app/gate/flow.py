"""How fast a tab may speak, and how long it may leave unread what it is sent.

A tab has tokens, `RATE` new ones a second and `BURST` at most. What it says costs one, and twenty if it asks for the
whole page, which costs the server that much more. Who has none left is not closed and loses nothing: the next message
is read when the debt is paid, and the network holds the sender back. No page of ours comes near: a drag with live
charts is 40 messages a second, and nobody clicks ten times at once and then three times a second. Where pages wait
for each other, the next ones cost more: who has asked for many makes room for who asks for one.
"""

import asyncio
import time
from collections.abc import Callable

from starlette.types import Message, Receive, Send

from cvxdnn.app.gate.said import NOT_STREAMLITS, said
from cvxdnn.app.turn import turn

__all__ = ["Tokens", "asks_for_a_page", "expire", "paced", "patient"]

RATE = 60.0
BURST = 200.0
WHOLE_PAGE, WHOLE_PAGE_IN_LINE = 20.0, 120.0
LONG_LINE = 3
"""So many pages waiting for their turn are a line."""
UNREAD_SECONDS = 30.0
"""As long as nginx waits for a browser (`deploy/sticky.conf.template`)."""


class Tokens:
    """What one tab may still say."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left, self._then = BURST, clock()

    def spend(self, cost: float) -> None:
        """Take tokens, also those that are not there yet."""
        self._left, self._then = self._now() - cost, self._clock()

    def seconds_until_paid(self) -> float:
        """How long nothing more is to be heard."""
        return max(0.0, -self._now() / RATE)

    def _now(self) -> float:
        return min(BURST, self._left + RATE * (self._clock() - self._then))


def asks_for_a_page(message: Message) -> bool:
    """Whether it is asked for a whole page; a part of one (fragment) is for who has been given the whole.

    Raises
    ------
    DecodeError, TypeError
        If this is no message of Streamlit's, or text.
    """
    asked = said(message)
    return asked.WhichOneof("type") == "rerun_script" and not asked.rerun_script.fragment_id


def paced(receive: Receive, tokens: Tokens, waiting: Callable[[], int] = lambda: turn.waiting) -> Receive:
    """Hear no more than there are tokens for; `waiting` pages make the next one dear."""

    async def next_message() -> Message:
        if debt := tokens.seconds_until_paid():
            await asyncio.sleep(debt)
        message = await receive()
        tokens.spend(_cost(message, WHOLE_PAGE_IN_LINE if waiting() >= LONG_LINE else WHOLE_PAGE))
        return message

    return next_message


def patient(send: Send, life: asyncio.Timeout, seconds: float = UNREAD_SECONDS) -> Send:
    """Send, and end the life of a socket whose browser takes nothing for so long, or is gone.

    What a browser had said before it went is not worth hearing: it would take the time that its tokens do.
    """

    async def pass_on(message: Message) -> None:
        try:
            async with asyncio.timeout(seconds):
                await send(message)
        except OSError:  # as TimeoutError is
            expire(life)
            raise

    return pass_on


def expire(life: asyncio.Timeout) -> None:
    """End it now, unless that has begun already."""
    if not life.expired():
        life.reschedule(asyncio.get_running_loop().time())


def _cost(message: Message, whole_page: float) -> float:
    try:
        return whole_page if asks_for_a_page(message) else 1.0
    except NOT_STREAMLITS:  # Streamlit ends the socket for it
        return 1.0
