"""The results of a sweep: the heat map with its own controls, the table, and both as files."""

from dataclasses import asdict
from typing import Any

import pandas as pd
import streamlit as st

from cvxdnn.exhibits.sweep.charts import AXIS_LABELS, heat_map
from cvxdnn.exhibits.sweep.lab import PREFIX
from cvxdnn.exhibits.sweep.svg import heat_map_svg
from cvxdnn.tasks.sweep import AXES, COLUMNS, MEASURES, Grid, Sweep, cells

ALL = "all"
TABLE_HEIGHT = 380
RUNS = "runs of the setting"
"""Column of a table that is not whole: of how many seeds the line's setting has been tried with."""


def map_of(sweep: Sweep) -> None:
    """The heat map, with what spans it and what it shows."""
    measure, rows, columns, only = _view(sweep.grid)
    names = {"rows": rows, "columns": columns, "measure": measure}
    data, specification = heat_map(cells(sweep.table, sweep.grid, only=only, **names), **names)
    st.vega_lite_chart(
        pd.DataFrame(data),
        specification,
        key=PREFIX + "map",
        alt=f"{MEASURES[measure].label} for each {AXIS_LABELS[rows]} and {AXIS_LABELS[columns]}; numbers in the table",
    )
    is_whole = len(sweep.table) == sweep.table.size
    st.caption(_pooled(sweep.grid, rows, columns, only) + ("" if is_whole else " Small figures: those done so far."))
    st.download_button(
        "Picture (SVG)",
        # Called when it is clicked, in a thread of its own.
        lambda: heat_map_svg(cells(sweep.table, sweep.grid, only=only, **names), **names),
        file_name="sweep.svg",
        mime="image/svg+xml",
        icon=":material/download:",
        key=PREFIX + "svg",
        on_click="ignore",
    )


def table_of(sweep: Sweep) -> None:
    """One line for each run that is done."""
    table, is_whole = sweep.table, len(sweep.table) == sweep.table.size
    frame = pd.DataFrame([asdict(record) for record in table], columns=list(COLUMNS))
    frame[RUNS] = _seeds_done(frame, sweep.grid)
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
            "gap": number("gap (certified)", format="%.1e"),
            "knots": number("knots (measured)"),
            "seconds": number("seconds", format="%.2f"),
        },
        alt="Settings and outcome of every run",
    )
    st.download_button(
        "Table (CSV)",
        lambda: sweep.table.to_csv(),
        file_name="sweep.csv",
        mime="text/csv",
        icon=":material/download:",
        key=PREFIX + "csv",
        on_click="ignore",
    )


def _seeds_done(frame: pd.DataFrame, grid: Grid) -> list[str]:
    """For each line, of how many seeds its setting has a record."""
    setting = [name for name in AXES.values() if name != "seed"]
    return [f"{done} of {len(grid.seeds)}" for done in frame.groupby(setting)["seed"].transform("size")]


def _varied(grid: Grid) -> list[str]:
    """Columns of the lists with several values; the others would say the same in every line."""
    return [column for name, column in AXES.items() if len(getattr(grid, name)) > 1]


def _view(grid: Grid) -> tuple[str, str, str, dict[str, Any]]:
    """Measure, rows, columns, and the runs to look at, as the visitor chose them."""
    show, down, across = st.columns([2.8, 1, 1.3], gap="small")
    with show:
        measure = _choice("measure", "Colour shows", list(MEASURES), {name: MEASURES[name].label for name in MEASURES})
    with down:
        rows = _choice("rows", "Rows", ["widths", *(name for name in AXES if name != "widths")], AXIS_LABELS)
    with across:
        rest = [name for name in ("betas", *AXES) if name != rows]
        columns = _choice(f"columns_of_{rows}", "Columns", list(dict.fromkeys(rest)), AXIS_LABELS)
    return measure, rows, columns, _filters(grid, rows, columns)


def _filters(grid: Grid, rows: str, columns: str) -> dict[str, Any]:
    """A choice for every other list with several values; seeds are always pooled."""
    several = [name for name in AXES if name not in (rows, columns, "seeds") and len(getattr(grid, name)) > 1]
    only: dict[str, Any] = {}
    for name, place in zip(several, st.columns(len(several)) if several else [], strict=True):
        values = {str(value): value for value in getattr(grid, name)}
        with place:
            chosen = _choice(f"only_{name}", AXIS_LABELS[name].capitalize(), [ALL, *values], {})
        if chosen in values:
            only[name] = values[chosen]
    return only


def _choice(name: str, label: str, options: list[str], labels: dict[str, str]) -> str:
    chosen: str = st.selectbox(
        label,
        options,
        format_func=lambda option: labels.get(option, option),
        key=PREFIX + name,
        persist_state="session",
    )
    return chosen


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
