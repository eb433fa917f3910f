"""Dates and times of day as numbers with a named unit, such as "days since 2024-03-01".

Read are 2024-03-01, 2024/3/1 and 2024-03 (its first day), each perhaps with a time of day behind "T" or a space;
1.3.2024, day first; 3/1/2024 and 3-1-2024, where a number above 12 anywhere in the column tells day from month and the
caller has to say it otherwise; and times of day alone, 14:05, 14:05:30.25 or 2:05 PM. All is counted in whole
nanoseconds, so that a value is rounded once, at the division by its unit.
"""

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.numerals import Cell, quoted

__all__ = ["Instants", "is_instant", "is_order_open", "read_instants"]

_SECOND = 10**9
_UNITS = {"seconds": _SECOND, "minutes": 60 * _SECOND, "hours": 3600 * _SECOND, "days": 86400 * _SECOND}
_DAY = _UNITS["days"]
_LARGEST_IN = 5
"""A unit is taken up to five of the next one: 300 seconds, 300 minutes, 120 hours, then days."""

_TIME = (
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?)?"
    r"(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?"
)
_ZONE = r"(?P<zone>Z|[+\-\u2212][0-9]{2}:?[0-9]{2})?"
_BEHIND = rf"(?:(?:T| +){_TIME} ?{_ZONE})?"
_YEAR_FIRST = re.compile(
    rf"(?P<year>[0-9]{{4}})(?:(?P<mark>[-/.])(?P<month>[0-9]{{1,2}})(?P=mark)(?P<day>[0-9]{{1,2}}){_BEHIND}|-(?P<only>[0-9]{{2}}))"
)
_YEAR_LAST = re.compile(
    rf"(?P<one>[0-9]{{1,2}})(?P<mark>[-/.])(?P<two>[0-9]{{1,2}})(?P=mark)(?P<year>[0-9]{{4}}){_BEHIND}"
)
_CLOCK = re.compile(_TIME)


class Instants(NamedTuple):
    """Values, what they count, and since when: "days since 2024-03-01"."""

    values: list[float]
    unit: str


class _Instant(NamedTuple):
    """Nanoseconds since the beginning of year 1 in the zone given, or since midnight."""

    time: int
    has_date: bool
    has_zone: bool
    has_seconds: bool


def is_instant(text: str) -> bool:
    """Whether the text is a date or a time of day, in one order of day and month or the other."""
    return any(_instant(text, day_first) is not None for day_first in (True, False))


def is_order_open(texts: Sequence[str]) -> bool:
    """Whether day and month could change places in all of these dates, and it makes a difference."""
    first, second = ([_instant(text, order) for text in texts] for order in (True, False))
    return first != second and None not in first and None not in second


def read_instants(cells: Sequence[Cell], day_first: bool | None = None) -> Instants:
    """The cells as numbers of one unit.

    Parameters
    ----------
    cells : sequence of (where, text)
    day_first : bool, optional
        Whether 3/1/2024 is the third of January, where the dates themselves leave it open.

    Raises
    ------
    InvalidInputError
        When a cell is no date or time, some have a date or a time zone and others have none, or day and month could
        change places and `day_first` is not given.
    """
    texts = [text for _, text in cells]
    if is_order_open(texts):
        if day_first is None:
            where, text = next(cell for cell in cells if _instant(cell[1], True) != _instant(cell[1], False))
            raise InvalidInputError(
                f"{where}: {quoted(text)} can begin with the day or with the month; say which, or write dates as"
                " 2024-03-01"
            )
    else:
        day_first = all(_instant(text, True) is not None for text in texts)
    found = [_read(cell, day_first) for cell in cells]
    _check_alike(cells, found)
    return _in_a_unit(found)


def _read(cell: Cell, day_first: bool) -> _Instant:
    where, text = cell
    found = _instant(text, day_first)
    if found is None:
        raise InvalidInputError(f"{where}: {quoted(text)} is not a date or a time; write it as 2024-03-01 14:05:30")
    return found


def _check_alike(cells: Sequence[Cell], found: Sequence[_Instant]) -> None:
    for (where, text), each in zip(cells, found, strict=True):
        if each.has_date != found[0].has_date:
            raise InvalidInputError(f"{where}: some have a date and some have none ({quoted(text)}); give it to all")
        if each.has_zone != found[0].has_zone:
            raise InvalidInputError(
                f"{where}: some have a time zone and some have none ({quoted(text)}); give it to all or none"
            )


def _in_a_unit(found: Sequence[_Instant]) -> Instants:
    times = [each.time for each in found]
    if not found[0].has_date:
        unit = "seconds" if any(each.has_seconds for each in found) else "minutes"
        return Instants([time / _UNITS[unit] for time in times], f"{unit} since midnight")
    unit = _fitting_unit(times)
    step = _DAY if unit == "days" else _SECOND
    start = min(times) // step * step
    zone = " UTC" if found[0].has_zone else ""
    return Instants([(time - start) / _UNITS[unit] for time in times], f"{unit} since {_written(start)}{zone}")


def _fitting_unit(times: Sequence[int]) -> str:
    """Days for whole days; else the finest unit in which the numbers stay small."""
    if any(time % _DAY for time in times):
        span = max(times) - min(times)
        for unit, coarser in (("seconds", "minutes"), ("minutes", "hours"), ("hours", "days")):
            if span <= _LARGEST_IN * _UNITS[coarser]:
                return unit
    return "days"


def _written(time: int) -> str:
    days, rest = divmod(time // _SECOND, 86400)
    day = date.fromordinal(days).isoformat()
    return day if not rest else f"{day} {rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"


def _instant(text: str, day_first: bool) -> _Instant | None:
    if clock := _CLOCK.fullmatch(text):
        time = _time_of_day(clock)
        return None if time is None else _Instant(time, False, False, clock["second"] is not None)
    parts = _YEAR_FIRST.fullmatch(text) or _YEAR_LAST.fullmatch(text)
    if parts is None:
        return None
    try:
        day = _date(parts, day_first).toordinal()
    except ValueError:
        return None
    time = _time_of_day(parts)
    if time is None:
        return None
    return _Instant(day * _DAY + time - _offset(parts["zone"]), True, bool(parts["zone"]), bool(parts["second"]))


def _date(parts: re.Match[str], day_first: bool) -> date:
    year = int(parts["year"])
    if parts.re is _YEAR_FIRST:
        return date(year, int(parts["month"] or parts["only"]), int(parts["day"] or 1))
    one, two = int(parts["one"]), int(parts["two"])
    return date(year, two, one) if day_first or parts["mark"] == "." else date(year, one, two)


def _time_of_day(parts: re.Match[str]) -> int | None:
    """Nanoseconds since midnight; None if there is no such time."""
    hour, minute, second = (int(parts[name] or 0) for name in ("hour", "minute", "second"))
    if parts["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if parts["half"] in "pP" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    fraction = int((parts["fraction"] or "").ljust(9, "0"))
    return (3600 * hour + 60 * minute + second) * _SECOND + fraction


def _offset(zone: str | None) -> int:
    if zone in (None, "", "Z"):
        return 0
    digits = str(zone)[1:].replace(":", "")
    size = (60 * int(digits[:2]) + int(digits[2:])) * _UNITS["minutes"]
    return size if str(zone)[0] == "+" else -size
