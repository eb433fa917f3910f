"""The path figure draws what the path says."""

import numpy as np
import pytest

from cvxdnn import load_preset, solve
from cvxdnn.convex import regularization_path
from cvxdnn.exhibits.path.charts import complexity_figure, objective_figure, path_figure, slider_betas


@pytest.fixture(scope="module")
def zigzag():
    data, _ = load_preset("zigzag").normalized()
    return data, regularization_path(data.x, data.y)


def test_every_slider_position_draws_the_optimum_of_its_weight_decay(zigzag):
    data, path = zigzag
    figure = path_figure(path, data.x, data.y)
    betas = slider_betas(path)
    assert len(figure.frames) == len(figure.layout.sliders[0].steps) == betas.size
    for i in (0, betas.size // 3, betas.size - 1):
        curve = figure.frames[i].data[0].y
        exact = solve(data.x, data.y, beta=betas[i]).spline(figure.data[1].x)
        assert np.allclose(curve, exact, atol=1e-8)


def test_every_knot_of_the_path_is_drawn_once(zigzag):
    data, path = zigzag
    figure = path_figure(path, data.x, data.y)
    births = [x for trace in figure.data if "knot" in (trace.name or "") for x in trace.x]
    shown = [life.x for life in path.knot_lives if life.born > slider_betas(path)[-1]]
    assert sorted(births) == sorted(shown)


def test_objective_is_the_sum_of_loss_and_penalty(zigzag):
    _, path = zigzag
    total, loss, penalty = (np.array(trace.y) for trace in objective_figure(path).data)
    assert np.allclose(total, loss + penalty)


def test_complexity_counts_knots(zigzag):
    _, path = zigzag
    assert max(complexity_figure(path).data[0].y) <= path.knot_count.max()
