"""The Sweep lab of one browser session: which grid it shows, and whether its runs are being made.

A session has one sweep at a time. It goes on while the visitor looks at other pages, stops when the tab is closed,
and goes on by itself when a lost connection comes back; what is done is on disk in any case, where every grid with
some of these runs finds it again, also after a restart of the app.
"""

import threading
from functools import lru_cache
from typing import Any

from cvxdnn.app.process import runner
from cvxdnn.app.tab import tab
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.tasks.scenario import Scenario
from cvxdnn.tasks.sweep import ConcurrencyLimit, Grid, Sweep, settings
from cvxdnn.tasks.sweep.sample import sample_results

PREFIX = "sweep_"
LIVE_SECONDS = 1.0
GRACE_SECONDS = 5.0
"""How long a sweep outlives its browser: long enough for a lost connection to come back."""


class Lab:
    """What one browser session has on this page.

    sweep : of the grid that the controls show; None while they show an impossible one
    problem : why it is impossible, or ""
    has_sample : whether some of its results may have come with the app
    """

    def __init__(self) -> None:
        self.sweep: Sweep | None = None
        self.problem = ""
        self.has_sample = False
        self._leaving: threading.Timer | None = None
        self._suspended = False

    @property
    def is_running(self) -> bool:
        """Whether runs are being made."""
        return self.sweep is not None and self.sweep.is_running

    @property
    def stage(self) -> bool:
        """What more than one part of the page shows."""
        return self.is_running

    def show(self, lists: dict[str, tuple[Any, ...]], base: Scenario, max_steps: int) -> None:
        """Turn to the grid of these lists, and to the results that it has already."""
        try:
            grid = _grid(tuple(lists.items()), base, max_steps)
        except InvalidInputError as error:
            self.sweep, self.problem = None, f"These settings make no sweep: {error}."
            return
        self.problem = ""
        if self.sweep is None or self.sweep.grid != grid:
            shelf, records = sample_results()
            self.has_sample = shelf in grid.shelves
            self.sweep = Sweep(grid, known=records if self.has_sample else ())

    def start(self) -> None:
        """Make the runs that are missing."""
        if self.sweep is not None:
            self.sweep.start(runner(), limit())

    def stop(self) -> None:
        """Make no more runs."""
        if self.sweep is not None:
            self.sweep.stop()

    def leave(self) -> None:
        """The browser is gone, perhaps for a moment."""
        if not self.is_running:
            return
        self._leaving = threading.Timer(GRACE_SECONDS, self._suspend)
        self._leaving.daemon = True
        self._leaving.start()

    def poll(self) -> None:
        """The browser is there, or there again."""
        if self._leaving is not None:
            self._leaving.cancel()
            self._leaving = None
        if self._suspended:
            self._suspended = False
            self.start()

    def _suspend(self) -> None:
        self._suspended = self.is_running
        self.stop()


@lru_cache(maxsize=1)
def limit() -> ConcurrencyLimit:
    """How many runs all sweeps together may have at one time: one worker is left for everybody else."""
    return ConcurrencyLimit(lambda: runner().status().workers - 1)


def lab() -> Lab:
    """This tab's lab."""
    current = tab().own("sweep", lambda _: Lab())
    current.poll()
    return current


@lru_cache(maxsize=64)
def _grid(lists: tuple[tuple[str, tuple[Any, ...]], ...], base: Scenario, max_steps: int) -> Grid:
    grid = Grid(**dict(lists), base=base, max_steps=max_steps)
    if len(grid) > settings.runs():
        raise InvalidInputError(
            f"they make {len(grid):,} runs, and this host allows {settings.runs():,}; take fewer seeds or shorter lists"
        )
    return grid
