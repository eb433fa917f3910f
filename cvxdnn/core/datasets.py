r"""Data sets: points :math:`(x_i, y_i)` as the user has them, and in the unit box where all objectives live.

Weight decay acts on numbers, not on millimetres: the same points in other units have another optimum. The app
therefore maps inputs to [0, 1] and outputs to zero mean and unit range,

.. math::  u = (x - x_0) / s_x, \quad v = (y - y_0) / s_y, \qquad
           x_0 = \min x, \; s_x = \max x - \min x, \; y_0 = \bar y, \; s_y = \max y - \min y,

and states the weight decay and every objective in these units. `Normalization` holds the four numbers and
maps values and splines both ways; a slope is multiplied by :math:`s_y / s_x` on the way to the user's units.
Where all inputs (or all outputs) are equal the scale is 1 and the normalised values are 0.
"""

import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib import resources
from pathlib import PurePath
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from cvxdnn.core import validation
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.numerals import DecimalMark, quoted
from cvxdnn.core.reading import choice
from cvxdnn.core.reading.source import Source
from cvxdnn.core.reading.table import Table
from cvxdnn.core.reading.tables import read_table
from cvxdnn.core.spline import LinearSpline
from cvxdnn.core.types import Array

__all__ = ["PRESETS", "Dataset", "Normalization", "Preset", "load_preset", "read_csv"]


# A smaller range of y counts as none (one of x is refused): slopes formed with it would overflow.
_NO_RANGE = 1e-100


@dataclass(frozen=True)
class Normalization:
    """The affine map between the user's units and the unit box.

    Parameters
    ----------
    x_offset, x_scale, y_offset, y_scale : float
        x = x_offset + x_scale u and y = y_offset + y_scale v; both scales are positive.
    """

    x_offset: float
    x_scale: float
    y_offset: float
    y_scale: float

    def __post_init__(self) -> None:
        for name in ("x_offset", "y_offset"):
            object.__setattr__(self, name, validation.number(name, getattr(self, name)))
        for name in ("x_scale", "y_scale"):
            object.__setattr__(self, name, validation.positive(name, getattr(self, name)))

    def unit_x(self, x: ArrayLike) -> Array:
        """Inputs in normalised units, of the shape of `x`."""
        return (validation.numbers("x", x) - self.x_offset) / self.x_scale

    def unit_y(self, y: ArrayLike) -> Array:
        """Outputs in normalised units, of the shape of `y`."""
        return (validation.numbers("y", y) - self.y_offset) / self.y_scale

    def user_x(self, u: ArrayLike) -> Array:
        """Inputs in the user's units, of the shape of `u`."""
        return self.x_offset + self.x_scale * validation.numbers("u", u)

    def user_y(self, v: ArrayLike) -> Array:
        """Outputs in the user's units, of the shape of `v`."""
        return self.y_offset + self.y_scale * validation.numbers("v", v)

    def user_spline(self, spline: LinearSpline) -> LinearSpline:
        """The spline in the user's units of a `spline` in normalised units."""
        offset = self.y_offset + self.y_scale * spline.offset
        return _mapped(spline, self.x_offset + self.x_scale * spline.knots, self.x_scale, self.y_scale, offset)


def _mapped(spline: LinearSpline, knots: Array, x_factor: float, y_factor: float, offset: float) -> LinearSpline:
    heights, is_new = spline.heights * y_factor, knots[1:] > knots[:-1]
    if not is_new.all():  # with inputs like 1e5 + 1e-9 u two close knots can round to the same number
        distinct = np.append(True, is_new)
        knots, heights = knots[distinct], heights[distinct]
    left, right = (spline.slopes[[0, -1]] * (y_factor / x_factor)).tolist()
    return LinearSpline.unchecked(knots, heights, left, right, offset)


@dataclass(frozen=True, eq=False, init=False)
class Dataset:
    """Points in the plane, validated and immutable, in the order given.

    Parameters
    ----------
    x, y : array_like (n,), n >= 1
        Finite numbers of magnitude at most 1e100, copied to read-only float64 arrays. Some or all x may be
        equal; otherwise they span at least 1e-100.
    name, source : str
        What to call the data, and where they come from.

    Raises
    ------
    InvalidInputError
        When lengths differ, there is no point, or a value is not a finite number.
    """

    x: Array
    y: Array
    name: str
    source: str

    def __init__(self, x: ArrayLike, y: ArrayLike, name: str = "", source: str = "") -> None:
        own_x, own_y = validation.points(x, y)
        ordered = np.sort(own_x)
        validation.resolvable(ordered, np.diff(ordered))
        for vector in (own_x, own_y):
            vector.setflags(write=False)
        for attribute, value in (("x", own_x), ("y", own_y), ("name", name), ("source", source)):
            object.__setattr__(self, attribute, value)

    def __len__(self) -> int:
        return self.x.size

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Dataset):
            return NotImplemented
        same_text = (self.name, self.source) == (other.name, other.source)
        return same_text and np.array_equal(self.x, other.x) and np.array_equal(self.y, other.y)

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[type["Dataset"], tuple[Array, Array, str, str]]:
        # Pickled the ordinary way, the arrays would come back writable.
        return Dataset, (self.x, self.y, self.name, self.source)

    def normalized(self, *, keep_y: bool = False) -> tuple["Dataset", Normalization]:
        """The same points in the unit box, and the map between it and the user's units.

        Parameters
        ----------
        keep_y : bool
            Leave y as it is: labels mean what they are.

        Returns
        -------
        Dataset
            x in [0, 1], both ends attained; y of zero mean and unit range (up to the resolution of the
            user's numbers). Where all values are equal, all are 0. With `keep_y`, y unchanged.
        Normalization
        """
        keep_y = validation.boolean("keep_y", keep_y)
        x_offset, x_scale = float(self.x.min()), _range(self.x)
        y_offset, y_scale = (0.0, 1.0) if keep_y else (math.fsum(self.y) / len(self), _range(self.y))
        to_unit = Normalization(x_offset, x_scale or 1.0, y_offset, y_scale or 1.0)
        x = to_unit.unit_x(self.x) if x_scale else np.zeros(len(self))
        y = to_unit.unit_y(self.y) if y_scale else np.zeros(len(self))
        return Dataset(x, y, self.name, self.source), to_unit


def _range(values: Array) -> float:
    width = float(np.ptp(values))
    return width if width > _NO_RANGE else 0.0


@dataclass(frozen=True)
class Preset:
    """One of the data sets that come with the library.

    Parameters
    ----------
    description : str
        One plain sentence that says what to look at.
    load : callable
        Takes no argument and returns the `Dataset`.
    loss : str
        The name of the loss that suits it (`cvxdnn.core.losses`); for labels -1 and +1 one that needs labels.
    width : int
        Neurons in a hidden layer with which training shows what the description says.
    """

    description: str
    load: Callable[[], Dataset]
    loss: str = "squared"
    width: int = 50


def _stored(name: str, file_name: str, source: str = "") -> Dataset:
    """A preset kept as a file in the package, so that a link to it means the same numbers for ever."""
    points = read_csv(resources.files("cvxdnn").joinpath("data", file_name).read_bytes())
    return Dataset(points.x, points.y, name, source)


_ZIGZAG_X = (0.0, 0.1, 0.2, 0.3, 0.42, 0.54, 0.65, 0.8, 0.9, 1.0)
_ZIGZAG_Y = (0.2, 0.1, 0.6, 0.75, 0.2, -0.4, -0.6, -0.5, 0.1, 0.6)
_CLOSE_X = (0.0, 0.2, 0.4, 0.5, 0.505, 0.6, 0.8, 1.0)
_CLOSE_Y = (0.1, 0.0, 0.1, 0.0, 1.0, 0.9, 1.0, 0.9)
_GROUPS_X = (0.0, 0.05, 0.1, 0.17, 0.3, 0.36, 0.41, 0.55, 0.6, 0.66, 0.72, 0.86, 0.93, 1.0)
_GROUPS_Y = (-1, -1, -1, -1, 1, 1, 1, -1, -1, -1, -1, 1, 1, 1)
_OUTLIERS_X = tuple(range(13))
_OUTLIERS_Y = (0.0, 0.12, 0.19, 1.6, 0.42, 0.48, 0.61, 0.7, -0.5, 0.9, 1.02, 2.1, 1.18)
_SILVERMAN = "B. W. Silverman (1985), J. R. Stat. Soc. B 47, 1-52"
_EZEKIEL = "M. Ezekiel (1930), Methods of Correlation Analysis"

PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        "spike": Preset(
            "One point out of line: see how the optimum cuts the peak down as weight decay grows.",
            partial(Dataset, range(7), (0, 0, 0, 1, 0, 0, 0), "spike"),
        ),
        "zigzag": Preset(
            "Ten points with two rounded turns: inside the shaded turns many functions are equally good.",
            partial(Dataset, _ZIGZAG_X, _ZIGZAG_Y, "zigzag"),
        ),
        "many optima": Preset(
            "Four points on a rising curve: between x = 1 and x = 2 the optimal functions fill a triangle.",
            partial(Dataset, range(4), (0, 0, 1, 3), "many optima"),
        ),
        "step": Preset(
            "Two levels and a jump: see it become a ramp that overshoots both as weight decay grows.",
            partial(Dataset, range(8), (0, 0, 0, 0, 1, 1, 1, 1), "step"),
        ),
        "two close points": Preset(
            "A large jump across a tiny gap, and eight neurons: see how some starts get stuck above the optimum.",
            partial(Dataset, _CLOSE_X, _CLOSE_Y, "two close points"),
            width=8,
        ),
        "random smooth": Preset(
            "Fifteen points of a smooth curve: see which of them keep a knot as weight decay grows.",
            partial(_stored, "random smooth", "random_smooth.csv"),
        ),
        "noisy sine": Preset(
            "Sixty noisy points of a sine: see weight decay replace the noise by a few straight pieces.",
            partial(_stored, "noisy sine", "noisy_sine.csv"),
        ),
        "motorcycle": Preset(
            "Acceleration (g) against time (ms) in a simulated motorcycle accident:"
            " where several readings share a time, see the spline pass through their mean.",
            partial(_stored, "motorcycle", "motorcycle.csv", _SILVERMAN),
        ),
        "cars": Preset(
            "Stopping distance (feet) against speed (mph) of 50 cars: raise the weight decay until few bends remain.",
            partial(_stored, "cars", "cars.csv", _EZEKIEL),
        ),
        "two classes": Preset(
            "Labels -1 and +1 in four groups: see the function change its sign between them, and no more than needed.",
            partial(Dataset, _GROUPS_X, _GROUPS_Y, "two classes"),
            "hinge",
        ),
        "overlapping classes": Preset(
            "Forty labels that no function gets all right sensibly: raise the weight decay until one change of sign"
            " is left.",
            partial(_stored, "overlapping classes", "overlapping_classes.csv"),
            "logistic",
        ),
        "outliers": Preset(
            "A line with three wild readings: compare the squared loss, which chases them, with the absolute one.",
            partial(Dataset, _OUTLIERS_X, _OUTLIERS_Y, "outliers"),
            "absolute",
        ),
    }
)
"""The data sets that come with the library, in the order in which they are offered."""


def load_preset(name: str) -> Dataset:
    """The preset called `name`, one of the keys of `PRESETS`.

    Raises
    ------
    InvalidInputError
        When there is none of this name; the message lists them.
    """
    return _loaded(validation.one_of("name", name, PRESETS))


@cache
def _loaded(name: str) -> Dataset:
    return PRESETS[name].load()


def read_csv(
    file: Source,
    *,
    x: str | int | None = None,
    y: str | int | None = None,
    sheet: str | int | None = None,
    decimal: DecimalMark | None = None,
    drop_missing: bool = False,
    max_rows: int = 10_000,
    max_bytes: int = 1_000_000,
) -> Dataset:
    """Two columns of numbers from a text file or an Excel workbook of unknown origin.

    Columns are separated by tabs, semicolons, commas, bars or white space; without commas between them decimal commas
    are understood. Titles, names and units above the numbers, comments, blank lines, a byte order mark and any line
    ending are accepted. Dates and times may be x: they become days, hours, minutes or seconds since the first. Digits
    may be grouped ("1,234.5", "1 234,5") where only one reading is left for the file as a whole: "1,000" alone is
    refused, beside "0,5" it is 1. docs/data-files.md shows what many kinds of files give.

    Parameters
    ----------
    file : path, bytes, or open text or binary file
        A file is read from where it stands, and never further than `max_bytes` + 1. A workbook (.xlsx) needs the
        extra "app".
    x, y : str or int, optional
        Name of a column, or its position from 0 on. Needed where more than two columns hold numbers and none are
        called x and y.
    sheet : str or int, optional
        Of a workbook: name of a sheet, or its position from 0 on, instead of the first that holds numbers.
    decimal : {".", ","}, optional
        The decimal mark where the file leaves it open, instead of a refusal.
    drop_missing : bool
        Leave out rows in which x or y is empty, NA, or not finite, instead of refusing the file.
    max_rows, max_bytes : int >= 1
        Largest number of points and largest size accepted.

    Returns
    -------
    Dataset
        Rows in the order of the file, named after it.

    Raises
    ------
    InvalidInputError
        When the file cannot be read as two columns of finite numbers; the message names the line, what is
        wrong with it and what to do.
    """
    validation.positive_int("max_rows", max_rows)
    validation.positive_int("max_bytes", max_bytes)
    drop = validation.boolean("drop_missing", drop_missing)
    if decimal is not None:
        validation.one_of("decimal", decimal, (".", ","))
    table = read_table(file, max_bytes, sheet)
    columns = _columns(table, x, y)
    read = choice.points(table, replace(columns, decimal=decimal, drop=drop), max_rows)
    return Dataset(read.x, read.y, _file_name(file))


def _columns(table: Table, x: str | int | None, y: str | int | None) -> choice.Choice:
    """The columns asked for; without any, the two that hold numbers."""
    if (x is None) != (y is None):
        raise InvalidInputError(f"{'y' if y is None else 'x'} is missing; name both columns, x and y")
    if x is not None and y is not None:
        return choice.Choice(_position("x", x, table), _position("y", y, table))
    if len(table.names) == 2:
        return choice.Choice(0, 1)
    found = choice.usual(table)
    is_named = {table.names[column].lower() for column in found.columns} == {"x", "y"}
    others = [position for position in range(len(table.names)) if position not in found.columns]
    if not is_named and any(choice.can_be_numbers(table, position) for position in others):
        names = ", ".join(map(quoted, table.names[:8])) + (", ..." if len(table.names) > 8 else "")
        raise InvalidInputError(f"file has {len(table.names)} columns ({names}); choose two of them as x and y")
    return found


def _position(name: str, asked: str | int, table: Table) -> int:
    if isinstance(asked, str):
        return table.names.index(validation.one_of(name, asked, table.names))
    return validation.positive_int(name, asked, 0, len(table.names) - 1)


def _file_name(file: Source) -> str:
    path = file if isinstance(file, str | os.PathLike) else getattr(file, "name", "")
    return PurePath(path).stem[:80] if isinstance(path, str | os.PathLike) else ""
