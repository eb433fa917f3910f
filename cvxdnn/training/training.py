"""Training: many restarts of a weight-decay regularised ReLU network at once, watched while it runs.

    minimise  sum_i loss(f(x_i), y_i) + beta/2 sum_l ||W_l||_F^2          (full batch, float64, biases free)

`train` returns an iterator of `Snapshot`s, so the caller decides how long to watch: a loop that ends early, or never
asks for the next snapshot, stops the training. `Snapshot.state` holds all that the iteration depends on.

While a restart runs, the snapshots show its current network, as it is. Once it has converged or diverged, and for every
restart in the last snapshot, they show the best network it has had at a look of the schedule. The objectives are those
of the networks shown, computed from them and rounded up: by less than a share of 1e-12 as a rule, and never to a value
below the exact one, so that none lies below a certified bound.

The architecture with biases in the last hidden layer only is the one for which the deep theory is exact (for x >= 0).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from numpy.typing import ArrayLike

from cvxdnn.core import validation
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.losses import Loss, named
from cvxdnn.core.network import Network
from cvxdnn.core.solution import Snapshot, Status
from cvxdnn.core.types import Array
from cvxdnn.training.finish import draws_ramps
from cvxdnn.training.layout import BIASES, Biases, ParameterLayout
from cvxdnn.training.methods import METHODS
from cvxdnn.training.optimizers import OPTIMIZERS
from cvxdnn.training.starts import first_layers, layers_of, seen_from
from cvxdnn.training.state import INSERTION, Problem, TrainingState
from cvxdnn.training.trainer import Trainer

__all__ = ["TrainingState", "train"]

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
    polish: bool | None = None,
    learning_rate: float | None = None,
    max_steps: int = 20_000,
    snapshot_every: int = 50,
    initial: Network | TrainingState | None = None,
    floor: float | None = None,
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
    loss : one of cvxdnn.core.losses.LOSSES, or a cvxdnn.core.losses.Loss
        The data term for each point, "squared" being (f - y)^2 / 2; "logistic" and "hinge" need labels -1 and +1.
        Thresholds are in the units of y.
    optimizer : {"gd", "momentum", "adam", "lbfgs", "insertion"}
        Full-batch method. "insertion" begins with a constant, puts neurons where the certificate is violated, one a
        step, and solves for all amplitudes: for two layers it ends at the global optimum if there are neurons enough.
        It needs a smooth loss ("squared", "huber", "logistic") and, for depth >= 3, biases="last_hidden" and x >= 0.
    polish : bool, optional
        Finish restarts that have come to rest by exact moves, to the minimum of their basin. Needs a smooth loss. By
        default only after "insertion".
    learning_rate : float, optional
        First rate. Adam: share of a weight's typical size moved in a step (automatic: 0.03). "gd" and "momentum": the
        step itself, in the units of `Units` (automatic: the inverse curvature, halved whenever the objective has
        risen). The others find their own.
    max_steps : int, at least 0
        Limit on the steps since the schedule began; a polish may add some hundred.
    snapshot_every : int, at least 1
        Steps between snapshots; it does not influence the training. Steps of insertion and of a polish, of which there
        are few, give a snapshot each.
    initial : Network or TrainingState, optional
        A network of the same depth and at most this width: restart 0 starts from it exactly (absent units are zero),
        the others from small changes of it. A state of the same architecture: training resumes exactly; when the data,
        beta, the loss, the optimiser or the rate have changed the weights stay and the schedule begins anew.
    floor : float, optional
        A lower bound of the objective, such as `solve(...).objective` less its gap. A restart that has come within
        1e-7 of it stops.

    Yields
    ------
    Snapshot
        First the start, then one every `snapshot_every` steps, and a last one with `done`. Its status is CONVERGED when
        all restarts have become stationary, STUCK when they have but the best is more than 1e-3 above the floor or
        above what insertion reaches from it (of the objective less what no function removes), MAX_STEPS, or DIVERGED
        when no restart has a finite objective, or a learning rate of the caller's has brought none below its start. A
        restart that diverges alone is set back to its best parameters and stays there.

    Raises
    ------
    InvalidInputError
        When an argument is out of range or `initial` does not fit; raised by the call, not by the iterator.
    """
    x, y = validation.points(x, y)
    validation.resolved("y", y)
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
        validation.one_of("optimizer", optimizer, (*METHODS, INSERTION)),
        None if learning_rate is None else _checked_rate(learning_rate, optimizer),
        _checked_loss(loss, y),
        optimizer == INSERTION if polish is None else validation.boolean("polish", polish),
        None if floor is None else validation.number("floor", floor),
    )
    _check_exact_moves(problem)
    seed = validation.positive_int("seed", seed, minimum=0)
    max_steps = validation.positive_int("max_steps", max_steps, minimum=0)
    snapshot_every = validation.positive_int("snapshot_every", snapshot_every)
    if isinstance(initial, TrainingState):
        training = _continued(problem, initial)
    else:
        training = Trainer.begun(problem, first_layers(problem, initial, seed), spread=initial is None)
    return _snapshots(training, max_steps, snapshot_every)


def _checked_loss(loss: str | Loss, y: Array) -> Loss:
    loss = named(loss)
    loss.check(y)
    return loss


def _checked_rate(rate: float, optimizer: str) -> float:
    if optimizer not in OPTIMIZERS:
        raise InvalidInputError(f"learning_rate is {rate}; {optimizer!r} finds its own steps: leave it out")
    return validation.positive("learning_rate", rate)


def _check_exact_moves(problem: Problem) -> None:
    """Insertion and polish are for losses without kinks, insertion for architectures that draw ramps."""
    asked = "optimizer='insertion'" if problem.optimizer == INSERTION else "polish=True"
    if (problem.optimizer == INSERTION or problem.polish) and not problem.loss.is_smooth:
        raise InvalidInputError(
            f"loss is {problem.loss.name!r}, which has kinks; {asked} needs 'squared', 'huber' or 'logistic': "
            "choose one of them, or another optimizer without polish"
        )
    inner_x, _ = problem.units.data(problem.x, problem.y)
    if problem.optimizer == INSERTION and not draws_ramps(problem.layout, inner_x):
        raise InvalidInputError(
            f"depth is {problem.layout.depth}, biases={problem.layout.biases!r} and the smallest x is "
            f"{problem.x.min():g}; optimizer='insertion' needs two layers, or biases='last_hidden' and x >= 0: shift x"
        )


def _check_size(layout: ParameterLayout) -> None:
    if layout.size > MAX_PARAMETERS:
        raise InvalidInputError(
            f"width={layout.width}, depth={layout.depth} and restarts={layout.restarts} make "
            f"{layout.size:,} parameters; the limit is {MAX_PARAMETERS:,}: use a smaller width or fewer restarts"
        )


def _continued(problem: Problem, state: TrainingState) -> Trainer:
    """Training resumed exactly, or with the weights only when something about the problem has changed."""
    old, new = state.problem.layout, problem.layout
    for name in ("depth", "width", "biases", "restarts"):
        was, now = getattr(old, name), getattr(new, name)
        if was != now:
            raise InvalidInputError(f"initial was trained with {name}={was!r}, got {name}={now!r}; they must agree")
    if problem.same_as(state.problem):
        training = Trainer(replace(state, problem=problem))
        if problem.polish and not state.problem.polish:
            training.begin_polish()
        return training
    parameters = Trainer(state).shown_parameters(best=False)
    before, after = state.problem.units, problem.units
    networks = [before.outward(old.unpack(parameters, i)) for i in range(old.restarts)]
    layers = [seen_from(after, network, problem.x, layers_of(network)) for network in networks]
    return Trainer.begun(problem, layers, state.step, spread=False)


def _snapshots(training: Trainer, max_steps: int, snapshot_every: int) -> Iterator[Snapshot]:
    limit = training.start + max_steps
    while True:
        status = training.status
        if training.is_descending and training.step >= limit:
            status = training.at_the_limit()
        yield training.snapshot(status)
        if status is not Status.RUNNING:
            return
        next_one = (training.step // snapshot_every + 1) * snapshot_every
        training.advance(min(limit, next_one) if training.is_descending else next_one)
