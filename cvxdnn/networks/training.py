"""Training: many restarts of a weight-decay regularised ReLU network at once, watched while it runs.

    minimise  sum_i loss(f(x_i), y_i) + beta/2 sum_l ||W_l||_F^2          (full batch, float64, biases free)

`train` returns an iterator of `Snapshot`s, so the caller decides how long to watch: a loop that ends early, or never
asks for the next snapshot, stops the training. `Snapshot.state` holds all that the iteration depends on.

While a restart runs, the snapshots show its current network, as it is. Once it has converged or diverged, and for every
restart in the last snapshot, they show the best network it has had at a look of the schedule. The objectives are those
of the networks shown, computed from them.

The architecture with biases in the last hidden layer only is the one for which the deep theory is exact (for x >= 0).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cvxdnn import validation
from cvxdnn.exceptions import InvalidInputError
from cvxdnn.losses import Loss, named
from cvxdnn.networks.architectures import Network
from cvxdnn.networks.initialization import disturbed, layer_norm, random_layers
from cvxdnn.networks.layout import BIASES, Biases, Layers, ParameterLayout
from cvxdnn.networks.optimizers import OPTIMIZERS
from cvxdnn.networks.state import Problem, TrainingState
from cvxdnn.networks.trainer import Trainer
from cvxdnn.solution import Snapshot, Status

__all__ = ["TrainingState", "train"]

Floats = NDArray[np.float64]

MAX_DEPTH, MAX_WIDTH, MAX_RESTARTS = 10, 1000, 64
MAX_PARAMETERS = 10_000_000
"""Of all restarts together; training holds about ten arrays of this length (0.8 GB)."""


def train(
    x: ArrayLike,
    y: ArrayLike,
    *,
    beta: float,
    depth: int = 2,
    width: int = 50,
    biases: Biases = "last_hidden",
    restarts: int = 8,
    seed: int = 0,
    loss: str | Loss = "squared",
    optimizer: str = "adam",
    learning_rate: float | None = None,
    max_steps: int = 20_000,
    snapshot_every: int = 50,
    initial: Network | TrainingState | None = None,
) -> Iterator[Snapshot]:
    """Train a ReLU network and yield snapshots until it has converged or the caller stops asking.

    Parameters
    ----------
    x, y : arrays (n,), n >= 1, any order, any units
        The points.
    beta : float
        Weight decay, at least 0; the objective is sum loss(f, y) + beta/2 sum ||W_l||_F^2.
    depth : int, 2 to 10
        Number of weight layers.
    width : int, 1 to 1000
        Units in each hidden layer.
    biases : {"last_hidden", "all"}
        Hidden layers with biases; the output always has one. The deep theory needs "last_hidden" and x >= 0.
    restarts : int, 1 to 64
        Networks trained side by side from different first weights. Restart i is the same for any number of restarts.
    seed : int, at least 0
        Of the first weights.
    loss : one of cvxdnn.losses.LOSSES, or a cvxdnn.losses.Loss
        The data term for each point, "squared" being (f - y)^2 / 2; "logistic" and "hinge" need labels -1 and +1.
        Thresholds are in the units of y.
    optimizer : {"adam", "momentum", "gd"}
        Full-batch method.
    learning_rate : float, optional
        First rate. Adam: share of a weight's typical size moved in a step (automatic: 0.03). Others: the step
        itself, in the units of `Units` (automatic: the inverse curvature, halved whenever the objective has risen).
    max_steps : int, at least 0
        Limit on the steps since the schedule began.
    snapshot_every : int, at least 1
        Steps between snapshots; it does not influence the training.
    initial : Network or TrainingState, optional
        A network of the same depth and at most this width: restart 0 starts from it exactly (absent units are zero),
        the others from small changes of it. A state of the same architecture: training resumes exactly; when the data,
        beta, the loss, the optimiser or the rate have changed the weights stay and the schedule begins anew.

    Yields
    ------
    Snapshot
        First the start, then one every `snapshot_every` steps, and a last one with `done`. Its status is CONVERGED when
        all restarts have become stationary, MAX_STEPS, or DIVERGED when no restart has a finite objective. A restart
        that diverges alone is set back to its best parameters and stays there.

    Raises
    ------
    InvalidInputError
        When an argument is out of range or `initial` does not fit; raised by the call, not by the iterator.
    """
    x, y = validation.points(x, y)
    layout = ParameterLayout(
        validation.positive_int("restarts", restarts, maximum=MAX_RESTARTS),
        validation.positive_int("depth", depth, minimum=2, maximum=MAX_DEPTH),
        validation.positive_int("width", width, maximum=MAX_WIDTH),
        validation.one_of("biases", biases, BIASES),
    )
    _check_size(layout)
    problem = Problem(
        x,
        y,
        validation.nonnegative("beta", beta),
        layout,
        validation.one_of("optimizer", optimizer, OPTIMIZERS),
        None if learning_rate is None else _positive("learning_rate", learning_rate),
        _checked_loss(loss, y),
    )
    seed = validation.positive_int("seed", seed, minimum=0)
    max_steps = validation.positive_int("max_steps", max_steps, minimum=0)
    snapshot_every = validation.positive_int("snapshot_every", snapshot_every)
    if isinstance(initial, TrainingState):
        training = _continued(problem, initial)
    else:
        training = Trainer.begun(problem, _first_layers(problem, initial, seed))
    return _snapshots(training, max_steps, snapshot_every)


def _checked_loss(loss: str | Loss, y: Floats) -> Loss:
    loss = named(loss)
    loss.check(y)
    return loss


def _positive(name: str, value: float) -> float:
    number = validation.nonnegative(name, value)
    if number == 0:
        raise InvalidInputError(f"{name} is 0; it must be positive, or None for automatic")
    return number


def _check_size(layout: ParameterLayout) -> None:
    if layout.size > MAX_PARAMETERS:
        raise InvalidInputError(
            f"width={layout.width}, depth={layout.depth} and restarts={layout.restarts} make "
            f"{layout.size:,} parameters; the limit is {MAX_PARAMETERS:,}: use a smaller width or fewer restarts"
        )


def _first_layers(problem: Problem, initial: Network | None, seed: int) -> list[Layers]:
    """The weights each restart starts from, in the problem's units."""
    layout, units = problem.layout, problem.units
    x, y = units.data(problem.x, problem.y)
    norm = layer_norm(layout, y, units.beta(problem.beta), units.loss)
    if initial is None:
        return [random_layers(layout, x, y, norm=norm, seed=seed, restart=i) for i in range(layout.restarts)]
    given = units.inward(_padded(initial, layout))
    return [disturbed(given, layout, norm=norm, seed=seed, restart=i) for i in range(layout.restarts)]


def _padded(network: Network, layout: ParameterLayout) -> Layers:
    """The network's layers, with dead units up to the width of the layout."""
    if not isinstance(network, Network):
        raise InvalidInputError(f"initial is a {type(network).__name__}; pass a Network, a Snapshot's state, or None")
    if network.depth != layout.depth:
        raise InvalidInputError(f"initial has depth {network.depth}, depth is {layout.depth}; they must agree")
    if max(network.widths) > layout.width:
        raise InvalidInputError(f"initial has width {max(network.widths)}, width is {layout.width}; use a larger width")
    if network.skip != 0.0:
        raise InvalidInputError(f"initial has a skip connection of slope {network.skip:g}; train has none: set it to 0")
    for layer, (bias, biased) in enumerate(zip(network.biases, layout.biased, strict=True)):
        if bias.any() and not biased:
            raise InvalidInputError(f'initial has biases in hidden layer {layer + 1}; train it with biases="all"')
    layers = []
    for weights, bias, rows, columns in zip(
        network.weights, network.biases, layout.widths[:-1], layout.widths[1:], strict=True
    ):
        wide = np.zeros((rows, columns))
        wide[: weights.shape[0], : weights.shape[1]] = weights
        layers.append((wide, np.concatenate([bias, np.zeros(columns - bias.size)])))
    return layers


def _continued(problem: Problem, state: TrainingState) -> Trainer:
    """Training resumed exactly, or with the weights only when something about the problem has changed."""
    old, new = state.problem.layout, problem.layout
    for name in ("depth", "width", "biases", "restarts"):
        was, now = getattr(old, name), getattr(new, name)
        if was != now:
            raise InvalidInputError(f"initial was trained with {name}={was!r}, got {name}={now!r}; they must agree")
    if problem.same_as(state.problem):
        return Trainer(state)
    parameters = Trainer(state).shown_parameters(best=False)
    before, after = state.problem.units, problem.units
    layers = [after.inward(before.outward(old.unpack(parameters, i))) for i in range(old.restarts)]
    return Trainer.begun(problem, layers, state.step)


def _snapshots(training: Trainer, max_steps: int, snapshot_every: int) -> Iterator[Snapshot]:
    limit = training.start + max_steps
    while True:
        status = training.status
        if status is Status.RUNNING and training.step >= limit:
            status = Status.MAX_STEPS
        yield training.snapshot(status)
        if status is not Status.RUNNING:
            return
        training.advance(min(limit, (training.step // snapshot_every + 1) * snapshot_every))
