"""Texts of the files that visitors take home: tables as CSV, results as JSON, scripts in Python.

Numbers are written in full: what is read back is the same float64. A script is run by whoever has it, so nothing that a
visitor typed becomes a part of it: `code` writes numbers, and the few words that this app knows.
"""

import csv
import dataclasses
import io
import json
import math
import re
import textwrap
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any

import numpy as np

import cvxdnn

__all__ = ["call", "code", "csv_of", "json_of", "page_has", "script", "stop_at"]

WIDTH = 100
"""Columns of a script."""
_WORD = re.compile(r"[a-z][a-z0-9_ ]*")


def csv_of(columns: Mapping[str, Iterable[object]]) -> str:
    """A table with a header; the columns have one length. What is not known (None) is an empty cell.

    Raises
    ------
    ValueError
        When the columns have different lengths.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*(map(_plain, column) for column in columns.values()), strict=True))
    return text.getvalue()


def json_of(content: Any) -> str:
    """Mappings, sequences, arrays, dataclasses and numbers; a number that is not finite is null."""
    return json.dumps(_plain(content), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Enum):
        return value.name
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


def code(value: Any) -> str:
    """The value as Python: numbers, words of this app, and lists, mappings or arrays of those.

    Raises
    ------
    ValueError
        For anything else, as a text with a quotation mark in it, or a number that is not finite.
    """
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if value is None or isinstance(value, bool | int):
        return repr(value)
    if isinstance(value, float) and math.isfinite(value):
        return repr(value)
    if isinstance(value, str) and _WORD.fullmatch(value):
        return f'"{value}"'
    if isinstance(value, list | tuple):
        return _list([code(each) for each in value])
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{code(name)}: {code(each)}" for name, each in value.items()) + "}"
    raise ValueError(f"{value!r} cannot be a part of a script")


def _list(items: list[str]) -> str:
    """In one line where it has room; rows of a matrix one under the other, numbers as many as a line has room for."""
    line = f"[{', '.join(items)}]"
    if len(line) <= WIDTH - 20 and not (items and items[0].startswith("[")):
        return line
    if items[0].startswith("["):
        body = ",\n".join(items) + ","
    else:
        body = textwrap.fill(", ".join(items) + ",", WIDTH - 4, break_long_words=False, break_on_hyphens=False)
    return "[\n" + textwrap.indent(body, "    ") + "\n]"


def call(name: str, *given: str, **options: Any) -> str:
    """A call with code as its first arguments and values as its options, one group of them a line where it is long."""
    arguments = [*given, *(f"{option}={code(value)}" for option, value in options.items())]
    line = f"{name}({', '.join(arguments)})"
    if len(line) <= WIDTH and "\n" not in line:
        return line
    body = textwrap.fill(", ".join(arguments) + ",", WIDTH - 4, break_long_words=False, break_on_hyphens=False)
    return f"{name}(\n{textwrap.indent(body, '    ')}\n)"


def script(about: str, imports: str, *parts: str) -> str:
    """A script of these parts, with a head that says what it shows and what it needs."""
    head = textwrap.dedent(f'''\
        """{about}

        Needs cvxdnn {cvxdnn.__version__} with its training part: pip install "cvxdnn[train]"
        """
        ''')
    return "\n\n".join([head + "\n" + imports.strip(), *(part.strip() for part in parts if part)]) + "\n"


def stop_at(step: int | None) -> list[str]:
    """The body of a loop over snapshots of a training: to its end, or to the step that a page has come to."""
    if step is None:
        return ["    pass  # `last` is the newest snapshot; last.network holds the weights"]
    return [f"    if last.step >= {code(step)}:  # where the page has it", "        break"]


def page_has(value: float | None) -> str:
    """A remark behind a line that prints a number: what the page shows."""
    return "" if value is None else f"  # on the page {code(float(value))}"
