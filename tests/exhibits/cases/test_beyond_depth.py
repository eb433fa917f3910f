"""What (DEEP) is worth when a condition of the theorem is broken: an upper bound, or nothing."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from cvxdnn import Network, solve
from cvxdnn.core.objective import network_objective
from cvxdnn.exhibits.beyond.classifiers import EXAMPLES, SAME, Experiment, Standing
from cvxdnn.tasks.stream import last_frame


def ended(experiment, max_steps=1_500):
    """The last frame of the experiment's training."""
    stream = experiment.task()
    return last_frame(replace(stream, problem=replace(stream.problem, runs=4, max_steps=max_steps)))


def share_above(frame, value):
    """How far the best network is above a value, as a share of it."""
    return frame.objective / value - 1


def crossing(frame):
    """The step of the first still in which a network is below the value; None if there is none."""
    stills = frame.film.stills()
    return next(
        (still.step for still in stills if still.arrays["objectives"].min() < still.numbers["value"] * (1 - SAME)), None
    )


@pytest.mark.parametrize("name", list(EXAMPLES))
def test_the_first_setting_of_every_example_breaks_one_condition(name):
    experiment = Experiment.first(name)
    assert experiment.standing is not Standing.OPTIMUM
    assert (experiment.biases == "all") != experiment.signed
    assert min(EXAMPLES[name].x) == 0
    assert experiment.x.min() == (-experiment.x.max() if experiment.signed else 0)


def test_standing_of_every_setting():
    for depth, biases, signed in itertools.product((2, 3, 5), ("last_hidden", "all"), (False, True)):
        standing = Experiment("tent", depth, biases, signed).standing
        if depth == 2 or (biases == "last_hidden" and not signed):
            assert standing is Standing.OPTIMUM
        else:
            assert standing is (Standing.UPPER_BOUND if biases == "all" else Standing.NO_BOUND)


def test_with_biases_in_every_layer_training_ends_below_the_proven_optimum_of_the_theorem():
    experiment = Experiment.first("eight points")
    theorem, frame = experiment.theorem(), ended(experiment)
    assert theorem.relative_gap <= 1e-9
    assert frame.objective < 0.87 * (theorem.objective - theorem.gap)
    assert (frame.objectives < theorem.objective * (1 - SAME)).all()
    step = crossing(frame)
    assert step is not None
    assert step <= 500
    assert share_above(frame, theorem.objective) < -0.13


def test_with_biases_in_the_last_hidden_layer_only_the_same_training_never_does():
    experiment = Experiment("eight points")
    value, frame = experiment.theorem().objective, ended(experiment)
    assert crossing(frame) is None
    assert frame.objectives.min() >= value * (1 - 1e-9)
    assert share_above(frame, value) < 0.1


def tent_network(height, slope):
    """One last-hidden unit, height - slope |x|, out of x_+ and (-x)_+; all three layers have the same norm."""
    half = (2 * slope) ** (1 / 3) / np.sqrt(2)  # sqrt(2) half is the cube root of the product of the norms
    last = np.sqrt(2) * half
    return Network(
        weights=([[half, -half]], [[-half], [-half]], [[last]]),
        biases=(np.zeros(2), np.array([height / last]), np.zeros(1)),
    )


def test_a_tent_over_zero_is_one_unit_cheaper_than_the_theorem_allows():
    experiment = Experiment.first("tent")
    x, y, beta = experiment.x, experiment.y, experiment.beta
    network = tent_network(0.96, 2 * 0.96)
    assert network(x) == pytest.approx(0.96 * y, abs=1e-12)
    norms = [np.linalg.norm(weights) for weights in network.weights]
    assert norms == pytest.approx([norms[0]] * 3)
    # Half the path norm: slopes s and -s between three bends have path norm 4 s, the product of the norms is 2 s.
    assert network.to_spline().restricted(-1, 1).path_norm == pytest.approx(2 * np.prod(norms))
    theorem = experiment.theorem()
    assert network_objective(network, x, y, beta=beta) < 0.65 * (theorem.objective - theorem.gap)


def test_a_ramp_across_zero_is_never_reached_and_the_shift_repairs_it():
    broken, whole = Experiment.first("ramp"), Experiment("ramp")
    value = broken.theorem().objective
    assert share_above(ended(broken), value) > 0.4
    assert 0 <= share_above(ended(whole), value) < 1e-3


@pytest.mark.parametrize("name", list(EXAMPLES))
def test_two_layers_do_not_mind_either_condition(name):
    values = [solve(x, EXAMPLES[name].y, beta=0.01).objective for x in (Experiment(name, signed=s).x for s in (0, 1))]
    assert values[0] == pytest.approx(values[1], rel=1e-9)
    assert Experiment(name, 2, "all", True).theorem().depth == 2
