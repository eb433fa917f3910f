"""The film of the Depth page: no network below the landscape, at any moment, at its own weight decay or another."""

import numpy as np
import pytest

from cvxdnn import load_preset, regularization_path
from cvxdnn.convex import DeepPath
from cvxdnn.core.spline import interpolating_spline
from cvxdnn.exhibits.depth.film import stream_of
from cvxdnn.exhibits.depth.lab import NAME, sample
from cvxdnn.exhibits.depth.view import landscape_of
from cvxdnn.tasks.deep_runs import DeepRuns, converged_to
from cvxdnn.tasks.first_frames import first_frame_of
from cvxdnn.tasks.stream import last_frame

ROUNDED = 1e-6
"""Share by which a network may seem to be below the landscape: films hold numbers of 24 bits."""


def lowest_excess(deep, stills, *, beta, depth):
    """How far the lowest network of all stills is above the landscape, as a share of it."""
    lowest = np.inf
    for still in stills:
        r, misfits, charges = (still.arrays[name] for name in ("path_norms", "misfits", "charges"))
        heights = deep.objective_at(r, beta=beta, depth=depth)
        lowest = min(lowest, float(np.min((misfits + beta * charges) / heights)) - 1)
    return lowest


def deep_of(runs):
    return DeepPath(regularization_path(runs.x, runs.y))


@pytest.mark.parametrize("depth", [2, 3, 4, 6])
@pytest.mark.parametrize("name", ["spike", "zigzag", "random smooth"])
def test_no_network_is_below_the_landscape_of_any_weight_decay(name, depth):
    data, _ = load_preset(name).normalized()
    deep = DeepPath(regularization_path(data.x, data.y))
    runs = DeepRuns(data.x, data.y, 0.3 * deep.path.beta_max, depth, width=12, runs=6, max_steps=600)
    stills = last_frame(stream_of(runs)).film.stills()
    for beta in (runs.beta, 0.01 * runs.beta, 10 * runs.beta):
        assert lowest_excess(deep, stills, beta=beta, depth=depth) > -ROUNDED


def test_the_first_film_ends_in_two_valleys_and_none_is_below():
    (_, stream), frame = sample(), first_frame_of(NAME)
    runs, stills = stream.problem, frame.film.stills()
    deep, minima = deep_of(runs), deep_of(runs).local_minima(beta=runs.beta, depth=runs.depth)
    assert lowest_excess(deep, stills, beta=runs.beta, depth=runs.depth) > -ROUNDED
    last = stills[-1]
    objectives = last.arrays["misfits"] + runs.beta * last.arrays["charges"]
    assert objectives == pytest.approx(frame.objectives, rel=ROUNDED)
    reached = converged_to(minima, frame)
    heights = np.array([minimum.objective for minimum in minima])
    assert set(reached) == {0, 1}
    assert objectives == pytest.approx(heights[reached], rel=2e-3)


def test_functions_have_the_path_norms_of_their_balls():
    still = first_frame_of(NAME).film.stills()[0]
    inputs = np.unique(sample()[1].problem.x)
    norms = [interpolating_spline(inputs, values).path_norm for values in still.arrays["functions"]]
    assert still.arrays["path_norms"] == pytest.approx(norms, rel=1e-4)


@pytest.mark.parametrize("name", ["spike", "zigzag", "random smooth", "cars"])
def test_straight_lines_through_fitted_values_are_optimal_functions(name):
    data, _ = load_preset(name).normalized()
    deep = DeepPath(regularization_path(data.x, data.y))
    sent = landscape_of(deep)
    inputs = np.array(sent["inputs"])
    for fitted, r, loss in zip(deep.path.fitted(inputs), deep.curve.path_norm, deep.curve.loss, strict=True):
        spline = interpolating_spline(inputs, fitted)
        assert spline.path_norm == pytest.approx(r, rel=1e-7, abs=1e-9)
        assert np.sum((spline(data.x) - data.y) ** 2) / 2 == pytest.approx(loss, rel=1e-7, abs=1e-12)
    assert np.array(sent["fitted"]) == pytest.approx(deep.path.fitted(inputs), abs=1e-6)
