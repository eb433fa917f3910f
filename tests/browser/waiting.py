"""Waiting in a browser for what no locator can express."""

import time
from collections.abc import Callable
from typing import TypeVar

from playwright.sync_api import Page

SLOW = 120_000  # milliseconds after which what is waited for will not come; on a busy machine all takes long

Seen = TypeVar("Seen")


def wait_until(page: Page, look: Callable[[], Seen], what: str) -> Seen:
    """What a look at the page finds as soon as it finds anything; the page goes on meanwhile."""
    deadline = time.monotonic() + SLOW / 1000
    while not (seen := look()):
        assert time.monotonic() < deadline, f"it never happened: {what}"
        page.wait_for_timeout(40)
    return seen
