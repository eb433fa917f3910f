"""Facts about batch normalisation before the last ReLU: the closed form, its network in PyTorch, and its condition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.theory import batch_norm
from cvxdnn.theory.neural_collapse import one_hot
from cvxdnn.theory.result import Claim
from cvxdnn.training.fitting import FitProblem, fit

PLUGGED_IN = 1e-10
IN_TORCH = 1e-9
CASES = [((4, 4, 4), 0.2), ((6, 3, 1), 0.2), ((6, 3, 1), 1.2), ((7, 2), 0.5), ((5, 5, 5, 5), 1.0), ((3, 0, 2), 0.4)]

counts_of_classes = st.lists(st.integers(0, 6), min_size=1, max_size=5).filter(lambda counts: sum(counts) >= 2)


def data(counts, extra=1, seed=0):
    """One-hot targets, and generic features that fulfil the span condition."""
    Y = one_hot(counts)
    return np.random.default_rng(seed).normal(size=(len(Y), len(Y) + extra)), Y


def objective_in_numpy(X, Y, beta, found):
    """The objective from weights, scale and shift alone, with the penalty of the scaling."""
    first, second = found.weights
    z = X @ first
    z = z - z.mean(axis=0)
    v = found.gamma * z / np.maximum(np.linalg.norm(z, axis=0), 1e-300) + found.alpha / np.sqrt(len(X))
    norms = found.gamma**2 + found.alpha**2
    if found.scaling == "torch":
        norms = norms / len(X)
    return 0.5 * np.sum((np.maximum(v, 0) @ second - Y) ** 2) + beta / 2 * (norms.sum() + np.sum(second**2))


@pytest.mark.parametrize(("counts", "beta"), CASES)
@pytest.mark.parametrize("scaling", ["paper", "torch"])
def test_plugging_in_the_weights_gives_the_closed_form(counts, beta, scaling):
    X, Y = data(counts)
    found = batch_norm.solve(Y, beta=beta, features=X, scaling=scaling)
    assert found.status.claim is Claim.PROVED
    value = objective_in_numpy(X, Y, beta, found)
    assert value == pytest.approx(found.lower_bound, abs=PLUGGED_IN)
    assert value == pytest.approx(found.objective, abs=PLUGGED_IN)


@pytest.mark.parametrize(("counts", "beta"), CASES)
@pytest.mark.parametrize("scaling", ["paper", "torch"])
@pytest.mark.parametrize("depth", [2, 3])
def test_the_network_in_pytorch_has_the_closed_form_as_its_objective(counts, beta, scaling, depth):
    torch = pytest.importorskip("torch")
    X, Y = data(counts)
    inputs, target = torch.tensor(X), torch.tensor(Y)
    layers = []
    if depth == 3:
        hidden = torch.nn.Linear(X.shape[1], 3 * len(X), dtype=torch.float64)
        torch.nn.init.normal_(hidden.weight, generator=torch.Generator().manual_seed(0))
        layers = [hidden, torch.nn.ReLU()]
    features = torch.nn.Sequential(*layers)(inputs).detach()
    found = batch_norm.solve(Y, beta=beta, features=features.numpy(), scaling=scaling)
    assert found.status.ok

    classes = Y.shape[1]
    norm = torch.nn.BatchNorm1d(classes, eps=1e-24, dtype=torch.float64)
    into, out = (
        torch.nn.Linear(*s, bias=False, dtype=torch.float64) for s in ((features.shape[1], classes), [classes] * 2)
    )
    with torch.no_grad():
        into.weight.copy_(torch.tensor(found.weights[0].T))
        norm.weight.copy_(torch.tensor(found.gamma / np.sqrt(len(features))))
        norm.bias.copy_(torch.tensor(found.alpha / np.sqrt(len(features))))
        out.weight.copy_(torch.tensor(found.weights[1].T))
        output = out(torch.relu(norm.train()(into(features))))
        decayed = norm.weight.square().sum() + norm.bias.square().sum()
        decayed = decayed * (len(X) if scaling == "paper" else 1) + out.weight.square().sum()
        objective = 0.5 * (output - target).square().sum() + beta / 2 * decayed
    assert objective.item() == pytest.approx(found.lower_bound, abs=IN_TORCH)


@pytest.mark.parametrize("scaling", ["paper", "torch"])
@pytest.mark.parametrize("counts", [(6, 3, 1), (4, 4, 4)])
def test_trained_networks_reach_the_closed_form_and_none_goes_below(counts, scaling):
    X, Y = data(counts)
    architecture = "batch_norm" if scaling == "paper" else "batch_norm_torch"
    problem = FitProblem(X, Y, 0.5, architecture=architecture, width=12, restarts=3, steps=600, polish=600)
    *_, last = fit(problem)
    exact = batch_norm.solve(Y, beta=0.5, features=X, scaling=scaling)
    assert last.objectives.min() == pytest.approx(exact.objective, rel=1e-5)
    assert last.objectives.min() >= exact.lower_bound - 1e-9
    # Neurons may be split: what is determined is the sum of squares of each class's neurons.
    owner = np.abs(last.weights[-1]).argmax(axis=1)
    for k, (gamma, alpha) in enumerate(zip(exact.gamma, exact.alpha, strict=True)):
        norms = np.sum(last.network.gamma[owner == k] ** 2), np.sum(last.network.alpha[owner == k] ** 2)
        assert norms == pytest.approx((gamma**2, alpha**2), abs=1e-3)


@given(counts=counts_of_classes, beta=st.floats(0, 4), seed=st.integers(0, 1000), width=st.integers(1, 6))
@settings(max_examples=80, deadline=None)
def test_no_network_of_any_features_is_below_the_closed_form(counts, beta, seed, width):
    Y = one_hot(counts)
    rng = np.random.default_rng(seed)
    Z = rng.normal(size=(len(Y), width))
    gamma, alpha, W = rng.normal(size=width), rng.normal(size=width), rng.normal(size=(width, Y.shape[1]))
    v = batch_norm.normalized(Z, gamma, alpha)
    objective = (
        0.5 * np.sum((np.maximum(v, 0) @ W - Y) ** 2) + beta / 2 * np.sum(gamma**2 + alpha**2) + beta / 2 * np.sum(W**2)
    )
    assert objective >= batch_norm.solve(Y, beta=beta).lower_bound - 1e-9


def test_two_single_samples_by_hand():
    found = batch_norm.solve(np.eye(2), beta=0.5)
    assert found.objective == pytest.approx(2 * (0.5 - 0.125))
    assert np.allclose([found.gamma, found.alpha], 0.5)
    assert np.allclose(found.features, np.sqrt(0.5) * np.eye(2))


def test_scale_and_shift_point_in_the_direction_of_class_sizes():
    found = batch_norm.solve(one_hot([6, 3, 1]), beta=0.2)
    lengths = np.hypot(found.gamma, found.alpha)
    assert np.allclose(found.gamma / lengths, [0.63246, 0.83666, 0.94868], atol=1e-5)
    assert np.allclose(found.alpha / lengths, [0.77460, 0.54772, 0.31623], atol=1e-5)
    assert np.allclose(lengths**2, found.s)
    assert np.allclose(np.diag(found.weights[1]) ** 2, found.s)


@pytest.mark.parametrize(("counts", "beta"), CASES)
def test_decaying_the_parameters_of_pytorch_is_a_smaller_weight_decay(counts, beta):
    Y = one_hot(counts)
    torch_way = batch_norm.solve(Y, beta=beta, scaling="torch")
    paper_way = batch_norm.solve(Y, beta=beta / np.sqrt(len(Y)))
    assert torch_way.objective == pytest.approx(paper_way.objective, abs=PLUGGED_IN)
    assert torch_way.effective_beta == pytest.approx(paper_way.beta)
    parameters = (torch_way.gamma**2 + torch_way.alpha**2) / len(Y)
    assert np.allclose(parameters, np.sum(torch_way.weights[1] ** 2, axis=1))
    assert np.allclose(parameters, torch_way.s / np.sqrt(len(Y)))


@pytest.mark.parametrize(("counts", "beta"), CASES)
@pytest.mark.parametrize("scaling", ["paper", "torch"])
def test_the_norm_constrained_form_has_unit_scale_and_the_same_value(counts, beta, scaling):
    Y = one_hot(counts)
    found = batch_norm.solve(Y, beta=beta, scaling=scaling)
    gamma, alpha, W = found.norm_constrained()
    alive = found.s > 0
    assert np.allclose(np.hypot(gamma, alpha)[alive], 1)
    assert np.allclose(np.diag(W), found.s)
    centred = Y - Y.mean(axis=0)
    lengths = np.linalg.norm(centred, axis=0)
    v = gamma * centred / np.where(lengths > 0, lengths, 1) + alpha / np.sqrt(len(Y))
    value = 0.5 * np.sum((np.maximum(v, 0) @ W - Y) ** 2) + found.effective_beta * np.linalg.norm(W, axis=1).sum()
    assert value == pytest.approx(found.objective, abs=PLUGGED_IN)


# The span condition


def test_too_few_features_violate_the_span_condition_and_the_bound_is_named_one():
    Y = one_hot([5, 5])
    found = batch_norm.solve(Y, beta=0.3, features=np.random.default_rng(0).normal(size=(10, 2)))
    assert found.status.claim is Claim.NO_CLOSED_FORM
    assert "span condition" in found.status.message
    assert found.status.advice
    assert found.span.rank == 2
    assert found.span.needed == 9
    assert np.all(found.span.residuals > 0.1)
    assert found.objective > found.lower_bound


def test_training_cannot_reach_the_bound_without_the_span_condition():
    Y = one_hot([5, 5])
    X = np.random.default_rng(0).normal(size=(10, 2))
    *_, last = fit(FitProblem(X, Y, 0.3, architecture="batch_norm", width=12, restarts=3, steps=500, polish=300))
    assert last.objectives.min() > 1.1 * batch_norm.solve(Y, beta=0.3, features=X).lower_bound


def test_only_classes_that_survive_need_to_be_in_the_span():
    Y = one_hot([6, 1])
    features = np.column_stack([Y[:, 0], np.zeros(7)])  # its centred part is minus that of the other class
    assert batch_norm.solve(Y, beta=0.2, features=features).status.ok
    Y = one_hot([6, 4, 1])
    features = Y[:, :1] - Y[:, 1:2]
    assert not batch_norm.solve(Y, beta=1.5, features=features).status.ok
    features = np.column_stack([Y[:, 0], Y[:, 1]])
    features[-1] += [0.3, 0.7]  # spoils the vanished class and, through it, both others
    assert not batch_norm.solve(Y, beta=1.5, features=features).status.ok
    features = np.column_stack([Y[:, 0], Y[:, 1]])
    found = batch_norm.solve(Y, beta=1.5, features=features)
    assert found.status.ok
    assert found.s[2] == 0


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_scale_and_offset_of_the_features_do_not_matter(scale):
    X, Y = data([6, 3, 1])
    found = batch_norm.solve(Y, beta=0.2, features=scale * X + 3 * scale)
    assert found.status.ok
    assert found.objective == pytest.approx(found.lower_bound, abs=1e-9)


# The ends of the range


def test_without_weight_decay_the_targets_are_fitted():
    assert batch_norm.solve(one_hot([3, 2]), beta=0).objective == pytest.approx(0, abs=PLUGGED_IN)


def test_under_strong_weight_decay_everything_vanishes():
    found = batch_norm.solve(one_hot([4, 1]), beta=2.0)
    assert np.all(found.s == 0)
    assert found.objective == pytest.approx(2.5)


def test_a_single_class_needs_the_shift_only():
    found = batch_norm.solve(one_hot([4]), beta=0.5)
    assert found.gamma == pytest.approx(0, abs=1e-12)
    assert found.alpha[0] == pytest.approx(np.sqrt(1.5))
    assert found.status.ok


@given(counts=counts_of_classes, beta=st.floats(0, 100))
@settings(max_examples=60, deadline=None)
def test_any_class_sizes_are_solved(counts, beta):
    found = batch_norm.solve(one_hot(counts), beta=beta)
    assert found.status.ok
    assert found.objective == pytest.approx(found.lower_bound, abs=1e-9)


@pytest.mark.parametrize("off", [0, 1e-14, 1e-10, 1e-6, 1e-2])
@pytest.mark.parametrize("beta", [0, 1e-12, 1e-3, 0.5])
def test_proved_needs_a_network_that_meets_the_bound(beta, off):
    # The last feature is nearly a mixture of the others: what is missing from the span costs little, or much of little.
    rng = np.random.default_rng(0)
    Y = one_hot([3, 2, 1])
    H = np.hstack([Y[:, :2] @ rng.normal(size=(2, 2)), off * Y[:, 2:] + rng.normal(size=(6, 1)) * 1e-3 * off])
    found = batch_norm.solve(Y, beta=beta, features=H)
    assert found.lower_bound <= found.objective
    rounding = (1e-14 * np.linalg.norm(Y)) ** 2
    assert found.status.ok == (found.objective - found.lower_bound <= 1e-9 * found.objective + rounding)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: batch_norm.solve([[1.0, 1.0], [1.0, 0.0]], beta=1), "row 0"),
        (lambda: batch_norm.solve([[1.0, -1.0], [1.0, 0.0]], beta=1), "-1"),
        (lambda: batch_norm.solve([[1.0, 0.0]], beta=1), "at least 2 samples"),
        (lambda: batch_norm.solve(np.eye(2), beta=-1), "beta is -1"),
        (lambda: batch_norm.solve(np.eye(2), beta=1, features=np.eye(3)), "3 rows"),
        (lambda: batch_norm.solve(np.eye(2), beta=1, scaling="jax"), "scaling"),
        (lambda: batch_norm.solve([[1.0, np.nan], [0.0, 1.0]], beta=1), "nan"),
    ],
)
def test_mistakes_are_named(call, words):
    with pytest.raises(InvalidInputError, match=words):
        call()
