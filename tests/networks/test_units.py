"""Facts about the units in which training takes place."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from cvxdnn.networks.architectures import Network
from cvxdnn.networks.layout import ParameterLayout
from cvxdnn.networks.units import Units
from cvxdnn.objective import network_objective

EXACT = 1e-12

DATA = {
    "unit box": ([0.0, 0.3, 1.0], [-0.5, 0.5, 0.1]),
    "years": ([1950.0, 1990.0, 2020.0], [3.0, 7.0, 5.0]),
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


@pytest.mark.parametrize("biases", ["last_hidden", "all"])
@pytest.mark.parametrize("depth", [2, 3, 5])
@pytest.mark.parametrize("name", DATA)
def test_it_is_the_same_problem_in_other_units(name, depth, biases):
    """Network, weights and objective translate; so a smaller objective there is a smaller one here."""
    x, y, layout, units = units_of(name, depth, biases)
    inside = layout.unpack(np.random.default_rng(0).standard_normal(layout.size), 0)
    here, there = (Network(*zip(*layers, strict=True)) for layers in (units.outward(inside), inside))
    x_inside, y_inside = units.data(x, y)
    size = np.abs(here(x)).max() + np.abs(y).max() + np.abs(here.biases[-1]).max()
    assert_allclose(here(x), there(x_inside) * units.y_unit + units.y_origin, rtol=0, atol=EXACT * size)
    beta = 0.01 * units.y_unit**2 / units.weight_unit**2
    objective = network_objective(here, x, y, beta=beta)
    assert_allclose(
        objective, units.y_unit**2 * network_objective(there, x_inside, y_inside, beta=units.beta(beta)), rtol=1e-8
    )


@pytest.mark.parametrize("depth", [2, 4])
@pytest.mark.parametrize("name", DATA)
def test_inward_undoes_outward(name, depth):
    _, _, layout, units = units_of(name, depth, "all")
    inside = layout.unpack(np.random.default_rng(1).standard_normal(layout.size), 0)
    for (w, b), (w_back, b_back) in zip(inside, units.inward(units.outward(inside)), strict=True):
        assert_allclose(w_back, w, rtol=EXACT)
        assert_allclose(b_back, b, rtol=0, atol=100 * EXACT * max(1, abs(units.x_origin), units.y_origin))


def test_data_in_the_unit_box_are_left_alone():
    _, _, _, units = units_of("unit box", 3, "last_hidden")
    assert (units.x_origin, units.x_unit, units.y_origin, units.y_unit, units.weight_unit) == (0, 1, 0, 1, 1)
    assert units.beta(0.3) == 0.3


def test_x_keeps_its_origin_when_the_first_layer_has_no_bias_to_absorb_it():
    assert units_of("years", 3, "last_hidden")[3].x_origin == 0.0
    assert units_of("years", 3, "all")[3].x_origin == 1985.0
    assert units_of("years", 2, "last_hidden")[3].x_origin == 1985.0


def test_weight_decay_in_these_units_never_overflows():
    tiny = np.array([1e-300, 2e-300])
    units = Units.of(tiny, tiny * 1e20, depth=2, bias_in_first_layer=True)
    assert np.isfinite(units.beta(1e300))
