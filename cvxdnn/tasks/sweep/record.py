"""What a run leaves behind, and the table of all of them.

A record holds settings and outcomes as plain numbers and words. Its time is not compared: two tables are equal
when all runs took the same steps to the same results, wherever and however fast they were made.
"""

import csv
import io
import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, get_type_hints

from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.solution import Snapshot, Status
from cvxdnn.tasks.comparison import Baseline, bends
from cvxdnn.tasks.sweep.grid import OWN_POINTS

__all__ = ["COLUMNS", "REACHED", "Record", "Table", "record_of"]

REACHED = 1e-3
"""A run reached the optimum when its relative gap is at most this; at rest with a larger one it is stuck."""


@dataclass(frozen=True)
class Record:
    """One run: its settings, and where it ended. All objectives are in normalised units.

    objective : of the best network (measured); None if no restart stayed finite
    optimum : the global optimum (certified); None where none is known for this architecture
    gap : objective above the proven lower bound, as a share of that bound (certified); None without a bound
    knots : bends of the best network inside the data's range that can be told apart (measured)
    steps, seconds : optimiser steps, and time in the training loop (measured)
    status : how it ended, in one word
    """

    dataset: str
    loss: str
    optimizer: str
    depth: int
    width: int
    beta: float
    seed: int
    objective: float | None
    optimum: float | None
    gap: float | None
    knots: int | None
    steps: int
    status: str
    seconds: float = field(compare=False)

    @classmethod
    def from_plain(cls, values: Any) -> "Record":
        """The record of a mapping such as `dataclasses.asdict` makes, read back from a file.

        Raises
        ------
        InvalidInputError
            If it is not the mapping of a record.
        """
        if not isinstance(values, Mapping) or list(values) != list(COLUMNS) or not _has_the_right_types(values):
            raise InvalidInputError(f"a stored record is {values!r:.60}; delete the file it came from")
        return cls(**values)


COLUMNS = tuple(each.name for each in fields(Record))
_TYPES = get_type_hints(Record)
LARGEST_WHOLE = 2**53
"""Every table and chart can hold a whole number up to this."""


def _has_the_right_types(values: Mapping[str, Any]) -> bool:
    """Whether every value is one that its column can hold."""
    return all(_fits(value, _TYPES[name]) for name, value in values.items())


def _fits(value: object, kind: Any) -> bool:
    """Numbers are finite, texts of whole characters; a whole number may stand for a float, a truth value for none."""
    if isinstance(value, str):
        return kind is str and not any("\ud800" <= character <= "\udfff" for character in value)
    if isinstance(value, int):
        return kind is not str and not isinstance(value, bool) and abs(value) <= LARGEST_WHOLE
    return isinstance(value, kind) and not (isinstance(value, float) and not math.isfinite(value))


@dataclass(frozen=True)
class Table:
    """The records of a sweep in the order of its grid, those that are there.

    records : tuple of Record;  size : how many there will be
    """

    records: tuple[Record, ...]
    size: int

    def __len__(self) -> int:
        return len(self.records)

    def __iter__(self) -> Iterator[Record]:
        return iter(self.records)

    def column(self, name: str) -> list[Any]:
        """One value for each record.

        Raises
        ------
        InvalidInputError
            If there is no such column.
        """
        if name not in COLUMNS:
            raise InvalidInputError(f"name is {name!r:.60}; choose one of {', '.join(COLUMNS)}")
        return [getattr(record, name) for record in self.records]

    def of_seeds(self, seeds: Collection[int]) -> "Table":
        """The records of these seeds only."""
        records = tuple(record for record in self.records if record.seed in seeds)
        return Table(records, len(records))

    def to_csv(self) -> str:
        """The table as text: a header, one line for each record, numbers exact, what is not known empty."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        for record in self.records:
            writer.writerow([getattr(record, name) for name in COLUMNS])
        return text.getvalue()


def record_of(baseline: Baseline, snapshot: Snapshot, seconds: float) -> Record:
    """The record of a run that ended with this snapshot, measured against the certified optimum."""
    scenario, finite = baseline.scenario, math.isfinite(snapshot.objective)
    bound = baseline.lower_bound
    gap = (snapshot.objective - bound) / bound if finite and bound else None
    return Record(
        dataset=scenario.preset or OWN_POINTS,
        loss=scenario.loss,
        optimizer=scenario.optimizer,
        depth=scenario.depth,
        width=scenario.width,
        beta=scenario.beta,
        seed=scenario.seed,
        objective=snapshot.objective if finite else None,
        optimum=None if bound is None or baseline.solution is None else baseline.solution.objective,
        gap=gap,
        knots=bends(snapshot.network.to_spline()).size if finite else None,
        steps=snapshot.step,
        status=_ending(snapshot.status, gap),
        seconds=seconds,
    )


def _ending(status: Status, gap: float | None) -> str:
    """How the run ended; at rest above the optimum it is stuck."""
    if status in (Status.CONVERGED, Status.STUCK):
        status = Status.STUCK if gap is not None and gap > REACHED else Status.CONVERGED
    return status.name.lower().replace("_", " ")
