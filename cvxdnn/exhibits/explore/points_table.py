"""The points as a table to type into and paste into.

Number columns of the browser read "0,25" as 25, and leave out of a paste what they cannot read, before the server sees
any of it. The columns therefore hold text, which `cvxdnn.app.table_rows` reads. What is refused leaves the table as it
was.
"""

import pandas as pd
import streamlit as st

from cvxdnn.app.table_rows import COLUMNS, Rows, are_edits, edited, points_of
from cvxdnn.app.text import plain
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.exhibits.explore.axes import letters
from cvxdnn.exhibits.explore.session import Session
from cvxdnn.exhibits.lessons.maker import lesson_maker

KEY = "explore_table"
OPEN = "explore_table_open"
NO_CHANGE = "The table is as it was: what your browser told is no change of it."


def shown_points(session: Session) -> int:
    """Which version of the table is shown; 0 while it is closed."""
    return session.table_version if st.session_state.get(OPEN) else 0


def points_table(session: Session) -> None:
    """The points as numbers, to be edited exactly; follows the chart, and the chart follows it. Drawn while open."""
    with st.expander("Points as a table", key=OPEN, on_change="rerun") as table:
        if not table.open:
            return
        if session.problem_place == "table" and session.problem:
            st.warning(session.problem)
        _table(session)
        lesson_maker(session.scenario)


def _table(session: Session) -> None:
    key = f"{KEY}_{session.table_version}"
    if not are_edits(st.session_state.get(key), len(session.table_base)):
        session.refuse(NO_CHANGE, "table")
        session.show_table(session.table_rows)
        st.rerun()
    table = st.data_editor(
        pd.DataFrame(list(session.table_base.values()), columns=list(COLUMNS), dtype=object),
        num_rows="dynamic",
        hide_index=True,
        alt="The points, a row for each",
        width=360,
        height=300,
        key=key,
        column_config={
            name: st.column_config.TextColumn(title, alignment="right")
            for name, title in zip(COLUMNS, letters(session.axes), strict=True)
        },
    )
    after = {label: (_cell(x), _cell(y)) for label, x, y in table.itertuples()}
    if after != session.table_rows:
        _take(session, after)
        st.rerun()


def _take(session: Session, after: Rows) -> None:
    """Change the points to those of the table, or the table to those of the points."""
    before = session.table_rows
    try:
        rows = edited(before, after)
        points = points_of(rows)
    except InvalidInputError as error:
        session.refuse(f"The table is as it was: {plain(str(error))}.", "table")
        session.show_table(before)
        return
    session.table_rows = rows
    if points != points_of(before):
        session.change(by_table=True, preset="", points=points)
        if session.scenario.points != points:
            session.show_table(before)
            return
    if rows != after:
        session.show_table(rows)


def _cell(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
