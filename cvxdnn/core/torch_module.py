"""The same network as a torch module."""

from __future__ import annotations

import torch
from torch import Tensor

from cvxdnn.core.network import Network


class TorchNetwork(torch.nn.Module):
    """Float64 module with the outputs of a `Network`; skip slope and origin are buffers, as nothing regularises them.

    Parameters
    ----------
    network : Network
        Its arrays are copied.
    """

    skip: Tensor
    origin: Tensor

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.layers = torch.nn.ModuleList()
        for weights, biases in zip(network.weights, network.biases, strict=True):
            layer = torch.nn.Linear(weights.shape[0], weights.shape[1], dtype=torch.float64)
            with torch.no_grad():
                layer.weight.copy_(torch.tensor(weights.T))
                layer.bias.copy_(torch.tensor(biases))
            self.layers.append(layer)
        for name in ("skip", "origin"):
            self.register_buffer(name, torch.tensor(getattr(network, name), dtype=torch.float64))

    def forward(self, x: Tensor) -> Tensor:
        """Outputs at `x` (any shape), in the same shape."""
        t = x - self.origin
        activations = t.reshape(-1, 1)
        for layer in self.layers[:-1]:
            activations = torch.relu(layer(activations))
        output: Tensor = self.layers[-1](activations).reshape(x.shape)
        return output + self.skip * t
