"""The signs of neural collapse followed through training: one row of numbers for each moment.

Runs beside the training, in a worker; what cannot be measured yet (a single class alive, say) is not a number, which a
chart leaves out.
"""

from typing import Protocol

import numpy as np

from cvxdnn.core.types import Array, Indices
from cvxdnn.theory.neural_collapse import NeuralCollapse, metrics

SIGNS = {
    "NC1": "nc1",
    "NC2 norms": "equinorm",
    "NC2 angles": "angle_spread",
    "NC3": "nc3_raw_uncentred",
    "NC3 centred": "nc3_centred",
    "NC3 half centred": "nc3_raw_centred",
}
"""Names on charts, and the attributes of `NeuralCollapse` behind them."""


class Trained(Protocol):
    """What is measured: any snapshot of training with these two."""

    @property
    def hidden(self) -> Array:
        """(n, p) features of the last hidden layer."""

    @property
    def weights(self) -> tuple[Array, ...]:
        """Weights, of which the last (p, K) is the classifier."""


def measured(trained: Trained, labels: Indices) -> NeuralCollapse:
    """The metrics of a snapshot; labels (n,)."""
    return metrics(trained.hidden, labels, trained.weights[-1])


def traces(trained: Trained, labels: Indices) -> dict[str, float]:
    """One row: every sign of `SIGNS`."""
    found = measured(trained, labels)
    values = {name: getattr(found, attribute) for name, attribute in SIGNS.items()}
    return {name: np.nan if value is None else float(value) for name, value in values.items()}
