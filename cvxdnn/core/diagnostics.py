r"""What training has done to the layers: their norms, their balance, their ranks, how they line up.

At a stationary point of training with weight decay the weights obey rules that need no data:

* *Balance.* Scaling the weights into a hidden unit up and those out of it down changes nothing that the network
  computes (its bias follows, free of charge). Where weight decay is stationary the two have the same norm,

  .. math::  \|W_l[:, j]\| = \|W_{l+1}[j, :]\| \quad\text{for every unit } j \text{ of every hidden layer } l .

  This is the diagonal of :math:`W_l^T W_l = W_{l+1} W_{l+1}^T`, the rule for linear networks. Its other entries couple
  two units and need not agree where ReLU switches the units at different inputs: they do between layers without biases
  while x >= 0, where every unit is on, and in general not at the last hidden layer. So `unit_imbalance` is the meter
  for ReLU networks; `imbalance`, of the whole matrices, is the one for linear networks.
* *Equal norms.* Summed over units, balance makes all :math:`\|W_l\|_F` equal.
* *One direction.* An optimal network with biases in its last hidden layer only has layers of rank one that line up:
  what a layer puts out is what the next one reads. `stable_ranks` are then 1. Signs may differ in the last hidden
  layer, whose units look right or left, so `alignment` compares the sizes of the entries: it is 1 at the optimum and,
  between any two layers, at most 1.

The product of the layer norms, the *path norm* of a balanced network, sets the effective weight decay
:math:`\lambda = \beta r^{2/L-1}`: the two-layer weight decay that would draw the same function (docs/depth.md).

Source: Arora, Cohen & Hazan (2018), arXiv 1802.06509, and Du, Hu & Lee (2018), arXiv 1806.00900, for balance; Ergen &
Pilanci (ICML 2021), arXiv 2002.09773, for rank and alignment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np

from cvxdnn.core import validation
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.types import Array

__all__ = ["LayerDiagnostics", "Layered", "layer_diagnostics"]


class Layered(Protocol):
    """A network whose weights can be looked at; every `cvxdnn.Network` is one."""

    @property
    def weights(self) -> Sequence[Array]:
        """W_l of shape (d_{l-1}, d_l), first layer first."""


@dataclass(frozen=True, eq=False)
class LayerDiagnostics:
    """The layers of one network; L weight matrices, L - 1 hidden layers between them.

    frobenius_norms : (L,) norm of each layer
    singular_values : L arrays (min(d_{l-1}, d_l),), descending
    stable_ranks : (L,) squared Frobenius norm over squared largest singular value, 1 or larger; 0 for a zero layer
    imbalance : (L - 1,) ||W_l^T W_l - W_{l+1} W_{l+1}^T||_F, zero for stationary linear networks
    unit_imbalance : (L - 1,) the norm of its diagonal, zero for stationary ReLU networks
    alignment : (L - 1,) how well the direction a layer writes fits the one the next layer reads, from 0 to 1; of the
        sizes of the entries, see above; 0 beside a zero layer
    """

    frobenius_norms: Array
    singular_values: tuple[Array, ...]
    stable_ranks: Array
    imbalance: Array
    unit_imbalance: Array
    alignment: Array

    @property
    def depth(self) -> int:
        """Number of weight layers L."""
        return self.frobenius_norms.size


def layer_diagnostics(network: Layered) -> LayerDiagnostics:
    """Norms, balance, ranks and alignment of the layers of a network.

    Parameters
    ----------
    network : Network
        Or anything with its `weights`.
    """
    if not hasattr(network, "weights"):
        raise InvalidInputError(f"network is {validation.shown(network)}; pass a Network, or what has its weights")
    weights = [validation.matrix(f"weights[{layer}]", given) for layer, given in enumerate(network.weights)]
    decompositions = [np.linalg.svd(matrix, full_matrices=False) for matrix in weights]
    norms = np.array([np.linalg.norm(matrix) for matrix in weights])
    largest = np.array([values[0] for _, values, _ in decompositions])
    ranks = np.divide(norms, largest, out=np.zeros_like(norms), where=largest > 0) ** 2
    differences = [below.T @ below - above @ above.T for below, above in pairwise(weights)]
    return LayerDiagnostics(
        frobenius_norms=norms,
        singular_values=tuple(values for _, values, _ in decompositions),
        stable_ranks=ranks,
        imbalance=np.array([np.linalg.norm(difference) for difference in differences]),
        unit_imbalance=np.array([np.linalg.norm(np.diagonal(difference)) for difference in differences]),
        alignment=np.array([_alignment(*pair) for pair in pairwise(decompositions)]),
    )


_Decomposition = tuple[Array, Array, Array]


def _alignment(below: _Decomposition, above: _Decomposition) -> float:
    """Cosine between the sizes of what the lower layer's strongest direction writes and the upper layer's reads."""
    if below[1][0] == 0 or above[1][0] == 0:
        return 0.0
    return float(np.abs(below[2][0]) @ np.abs(above[0][:, 0]))
