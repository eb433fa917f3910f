"""Where every parameter of every restart lives in one flat array.

`restarts` networks with the same layer widths d_0, ..., d_L train side by side. Layer l of all of them is one block
of shape (restarts, d_{l-1} + 1, d_l): the rows of W_l, and below them b_l as one more row where the architecture has
a bias. A row of ones appended to the activations then makes one batched matrix product of `A W + 1 b^T`, and another
of both gradients. The blocks follow each other in one flat array, so an optimiser's update is a handful of
operations on vectors, whatever the depth.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from cvxdnn.core.types import Array, Integers

Biases = Literal["last_hidden", "all"]
BIASES: tuple[Biases, ...] = ("last_hidden", "all")

Layers = Sequence[tuple[Array, Array]]
"""The (weights, biases) of one network, layer by layer."""


@dataclass(frozen=True)
class ParameterLayout:
    """The order of the parameters of `restarts` equal architectures in one flat array.

    Parameters
    ----------
    restarts : int
        Number of networks, at least 1.
    depth : int
        Number of weight layers L, at least 2.
    width : int
        Units in each hidden layer.
    biases : {"last_hidden", "all"}
        Which hidden layers have biases. The output always has one.
    """

    restarts: int
    depth: int
    width: int
    biases: Biases

    @property
    def widths(self) -> tuple[int, ...]:
        """Units per layer, d_0 = 1 to d_L = 1."""
        return (1, *[self.width] * (self.depth - 1), 1)

    @property
    def biased(self) -> tuple[bool, ...]:
        """For each layer, whether it has biases."""
        early = self.depth - 2
        return (*[self.biases == "all"] * early, True, True)

    @property
    def shapes(self) -> tuple[tuple[int, int, int], ...]:
        """Shape of each layer's block."""
        pairs = zip(pairwise(self.widths), self.biased, strict=True)
        return tuple((self.restarts, rows + biased, columns) for (rows, columns), biased in pairs)

    @property
    def size(self) -> int:
        """Length of the flat array."""
        return sum(int(np.prod(shape)) for shape in self.shapes)

    def blocks(self, flat: Any) -> list[Any]:
        """Views of each layer's block of a flat NumPy array or torch tensor."""
        ends = np.cumsum([np.prod(shape) for shape in self.shapes])
        starts = (0, *ends[:-1])
        spans = zip(starts, ends, self.shapes, strict=True)
        return [flat[start:end].reshape(shape) for start, end, shape in spans]

    def weight_rows(self, blocks: Iterable[Any]) -> list[Any]:
        """The blocks without their row of biases."""
        return [block[:, :rows] for block, rows in zip(blocks, self.widths[:-1], strict=True)]

    @property
    def restart_index(self) -> Integers:
        """For each entry of the flat array, the restart it belongs to."""
        sizes = [rows * columns for _, rows, columns in self.shapes]
        return np.concatenate([np.repeat(np.arange(self.restarts), size) for size in sizes])

    @property
    def is_weight(self) -> Array:
        """1 for entries under weight decay, 0 for biases."""
        mask = np.zeros(self.size)
        for rows in self.weight_rows(self.blocks(mask)):
            rows[...] = 1.0
        return mask

    def pack(self, networks: Sequence[Layers]) -> Array:
        """Flat array of one (weights, biases) list per restart; biases the architecture lacks are dropped."""
        flat = np.zeros(self.size)
        for restart, layers in enumerate(networks):
            self.put(flat, restart, layers)
        return flat

    def put(self, flat: Array, restart: int, layers: Layers) -> None:
        """Replace the parameters of one restart."""
        for block, rows, biased, (weights, biases) in zip(
            self.blocks(flat), self.widths[:-1], self.biased, layers, strict=True
        ):
            block[restart, :rows] = weights
            if biased:
                block[restart, rows] = biases

    def unpack(self, flat: Array, restart: int) -> list[tuple[Array, Array]]:
        """The (weights, biases) of each layer of one restart, zeros where the architecture has no bias."""
        layers = []
        for block, rows, biased in zip(self.blocks(flat), self.widths[:-1], self.biased, strict=True):
            weights = block[restart, :rows].copy()
            biases = block[restart, rows].copy() if biased else np.zeros(block.shape[2])
            layers.append((weights, biases))
        return layers
