"""Facts about the losses, their conjugates, and the multipliers and bounds made from them."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from cvxdnn.convex import solve
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.losses import (
    LOSSES,
    Absolute,
    EpsilonInsensitive,
    Hinge,
    Huber,
    Logistic,
    Squared,
    named,
)
from cvxdnn.core.network import Network
from cvxdnn.core.objective import beta_max, certify, network_objective
from cvxdnn.core.projection import projected, with_zero_sum
from cvxdnn.core.spline import LinearSpline

EXACT = 1e-12

EVERY = (Squared(), Absolute(), Huber(0.5), EpsilonInsensitive(0.25), EpsilonInsensitive(0.0), Logistic(), Hinge())
BOUNDED = EVERY[1:]
every_loss = pytest.mark.parametrize("loss", EVERY, ids=repr)
bounded_loss = pytest.mark.parametrize("loss", BOUNDED, ids=repr)

outputs = st.floats(-4, 4) | st.sampled_from([-1.0, -0.25, 0.0, 0.25, 0.5, 1.0])
labels = st.sampled_from([-1.0, 1.0])


def quick(*strategies):
    return lambda fact: settings(deadline=None, max_examples=60)(given(*strategies)(fact))


def data_for(loss, value):
    """`value` as something the loss has a meaning for."""
    return float(np.sign(value) or 1.0) if loss.needs_labels else value


def samples(loss, n, seed=0):
    y = np.random.default_rng(seed).normal(size=n)
    return np.sign(y) if loss.needs_labels else y


# Definitions


@pytest.mark.parametrize(
    ("loss", "y", "f", "value", "slopes"),
    [
        (Squared(), 1, 3, 2, (2, 2)),
        (Absolute(), 1, 3, 2, (1, 1)),
        (Absolute(), 1, 1, 0, (-1, 1)),
        (Huber(0.5), 1, 1.25, 1 / 32, (0.25, 0.25)),
        (Huber(0.5), 1, 3, 0.875, (0.5, 0.5)),
        (Huber(0.5), 1, -1, 0.875, (-0.5, -0.5)),
        (EpsilonInsensitive(0.25), 1, 3, 1.75, (1, 1)),
        (EpsilonInsensitive(0.25), 1, 1.25, 0, (0, 1)),
        (EpsilonInsensitive(0.25), 1, 0.75, 0, (-1, 0)),
        (EpsilonInsensitive(0.25), 1, 0.9, 0, (0, 0)),
        (Logistic(), 1, 0, np.log(2), (-0.5, -0.5)),
        (Logistic(), -1, np.log(3), np.log(4), (0.75, 0.75)),
        (Logistic(), -1, -800, 0, (0, 0)),
        (Logistic(), 1, -800, 800, (-1, -1)),
        (Hinge(), 1, 3, 0, (0, 0)),
        (Hinge(), 1, 1, 0, (-1, 0)),
        (Hinge(), -1, -1, 0, (0, 1)),
        (Hinge(), -1, 1, 2, (1, 1)),
    ],
)
def test_values_and_slopes(loss, y, f, value, slopes):
    assert loss.value(f, y) == pytest.approx(value, abs=EXACT)
    assert tuple(map(float, loss.slopes(f, y))) == pytest.approx(slopes, abs=EXACT)
    assert loss.subgradient(f, y) == pytest.approx(sum(slopes) / 2, abs=EXACT)


def test_every_name_gives_its_loss():
    assert LOSSES == ("squared", "absolute", "huber", "epsilon_insensitive", "logistic", "hinge")
    for name in LOSSES:
        assert named(name).name == name
        assert named(name).formula
    own = Huber(3.0)
    assert named(own) is own


def test_limits_of_the_thresholds():
    f, y = np.linspace(-3, 3, 41), np.full(41, 0.3)
    assert_allclose(Huber(1e3).value(f, y), Squared().value(f, y), rtol=EXACT)
    assert_allclose(Huber(1e-9).value(f, y) / 1e-9, Absolute().value(f, y), atol=1e-8)
    assert_allclose(EpsilonInsensitive(0).value(f, y), Absolute().value(f, y), rtol=EXACT)


@every_loss
@pytest.mark.parametrize("scale", [0.01, 5.0])
def test_units_of_y(loss, scale):
    """The loss in other units is the same loss with another threshold, times a factor; labels have no units."""
    other, factor = loss.in_units(scale)
    f, y = np.linspace(-2, 2, 9), samples(loss, 9)
    scale = 1.0 if loss.needs_labels else scale
    assert_allclose(loss.value(scale * f, scale * y), factor * other.value(f, y), rtol=EXACT)


# Convexity and conjugates


@every_loss
def test_slopes_are_subgradients(loss):
    @quick(outputs, outputs, outputs)
    def fact(f, other, value):
        y = data_for(loss, value)
        left, right = loss.slopes(f, y)
        assert left <= right
        for slope in (left, right, loss.subgradient(f, y)):
            assert loss.value(other, y) >= loss.value(f, y) + slope * (other - f) - EXACT

    fact()


@every_loss
def test_fenchel_and_young(loss):
    """loss(f) + conjugate(s) >= s f for all f and s, with equality where s is a subgradient at f."""

    @quick(outputs, outputs, outputs)
    def fact(f, value, s):
        y = data_for(loss, value)
        assert loss.value(f, y) + loss.conjugate(s, y) >= s * f - EXACT
        for slope in (*loss.slopes(f, y), loss.subgradient(f, y)):
            assert loss.value(f, y) + loss.conjugate(slope, y) == pytest.approx(slope * f, abs=EXACT)

    fact()


@every_loss
@pytest.mark.parametrize("value", [-1.0, 0.4])
def test_conjugate_is_the_supremum(loss, value):
    y = data_for(loss, value)
    f = np.linspace(-200, 200, 400_001)
    losses = loss.value(f, np.full(f.size, y))
    low, high = loss.domain(y)
    for share in (0.03, 0.3, 0.5, 0.8, 0.97):
        s = max(low, -2.0) * (1 - share) + min(high, 2.0) * share
        assert loss.conjugate(s, y) == pytest.approx(np.max(s * f - losses), abs=1e-5)


@bounded_loss
def test_the_conjugate_is_infinite_outside_its_domain_which_holds_zero(loss):
    y = samples(loss, 20)
    low, high = loss.domain(y)
    assert np.all(low <= 0)
    assert np.all(high >= 0)
    assert np.all(loss.conjugate(np.zeros(20), y) == 0)  # every loss can be zero
    for inside in (low, high):
        assert np.all(np.isfinite(loss.conjugate(inside, y)))
    assert np.all(np.isinf(loss.conjugate(low - 1e-9, y)))
    assert np.all(np.isinf(loss.conjugate(high + 1e-9, y)))


# The best constant


@pytest.mark.parametrize(
    ("loss", "y", "interval"),
    [
        (Squared(), [0, 1, 5], (2, 2)),
        (Absolute(), [0, 1, 5], (1, 1)),
        (Absolute(), [5, 0, 1, 9], (1, 5)),
        (Huber(0.5), [0, 9], (0.5, 8.5)),
        (Huber(0.5), [0, 0.4], (0.2, 0.2)),
        (Huber(0.5), [0, 0, 9], (0.25, 0.25)),
        (EpsilonInsensitive(0.25), [1], (0.75, 1.25)),
        (EpsilonInsensitive(0.25), [0, 1], (0.25, 0.75)),
        (Logistic(), [1, 1, 1, -1], (np.log(3), np.log(3))),
        (Logistic(), [1, 1], (np.inf, np.inf)),
        (Logistic(), [-1], (-np.inf, -np.inf)),
        (Hinge(), [1, 1, -1], (1, 1)),
        (Hinge(), [1, -1], (-1, 1)),
        (Hinge(), [1, 1], (1, np.inf)),
        (Hinge(), [-1], (-np.inf, -1)),
    ],
)
def test_best_constants(loss, y, interval):
    assert loss.best_constants(np.array(y, dtype=float)) == pytest.approx(interval)


@every_loss
@pytest.mark.parametrize("seed", range(6))
def test_no_constant_is_better_and_those_outside_are_worse(loss, seed):
    y = samples(loss, 2 + seed, seed)
    low, high = loss.best_constants(y)

    def total(constant):
        return loss.value(constant, y).sum()

    ends = [end for end in (low, high) if np.isfinite(end)]
    if not ends:
        return
    assert total(low if np.isfinite(low) else high) == pytest.approx(min(map(total, ends)), abs=EXACT)
    grid = np.linspace(-5, 5, 1001)
    assert min(map(total, grid)) >= total(ends[0]) - EXACT
    for end, step in ((low, -0.05), (high, 0.05)):
        if np.isfinite(end):
            assert total(end + step) > total(end)


@pytest.mark.parametrize("loss", [loss for loss in BOUNDED if not loss.needs_labels], ids=repr)
def test_how_far_an_outlier_is_does_not_matter_for_the_best_constant(loss):
    y = samples(loss, 11, 3)
    for size in (50, 1e8, 1e100):
        y[[2, 5, 7]] = size, -size, size
        here = loss.best_constants(y)
        y[[2, 5, 7]] = 20, -20, 20
        assert here == pytest.approx(loss.best_constants(y), rel=EXACT)


# Balanced multipliers


@st.composite
def boxes(draw):
    n = draw(st.integers(1, 6))
    size = st.floats(0, 2) | st.just(0.0)
    low, high = (np.array(draw(st.lists(size, min_size=n, max_size=n))) for _ in range(2))
    start = np.array(draw(st.lists(st.floats(-3, 3), min_size=n, max_size=n)))
    x = np.array(draw(st.lists(st.integers(-3, 3), min_size=n, max_size=n)), dtype=float)
    return start, -low, high, x


@quick(boxes(), st.booleans(), st.integers(0, 10))
def test_balanced_multipliers_are_the_nearest_in_the_box(box, skip_connection, seed):
    start, low, high, x = box
    start = np.clip(start, low, high)
    point = projected(start, low, high, x if skip_connection else None)
    rows = np.stack([np.ones_like(x), x]) if skip_connection else np.ones((1, x.size))
    assert np.all(point >= low)
    assert np.all(point <= high)
    assert_allclose(rows @ point, 0, atol=1e-11)
    # The nearest point of a convex set: no other point of it lies on the far side of the plane through it.
    rng = np.random.default_rng(seed)
    kernel = np.linalg.svd(rows)[2][np.linalg.matrix_rank(rows) :]
    for direction in rng.normal(size=(20, kernel.shape[0])) @ kernel:
        room = np.concatenate([(high - point)[direction > 0], (low - point)[direction < 0]])
        steps = np.concatenate([direction[direction > 0], direction[direction < 0]])
        reach = min(1.0, (room / steps).min(initial=np.inf))
        assert (start - point) @ (reach * direction) <= 1e-9


def test_a_total_other_than_zero():
    point = projected(np.array([1.0, 0, 0]), np.zeros(3), np.ones(3), total=2.0)
    assert_allclose(point, [1, 0.5, 0.5])


def test_multipliers_at_a_bound_are_left_there():
    """1e-17 off the bound would be 1e83 off the loss of a point that is 1e100 away."""
    bound = np.full(6, 0.1)
    nearly = np.array([0.1, -0.1, 0.1, -0.07, 0.01, -0.04 + 1e-16])
    point = with_zero_sum(nearly, -bound, bound)
    assert np.array_equal(point[:3], nearly[:3])
    assert math.fsum(point) == 0
    assert_allclose(point, nearly, atol=1e-15)
    assert np.array_equal(projected(point, -bound, bound), point)


# Certificates


def random_points(loss, seed, n=12):
    rng = np.random.default_rng(seed)
    x = np.round(rng.uniform(size=n), 1)
    x[:2] = 0.0, 1.0  # two ends, and most likely repeated inputs between
    y = samples(loss, n, seed)
    if loss.needs_labels:
        y[:2] = -1, 1
    return x, y


@bounded_loss
@pytest.mark.parametrize("skip_connection", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_every_bound_is_below_every_objective(loss, skip_connection, seed):
    """Weak duality, for arbitrary splines against arbitrary multipliers."""
    rng = np.random.default_rng(seed)
    x, y = random_points(loss, seed)
    beta = 10 ** rng.uniform(-3, 0.5)
    options = {"beta": beta, "loss": loss, "skip_connection": skip_connection}
    knots = np.unique(x)
    lowest, highest = np.inf, -np.inf
    for size in (0.01, 0.3, 1, 10):
        for _ in range(2):
            f = LinearSpline(knots, y[np.searchsorted(np.sort(x), knots)] + size * rng.normal(size=knots.size))
            certificate = certify(x, y, f, dual=size * rng.normal(size=x.size), **options)
            lowest, highest = min(lowest, certificate.primal), max(highest, certificate.dual)
            assert certificate.tube.fits
            multipliers = certificate.multipliers
            assert abs(multipliers.sum()) <= 1e-11 * (1 + np.abs(multipliers).sum())
            if skip_connection:
                assert abs(multipliers @ x) <= 1e-10 * (1 + np.abs(multipliers).sum())
            assert certificate.dual == pytest.approx(-loss.conjugate(-multipliers, y).sum(), abs=1e-9)
    assert highest <= lowest * (1 + EXACT)
    assert highest >= 0


@bounded_loss
def test_multipliers_are_feasible_for_the_dictionary(loss):
    x, y = random_points(loss, 1)
    certificate = certify(x, y, LinearSpline([0.0, 1], [0.2, -0.3]), beta=0.2, loss=loss)
    steps = np.subtract.outer(x, np.linspace(-1, 2, 61))
    for features in (np.maximum(steps, 0), np.maximum(-steps, 0)):
        assert np.abs(features.T @ certificate.multipliers).max() <= 0.2 * (1 + 1e-9)
    assert np.all(np.isfinite(loss.conjugate(-certificate.multipliers, y)))


@bounded_loss
def test_a_loss_that_no_function_removes_is_in_every_bound(loss):
    """At x = 0 the points disagree: whatever the candidate, and without weight decay, that much is proven."""
    x = np.array([0, 0, 0, 1.0])
    y = np.array([-1, 1, 1, 1.0])
    low, high = loss.best_constants(y[:3])
    unavoidable = loss.value(low if np.isfinite(low) else high, y[:3]).sum()
    assert unavoidable > 0.2
    for beta in (0.0, 1e-9, 0.1):
        certificate = certify(x, y, LinearSpline([0.0], [5.0], 0, 0), beta=beta, loss=loss)
        assert certificate.dual >= unavoidable - EXACT


@pytest.mark.parametrize("shift", [1e3, 1e6])
@pytest.mark.parametrize("loss", [loss for loss in BOUNDED if not loss.needs_labels], ids=repr)
def test_bounds_do_not_depend_on_where_zero_is(loss, shift):
    x, y = random_points(loss, 2)
    f = LinearSpline([0.0, 0.5, 1], [0.2, -0.3, 1])
    moved = LinearSpline(f.knots, f.values + shift)
    here, there = certify(x, y, f, beta=0.1, loss=loss), certify(x, y + shift, moved, beta=0.1, loss=loss)
    assert there.primal == pytest.approx(here.primal, rel=1e-8)
    # A kink hit in one place may be missed by a bit in the other: only the proof's size is compared.
    assert there.dual <= here.primal
    assert there.dual == pytest.approx(here.dual, rel=0.2)


def test_huber_with_a_large_threshold_certifies_like_the_squared_loss():
    x, y = random_points(Squared(), 3)
    f = LinearSpline([0.0, 0.5, 1], [0.2, -0.3, 1])
    squared, huber = (certify(x, y, f, beta=0.1, loss=loss) for loss in ("squared", Huber(1e3)))
    assert huber.primal == pytest.approx(squared.primal, rel=EXACT)
    assert 0 < huber.dual <= squared.primal


# beta_max


@pytest.mark.parametrize(
    ("loss", "x", "y", "expected"),
    [
        ("absolute", [0, 1], [0, 1], 1),  # |lambda| <= 1 at both points
        ("absolute", [0, 4], [0, 1], 4),
        ("absolute", [-1, 0, 1], [1, 0, 1], 1 / 2),  # lambda = (1/2, -1, 1/2)
        ("absolute", [-1, 0, 1], [-1, 0, 1], 2),  # lambda = (-1, 0, 1), half the tube
        ("absolute", [-1, 0, 1, 2], [1, 0, 0, 1], 1),  # lambda = (1, -1, -1, 1)
        ("absolute", [0, 1, 2], [3, 3, 3], 0),
        ("absolute", [0, 0, 1], [0, 1, 0.5], 0),  # lambda = (-1, 1, 0) cancels at x = 0
        (Huber(0.5), [0, 1], [0, 10], 0.5),
        (Huber(0.5), [0, 1], [0, 0.4], 0.2),
        (EpsilonInsensitive(0.25), [0, 1], [0, 1], 1),
        (EpsilonInsensitive(0.25), [0, 1], [0, 0.5], 0),
        ("logistic", [0, 1], [-1, 1], 1 / 2),
        ("hinge", [0, 1], [-1, 1], 1),
        ("hinge", [0, 1], [1, 1], 0),
        ("hinge", [-1, 0, 1], [1, -1, 1], 1 / 2),  # lambda = (1/2, -1, 1/2): the tube asks for the even split
        ("hinge", [3, 3], [1, -1], 0),
    ],
)
def test_beta_max_by_hand(loss, x, y, expected):
    assert beta_max(x, y, loss=loss) == pytest.approx(expected, abs=1e-9)


@bounded_loss
@pytest.mark.parametrize("seed", range(8))
def test_at_beta_max_the_best_constant_is_proven_and_below_it_is_not_optimal(loss, seed):
    x, y = random_points(loss, seed, n=3 + 3 * seed)
    low, high = loss.best_constants(y)
    best = LinearSpline([0.0], [low / 2 + high / 2 if np.isfinite(low + high) else max(-9, min(low, 9))], 0, 0)
    largest = beta_max(x, y, loss=loss)
    # Slopes at the constant are not unique at kinks; a bound of the primal's size needs the best of them.
    objective = certify(x, y, best, beta=largest, loss=loss).primal
    rng = np.random.default_rng(seed)
    knots = np.unique(x)
    for size in (1e-3, 0.1, 1):
        for _ in range(6):
            f = LinearSpline(knots, best(knots) + size * rng.normal(size=knots.size))
            assert certify(x, y, f, beta=largest, loss=loss).primal >= objective * (1 - EXACT)


def test_beta_max_in_other_units():
    x, y = random_points(Absolute(), 5)
    for loss, scaled in ((Huber(0.3), Huber(0.9)), (EpsilonInsensitive(0.2), EpsilonInsensitive(0.6))):
        expected = beta_max(x, y, loss=loss)
        factor = 3.0 if loss.name == "huber" else 1.0
        assert beta_max(7 * x - 2, 3 * y + 1, loss=scaled) == pytest.approx(7 * factor * expected, rel=1e-7)
    assert beta_max(7 * x, y, loss="absolute") == pytest.approx(7 * beta_max(x, y, loss="absolute"), rel=1e-9)


# Mistakes


@pytest.mark.parametrize("name", ["logistic", "hinge"])
def test_labels_other_than_minus_one_and_one_are_named(name):
    line = LinearSpline([0.0], [0.0])
    for call in (
        lambda: certify([0, 1], [1, 0.5], line, beta=1, loss=name),
        lambda: beta_max([0, 1], [1, 0.5], loss=name),
        lambda: named(name).check(np.array([1, 0.5])),
    ):
        with pytest.raises(InvalidInputError, match=rf"y\[1\] is 0.5; loss='{name}' needs labels -1 or \+1"):
            call()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Huber(0), "delta is 0"),
        (lambda: Huber(-1), "delta is -1"),
        (lambda: Huber(np.nan), "delta is nan"),
        (lambda: EpsilonInsensitive(-1), "epsilon is -1"),
        (lambda: named("cubic"), "loss is 'cubic'; choose one of 'squared', 'absolute'"),
        (lambda: named(None), "loss is None"),
        (lambda: beta_max([0, 1], [1, 1], loss="logistic"), "only the label 1"),
        (lambda: beta_max([0, 1], [1, 2], loss="huber", skip_connection=True), "skip_connection is True"),
    ],
)
def test_other_mistakes_are_named(call, words):
    with pytest.raises(InvalidInputError, match=words):
        call()


FLAT = Network(weights=([[1.0]], [[np.sqrt(3)]]), biases=([-100.0], [0.5]))
"""0.5 on the data, with weights of norm 4."""


def test_the_objective_of_a_network_with_another_loss():
    assert network_objective(FLAT, [0, 1], [1, -1], beta=0.1, loss="hinge") == pytest.approx(0.5 + 1.5 + 0.2)
    assert network_objective(FLAT, [0, 1], [1, -1], beta=0.1, loss=Absolute()) == pytest.approx(2 + 0.2)
    assert certify([0, 1], [1, -1], FLAT, beta=0.1, loss="hinge").primal == pytest.approx(2.2)


@pytest.mark.parametrize("loss", [Huber, EpsilonInsensitive])
@pytest.mark.parametrize("scale", [1e-80, 1.0, 1e80])
def test_a_threshold_beyond_all_distances_is_one_more_way_to_say_it(loss, scale):
    """Huber's loss is the squared one then, and with so wide a tube a constant costs nothing."""
    x, y = np.arange(4.0), scale * np.array([0, 1, 0, 2])
    found = solve(x, y, beta=0.1 * (scale if loss is Huber else 1), loss=loss(1e100))
    expected = solve(x, y, beta=0.1 * scale).objective if loss is Huber else 0.0
    assert found.objective == pytest.approx(expected, rel=1e-6, abs=1e-9 * scale)
    with pytest.raises(InvalidInputError, match=r"1e\+308; rescale"):
        loss(1e308)
    with pytest.raises(InvalidInputError, match=r"1e\+200; choose one below 1e\+100"):
        loss(1e200)
