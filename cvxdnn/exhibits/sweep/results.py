"""The results of a sweep: the map with its own controls, and the table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from cvxdnn.app.prose import note
from cvxdnn.app.stage import stage
from cvxdnn.exhibits.sweep.charts import AXIS_LABELS, is_certified, name_of, tiles, tone_of
from cvxdnn.exhibits.sweep.choices import SETTINGS
from cvxdnn.exhibits.sweep.lab import PREFIX
from cvxdnn.tasks.scenario import Scenario
from cvxdnn.tasks.sweep import AXES, COLUMNS, MEASURES, REACHED, Cell, Grid, Sweep, cells

TABLE_HEIGHT = 380
MOST_STILLS = 10
RUNS = "runs of the setting"
"""Column of a table that is not whole: of how many seeds the line's setting has been tried with."""


@dataclass(frozen=True)
class View:
    """What spans the map, what it shows, and the runs that it is about."""

    measure: str
    rows: str
    columns: str
    only: dict[str, Any]

    @property
    def names(self) -> dict[str, str]:
        """As `cells` takes them."""
        return {"rows": self.rows, "columns": self.columns, "measure": self.measure}


def map_of(sweep: Sweep, visit: Callable[[Scenario], None]) -> None:
    """The map, with what spans it and what it shows; `visit` opens a run elsewhere."""
    picture = st.container()
    with st.container(border=True):
        view = _view(sweep.grid)
        _say(sweep, view)
    shown = cells(sweep.table, sweep.grid, only=view.only, **view.names)

    def open_cell(told: Any) -> None:
        run = _run_of(sweep.grid, view, shown, told)
        if run is not None:
            visit(run)

    with picture:
        stage("sweep", _model(sweep, view, shown), key=PREFIX + "map", on_act=open_cell)


def _say(sweep: Sweep, view: View) -> None:
    """What a cell stands for."""
    is_whole = len(sweep.table) == sweep.table.size
    pooled = _pooled(sweep.grid, view.rows, view.columns, view.only)
    note(pooled + ("" if is_whole else " Small figures: those done so far."))


def _model(sweep: Sweep, view: View, shown: Sequence[Cell]) -> dict[str, Any]:
    measure = MEASURES[view.measure]
    gaps = [record.gap for record in sweep.table if record.gap is not None]
    return {
        "rows": [name_of(value) for value in dict.fromkeys(cell.row for cell in shown)],
        "columns": [name_of(value) for value in dict.fromkeys(cell.column for cell in shown)],
        "rowTitle": AXIS_LABELS[view.rows],
        "columnTitle": AXIS_LABELS[view.columns],
        "measure": measure.label,
        "tone": tone_of(measure),
        "tag": "certified" if is_certified(measure) else "measured",
        "notes": [tile.note for tile in tiles(shown, view.measure)],
        "stills": [*_with_fewer_seeds(sweep, view), _still(shown, view.measure, len(sweep.grid.seeds))],
        "reached": sum(gap <= REACHED for gap in gaps),
        "known": len(gaps),
        "median": median(gaps) if gaps else None,
    }


def _with_fewer_seeds(sweep: Sweep, view: View) -> list[dict[str, Any]]:
    """The map of the first seeds only; none while runs are being made, or where seeds are not pooled."""
    seeds, table = sweep.grid.seeds, sweep.table
    if sweep.is_running or len(table) < table.size or "seeds" in (view.rows, view.columns):
        return []
    counts = sorted({round(count) for count in np.geomspace(1, len(seeds), MOST_STILLS)} - {len(seeds)})
    return [
        _still(cells(table.of_seeds(seeds[:count]), sweep.grid, only=view.only, **view.names), view.measure, count)
        for count in counts
    ]


def _still(shown: Sequence[Cell], measure: str, seeds: int) -> dict[str, Any]:
    drawn = tiles(shown, measure)
    return {"seeds": seeds, "texts": [tile.text for tile in drawn], "shades": [tile.shade for tile in drawn]}


def _run_of(grid: Grid, view: View, shown: Sequence[Cell], told: Any) -> Scenario | None:
    """The first run of the cell that the browser names; None if it names none."""
    rows, columns = (list(dict.fromkeys(values)) for values in zip(*((c.row, c.column) for c in shown), strict=True))
    if not isinstance(told, Mapping):
        return None
    row, column = told.get("row"), told.get("column")
    if not (isinstance(row, int) and isinstance(column, int) and 0 <= row < len(rows) and 0 <= column < len(columns)):
        return None
    return grid.first_run(**view.only, **{view.rows: rows[row], view.columns: columns[column]})


def table_of(sweep: Sweep) -> None:
    """One line for each run that is done."""
    table, is_whole = sweep.table, len(sweep.table) == sweep.table.size
    frame = pd.DataFrame([asdict(record) for record in table], columns=list(COLUMNS))
    frame[RUNS] = _seeds_done(frame, sweep.grid)
    frame["gap"] = 100 * frame["gap"].astype(float)
    number = st.column_config.NumberColumn
    st.dataframe(
        frame,
        hide_index=True,
        height=TABLE_HEIGHT,
        key=PREFIX + "table",
        column_order=[
            *_varied(sweep.grid),
            *([] if is_whole else [RUNS]),
            "gap",
            "status",
            "objective",
            "optimum",
            "knots",
            "steps",
            "seconds",
        ],
        column_config={
            "dataset": "data set",
            "optimizer": "optimiser",
            "beta": number("β", format="%.3g"),
            "objective": number("objective (measured)", format="%.6g"),
            "optimum": number("optimum (certified)", format="%.6g"),
            "gap": number("gap (certified)", format="%.2g %%"),
            "knots": number("knots (measured)"),
            "seconds": number("seconds", format="%.2f"),
        },
        alt="Settings and outcome of every run",
    )


def _seeds_done(frame: pd.DataFrame, grid: Grid) -> list[str]:
    """For each line, of how many seeds its setting has a record."""
    setting = [name for name in AXES.values() if name != "seed"]
    return [f"{done} of {len(grid.seeds)}" for done in frame.groupby(setting)["seed"].transform("size")]


def _varied(grid: Grid) -> list[str]:
    """Columns of the lists with several values; the others would say the same in every line."""
    return [column for name, column in AXES.items() if len(getattr(grid, name)) > 1]


def _view(grid: Grid) -> View:
    """As the visitor chose it."""
    show, down, across = st.columns([2.8, 1, 1.3], gap="small")
    with show:
        measure = SETTINGS.select("measure", "Colour shows", lambda name: MEASURES[name].label)
    with down:
        rows = SETTINGS.select("rows", "Rows", AXIS_LABELS.__getitem__)
    with across:
        columns = SETTINGS.select("columns", "Columns", AXIS_LABELS.__getitem__)
    return View(measure, rows, columns, _filters(grid, rows, columns))


def _filters(grid: Grid, rows: str, columns: str) -> dict[str, Any]:
    """A choice for every other list with several values; seeds are always pooled."""
    several = [name for name in AXES if name not in (rows, columns, "seeds") and len(getattr(grid, name)) > 1]
    only: dict[str, Any] = {}
    for name, place in zip(several, st.columns(len(several)) if several else [], strict=True):
        with place:
            chosen = SETTINGS.select(f"only_{name}", AXIS_LABELS[name].capitalize())
        if chosen in getattr(grid, name):
            only[name] = chosen
    return only


def _pooled(grid: Grid, rows: str, columns: str, only: dict[str, Any]) -> str:
    """What one cell stands for, in words."""
    pooled = [name for name in AXES if name not in (rows, columns, *only) and len(getattr(grid, name)) > 1]
    if not pooled:
        return "Each cell is one run."
    count = 1
    for name in pooled:
        count *= len(getattr(grid, name))
    over = " × ".join(f"{len(getattr(grid, name))} {AXIS_LABELS[name]}s" for name in pooled)
    return f"Each cell pools {count:,} runs: {over}."
