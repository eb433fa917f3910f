"""Training against the value of (DEEP): the charts show what was measured, and do not remount."""

import numpy as np

from cvxdnn.exhibits.beyond.classifiers import Experiment
from cvxdnn.exhibits.beyond.depth_charts import BEST, CROSSING, OPTIMUM, OTHERS, VALUE, crossing_chart, functions_chart
from cvxdnn.tasks.deep_runs import DeepRuns
from cvxdnn.tasks.stream import Stream


def of_kind(columns, kind, name):
    return [value for value, each in zip(columns[name], columns["kind"], strict=True) if each == kind]


def test_objectives_are_multiples_of_the_value():
    history = np.array([[0, 4.0, 30.0], [10, 1.0, 2.0], [20, 3.0, 0.5]])
    columns, _ = crossing_chart(history, 2.0, steps=20, crossed=10)
    assert of_kind(columns, BEST, "share") == [2.0, 0.5, 0.25]
    assert of_kind(columns, OTHERS, "share") == [2.0, 0.5, 1.5, 5.0, 1.0, 0.25]  # 15 is drawn at the edge
    assert of_kind(columns, VALUE, "share") == [1, 1]
    assert of_kind(columns, CROSSING, "step") == [10]


def test_the_specification_does_not_change_during_training():
    before, after = (
        crossing_chart(None, 2.0, steps=20, crossed=None),
        crossing_chart(np.array([[0, 4.0]]), 2.0, steps=20, crossed=0),
    )
    assert before[1] == after[1]


def test_functions_are_those_of_the_theorem_and_of_the_best_network():
    experiment = Experiment("tent")
    frames = []
    Stream(DeepRuns(experiment.x, experiment.y, 0.01, 3, runs=2, max_steps=50))(frames.append, lambda: False)
    spline = experiment.theorem().spline
    empty, full = (functions_chart(experiment.x, experiment.y, spline, frame) for frame in (None, frames[-1]))
    assert empty[1] == full[1]
    assert of_kind(full[0], OPTIMUM, "y") == spline(np.array(of_kind(full[0], OPTIMUM, "x"))).tolist()
    assert of_kind(full[0], BEST, "y") == frames[-1].view.values.tolist()
