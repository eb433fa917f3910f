"""Facts about the units in which training takes place."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.network import Network
from cvxdnn.core.objective import beta_max, network_objective
from cvxdnn.training.layout import ParameterLayout
from cvxdnn.training.training import train
from cvxdnn.training.units import Units
from tests.training.hostile import WAVE

EXACT = 1e-12

DATA = {
    "unit box": ([0.0, 0.3, 1.0], [-0.5, 0.5, 0.1]),
    "years": ([1950.0, 1990.0, 2020.0], [3.0, 7.0, 5.0]),
    "seconds since 1970": ([1.7e9, 1.7e9 + 60, 1.7e9 + 90], [3.0, 7.0, 5.0]),
    "small": ([0.0, 2e-12, 5e-12], [1e-9, -4e-9, 2e-9]),
    "large": ([-1e12, 2e12, 5e12], [1e15, -4e15, 2e15]),
    "one point": ([3.0], [4.0]),
    "constant": ([0.0, 1.0, 2.0], [1e3, 1e3, 1e3]),
    "all at 0": ([0.0, 0.0], [0.0, 0.0]),
}


def units_of(name, depth, biases):
    x, y = (np.array(v) for v in DATA[name])
    layout = ParameterLayout(1, depth, 5, biases)
    return x, y, layout, Units.of(x, y, depth=depth, bias_in_first_layer=layout.biased[0])


def random_layers(layout, seed):
    return layout.unpack(np.random.default_rng(seed).standard_normal(layout.size), 0)


@pytest.mark.parametrize("biases", ["last_hidden", "all"])
@pytest.mark.parametrize("depth", [2, 3, 5])
@pytest.mark.parametrize("name", DATA)
def test_it_is_the_same_problem_in_other_units(name, depth, biases):
    """Network, weights and objective translate; so a smaller objective there is a smaller one here."""
    x, y, layout, units = units_of(name, depth, biases)
    inside = random_layers(layout, 0)
    here, there = units.outward(inside), Network(*zip(*inside, strict=True))
    x_inside, y_inside = units.data(x, y)
    size = np.abs(here(x)).max() + np.abs(y).max() + np.abs(here.biases[-1]).max()
    assert_allclose(here(x), there(x_inside) * units.y_unit + units.y_origin, rtol=0, atol=EXACT * size)
    beta = 0.01 * units.y_unit**2 / units.weight_unit**2
    objective = network_objective(here, x, y, beta=beta)
    assert_allclose(
        objective, units.y_unit**2 * network_objective(there, x_inside, y_inside, beta=units.beta(beta)), rtol=1e-8
    )


@pytest.mark.parametrize("biases", ["last_hidden", "all"])
@pytest.mark.parametrize("depth", [2, 4])
@pytest.mark.parametrize("name", DATA)
def test_inward_undoes_outward(name, depth, biases):
    _, _, layout, units = units_of(name, depth, biases)
    inside = random_layers(layout, 1)
    outside = units.outward(inside)
    back = units.inward(list(zip(outside.weights, outside.biases, strict=True)), outside.origin)
    for (w, b), (w_back, b_back) in zip(inside, back, strict=True):
        assert_allclose(w_back, w, rtol=EXACT)
        assert_allclose(b_back, b, rtol=0, atol=100 * EXACT * max(1, units.y_origin))


def test_data_in_the_unit_box_are_left_alone():
    _, _, _, units = units_of("unit box", 3, "last_hidden")
    assert (units.x_origin, units.x_unit, units.y_origin, units.y_unit, units.weight_unit) == (0, 1, 0, 1, 1)
    assert units.beta(0.3) == 0.3


@pytest.mark.parametrize("biases", ["last_hidden", "all"])
@pytest.mark.parametrize("depth", [2, 3])
def test_networks_keep_their_origin_at_0_unless_the_data_are_far_from_it(depth, biases):
    assert units_of("years", depth, biases)[3].network_origin == 0.0
    assert units_of("seconds since 1970", depth, biases)[3].network_origin == 1.7e9


def test_x_of_mixed_signs_keeps_its_origin_when_no_bias_can_absorb_it():
    for depth, biases, expected in ((3, "last_hidden", 0.0), (3, "all", -1e12), (2, "last_hidden", -1e12)):
        assert units_of("large", depth, biases)[3].x_origin == expected


def test_weight_decay_in_these_units_never_overflows():
    tiny = np.array([1e-300, 2e-300])
    units = Units.of(tiny, tiny * 1e20, depth=2, bias_in_first_layer=True)
    assert np.isfinite(units.beta(1e300))


# What the trainer sees of a factor


FACTORS = [(1000.0, 1.0), (1 / 3, 1.0), (0.3048, 1000.0), (1e-9, 1 / 7)]


def in_other_units(factor_x, factor_y, depth, **options):
    """Runs on the wave and on factors of it, the second ones in the units of the first."""
    x, y = WAVE
    beta = 1e-2 * beta_max(x, y)
    scaled = beta * factor_y**2 / (factor_y / factor_x) ** (2 / depth)
    settings = {"depth": depth, "width": 8, "restarts": 2, "max_steps": 400, **options}
    here = list(train(x, y, beta=beta, **settings))
    there = list(train(x * factor_x, y * factor_y, beta=scaled, **settings))
    return here, there, factor_y**2


@pytest.mark.parametrize("depth", [2, 3])
@pytest.mark.parametrize("factors", FACTORS)
def test_whatever_the_unit_training_starts_from_the_same_weights(factors, depth):
    here, there, square = in_other_units(*factors, depth, max_steps=0)
    assert_allclose(there[0].objectives, here[0].objectives * square, rtol=1e-13)
    assert_allclose(there[0].state.parameters, here[0].state.parameters, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize(
    ("optimizer", "steps", "grown"),
    [("gd", 1000, 1e-13), ("momentum", 1000, 1e-13), ("adam", 20, 1e-8), ("lbfgs", 20, 1e-10)],
)
@pytest.mark.parametrize("factors", FACTORS)
def test_whatever_the_unit_the_steps_are_the_same(factors, optimizer, steps, grown):
    """Without end for plain steps; Adam and L-BFGS divide by what they remember, and make more of a last digit."""
    here, there, square = in_other_units(*factors, 2, optimizer=optimizer, max_steps=steps)
    assert_allclose(there[-1].objectives, here[-1].objectives * square, rtol=grown)
    size = np.abs(here[-1].network(WAVE[0])).max() * factors[1]
    outputs = there[-1].network(WAVE[0] * factors[0]), here[-1].network(WAVE[0]) * factors[1]
    assert_allclose(*outputs, rtol=0, atol=np.sqrt(grown) * size)


@pytest.mark.parametrize("depth", [2, 3])
@pytest.mark.parametrize("factors", FACTORS)
def test_whatever_the_unit_insertion_ends_at_the_same_optimum(factors, depth):
    here, there, square = in_other_units(*factors, depth, optimizer="insertion", width=12)
    assert_allclose(there[-1].objectives, here[-1].objectives * square, rtol=1e-12)


# Origins of networks that training starts from


@pytest.mark.parametrize("origin", [0.0, 0.25, -3.0])
@pytest.mark.parametrize(("depth", "biases"), [(2, "last_hidden"), (3, "last_hidden"), (3, "all")])
def test_a_start_may_have_any_origin_that_leaves_the_inputs_positive(depth, biases, origin):
    layout = ParameterLayout(1, depth, 5, biases)
    weights, inner = zip(*random_layers(layout, 3), strict=True)
    network = Network(weights, inner, origin=origin)
    x, y = WAVE[0] + 0.5, WAVE[1]
    start = next(train(x, y, beta=0.1, depth=depth, biases=biases, width=5, restarts=1, initial=network)).network
    assert_allclose(start(x), network(x), atol=1e-12)


def test_an_origin_among_the_data_cannot_be_left_without_a_bias_in_the_first_layer():
    ones = [np.ones((1, 1))] * 3
    network = Network(ones, [np.zeros(1)] * 3, origin=0.4)
    with pytest.raises(InvalidInputError, match=r"initial has its origin at 0\.4"):
        train(*WAVE, beta=0.1, depth=3, initial=network)
