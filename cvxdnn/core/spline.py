r"""Linear splines, their path norm, and the set of all optimal interpolants.

A two-layer ReLU network of one input is a linear spline :math:`f` with *knots* :math:`k_j`, the inputs
where the slope changes, *slope changes* :math:`D_j` (right slope minus left slope) and outer slopes
:math:`m_-`, :math:`m_+`. Weight decay charges it its *path norm*: over any interval that holds all knots,
the smallest l1 norm of output weights that represents :math:`f` with unit input weights is

.. math::  R(f) = \max\bigl(TV,\ \tfrac12 (TV + |m_- + m_+|)\bigr),  \qquad  TV = \sum_j |D_j| .

Each slope change splits freely between a rightward neuron :math:`(t-k)_+` and a leftward one
:math:`(k-t)_+`; only the outer slopes can cost extra. In the limit of vanishing weight decay the linear
spline through the points has the smallest path norm of all interpolants, often together with many others:
`optimal_band` is the region they fill, `sparsest_interpolant` the one with the fewest knots.

Source: Ergen & Pilanci (ICML 2021), arXiv 2002.09773; sparsest interpolants: Debarre et al. (2022); all
interpolants of least total variation: Hanin (2021), arXiv 2109.12960. See docs/spline.md.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from cvxdnn.core import validation
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.types import Array, Indices, Mask

__all__ = [
    "LinearSpline",
    "MergedPoints",
    "band_edges",
    "interpolating_spline",
    "merge_points",
    "optimal_band",
    "sparsest_interpolant",
]

ROUND_OFF = 4 * np.finfo(np.float64).eps
"""Share of coordinates by which rounding may have moved them on the way to a slope."""


@dataclass(frozen=True, eq=False, init=False)
class LinearSpline:
    """A continuous piecewise-linear function of one variable.

    Parameters
    ----------
    knots : array (k,), k >= 1
        Strictly increasing inputs between which the function is linear.
    values : array (k,)
        The function's values there, less `offset`.
    left_slope, right_slope : float, optional
        Slopes left of the first and right of the last knot. None: the neighbouring inner piece continues
        (with a single knot: slope 0).
    offset : float, default 0
        A constant added to the function, held apart: values of 100,000 plus small changes would be rounded by more
        than the changes are worth.

    Attributes
    ----------
    heights : array (k,)
        The values above the offset, exactly as given; `values` are heights + offset, rounded.

    Raises
    ------
    InvalidInputError
        When lengths differ, a number is not finite, or knots do not increase.
    """

    knots: Array
    heights: Array
    left_slope: float | None
    right_slope: float | None
    offset: float

    def __init__(
        self,
        knots: ArrayLike,
        values: ArrayLike,
        left_slope: float | None = None,
        right_slope: float | None = None,
        *,
        offset: float = 0.0,
    ) -> None:
        own_knots = validation.finite_vector("knots", knots)
        heights = validation.finite_vector("values", values)
        if own_knots.size != heights.size:
            raise InvalidInputError(f"knots has {own_knots.size} and values {heights.size} entries; give one each")
        if not (own_knots[1:] > own_knots[:-1]).all():
            raise InvalidInputError("knots must strictly increase; sort them and merge equal ones")
        left, right = (
            None if slope is None else validation.number(name, slope)
            for name, slope in (("left_slope", left_slope), ("right_slope", right_slope))
        )
        self._set(own_knots, heights, left, right, validation.number("offset", offset))

    @classmethod
    def unchecked(
        cls, knots: Array, heights: Array, left_slope: float, right_slope: float, offset: float = 0.0
    ) -> "LinearSpline":
        """The same from arrays of its own that are known to be right: for solvers, whose time counts."""
        spline = cls.__new__(cls)
        spline._set(knots, heights, left_slope, right_slope, offset)
        return spline

    def _set(
        self, knots: Array, heights: Array, left_slope: float | None, right_slope: float | None, offset: float
    ) -> None:
        knots.setflags(write=False)
        heights.setflags(write=False)
        self.__dict__.update(
            knots=knots, heights=heights, left_slope=left_slope, right_slope=right_slope, offset=offset
        )

    @cached_property
    def values(self) -> Array:
        """The function's values at the knots, (k,)."""
        values = self.heights + self.offset
        values.setflags(write=False)
        return values

    @cached_property
    def slopes(self) -> Array:
        """Slopes of all pieces, left to right, outer ones included; shape (k + 1,)."""
        inner = (self.heights[1:] - self.heights[:-1]) / (self.knots[1:] - self.knots[:-1])
        left = self.left_slope if self.left_slope is not None else (inner[0] if inner.size else 0.0)
        right = self.right_slope if self.right_slope is not None else (inner[-1] if inner.size else 0.0)
        return np.concatenate([[left], inner, [right]])

    @property
    def slope_changes(self) -> Array:
        """Right slope minus left slope at every knot; shape (k,)."""
        return self.slopes[1:] - self.slopes[:-1]

    @property
    def total_variation(self) -> float:
        """Sum of the absolute slope changes."""
        return float(np.abs(self.slope_changes).sum())

    @property
    def path_norm(self) -> float:
        """Least l1 norm of output weights that represents the function where it bends (R, see above)."""
        variation = self.total_variation
        return max(variation, (variation + abs(float(self.slopes[0] + self.slopes[-1]))) / 2)

    def __call__(self, x: ArrayLike) -> Array:
        """Values at `x` (any shape)."""
        return self.above_offset(validation.bounded("x", validation.numbers("x", x))) + self.offset

    def above_offset(self, x: Array) -> Array:
        """Values at `x` (any shape), less the offset."""
        inside = np.interp(x, self.knots, self.heights)
        left = np.minimum(x - self.knots[0], 0.0) * self.slopes[0]
        right = np.maximum(x - self.knots[-1], 0.0) * self.slopes[-1]
        return np.asarray(inside + left + right)

    def restricted(self, low: float, high: float) -> "LinearSpline":
        """The same function on [low, high], its end pieces continued outside; knots strictly inside only."""
        low, high = validation.number("low", low), validation.number("high", high)
        if low < self.knots[0] and self.knots[-1] < high:
            return self
        inside = (self.knots > low) & (self.knots < high)
        if not inside.any():
            middle = np.searchsorted(self.knots, (low + high) / 2)
            slope = float(self.slopes[middle])
            return LinearSpline(np.array([low]), self.above_offset(np.array([low])), slope, slope, offset=self.offset)
        first, last = np.flatnonzero(inside)[[0, -1]]
        ends = float(self.slopes[first]), float(self.slopes[last + 1])
        return LinearSpline(self.knots[inside], self.heights[inside], *ends, offset=self.offset)

    def significant_knots(self, share: float = 0.0) -> Array:
        """Knots whose slope change is more than rounding, and above `share` of the total variation."""
        share = validation.nonnegative("share", share)
        changes = np.abs(self.slope_changes)
        return self.knots[(changes > share * self.total_variation) & (changes > self._rounding_of_changes)]

    @property
    def _rounding_of_changes(self) -> Array:
        """How large a slope change may be that only the rounding of knots and heights makes, (k,)."""
        if self.knots.size < 3:
            return np.zeros(self.knots.size)
        doubt = np.zeros(self.knots.size + 1)
        doubt[1:-1] = _doubt(self.knots, self.heights, self.slopes[1:-1])
        return ROUND_OFF * (doubt[:-1] + doubt[1:])


@dataclass(frozen=True, eq=False)
class MergedPoints:
    """Data sorted by x, with points of equal x merged.

    x, y, weight : (m,) distinct inputs, mean outputs, how many points each stands for
    group : (n,) for each point as given, the merged point it belongs to
    scatter : half the sum of squared distances to the group means, a loss that no function removes
    rounding : what rounding may have moved a mean by
    """

    x: Array
    y: Array
    weight: Array
    group: Indices
    scatter: float
    rounding: float = 0.0

    @cached_property
    def loss_of_zero(self) -> float:
        """1/2 sum w y^2, the loss of the function 0 without the scatter."""
        return 0.5 * float((self.weight * self.y**2).sum())


def merge_points(x: ArrayLike, y: ArrayLike) -> MergedPoints:
    """Sort the points and merge those with equal x into one weighted point each.

    Nearly equal x stay apart: a function can tell them apart, at the price of a steep piece.
    """
    x, y = validation.points(x, y)
    gaps, group = x[1:] - x[:-1], np.arange(x.size)
    if gaps.size and gaps.min() < 0:
        order = np.argsort(x, kind="stable")
        group[order] = np.arange(x.size)
        x, y = x[order], y[order]
        gaps = x[1:] - x[:-1]
    validation.resolvable(x, gaps)
    if not gaps.size or gaps.min() > 0:
        return MergedPoints(x, y, np.ones(x.size), group, 0.0)
    starts = np.append(True, gaps > 0)
    group_of_sorted = np.cumsum(starts) - 1
    group = group_of_sorted[group]
    first = np.flatnonzero(starts)
    weight = np.diff(np.append(first, x.size)).astype(np.float64)

    def group_mean(values: Array) -> Array:
        # Averaging the offsets from the first member keeps exact duplicates exact.
        anchor = values[first]
        return anchor + np.add.reduceat(values - anchor[group_of_sorted], first) / weight

    y_mean = group_mean(y)
    scatter = 0.5 * float(np.sum((y - y_mean[group_of_sorted]) ** 2))
    is_exact = scatter == 0.0 and np.array_equal(y_mean[group_of_sorted], y)
    size = float(weight.max()) * float(np.abs(y - y[first][group_of_sorted]).max()) + np.abs(y).max()
    rounding = 0.0 if is_exact else float(2 * np.finfo(np.float64).eps * size)
    return MergedPoints(x[first], y_mean, weight, group, scatter, rounding)


def interpolating_spline(x: ArrayLike, y: ArrayLike) -> LinearSpline:
    """The linear spline through the points: straight between neighbours, its end pieces continued.

    Parameters
    ----------
    x, y : arrays (n,), n >= 1, any order
        Points with equal x are replaced by their mean.

    Returns
    -------
    LinearSpline
        Its values at the points are theirs, to the last bit. Its knots are the points where the slope changes; where
        it never does, a single anchor point; and where rounding would carry a straight piece past a point, that one.
    """
    points = merge_points(x, y)
    if points.x.size == 1:
        return LinearSpline(points.x, points.y)
    slopes = _chords(points)
    bends = np.flatnonzero(np.diff(slopes)) + 1
    keep = bends if bends.size else np.array([0])
    spline = LinearSpline(points.x[keep], points.y[keep], float(slopes[0]), float(slopes[-1]))
    if np.array_equal(spline(points.x), points.y):
        return spline
    missed = np.flatnonzero(spline(points.x) != points.y)
    keep = np.union1d(keep, missed)
    return LinearSpline(points.x[keep], points.y[keep], float(slopes[0]), float(slopes[-1]))


def sparsest_interpolant(x: ArrayLike, y: ArrayLike) -> LinearSpline:
    """An interpolant of least path norm with the fewest knots inside the data's range.

    Of k consecutive slope changes of one sign, ceil(k/2) are enough: two neighbouring knots are replaced
    by the crossing of the chords beside them. See `interpolating_spline` for the parameters.
    """
    points = merge_points(x, y)
    if points.x.size <= 2:
        return interpolating_spline(x, y)
    slopes = _chords(points)
    changes = np.diff(slopes)
    signs = np.sign(changes)
    knots: list[float] = []
    values: list[float] = []
    j = 0
    while j < changes.size:
        i = j + 1  # changes[j] sits at point i
        if j + 1 < changes.size and signs[j] * signs[j + 1] > 0:
            offset = (points.x[i + 1] - points.x[i]) * changes[j + 1] / (changes[j] + changes[j + 1])
            knots.append(float(points.x[i] + offset))
            values.append(float(points.y[i] + slopes[j] * offset))
            j += 2
            continue
        if changes[j] != 0:
            knots.append(float(points.x[i]))
            values.append(float(points.y[i]))
        j += 1
    if not knots:
        return interpolating_spline(x, y)
    return LinearSpline(np.array(knots), np.array(values), float(slopes[0]), float(slopes[-1]))


def optimal_band(x: ArrayLike, y: ArrayLike, at: ArrayLike) -> tuple[Array, Array]:
    """Lowest and highest value, over all optimal interpolants, at the inputs `at`.

    An interpolant is optimal when no other has a smaller path norm over the data's range.

    Parameters
    ----------
    x, y : arrays (n,), n >= 1, any order
        The points; for a solution with weight decay pass its fitted values as `y`.
    at : array, any shape

    Returns
    -------
    lower, upper : arrays of the shape of `at`
    """
    lower, upper = band_edges(x, y)
    at = validation.bounded("at", validation.numbers("at", at))
    return lower(at), upper(at)


def band_edges(x: ArrayLike, y: ArrayLike) -> tuple[LinearSpline, LinearSpline]:
    """The lower and the upper edge of `optimal_band`, as linear splines."""
    points = merge_points(x, y)
    if points.x.size == 1:
        flat = LinearSpline(points.x, points.y)
        return flat, flat
    chords = _chords(points)
    interior = np.diff(chords)
    excess = _end_excess(float(chords[0]), interior)
    changes = np.concatenate([[excess], interior, [-excess]])  # with the virtual changes at both ends
    return _edge(points, chords, changes, excess, +1.0), _edge(points, chords, changes, excess, -1.0)


def _edge(points: MergedPoints, chords: Array, changes: Array, excess: float, sign: float) -> LinearSpline:
    """The lower (sign = +1) or upper (sign = -1) edge: where both slope changes beside a gap have this sign,
    the neighbouring pieces extended to their crossing, elsewhere the chord."""
    left, right = np.maximum(sign * changes[:-1], 0.0), np.maximum(sign * changes[1:], 0.0)
    # A crossing that round-off cannot tell from a point would only be a knot with a meaningless slope.
    open_gap = np.flatnonzero(np.minimum(left, right) > np.finfo(np.float64).eps * np.maximum(left, right))
    a, b = left[open_gap], right[open_gap]
    offset = np.diff(points.x)[open_gap] * b / (a + b)
    crossing = points.x[open_gap] + offset
    height = points.y[open_gap] + chords[open_gap] * offset - sign * a * offset
    # Outside the data both end slopes m and m - excess occur in optimal interpolants.
    left_slopes = chords[0] - np.array([0.0, excess])
    right_slopes = chords[-1] - np.array([0.0, excess])
    left_slope, right_slope = (
        (left_slopes.max(), right_slopes.min()) if sign > 0 else (left_slopes.min(), right_slopes.max())
    )
    knots, first = np.unique(np.concatenate([points.x, crossing]), return_index=True)
    values = np.concatenate([points.y, height])[first]
    return LinearSpline(knots, values, float(left_slope), float(right_slope))


def _end_excess(first_slope: float, interior: Array) -> float:
    """The part of the end slopes that no splitting of the interior slope changes can supply."""
    rising, falling = float(interior[interior > 0].sum()), float(-interior[interior < 0].sum())
    if first_slope > falling:
        return first_slope - falling
    if first_slope < -rising:
        return first_slope + rising
    return 0.0


def _chords(points: MergedPoints) -> Array:
    """Slope of the spline on every gap, (m - 1,); equal on both sides of a point where it bends only by
    round-off."""
    x, y = points.x, points.y
    slopes = np.diff(y) / np.diff(x)
    corners = np.concatenate([[0], np.flatnonzero(_bends(x, y, slopes)) + 1, [x.size - 1]])
    joined = np.diff(y[corners]) / np.diff(x[corners])
    chords = np.repeat(joined, np.diff(corners))
    # Many small changes may add up to a real one; then each of them counts.
    missed = np.abs(np.interp(x, x[corners], y[corners]) - y)[1:]
    round_off = ROUND_OFF * (np.abs(y).max() + np.abs(chords) * np.abs(x).max())
    return chords if np.all(missed <= round_off) else slopes


def _bends(x: Array, y: Array, slopes: Array) -> Mask:
    """Marks the inner points, (m - 2,), whose slope change is more than round-off in their coordinates."""
    doubt = _doubt(x, y, slopes)
    return np.asarray(np.abs(np.diff(slopes)) > ROUND_OFF * (doubt[:-1] + doubt[1:]))


def _doubt(x: Array, y: Array, slopes: Array) -> Array:
    """By how much the slope (m - 1,) of each piece is wrong, as a multiple of the rounding of its coordinates."""
    far, high = np.abs(x), np.abs(y)
    return (np.maximum(high[:-1], high[1:]) + np.abs(slopes) * np.maximum(far[:-1], far[1:])) / np.diff(x)
