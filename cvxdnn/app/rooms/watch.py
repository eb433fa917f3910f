"""Waiting for news of a room, also of what another process or replica did: one look at all rooms some times a second.

Who waits costs nothing in between. There is no look while nobody waits.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from cvxdnn.app.rooms.refusals import Refused
from cvxdnn.app.rooms.store import Mark

__all__ = ["Watch"]

LOOK_SECONDS = 0.2


@dataclass(frozen=True)
class _Waiting:
    code: str
    is_news: Callable[[Mark | None], bool]
    woken: asyncio.Future[bool]


class Watch:
    """Who waits for what. Used in one event loop.

    Parameters
    ----------
    marks : callable
        What has happened in rooms of these codes; see `cvxdnn.app.rooms.store.Store`.
    most : int
        Who may wait at one time.
    """

    def __init__(self, marks: Callable[[Sequence[str]], Awaitable[Mapping[str, Mark]]], most: int) -> None:
        self._marks, self._most = marks, most
        self._waiting: dict[Hashable, _Waiting] = {}
        self._looking: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    async def until(
        self, code: str, is_news: Callable[[Mark | None], bool], *, who: Hashable, seconds: float
    ) -> bool | None:
        """Whether there was news within these seconds; None where too many wait, or the same one waits again."""
        old = self._waiting.pop(who, None)
        if old is not None and not old.woken.done():
            old.woken.cancel()
        if len(self._waiting) >= self._most:
            return None
        mine = _Waiting(code, is_news, asyncio.get_running_loop().create_future())
        self._waiting[who] = mine
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            async with asyncio.timeout(seconds):
                return await mine.woken
        except TimeoutError:
            return False
        except asyncio.CancelledError:
            if self._waiting.get(who) is mine:  # the request itself is cancelled
                raise
            return None
        finally:
            if self._waiting.get(who) is mine:
                del self._waiting[who]

    async def _look(self) -> None:
        while self._waiting:
            await asyncio.sleep(LOOK_SECONDS)
            with suppress(Refused):  # the store is away: there is no news of it
                found = await self._marks(sorted({each.code for each in self._waiting.values()}))
                for each in list(self._waiting.values()):
                    if not each.woken.done() and each.is_news(found.get(each.code)):
                        each.woken.set_result(True)
