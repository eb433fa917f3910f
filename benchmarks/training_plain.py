"""What anyone would write first: one restart as a `torch.nn.Sequential`, autograd, `torch.optim.Adam`.

The same objective, the same first weights, the same rates and the same number format as the trainer, so that both take
the same steps; only the way they are computed differs.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cvxdnn.core.network import Network

FIRST, SECOND, EPSILON = 0.98, 0.99, 1e-10
"""Adam's constants in the trainer."""


def points(n: int = 20) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Random data in the unit box."""
    import numpy as np

    rng = np.random.default_rng(0)
    x, y = np.sort(rng.uniform(0, 1, n)), rng.standard_normal(n)
    return (x - x[0]) / (x[-1] - x[0]), (y - y.mean()) / np.ptp(y)


def rates_of_layers(y: NDArray[np.float64], beta: float, depth: int, width: int) -> list[tuple[float, float]]:
    """The trainer's rates for data in the unit box: 0.03 times the typical size of each layer's parameters."""
    from cvxdnn.training.initialization import layer_norm, parameter_scale
    from cvxdnn.training.layout import ParameterLayout
    from cvxdnn.training.optimizers import Adam

    layout = ParameterLayout(1, depth, width, "last_hidden")
    scale = parameter_scale(layout, layer_norm(layout, y, beta))
    return [(Adam.rate * float(block[0, 0, 0]), Adam.rate * float(block[0, -1, 0])) for block in layout.blocks(scale)]


class PlainTraining:
    """Training of one network on the squared loss.

    Parameters
    ----------
    x, y : arrays (n,)
    beta : float
    network : Network
        The first weights, biases in the last hidden layer and the output.
    rates : sequence of (float, float)
        Adam's learning rate for the weights and the biases of every layer.
    """

    def __init__(
        self,
        x: NDArray[np.float64],
        y: NDArray[np.float64],
        beta: float,
        network: Network,
        rates: list[tuple[float, float]],
    ) -> None:
        import torch

        self._x, self._y = torch.tensor(x)[:, None], torch.tensor(y)[:, None]
        self._beta = beta
        layers = []
        for depth, (rows, columns) in enumerate(pairwise((1, *network.widths, 1)), start=1):
            layers.append(torch.nn.Linear(rows, columns, bias=depth >= network.depth - 1, dtype=torch.float64))
            with torch.no_grad():
                layers[-1].weight.copy_(torch.tensor(network.weights[depth - 1].T))
                if layers[-1].bias is not None:
                    layers[-1].bias.copy_(torch.tensor(network.biases[depth - 1]))
        between = [module for layer in layers[:-1] for module in (layer, torch.nn.ReLU())]
        self._model = torch.nn.Sequential(*between, layers[-1])
        self._weights = [layer.weight for layer in layers]
        groups = [
            {"params": [parameter], "lr": rate}
            for layer, pair in zip(layers, rates, strict=True)
            for parameter, rate in zip(layer.parameters(), pair, strict=False)
        ]
        self._adam = torch.optim.Adam(groups, betas=(FIRST, SECOND), eps=EPSILON)

    def step(self) -> float:
        """One step; the objective before it."""
        self._adam.zero_grad()
        loss = 0.5 * (self._model(self._x) - self._y).square().sum()
        objective = loss + 0.5 * self._beta * sum(weight.square().sum() for weight in self._weights)
        objective.backward()
        self._adam.step()
        return objective.item()
