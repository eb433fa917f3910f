"""`cvxdnn.train`: training, with one start more than the trainer itself has.

A trainer knows nothing of solvers. Here the two meet: `initial="convex"` solves the convex program, writes its optimum
down as a network and hands that to the trainer, so that anyone can see that no method improves on it, and how far those
with a rate stray from it before they end there (docs/training.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, TypedDict

from numpy.typing import ArrayLike

from cvxdnn.convex import solve
from cvxdnn.core import validation
from cvxdnn.core.losses import Loss
from cvxdnn.core.network import Network
from cvxdnn.core.solution import Snapshot

if TYPE_CHECKING:
    from typing import Unpack

    from cvxdnn.training.training import TrainingState

__all__ = ["TrainingOptions", "train"]


class TrainingOptions(TypedDict, total=False):
    """The options of `train` that go to the trainer as they are, see `cvxdnn.training.training.train`."""

    width: int
    biases: Literal["last_hidden", "all"]
    restarts: int
    seed: int
    optimizer: str
    polish: bool | None
    learning_rate: float | None
    max_steps: int
    snapshot_every: int
    floor: float | None


def train(
    x: ArrayLike,
    y: ArrayLike,
    *,
    beta: float,
    depth: int = 2,
    loss: str | Loss = "squared",
    initial: Network | TrainingState | Literal["convex"] | None = None,
    **options: Unpack[TrainingOptions],
) -> Iterator[Snapshot]:
    """Train a ReLU network and yield snapshots until it has converged or the caller stops asking.

    Minimises sum loss(f(x_i), y_i) + beta/2 sum ||W_l||_F^2 from many first weights side by side.

    Parameters
    ----------
    x, y : arrays (n,), n >= 1, any order, any units
        The points.
    beta : float
        Weight decay, at least 0.
    depth : int, 2 to 10
        Number of weight layers.
    loss : one of cvxdnn.LOSSES, or a cvxdnn.core.losses.Loss
        The data term for each point.
    initial : Network, TrainingState, "convex" or None
        Where to start: from a network, where an earlier snapshot's `state` left off, from the closed-form optimum of
        `cvxdnn.solve` (restart 0 exactly, the others from small changes of it), or from the seed.
    **options
        width=50, biases="last_hidden", restarts=8, seed=0, optimizer="adam", polish, learning_rate, max_steps=20_000,
        snapshot_every=50, floor: see `cvxdnn.training.training.train`.

    Yields
    ------
    Snapshot
        First the start, then one every `snapshot_every` steps, and a last one with `done`.

    Raises
    ------
    InvalidInputError
        When an argument is out of range, `initial` does not fit, or with "convex" where `solve` has no optimum.
    MissingExtraError
        Without torch, which the extra "train" brings.
    """
    from cvxdnn.training import training

    if isinstance(initial, str):
        validation.one_of("initial", initial, ("convex",))
        initial = solve(x, y, beta=beta, depth=depth, loss=loss).network()
    return training.train(x, y, beta=beta, depth=depth, loss=loss, initial=initial, **options)
