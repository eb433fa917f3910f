"""Plots of restarts, races and seeds: nothing is lost, and nothing is drawn that a logarithmic axis has not."""

import numpy as np
import pytest

from cvxdnn.exhibits.explore.details_charts import LEAST_GAP, LEAST_OBJECTIVE, gaps_plot, race_plot, restarts_plot

START = np.array([[0, 3.0, 2.5]])
LONG = np.array([[0, 3.0, 2.5], [10, 1.5, 2.0], [20, 1.1, np.inf]])


def named(plot, label):
    """The curve of this name."""
    (found,) = [curve for curve in plot.curves if curve.label == label]
    return found


def assert_seen(plot):
    """Every finite number is within the axes, which are usable."""
    for axis, name in ((plot.x, "x"), (plot.y, "y")):
        assert axis.low < axis.high
        assert axis.low > 0 or axis.kind == "linear"
        values = np.concatenate([getattr(curve, name) for curve in plot.curves])
        values = values[np.isfinite(values)]
        assert axis.low <= values.min()
        assert values.max() <= axis.high


@pytest.mark.parametrize("history", [START, LONG], ids=["start", "running"])
@pytest.mark.parametrize("optimum", [1.0, None])
def test_all_restarts_are_seen_from_their_first_step(history, optimum):
    plot = restarts_plot(history, optimum, "told")
    assert_seen(plot)
    assert len(plot.curves) == (4 if optimum else 3)


def test_the_best_line_is_the_smallest_of_all_restarts():
    plot = restarts_plot(LONG, 1.0, "told")
    assert named(plot, "best restart").y.tolist() == [2.5, 1.5, 1.1]
    assert set(named(plot, "certified optimum").y) == {1.0}


def test_restarts_that_all_diverge_leave_axes():
    assert_seen(restarts_plot(np.array([[0, 2.0], [1, np.inf]]), None, "told"))
    plot = restarts_plot(np.array([[0, np.inf, np.inf]]), None, "told")
    assert 0 < plot.y.low < plot.y.high


def test_logarithms_get_positive_numbers():
    plot = restarts_plot(np.array([[0, 2.0], [1, 0.0], [2, -1e-17]]), None, "told")
    assert named(plot, "best restart").y.tolist() == [2.0, LEAST_OBJECTIVE, LEAST_OBJECTIVE]


def test_the_race_shows_relative_gaps_and_keeps_the_line_of_each():
    histories = {"a": np.array([[0.0, 0.0, 3.0], [1.0, 5.0, 1.0], [2.0, 9.0, np.inf]]), "b": np.empty((0, 3))}
    plot = race_plot(histories, ["b", "a"], 1.0, "told")
    assert_seen(plot)
    (curve,) = plot.curves
    assert curve.y.tolist() == pytest.approx([2.0, LEAST_GAP, np.nan], nan_ok=True)
    assert curve.style == "line runner-2"


def test_every_network_is_in_the_bar_of_its_power_of_ten():
    gaps = np.array([-1e-12, 0.0, 1e-5, 0.5, 0.7, 2.0, 1e9])
    plot = gaps_plot(gaps, "told")
    heights = [(bar.x[0], bar.x[1], bar.high[0]) for bar in plot.bands]
    assert sum(height for _, _, height in heights) == gaps.size
    for low, high, height in heights:
        decade = round(np.log10(high) + 0.5)
        assert 10.0 ** (decade - 1) < low < high < 10.0**decade
        assert height == {-10: 2, -5: 1, 0: 2, 1: 2}[decade]
    assert plot.x.low <= min(low for low, _, _ in heights)
    assert plot.x.high >= max(high for _, high, _ in heights)
