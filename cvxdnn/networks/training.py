"""Training: many restarts of a weight-decay regularised ReLU network at once, watched while it runs.

    minimise  1/2 sum_i (f(x_i) - y_i)^2 + beta/2 sum_l ||W_l||_F^2          (full batch, float64, biases free)

`train` returns an iterator of `Snapshot`s, so the caller decides how long to watch: a loop that ends early, or never
asks for the next snapshot, stops the training. All that the iteration depends on is in `Snapshot.state`; training
resumed from there takes the same steps, bit for bit, as if it had never stopped.

While a restart runs, the snapshots show its current network, as it is. When it has converged, and for every restart in
the last snapshot, they show the best network it has seen at a look of the schedule (`cvxdnn.networks.schedule`). The
objectives are those of the networks shown, computed from them.

The architecture with biases in the last hidden layer only is the one for which the deep theory is exact (for x >= 0).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from cvxdnn import validation
from cvxdnn.exceptions import InvalidInputError
from cvxdnn.networks import schedule
from cvxdnn.networks.architectures import Network
from cvxdnn.networks.initialization import disturbed, layer_norm, parameter_scale, random_layers
from cvxdnn.networks.layout import BIASES, Biases, Layers, ParameterLayout
from cvxdnn.networks.objective_gradient import ObjectiveGradient
from cvxdnn.networks.optimizers import OPTIMIZERS
from cvxdnn.networks.schedule import CHECK_EVERY, CONVERGED, Policy, ScheduleState
from cvxdnn.networks.units import Units
from cvxdnn.objective import network_objective
from cvxdnn.solution import Snapshot, Status

__all__ = ["TrainingState", "train"]

Floats = NDArray[np.float64]

MAX_DEPTH, MAX_WIDTH, MAX_RESTARTS = 10, 1000, 64
MAX_PARAMETERS = 20_000_000
"""Of all restarts together; training holds about six arrays of this length (1 GB)."""


@dataclass(frozen=True, eq=False)
class Problem:
    """What is trained and how: data, objective, architecture, method.

    x, y : (n,) as given;  beta : weight decay
    layout : architecture and number of restarts
    optimizer : name of the method;  learning_rate : None for automatic
    """

    x: Floats
    y: Floats
    beta: float
    layout: ParameterLayout
    optimizer: str
    learning_rate: float | None

    def same_as(self, other: Problem) -> bool:
        """Whether training would take the same steps."""
        return (
            np.array_equal(self.x, other.x)
            and np.array_equal(self.y, other.y)
            and (self.beta, self.layout, self.optimizer, self.learning_rate)
            == (other.beta, other.layout, other.optimizer, other.learning_rate)
        )

    @property
    def units(self) -> Units:
        """The units in which it is trained."""
        first = self.layout.biased[0]
        return Units.of(self.x, self.y, depth=self.layout.depth, bias_in_first_layer=first)


@dataclass(frozen=True, eq=False)
class TrainingState:
    """Everything training depends on at one moment: NumPy arrays and numbers, picklable.

    problem : Problem
    step : steps taken so far
    start : step at which the schedule last began anew
    parameters : flat array in the order of `problem.layout`, in `problem.units`
    memory : the optimiser's flat arrays
    schedule : learning rates, best parameters
    """

    problem: Problem
    step: int
    start: int
    parameters: Floats
    memory: tuple[Floats, ...]
    schedule: ScheduleState


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
        Weight decay, at least 0; the objective is 1/2 sum (f - y)^2 + beta/2 sum ||W_l||_F^2.
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
        beta, the optimiser or the rate have changed the weights stay and the schedule begins anew.

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
        None if learning_rate is None else validation.nonnegative("learning_rate", learning_rate),
    )
    seed = validation.positive_int("seed", seed, minimum=0)
    max_steps = validation.positive_int("max_steps", max_steps, minimum=0)
    snapshot_every = validation.positive_int("snapshot_every", snapshot_every)
    if isinstance(initial, TrainingState):
        training = _continued(problem, initial)
    else:
        training = _begun(problem, _first_layers(problem, initial, seed))
    return _snapshots(training, max_steps, snapshot_every)


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
    norm = layer_norm(layout, y, units.beta(problem.beta))
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


def _begun(problem: Problem, layers: Sequence[Layers], step: int = 0) -> _Training:
    """Training at the beginning of a schedule."""
    parameters = problem.layout.pack(layers)
    blank = ScheduleState.first(*(np.zeros(problem.layout.restarts),) * 2, parameters)
    memory = tuple(np.zeros_like(parameters) for _ in range(OPTIMIZERS[problem.optimizer].memories))
    training = _Training(TrainingState(problem, step, step, parameters, memory, blank))
    training.begin_schedule()
    return training


def _continued(problem: Problem, state: TrainingState) -> _Training:
    """Training resumed exactly, or with the weights only when something about the problem has changed."""
    old, new = state.problem.layout, problem.layout
    for name in ("depth", "width", "biases", "restarts"):
        was, now = getattr(old, name), getattr(new, name)
        if was != now:
            raise InvalidInputError(f"initial was trained with {name}={was!r}, got {name}={now!r}; they must agree")
    if problem.same_as(state.problem):
        return _Training(state)
    parameters = state.parameters
    before, after = state.problem.units, problem.units
    layers = [after.inward(before.outward(old.unpack(parameters, i))) for i in range(old.restarts)]
    return _begun(problem, layers, state.step)


class _Training:
    """The torch side of a `TrainingState`: moves it forward and reports on it."""

    def __init__(self, state: TrainingState) -> None:
        problem = state.problem
        self.problem, self.step, self.start = problem, state.step, state.start
        self.schedule = state.schedule
        self._units = problem.units
        x, y = self._units.data(problem.x, problem.y)
        beta = self._units.beta(problem.beta)
        self._model = ObjectiveGradient(x, y, beta, problem.layout)
        self._model.parameters.copy_(torch.from_numpy(state.parameters))
        self._optimizer = OPTIMIZERS[problem.optimizer](self._model.parameters, self._model.gradient)
        for memory, saved in zip(self._optimizer.memory, state.memory, strict=True):
            memory.copy_(torch.from_numpy(saved))
        self._owner = problem.layout.restart_index
        self._scale = np.ones(problem.layout.size)
        if self._optimizer.scaled:
            self._scale = parameter_scale(problem.layout, layer_norm(problem.layout, y, beta))
        automatic = problem.learning_rate is None
        self._policy = Policy(safeguarded=automatic and not self._optimizer.scaled)
        self._rates = self._per_parameter()

    def begin_schedule(self) -> None:
        """Choose the first learning rates at the current parameters."""
        rates = np.full(self.problem.layout.restarts, self._optimizer.rate)
        if self.problem.learning_rate is not None:
            rates[:] = self.problem.learning_rate
        elif not self._optimizer.scaled:
            rates /= self._model.curvature_bounds().numpy()
        self.schedule = ScheduleState.first(rates, self._objectives(), self._model.parameters.numpy().copy())
        self._rates = self._per_parameter()

    @property
    def status(self) -> Status:
        """RUNNING while any restart still moves."""
        if self.schedule.running.any():
            return Status.RUNNING
        return Status.CONVERGED if (self.schedule.verdict == CONVERGED).any() else Status.DIVERGED

    @property
    def state(self) -> TrainingState:
        """A copy of everything the next step depends on."""
        parameters = self._model.parameters.numpy().copy()
        memory = tuple(memory.numpy().copy() for memory in self._optimizer.memory)
        return TrainingState(self.problem, self.step, self.start, parameters, memory, self.schedule)

    def advance(self, limit: int) -> None:
        """Take steps up to step `limit`, fewer if every restart comes to rest."""
        while self.step < limit and self.status is Status.RUNNING:
            taken = self.step - self.start
            count = min(limit - self.step, CHECK_EVERY - taken % CHECK_EVERY)
            with torch.inference_mode():
                for step in range(taken + 1, taken + count + 1):
                    self._model.update()
                    self._optimizer.update(self._rates, step)
            self.step += count
            if (taken + count) % CHECK_EVERY == 0:
                self._check()

    def snapshot(self, status: Status) -> Snapshot:
        """The networks as they are, or in a last snapshot the best ones seen, with their exact objectives."""
        problem, shown = self.problem, self._shown_parameters(last=status is not Status.RUNNING)
        layers = [self._units.outward(problem.layout.unpack(shown, i)) for i in range(problem.layout.restarts)]
        networks = tuple(_network(each) for each in layers)
        objectives = np.array([network_objective(n, problem.x, problem.y, beta=problem.beta) for n in networks])
        best = int(np.argmin(objectives))
        done = status is not Status.RUNNING
        return Snapshot(self.step, objectives, best, networks[best], done, status, networks, self.state)

    def _shown_parameters(self, *, last: bool) -> Floats:
        objectives = self._objectives()
        stay = objectives < self.schedule.best if last else np.isfinite(objectives)
        shown: Floats = np.where(stay[self._owner], self._model.parameters.numpy(), self.schedule.best_parameters)
        return shown

    def _check(self) -> None:
        parameters = self._model.parameters.numpy()
        self.schedule, back = schedule.checked(self.schedule, self._objectives(), parameters, self._owner, self._policy)
        if back.any():
            where = back[self._owner]
            parameters[where] = self.schedule.best_parameters[where]
            self._optimizer.forget(torch.from_numpy(where))
        self._optimizer.tidy()
        self._rates = self._per_parameter()

    def _objectives(self) -> Floats:
        objectives: Floats = self._model.objectives().numpy()
        return objectives

    def _per_parameter(self) -> Tensor:
        """Learning rate of every parameter."""
        return torch.from_numpy(self.schedule.rates[self._owner] * self._scale)


def _network(layers: Layers) -> Network:
    return Network(tuple(weights for weights, _ in layers), tuple(biases for _, biases in layers))


def _snapshots(training: _Training, max_steps: int, snapshot_every: int) -> Iterator[Snapshot]:
    limit = training.start + max_steps
    while True:
        status = training.status
        if status is Status.RUNNING and training.step >= limit:
            status = Status.MAX_STEPS
        yield training.snapshot(status)
        if status is not Status.RUNNING:
            return
        training.advance(min(limit, (training.step // snapshot_every + 1) * snapshot_every))
