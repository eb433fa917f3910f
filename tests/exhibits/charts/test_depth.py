"""The figures on the Depth page draw what the library says."""

import numpy as np
import pytest

from cvxdnn import load_preset, regularization_path
from cvxdnn.convex import DeepPath
from cvxdnn.core.datasets import Normalization
from cvxdnn.exhibits.depth.charts import jump_plot, splines_plot


@pytest.fixture(scope="module")
def zigzag():
    data, _ = load_preset("zigzag").normalized()
    return data, DeepPath(regularization_path(data.x, data.y))


def named(plot, label):
    """The curve of this name."""
    return next(curve for curve in plot.curves if curve.label == label)


def test_jumps_are_drawn_where_they_are_and_nowhere_else(zigzag):
    _, deep = zigzag
    plot = jump_plot(deep, range(2, 7), beta=0.1, depth=3)
    jumps = deep.transitions(depth=3)
    drawn = named(plot, "jumps of L = 3")
    assert drawn.x[::3].tolist() == drawn.x[1::3].tolist() == [jump.beta for jump in jumps]
    assert np.isnan(drawn.x[2::3]).all()
    line = named(plot, "L = 3")
    inside = np.flatnonzero(np.isfinite(line.x))
    for i in inside[:: max(1, inside.size // 25)]:
        optimum = deep.solve(beta=line.x[i] * (1 + 1e-12), depth=3)
        assert optimum.path_norm == pytest.approx(line.y[i], rel=1e-4, abs=1e-6)
    assert np.nanmax(np.abs(np.diff(named(plot, "L = 2").y))) < 2


@pytest.mark.parametrize("beta", [1e-9, 0.1, 50.0])
def test_the_present_optimum_is_within_the_picture_of_the_jumps(zigzag, beta):
    _, deep = zigzag
    plot = jump_plot(deep, range(2, 7), beta=beta, depth=4)
    (here,) = plot.marks
    assert (here.x, here.y) == (beta, deep.solve(beta=beta, depth=4).path_norm)
    assert plot.x.low <= here.x <= plot.x.high
    assert plot.y.low <= here.y <= plot.y.high


def test_splines_are_drawn_through_their_knots_in_the_users_units(zigzag):
    data, deep = zigzag
    units = Normalization(x_offset=1990.0, x_scale=30.0, y_offset=-4.0, y_scale=0.1)
    splines = {depth: (f"L = {depth}", deep.solve(beta=0.02, depth=depth).spline) for depth in (2, 3)}
    plot = splines_plot(data, splines, units, ("year", "height, m"))
    for label, spline in splines.values():
        curve = named(plot, label)
        assert set(units.user_x(spline.knots)) <= set(curve.x)
        assert curve.y == pytest.approx(units.user_y(spline(units.unit_x(curve.x))))
    (points,) = plot.points
    assert (points.x.tolist(), points.y.tolist()) == (units.user_x(data.x).tolist(), units.user_y(data.y).tolist())
    assert (plot.x.title, plot.y.title) == ("year", "height, m")
