"""From the table to the cells of a heat map: two settings span it, everything else is pooled.

    cell(r, c) = summary { outcome of run : row setting = r, column setting = c, further settings as chosen }

The share of runs that reached the optimum counts those whose relative certified gap is at most `REACHED`; of the
other outcomes the median is taken, which single bad seeds do not move, or the smallest or largest gap.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from types import MappingProxyType
from typing import Any

from cvxdnn.core import validation
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.tasks.sweep.grid import AXES, Grid
from cvxdnn.tasks.sweep.record import REACHED, Record, Table

__all__ = ["MEASURES", "Cell", "Measure", "cells"]


@dataclass(frozen=True)
class Measure:
    """What a cell can show.

    label : with its kind, certified or measured;  column : of the table
    summary : of the values that are known;  logarithmic : how its colours are scaled
    """

    label: str
    column: str
    summary: Callable[[Sequence[float]], float]
    logarithmic: bool = False


def _share_reached(gaps: Sequence[float]) -> float:
    return sum(gap <= REACHED for gap in gaps) / len(gaps)


MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        "reached": Measure("runs that reach the optimum (certified)", "gap", _share_reached),
        "gap": Measure("median gap to the optimum (certified)", "gap", median, True),
        "smallest gap": Measure("smallest gap to the optimum (certified)", "gap", min, True),
        "largest gap": Measure("largest gap to the optimum (certified)", "gap", max, True),
        "objective": Measure("median objective of the network (measured)", "objective", median, True),
        "knots": Measure("median number of knots (measured)", "knots", median),
        "steps": Measure("median number of optimiser steps (measured)", "steps", median),
        "seconds": Measure("median training time in seconds (measured)", "seconds", median),
    }
)


@dataclass(frozen=True)
class Cell:
    """One cell: its two settings, its value (None while unknown), runs done and runs in all."""

    row: Any
    column: Any
    value: float | None
    done: int
    total: int


def cells(
    table: Table,
    grid: Grid,
    *,
    rows: str = "widths",
    columns: str = "betas",
    measure: str = "reached",
    only: Mapping[str, Any] | None = None,
) -> tuple[Cell, ...]:
    """Every cell of the map that the lists `rows` and `columns` of the grid span, row by row.

    Parameters
    ----------
    rows, columns : different names from `AXES`
    measure : name from `MEASURES`
    only : mapping of names from `AXES` to one value each, optional
        Pool these runs only.

    Raises
    ------
    InvalidInputError
        For an unknown name, or the same one twice.
    """
    for name, value in (("rows", rows), ("columns", columns), *(("only", name) for name in only or {})):
        validation.one_of(name, value, AXES)
    if rows == columns:
        raise InvalidInputError(f"rows and columns are both {rows!r}; choose two different lists")
    chosen = MEASURES[validation.one_of("measure", measure, MEASURES)]
    kept = {AXES[name]: value for name, value in (only or {}).items()}
    pools = _pools(table, AXES[rows], AXES[columns], kept)
    free = [name for name in AXES if name not in (rows, columns) and AXES[name] not in kept]
    total = 1
    for name in free:
        total *= len(getattr(grid, name))
    return tuple(
        _cell(row, column, pools.get((row, column), []), chosen, total)
        for row in _shown(grid, rows, kept)
        for column in _shown(grid, columns, kept)
    )


def _pools(table: Table, row: str, column: str, kept: Mapping[str, Any]) -> dict[tuple[Any, Any], list[Record]]:
    pools: dict[tuple[Any, Any], list[Record]] = {}
    for record in table:
        if all(getattr(record, name) == value for name, value in kept.items()):
            pools.setdefault((getattr(record, row), getattr(record, column)), []).append(record)
    return pools


def _shown(grid: Grid, name: str, kept: Mapping[str, Any]) -> list[Any]:
    return [value for value in getattr(grid, name) if kept.get(AXES[name], value) == value]


def _cell(row: Any, column: Any, pool: list[Record], measure: Measure, total: int) -> Cell:
    known = [value for record in pool if (value := getattr(record, measure.column)) is not None]
    return Cell(row, column, float(measure.summary(known)) if known else None, len(pool), total)
