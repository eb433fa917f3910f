"""Rank-one data: weights that attain the value, splines that agree, and where the formula fails."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import cvxdnn
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.theory import rank_one, shrink
from cvxdnn.theory.result import Claim
from tests.theory.networks import objective, outputs

PLUGGED_IN = 1e-10
EXACT = 1e-12
CERTIFIED = 1e-9
REFERENCE = 1e-7
"""What the solvers of cvxpy leave open."""
DEPTHS = [2, 3, 4, 5]
DIRECTION = np.array([0.5, -1.0, 2.0])


def inputs(kind, n=12, seed=0):
    rng = np.random.default_rng(seed)
    return {"positive": rng.uniform(0, 2, n), "negative": -rng.uniform(0, 2, n), "both": rng.normal(size=n)}[kind]


def targets(c, kind, seed=1):
    noise = 0.3 * np.random.default_rng(seed).normal(size=c.size)
    return {"noise": 5 * noise, "even": np.abs(c) + noise, "odd": c + noise, "falling": 1 - np.abs(c) + noise}[kind]


def evaluated(answer, c, a, y):
    return objective(np.outer(c, a), y, answer.weights, answer.beta, answer.biases)


def hat(c):
    return np.maximum(1 - np.abs(c), 0)


# Every closed form is attained by its network


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("signs", ["positive", "negative", "both"])
@pytest.mark.parametrize("shape", ["noise", "even", "odd", "falling"])
def test_weights_attain_the_value(signs, shape, depth, bias):
    c = inputs(signs)
    y = targets(c, shape)
    for beta in (1e-3, 0.3, 3.0):
        answer = rank_one.solve(c, DIRECTION, y, beta=beta, depth=depth, bias=bias)
        assert evaluated(answer, c, DIRECTION, y) == pytest.approx(answer.objective, rel=PLUGGED_IN)
        given_outputs = outputs(np.outer(c, DIRECTION), answer.weights, answer.biases)[:, 0]
        assert given_outputs == pytest.approx(answer.fitted, abs=1e-9)
        assert answer.dual_bound <= answer.objective * (1 + EXACT)
        if answer.status.ok:
            assert answer.gap <= 1e-6 * answer.objective
            assert answer.formula == pytest.approx(answer.objective, rel=CERTIFIED)
        if depth == 2 or signs != "both":
            assert answer.status.ok


# One sign, no biases


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("beta", [0.3, 3.0])
def test_one_sign_is_the_scalar_problem(depth, sign, beta):
    c = inputs("positive")
    y = sign * targets(c, "even")
    x = np.linalg.norm(DIRECTION) * c
    q = x @ x
    s0 = abs(x @ y) / q
    shrunk = shrink(s0, beta / q, depth)
    answer = rank_one.solve(c, DIRECTION, y, beta=beta, depth=depth)
    assert answer.objective == pytest.approx(0.5 * y @ y - 0.5 * q * s0**2 + q * shrunk.value, rel=EXACT)
    assert answer.fitted == pytest.approx(sign * shrunk.minimizer * x, abs=1e-9)


@pytest.mark.parametrize("depth", DEPTHS)
def test_layers_of_a_chain_are_rank_one_aligned_and_of_equal_norm(depth):
    c = inputs("positive")
    answer = rank_one.solve(c, DIRECTION, targets(c, "even"), beta=0.3, depth=depth)
    norm = answer.strengths[0] ** (1 / depth)
    for layer in answer.weights:
        values = np.linalg.svd(layer, compute_uv=False)
        assert values[0] == pytest.approx(norm, rel=1e-9)
        assert values[1:] == pytest.approx(np.zeros(values.size - 1), abs=1e-12)
    first = answer.weights[0] / norm
    assert first[:, 0] == pytest.approx(DIRECTION / np.linalg.norm(DIRECTION), rel=1e-9)
    assert all((layer >= 0).all() for layer in answer.weights[1:-1])


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("depth", DEPTHS)
def test_turning_the_direction_round_with_the_numbers_changes_nothing(depth, bias):
    c = inputs("positive")
    y = targets(c, "odd")
    one, other = (rank_one.solve(s * c, s * DIRECTION, y, beta=0.3, depth=depth, bias=bias) for s in (1, -1))
    assert other.objective == pytest.approx(one.objective, rel=EXACT)
    assert other.weights[0] == pytest.approx(one.weights[0], abs=1e-9)


# Both signs, no biases


def test_two_layers_shrink_each_side_on_its_own():
    c = inputs("both")
    y = targets(c, "odd")
    answer = rank_one.solve(c, [2.0], y, beta=0.3, depth=2)
    expected = 0.5 * y @ y
    for side in (2 * np.maximum(c, 0), 2 * np.maximum(-c, 0)):
        q = side @ side
        s0 = abs(side @ y) / q
        expected += q * shrink(s0, 0.3 / q, 2).value - 0.5 * q * s0**2
    assert answer.objective == pytest.approx(expected, rel=EXACT)


@pytest.mark.parametrize("depth", [3, 4, 5])
def test_sides_of_the_same_sign_share_a_chain_and_opposite_ones_do_not(depth):
    c = inputs("both")
    even, odd = (rank_one.solve(c, [1.0], targets(c, kind), beta=0.2, depth=depth) for kind in ("even", "odd"))
    assert even.status.claim is Claim.PROVED
    assert even.strengths.size == 1
    assert odd.status.claim is Claim.OBSERVED
    assert odd.strengths.size == 2
    assert odd.gap > 0.01 * odd.objective


# Biases in the last hidden layer: the linear spline


def dictionary(x, y, beta, depth):
    """The same optimum over a dictionary of hinges, written down for cvxpy."""
    pytest.importorskip("cvxpy")
    return cvxdnn.solve(x, y, beta=beta, depth=depth, method="dictionary")


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("beta", [0.01, 0.05, 0.3])
@pytest.mark.parametrize("shape", ["noise", "falling"])
def test_the_spline_is_that_of_a_dictionary_of_hinges(depth, beta, shape):
    c = inputs("positive")
    y = targets(c, shape)
    answer = rank_one.solve(c, DIRECTION, y, beta=beta, depth=depth, bias=True)
    x = np.linalg.norm(DIRECTION) * c
    solution = dictionary(x, y, beta, depth)
    assert answer.objective == pytest.approx(solution.objective, rel=REFERENCE)
    assert answer.fitted == pytest.approx(solution.spline(x), abs=1e-4)


def test_two_layers_do_not_mind_inputs_of_both_signs():
    c = inputs("both")
    y = targets(c, "odd")
    answer = rank_one.solve(c, [1.0], y, beta=0.05, depth=2, bias=True)
    assert answer.status.ok
    assert answer.objective == pytest.approx(dictionary(c, y, 0.05, 2).objective, rel=REFERENCE)


@pytest.mark.parametrize("depth", [3, 5])
@pytest.mark.parametrize("shape", ["noise", "odd"])
def test_both_signs_are_bounded_by_what_shifted_inputs_attain(depth, shape):
    # The path norm does not see a shift, which the network would; half of it is charged.
    c = inputs("both")
    y = targets(c, shape)
    answer = rank_one.solve(c, [1.0], y, beta=0.1, depth=depth, bias=True)
    shifted = [dictionary(c - c.min(), y, beta, depth).objective for beta in (0.1, 0.1 * 2 ** (-2 / depth))]
    assert [answer.formula, answer.dual_bound] == pytest.approx(shifted, rel=REFERENCE)


@pytest.mark.parametrize("depth", DEPTHS)
def test_the_dual_touches_its_bound_at_every_kink_and_nowhere_exceeds_it(depth):
    c = inputs("positive")
    y = targets(c, "falling")
    answer = rank_one.solve(c, [1.0], y, beta=0.05, depth=depth, bias=True)
    multipliers = y - answer.fitted
    assert multipliers.sum() == pytest.approx(0, abs=1e-9)
    scale = answer.strengths[0] ** (1 - 2 / depth)
    thetas = np.concatenate([np.linspace(0, 2, 3001), c])
    meter = scale * np.array([np.maximum(s * (c[:, None] - thetas), 0).T @ multipliers for s in (1, -1)])
    assert np.abs(meter).max() == pytest.approx(0.05, rel=1e-6)
    slopes = answer.weights[-2][0]
    kinks = -answer.biases[-2] / (slopes * answer.strengths[0] ** (1 - 2 / depth))
    at_kinks = scale * np.maximum(np.sign(slopes) * (c[:, None] - kinks), 0).T @ multipliers
    assert np.abs(at_kinks) == pytest.approx(np.full(kinks.size, 0.05), rel=1e-6)


@pytest.mark.parametrize("bias", [False, True])
def test_strong_weight_decay_leaves_nothing_but_the_output_bias(bias):
    c = inputs("positive")
    y = targets(c, "odd")
    answer = rank_one.solve(c, [1.0], y, beta=1e4, depth=4, bias=bias)
    assert answer.status.ok
    assert not any(layer.any() for layer in answer.weights)
    assert answer.fitted == pytest.approx(np.full(12, y.mean() if bias else 0.0), abs=EXACT)


@pytest.mark.parametrize(("c", "y"), [([3.0], [2.0]), ([1.0, 1.0, 1.0], [0.0, 1.0, 5.0])])
def test_equal_inputs_are_fitted_by_the_output_bias(c, y):
    answer = rank_one.solve(c, [1.0], y, beta=0.1, depth=3, bias=True)
    assert answer.fitted == pytest.approx(np.full(len(y), np.mean(y)))
    assert answer.objective == pytest.approx(0.5 * np.sum((np.array(y) - np.mean(y)) ** 2))


# Both signs with biases and three or more layers: the formula is false


@pytest.mark.parametrize("depth", [3, 4, 5])
def test_a_hat_at_zero_costs_less_than_the_formula_says(depth):
    # f = relu(1 - |x|) from a single unit, which sees x_+ and x_- with equal weights and bends at -1, 0 and 1. The
    # formula counts slope changes 1 + 2 + 1 = 4; the network pays for |g_+| + |g_-| = 2.
    c, beta = np.array([-2, -1, -0.5, 0, 0.5, 1, 2]), 0.03
    norm = 2 ** (1 / depth)
    first = norm / np.sqrt(2) * np.array([[1.0, -1.0]])
    merge = norm / np.sqrt(2) * np.array([[1.0], [1.0]])
    hidden = [first, merge, *[np.array([[norm]])] * (depth - 3)]
    hidden[-1] = -hidden[-1]
    biases = [*(np.zeros(layer.shape[1]) for layer in hidden[:-1]), np.array([1 / norm]), np.zeros(1)]
    weights = [*hidden, np.array([[norm]])]
    assert outputs(c[:, None], weights, biases)[:, 0] == pytest.approx(hat(c))
    network = objective(c[:, None], hat(c), weights, beta, biases)
    assert network == pytest.approx(0.5 * beta * depth * 2 ** (2 / depth))
    answer = rank_one.solve(c, [1.0], hat(c), beta=beta, depth=depth, bias=True)
    assert network < 0.95 * answer.formula
    assert answer.dual_bound <= network


@settings(deadline=None, max_examples=40)
@given(
    samples=st.lists(st.tuples(st.floats(-5, 5), st.floats(-5, 5)), min_size=1, max_size=8),
    beta=st.floats(1e-4, 100),
    depth=st.integers(2, 7),
    bias=st.booleans(),
)
def test_hostile_data_are_bounded_from_both_sides(samples, beta, depth, bias):
    c, y = map(np.array, zip(*samples, strict=True))
    assume(c.any() and np.abs(c[c != 0]).min() > 1e-40)
    answer = rank_one.solve(c, [1.0, 1.0], y, beta=beta, depth=depth, bias=bias)
    assert evaluated(answer, c, np.ones(2), y) == pytest.approx(answer.objective, rel=1e-12)
    worst = 0.5 * float(np.sum((y - (y.mean() if bias else 0)) ** 2))
    assert answer.dual_bound <= answer.objective * (1 + 1e-9) <= worst * (1 + 1e-8) + 1e-12


# Near-equal numbers with different targets are steep, not equal


NEAR_EQUAL = {
    "a step of 1e-6": ([0, 0.3, 0.300001, 0.7, 1], [0, 0, 1, 0.2, 0.5], 2.6511e-6, 5),
    "sixty points in 3e-6": (
        [*np.linspace(0, 3e-6, 60), 1],
        [*np.sin(np.linspace(0, 9, 60)), 0],
        1e-8,
        2,
    ),
    "a step of 9e-8": ([0, 0.5, 0.5 + 9e-8, 1], [0, 0, 1, 0], 1e-9, 2),
    "a step of 1e-12 at zero": ([0, 1e-12, 1], [0, 1, 0], 1e-18, 2),
    "nine decades": (np.geomspace(1e-6, 1e3, 12), np.sin(np.arange(12.0)), 1e-5, 3),
}


def interpolant_cost(c, y, beta, depth):
    """The linear spline through all points: a network that any lower bound has to respect."""
    slopes = np.diff(y) / np.diff(c)
    variation = np.abs(np.diff(slopes)).sum()
    norm = max(variation, (variation + abs(slopes[0] + slopes[-1])) / 2)
    return 0.5 * beta * depth * norm ** (2 / depth)


@pytest.mark.parametrize("length", [1.0, 0.7, 3e4])
@pytest.mark.parametrize("name", NEAR_EQUAL)
def test_near_equal_numbers_are_told_apart(name, length):
    c, y, beta, depth = NEAR_EQUAL[name]
    c, y = np.array(c, dtype=float), np.array(y, dtype=float)
    answer = rank_one.solve(c, [length], y, beta=beta * length ** (2 / depth), depth=depth, bias=True)
    assert answer.dual_bound <= answer.objective <= interpolant_cost(c, y, beta, depth) * (1 + 1e-9)
    assert answer.gap <= 1e-3 * answer.objective
    assert answer.status.ok == (answer.gap <= 1e-9 * answer.objective)


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("depth", [2, 3, 5])
@pytest.mark.parametrize("seed", range(6))
def test_no_network_is_below_what_is_printed(seed, depth, bias):
    """Networks with random shares of the spline's slope changes, and every smaller copy of the answer's own."""
    rng = np.random.default_rng(seed)
    c = [10 ** rng.uniform(-6, 3, 8), np.repeat(rng.uniform(0, 1, 4), 2) + [0, 1e-7] * 4][seed % 2]
    y = rng.normal(size=8) * 10 ** rng.uniform(-3, 3)
    beta = float(np.abs(c @ y)) * 10 ** rng.uniform(-8, 0)
    answer = rank_one.solve(c, [1.0], y, beta=beta, depth=depth, bias=bias)
    printed = answer.objective * (1 - CERTIFIED) if answer.status.ok else answer.dual_bound
    assert answer.dual_bound <= evaluated(answer, c, np.ones(1), y)
    for _ in range(200):
        scale, noise = 1 + 10 ** rng.uniform(-9, 0) * rng.choice([-1, 1]), 10 ** rng.uniform(-9, 0)
        weights = [scale * layer * (1 + noise * rng.normal(size=layer.shape)) for layer in answer.weights]
        biases = [scale * b * (1 + noise * rng.normal(size=b.shape)) for b in answer.biases] if bias else answer.biases
        assert objective(c[:, None], y, weights, beta, biases) >= printed


@pytest.mark.parametrize("size", [5e-324, 1e-120, 1e-60, 1e60, 1e99])
@pytest.mark.parametrize("beta", [1e-300, 1e-4, 1e250])
@pytest.mark.parametrize(("c", "depth"), [([1, 2, 3], 2), ([1, 2, 3], 6), ([-1, 0, 2], 2), ([-1, 0, 2], 6)])
def test_targets_of_any_size_are_solved(size, beta, c, depth):
    y = size * np.array([1.0, 0.0, 0.0])
    answer = rank_one.solve(c, [2.0], y, beta=beta, depth=depth, bias=True)
    assert 0 <= answer.dual_bound <= answer.objective <= 0.5 * np.sum((y - y.mean()) ** 2) * (1 + EXACT)


def test_an_answer_that_rounding_spoils_is_not_called_proved():
    # Knots at 1e9 with slopes of 1e9: float64 evaluates the network to a tenth, and a constant would be better.
    c = 1e9 + np.arange(6) * 1e-6
    answer = rank_one.solve(c, [1.0], np.array([0, 1, 0, 1, 0, 1.0]), beta=1e-12, depth=2, bias=True)
    assert answer.status.claim is Claim.INACCURATE
    assert answer.status.advice
    assert answer.dual_bound < answer.objective


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"c": [0, 0, 0]}, "c is zero everywhere"),
        ({"a": [0]}, "a is zero everywhere"),
        ({"c": [1, 2]}, "c has 2 values and y has 3"),
        ({"y": [1, np.nan, 0]}, r"y\[1\]"),
        ({"beta": 0}, "beta is 0"),
        ({"beta": -1}, "beta is -1"),
        ({"depth": 1}, "depth is 1"),
        ({"bias": "last"}, "bias is 'last'"),
    ],
)
def test_mistakes_name_the_argument(change, says):
    arguments = {"c": [1, 2, 3], "a": [1.0], "y": [1, 0, 2], "beta": 0.1, "depth": 3} | change
    with pytest.raises(InvalidInputError, match=says):
        rank_one.solve(**arguments)
