"""Which runs of a grid are done, which are being made, and which comes next. Safe to use from any thread.

    open -> being made -> done | failed            (or open again, with what it was left with)

Runs are made seed by seed, so that every cell of a heat map has a first value soon. A run that was left goes
first. A run that fails is not tried again until `reopen`.
"""

import random
import threading
from collections.abc import Iterable
from dataclasses import dataclass

from cvxdnn.jobs import Job
from cvxdnn.tasks.sweep.grid import AXES, Grid
from cvxdnn.tasks.sweep.record import Record, Table
from cvxdnn.tasks.sweep.store import Store
from cvxdnn.tasks.sweep.task import Paused

__all__ = ["Ledger", "Run"]

_CHANCE = random.Random()  # its own: the state of the common generator is that of whoever has seeded it


@dataclass(frozen=True)
class Run:
    """A run that is not finished: its number, where it was left, and how many workers died under it."""

    number: int
    paused: Paused | None = None
    deaths: int = 0


class Ledger:
    """The runs of one grid.

    A record is taken for the run whose settings it says, whichever grid it was made for.

    message : what went wrong with the results on disk, or ""
    """

    def __init__(self, grid: Grid, store: Store, known: Iterable[Record]) -> None:
        self.message = ""
        self._grid = grid
        self._logs = {shelf: store.log(shelf) for shelf in grid.shelves}
        self._order = sorted(range(len(grid)), key=lambda number: number % len(grid.seeds))
        self._lock = threading.Lock()
        self._records: dict[int, Record] = {}
        self._left: dict[int, Run] = {}
        self._making: dict[int, Job | None] = {}
        self._failures: dict[int, str] = {}
        self._take_over(known)
        self.catch_up()

    @property
    def table(self) -> Table:
        """The records so far."""
        with self._lock:
            return Table(tuple(self._records[number] for number in sorted(self._records)), len(self._grid))

    @property
    def done(self) -> int:
        """How many runs have a record."""
        return len(self._records)

    @property
    def failures(self) -> list[str]:
        """Why runs failed, one text for each."""
        with self._lock:
            return list(self._failures.values())

    @property
    def jobs(self) -> list[Job]:
        """The jobs of the runs that are being made."""
        with self._lock:
            return [job for job in self._making.values() if job is not None]

    def next(self, choice: int) -> Run | None:
        """A run to make, one of the next `choice` ones; None if all are done, failed or being made."""
        self.catch_up()
        with self._lock:
            taken = self._records.keys() | self._making.keys() | self._failures.keys()
            left = [number for number in self._left if number not in taken]
            open_runs = [number for number in self._order if number not in taken]
            if not open_runs:
                return None
            number = left[0] if left else _CHANCE.choice(open_runs[:choice])
            self._making[number] = None
            return self._left.pop(number, Run(number))

    def making(self, run: Run, job: Job) -> None:
        """This job makes the run."""
        with self._lock:
            self._making[run.number] = job

    def keep(self, run: Run, record: Record) -> None:
        """The run is done."""
        with self._lock:
            self._records[run.number] = record
        try:
            self._logs[self._grid.shelf(run.number)].append(record)
        except OSError as error:
            self.message = f"Results cannot be written ({error.strerror}); they stay until the app restarts."

    def leave(self, run: Run) -> None:
        """The run is to be gone on with."""
        with self._lock:
            self._left[run.number] = run

    def fail(self, run: Run, cause: str) -> None:
        """The run cannot be made."""
        with self._lock:
            self._failures[run.number] = cause

    def release(self, run: Run) -> None:
        """Nobody makes the run any more."""
        with self._lock:
            self._making.pop(run.number, None)

    def reopen(self) -> None:
        """Try again what failed."""
        with self._lock:
            self._failures.clear()
        self.message = ""
        self.catch_up()

    def catch_up(self) -> None:
        """Take over what is on disk, whoever wrote it."""
        for log in self._logs.values():
            try:
                with self._lock:
                    self._take_over(log.news())
            except OSError as error:
                self.message = f"Earlier results cannot be read ({error.strerror}); the runs are made again."

    def _take_over(self, records: Iterable[Record]) -> None:
        """Keep those of runs of this grid that have none."""
        for record in records:
            number = self._grid.numbers.get(tuple(getattr(record, name) for name in AXES.values()))
            if number is not None:
                self._records.setdefault(number, record)
