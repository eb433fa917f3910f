"""Data of the user's own: a table pasted or in a file, or a formula; looked at, asked about, and then used.

What is given stays where it was given until its points are used. A refusal stands beside it.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cvxdnn.app.framed import is_cookie_withheld, say_how_to_do_without_upload
from cvxdnn.app.text import plain
from cvxdnn.core.exceptions import CvxdnnError, InvalidInputError
from cvxdnn.core.formula import FUNCTIONS, LONGEST, Formula, sample
from cvxdnn.core.limits import host_limits
from cvxdnn.core.numerals import DecimalMark
from cvxdnn.core.reading.choice import ROW_NUMBER, Choice, Questions, can_be_numbers, points, questions, usual
from cvxdnn.core.reading.source import text_of
from cvxdnn.core.reading.table import Table, table_of_text
from cvxdnn.core.reading.tables import read_table
from cvxdnn.core.reading.words import left_out, taken
from cvxdnn.core.reading.workbook import is_workbook, sheet_names
from cvxdnn.core.types import Array
from cvxdnn.exhibits.explore.axes import named
from cvxdnn.exhibits.explore.session import OwnData, Session
from cvxdnn.tasks.link import Points
from cvxdnn.tasks.scenario import LIMITS, MAX_POINTS

KEY = "explore_own"
SOURCE, LATEST = f"{KEY}_source", f"{KEY}_latest"
USED, TABLES_USED = f"{KEY}_used", f"{KEY}_tables_used"
"""How often points were used, and those of a table: the next popover is another one, closed, with empty boxes."""
MOST_PASTED = 100_000
PREVIEW_ROWS = 4
MOST_HELD_OUT = 1000
TABLE, FORMULA = "A table", "A formula"
EXAMPLE = "time\theight\n0\t0.5\n1\t1.5\n2\t0.25"
FORMULA_HELP = f"Numbers, x, pi, e, + - * / ^, parentheses, {', '.join(FUNCTIONS)}."
WEIGHTS_HELP = (
    "A column of weights or counts: a row of weight 2 has twice the loss of a row of weight 1. Rows become several "
    "points each, in the exact ratio of the weights."
)
HELD_OUT_HELP = "Points that are not trained on. The error at them is shown among the numbers."


def own_data(session: Session) -> None:
    """The button, and what opens behind it."""
    opening = st.session_state.setdefault(USED, 0)
    with st.popover("Your own data", key=f"{KEY}_{opening}", on_change="rerun", width="stretch"):
        if session.problem and session.problem_place == "own":
            st.warning(session.problem)
        left, button = st.columns(2, vertical_alignment="center")  # at the top, where nothing scrolls it away
        source = left.segmented_control(
            "Data from", [TABLE, FORMULA], default=TABLE, key=SOURCE, label_visibility="collapsed", required=True
        )
        with button:
            place = st.container()
        if source == FORMULA:
            _formula(session, place)
        else:
            _table(session, place)


def _table(session: Session, place: DeltaGenerator) -> None:
    """A box to paste into, a file, and what was read of the later one."""
    version = st.session_state.setdefault(TABLES_USED, 0)
    left, right = st.columns(2)
    pasted = left.text_area(
        "Paste cells or text",
        key=f"{KEY}_paste_{version}",
        height=96,
        max_chars=MOST_PASTED,
        placeholder=EXAMPLE,
        on_change=_given,
        args=("paste",),
    )
    with right:
        file = _file(session, version)
    is_file = file is not None and (st.session_state.get(LATEST) == "file" or not pasted)
    given = file if is_file else pasted
    if not given:
        st.button("Read it", key=f"{KEY}_read", width="stretch")  # leaving the box for it is what reads the box
        return
    try:
        sheet = _sheet(given, f"{version}_{hash(given)}")
        table = _read(given, sheet)
        st.caption(_summary(table))
        _choose(session, table, f"{version}_{hash(given)}_{sheet}", place)
        _first_rows(table)
    except CvxdnnError as error:
        what, where = ("The file", right) if is_file else ("The text", left)
        reason = re.sub("^file (?=[a-z])", "it ", str(error).removeprefix("file, "))
        where.warning(f"{what} was not read, your points are unchanged: {plain(reason)}.")


def _given(what: str) -> None:
    st.session_state[LATEST] = what


def _file(session: Session, version: int) -> bytes | None:
    """The file's bytes, or what to do where none can be sent."""
    if is_cookie_withheld():
        say_how_to_do_without_upload(session.scenario.to_query())
        return None
    kilobytes = host_limits().upload_kilobytes
    file = st.file_uploader(
        "or choose a file",
        key=f"{KEY}_file_{version}",
        on_change=_given,
        args=("file",),
        help=f"Text (CSV and its kin) or Excel (.xlsx), at most {kilobytes:,} kB.",
    )
    return None if file is None else file.getvalue()


def _sheet(given: str | bytes, token: str) -> int | None:
    """Which sheet of a workbook is read, if it has several."""
    names = _sheets(given)
    if len(names) < 2:
        return None
    return st.selectbox(
        "sheet", range(len(names)), index=_first_sheet(given), format_func=names.__getitem__, key=f"{KEY}_sheet_{token}"
    )


def _first_sheet(given: str | bytes) -> int:
    """The first with numbers; where that cannot be read, the choice stands beside the reason."""
    try:
        return _read(given, None).sheet
    except InvalidInputError:
        return 0


@lru_cache(maxsize=4)
def _sheets(given: str | bytes) -> tuple[str, ...]:
    """What the sheets of a workbook are called; none of a text."""
    limit = 1000 * host_limits().upload_kilobytes
    if isinstance(given, str) or len(given) > limit or not is_workbook(given):
        return ()
    return sheet_names(given)


@lru_cache(maxsize=4)
def _read(given: str | bytes, sheet: int | None) -> Table:
    """The table; the newest few are kept for all tabs, for every rerun of a page asks for its own."""
    if isinstance(given, str):
        return table_of_text(text_of(given))
    return read_table(given, 1000 * host_limits().upload_kilobytes, sheet)


def _summary(table: Table) -> str:
    """How many rows were read, and what was left out."""
    apart = f", separated by {table.separator}" if table.separator != "cells of a sheet" else ""
    skipped = f" Left out: {left_out(table)}." if table.skipped else ""
    return f"{_rows(len(table.lines))}, {len(table.names)} columns{apart}.{skipped}"


def _first_rows(table: Table) -> None:
    names = [f"{position}. {name}" for position, name in enumerate(table.names, 1)]
    first = pd.DataFrame([line.cells for line in table.lines[:PREVIEW_ROWS]], columns=names, dtype=object)
    st.dataframe(first, hide_index=True, width="stretch", height="content")


def _choose(session: Session, table: Table, token: str, place: DeltaGenerator) -> None:
    """Columns, what they leave open, and the button."""
    choice = _columns(table, token)
    answered, is_open = _answers(table, choice, token)
    read = None if is_open else points(table, answered, MAX_POINTS)
    if read is not None:
        st.caption(f"{taken(read)}.")
    data = None
    if read is not None:
        axes = named(_name(table, choice.x), read.unit), named(_name(table, choice.y))
        data = OwnData(tuple(zip(read.x, read.y, strict=True)), f"{taken(read)}.", axes=axes)
    with place:
        _offer(session, data)


def _name(table: Table, position: int) -> str:
    return "row number" if position == ROW_NUMBER else table.names[position]


def _columns(table: Table, token: str) -> Choice:
    """The columns chosen; those that are plainly text cannot be."""
    proposed = usual(table)
    usable = [position for position in range(len(table.names)) if can_be_numbers(table, position)]
    left, middle, right = st.columns(3)
    with left:
        x = _column("x", table, [*usable, ROW_NUMBER], proposed.x, token)
    with middle:
        y = _column("y", table, usable, proposed.y, token)
    weights = None
    others = [position for position in usable if position not in (x, y)]
    if others:
        weights = right.selectbox(
            "weights",
            [None, *others],
            format_func=lambda position: "none" if position is None else table.names[position],
            key=f"{KEY}_weights_{token}",
            help=WEIGHTS_HELP,
        )
    return Choice(x, y, weights)


def _column(axis: str, table: Table, positions: Sequence[int], proposed: int, token: str) -> int:
    return st.selectbox(
        axis,
        positions,
        index=positions.index(proposed),
        format_func=lambda position: _name(table, position),
        key=f"{KEY}_{axis}_{token}",
    )


def _answers(table: Table, choice: Choice, token: str) -> tuple[Choice, bool]:
    """The choice with the user's answers, and whether one is still wanting."""
    asked = questions(table, choice)
    decimal = _decimal(asked, token)
    day_first = _day_first(asked, token)
    drop = asked.missing > 0 and st.checkbox(
        f"Leave out {_rows(asked.missing)} without a number", key=f"{KEY}_drop_{token}"
    )
    too_many = choice.weights is None and asked.complete > MAX_POINTS
    thin = too_many and st.checkbox(
        f"Keep {MAX_POINTS} of {asked.complete:,} rows",
        key=f"{KEY}_thin_{token}",
        help="Evenly in the order of x, the first and the last among them.",
    )
    is_open = (
        (asked.decimal is not None and decimal is None)
        or (bool(asked.day) and day_first is None)
        or (asked.missing > 0 and not drop)
        or (too_many and not thin)
    )
    return Choice(choice.x, choice.y, choice.weights, decimal, day_first, drop, thin), is_open


def _decimal(asked: Questions, token: str) -> DecimalMark | None:
    if asked.decimal is None:
        return None
    _, text, point, comma = asked.decimal
    words: dict[DecimalMark, str] = {".": f"{point:.15g}", ",": f"{comma:.15g}"}
    return st.radio(
        f"What is {plain(text)}?",
        list(words),
        index=None,
        horizontal=True,
        format_func=words.__getitem__,
        key=f"{KEY}_decimal_{token}",
        help="Its mark can be a decimal mark or group digits. So can all others, and nothing settles which.",
    )


def _day_first(asked: Questions, token: str) -> bool | None:
    if not asked.day:
        return None
    return st.radio(
        f"What does {plain(asked.day)} begin with?",
        [True, False],
        index=None,
        horizontal=True,
        format_func=lambda is_day: "the day" if is_day else "the month",
        key=f"{KEY}_day_{token}",
    )


def _formula(session: Session, place: DeltaGenerator) -> None:
    """A formula in x, where to take its points, and how noisy they are."""
    text = st.text_input(
        "y =", "sin(2*pi*x) + max(0, x - 0.5)", key=f"{KEY}_formula", max_chars=LONGEST, help=FORMULA_HELP
    )
    refusal = st.container()
    left, middle, right = st.columns(3)
    low = left.number_input("x from", value=0.0, key=f"{KEY}_from", format="%g")
    high = middle.number_input("to", value=1.0, key=f"{KEY}_to", format="%g")
    count = right.number_input("Points", 2, MAX_POINTS, min(40, MAX_POINTS), key=f"{KEY}_count")
    left, middle, right = st.columns(3)  # a row of their own: where columns stand below each other, too
    noise = left.number_input(
        "Noise",
        0.0,
        value=0.1,
        step=0.05,
        key=f"{KEY}_noise",
        format="%g",
        help="Standard deviation of the errors in y.",
    )
    seed = middle.number_input("Seed of the noise", *LIMITS["seed"], 0, key=f"{KEY}_seed")
    held_out = right.number_input("Held out", 0, MOST_HELD_OUT, 100, key=f"{KEY}_held_out", help=HELD_OUT_HELP)
    data = None
    try:
        made = sample(Formula(text), low, high, count=count, noise=noise, seed=seed, held_out=held_out)
        words = f"{count} points of y = {text}, noise {noise:g}, seed {seed}."
        data = OwnData(_pairs(made.x, made.y), words, _pairs(made.held_out_x, made.held_out_y))
    except InvalidInputError as error:
        refusal.warning(f"Your points are unchanged: {plain(str(error))}.")
    with place:
        _offer(session, data)


def _offer(session: Session, data: OwnData | None) -> None:
    """The button that takes the points over, if there are any."""
    st.button(
        "Use these points",
        key=f"{KEY}_use",
        type="primary",
        width="stretch",
        disabled=data is None,
        on_click=_use,
        args=(session, data),
    )


def _pairs(x: Array, y: Array) -> Points:
    return tuple(zip(x.tolist(), y.tolist(), strict=True))


def _use(session: Session, data: OwnData | None) -> None:
    """Take the points and close; where they cannot be taken, all stays open with the reason."""
    if data is not None and session.bring(data):
        st.session_state[USED] += 1
        st.session_state[TABLES_USED] += st.session_state[SOURCE] != FORMULA


def _rows(many: int) -> str:
    return "1 row" if many == 1 else f"{many:,} rows"
