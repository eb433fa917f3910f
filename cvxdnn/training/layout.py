"""Where every parameter of every restart lives in one flat array.

`restarts` networks with the same layer widths d_0, ..., d_L train side by side. Layer l of all of them is one block
of shape (restarts, d_{l-1} + 1, d_l): the rows of W_l, and below them b_l as one more row where the architecture has
a bias. A row of ones appended to the activations then makes one batched matrix product of `A W + 1 b^T`, and another
of both gradients. The blocks follow each other in one flat array, so an optimiser's update is a handful of
operations on vectors, whatever the depth.

A *parallel* network has `branches` chains, each ending in one scalar unit, whose outputs are added: in every block each
restart has so many matrices, one after the other. The factors gamma and alpha of batch normalisation are the two rows
of one more block at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from cvxdnn.core.types import Array, Integers

Biases = Literal["last_hidden", "all"]
BIASES: tuple[Biases, ...] = ("last_hidden", "all")
"""Where the scalar networks of `train` have biases."""

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
        Units in each hidden layer; in a parallel network of each branch, but for its last hidden layer, which has one.
    biases : {"last_hidden", "all", "none", "early"}
        Which layers have biases: with "last_hidden" and "all" the output, too; "early" ones are those of layers
        l <= L - 2.
    inputs, outputs : int
        d_0 and d_L.
    branches : int, optional
        Of a parallel network; None for the standard one.
    constrained : bool
        Whether the norms of layers l <= L - 2 are prescribed, so that weight decay leaves them alone.
    normalised : bool
        Whether the last hidden layer is batch normalised; weight decay then charges its factors and W_L alone.
    """

    restarts: int
    depth: int
    width: int
    biases: Biases | Literal["none", "early"]
    inputs: int = 1
    outputs: int = 1
    branches: int | None = None
    constrained: bool = False
    normalised: bool = False

    @property
    def networks(self) -> int:
        """Chains of all restarts together."""
        return self.restarts * (self.branches or 1)

    @property
    def widths(self) -> tuple[int, ...]:
        """Units per layer, d_0 to d_L."""
        last_hidden = self.width if self.branches is None else 1
        return (self.inputs, *[self.width] * (self.depth - 2), last_hidden, self.outputs)

    @property
    def biased(self) -> tuple[bool, ...]:
        """For each layer, whether it has biases."""
        early, late = self.biases in ("all", "early"), self.biases in ("all", "last_hidden")
        return (*[early] * (self.depth - 2), late, late)

    @property
    def decayed(self) -> tuple[bool, ...]:
        """For each layer, whether weight decay charges its weights."""
        early = not (self.constrained or self.normalised)
        return (*[early] * (self.depth - 2), not self.normalised, True)

    @property
    def shapes(self) -> tuple[tuple[int, int, int], ...]:
        """Shape of each layer's block, and of that of the factors of batch normalisation if there are any."""
        pairs = zip(pairwise(self.widths), self.biased, strict=True)
        layers = tuple((self.networks, rows + biased, columns) for (rows, columns), biased in pairs)
        return (*layers, (self.networks, 2, self.width)) if self.normalised else layers

    @property
    def size(self) -> int:
        """Length of the flat array."""
        return sum(int(np.prod(shape)) for shape in self.shapes)

    def blocks(self, flat: Any) -> list[Any]:
        """Views of each block of a flat NumPy array or torch tensor."""
        ends = np.cumsum([np.prod(shape) for shape in self.shapes])
        starts = (0, *ends[:-1])
        spans = zip(starts, ends, self.shapes, strict=True)
        return [flat[start:end].reshape(shape) for start, end, shape in spans]

    def weight_rows(self, blocks: Sequence[Any]) -> list[Any]:
        """The layers' blocks without their row of biases."""
        return [block[:, :rows] for block, rows in zip(blocks[: self.depth], self.widths[:-1], strict=True)]

    def decayed_rows(self, blocks: Sequence[Any]) -> list[Any]:
        """What weight decay charges of the blocks."""
        weights = [rows for rows, decayed in zip(self.weight_rows(blocks), self.decayed, strict=True) if decayed]
        return [*weights, *blocks[self.depth :]]

    @property
    def restart_index(self) -> Integers:
        """For each entry of the flat array, the restart it belongs to."""
        sizes = [int(np.prod(shape)) // self.restarts for shape in self.shapes]
        return np.concatenate([np.repeat(np.arange(self.restarts), size) for size in sizes])

    @property
    def is_decayed(self) -> Array:
        """1 for entries under weight decay, 0 for the others."""
        mask = np.zeros(self.size)
        for rows in self.decayed_rows(self.blocks(mask)):
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
