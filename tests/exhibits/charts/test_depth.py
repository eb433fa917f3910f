"""The depth figures draw what the library says."""

import numpy as np
import pytest

from cvxdnn import layer_diagnostics, load_preset, regularization_path
from cvxdnn.convex import DeepPath
from cvxdnn.exhibits.depth.charts import COUNT, CURVE, OPTIMUM, RUN, VALLEY, jump_figure, layers_figure, valley_chart
from cvxdnn.exhibits.depth.charts import splines_figure as splines_of
from cvxdnn.tasks.deep_runs import DeepRuns
from cvxdnn.tasks.stream import Stream


@pytest.fixture(scope="module")
def zigzag():
    data, _ = load_preset("zigzag").normalized()
    return data, DeepPath(regularization_path(data.x, data.y))


def rows(columns, kind):
    """(r, objective, label) of one kind."""
    table = zip(columns["kind"], columns["r"], columns["objective"], columns["label"], strict=True)
    return [row[1:] for row in table if row[0] == kind]


@pytest.mark.parametrize(("beta", "depth"), [(0.1, 5), (0.1, 3), (0.01, 2), (5.0, 4)])
def test_the_curve_and_its_valleys_are_exact_and_in_the_picture(zigzag, beta, depth):
    _, deep = zigzag
    columns, specification = valley_chart(deep, beta=beta, depth=depth, runs=None)
    curve = np.array([row[:2] for row in rows(columns, CURVE)])
    assert curve[:, 1] == pytest.approx(deep.objective_at(curve[:, 0], beta=beta, depth=depth))
    shown = rows(columns, OPTIMUM) + rows(columns, VALLEY)
    expected = [(m.r, m.objective) for m in deep.local_minima(beta=beta, depth=depth)]
    assert np.array(sorted(row[:2] for row in shown)) == pytest.approx(np.array(sorted(expected)))
    left, right = specification["encoding"]["x"]["scale"]["domain"]
    low, high = specification["encoding"]["y"]["scale"]["domain"]
    assert all(left <= r <= right and low <= objective <= high for r, objective, _ in shown)


def test_training_changes_the_data_but_not_the_specification(zigzag):
    data, deep = zigzag
    frames = []
    Stream(DeepRuns(data.x, data.y, 0.1, 3, runs=4, max_steps=200))(frames.append, lambda: False)
    charts = [valley_chart(deep, beta=0.1, depth=3, runs=frame) for frame in (None, frames[0], frames[-1])]
    assert charts[0][1] == charts[1][1] == charts[2][1]
    assert [len(rows(columns, RUN)) for columns, _ in charts] == [0, 4, 4]
    counted = [int(label.split()[0]) for _, _, label in rows(charts[2][0], COUNT)]
    assert sum(counted) <= 4


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
    for nested in (False, True):
        figure = splines_of(data.x, data.y, splines, nested=nested)
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
