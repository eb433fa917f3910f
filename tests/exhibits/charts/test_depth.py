"""The depth figures draw what the library says."""

import numpy as np
import pytest

from cvxdnn import layer_diagnostics, load_preset, regularization_path
from cvxdnn.convex import DeepPath
from cvxdnn.exhibits.depth.charts import jump_figure, layers_figure
from cvxdnn.exhibits.depth.charts import splines_figure as splines_of


@pytest.fixture(scope="module")
def zigzag():
    data, _ = load_preset("zigzag").normalized()
    return data, DeepPath(regularization_path(data.x, data.y))


def test_jumps_are_drawn_where_they_are_and_nowhere_else(zigzag):
    _, deep = zigzag
    figure = jump_figure(deep, range(2, 7), beta=0.1, depth=3)
    jumps = deep.transitions(depth=3)
    (drawn,) = [trace for trace in figure.data if trace.name.startswith("jumps")]
    assert [beta for beta in drawn.x if beta is not None][::2] == [jump.beta for jump in jumps]
    (line,) = [trace for trace in figure.data if trace.name == "L = 3"]
    betas, norms = np.array(line.x, dtype=float), np.array(line.y, dtype=float)
    inside = np.flatnonzero(np.isfinite(betas))
    for i in inside[:: max(1, inside.size // 25)]:
        assert deep.solve(beta=betas[i] * (1 + 1e-12), depth=3).path_norm == pytest.approx(norms[i], rel=1e-4, abs=1e-6)
    (smooth,) = [trace for trace in figure.data if trace.name == "L = 2"]
    assert np.nanmax(np.abs(np.diff(np.array(smooth.y, dtype=float)))) < 2


def test_splines_are_drawn_through_their_knots(zigzag):
    data, deep = zigzag
    splines = {f"L = {depth}": deep.solve(beta=0.02, depth=depth).spline for depth in (2, 3)}
    figure = splines_of(data.x, data.y, splines)
    for trace in figure.data[:2]:
        assert set(splines[trace.name].knots) <= set(trace.x)
        assert np.array(trace.y) == pytest.approx(splines[trace.name](np.array(trace.x)))
    assert [trace.line.width for trace in figure.data[:2]] == sorted([t.line.width for t in figure.data[:2]])[::-1]


def test_layers_are_shown_side_by_side(zigzag):
    _, deep = zigzag
    exact = layer_diagnostics(deep.solve(beta=0.02, depth=4).network())
    alone, both = layers_figure(exact, None), layers_figure(exact, exact)
    assert len(alone.data) == 4
    assert len(both.data) == 8
    assert list(both.data[0].y) == pytest.approx(exact.frobenius_norms)
    assert {trace.name for trace in both.data} == {"closed form", "trained"}
