"""What stands between two layers, with its derivative: nothing, relu, or batch normalisation followed by relu.

All arrays are (networks, n, units) and belong to the owner. `forward` reads the pre-activations `pre` and writes
`features`; `backward` takes the gradient in the features to that in the pre-activations, in place. relu has derivative
0 at 0, as in torch.

Batch normalisation, per unit, with z_c = z - mean(z) 1, u = z_c / ||z_c|| and v = gamma u + alpha 1 / sqrt(n):

    du = gamma dv,    dz = (du - u u^T du - mean(du) 1) / ||z_c||,    dgamma = u^T dv,    dalpha = 1^T dv / sqrt(n)
"""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["BatchNormReLU", "Identity", "ReLU"]

EPSILON = 1e-12
"""Added to the variance, as in torch: a unit that is constant on the data has no direction."""


class Identity:
    """A linear layer: features and pre-activations share their memory."""

    def forward(self) -> None:
        """Nothing."""

    def backward(self, delta: Tensor) -> None:
        """Nothing."""


class ReLU:
    """max(pre, 0)."""

    def __init__(self, pre: Tensor, features: Tensor) -> None:
        self._pre, self._features = pre, features

    def forward(self) -> None:
        """Write the features."""
        torch.clamp_min(self._pre, 0.0, out=self._features)

    def backward(self, delta: Tensor) -> None:
        """From the gradient in the features to that in what relu is taken of."""
        torch.ops.aten.threshold_backward.grad_input(delta, self._pre, 0.0, grad_input=delta)


class BatchNormReLU(ReLU):
    """Batch normalisation on all samples, then relu; v takes the place of the pre-activations.

    Parameters
    ----------
    pre, features : tensors
    scales, gradient : tensors (networks, 2, units)
        gamma and alpha, and where `backward` writes their gradients.
    factor : float
        The scales count this many times: sqrt(n) for torch's convention, else 1.
    """

    def __init__(self, pre: Tensor, features: Tensor, scales: Tensor, gradient: Tensor, factor: float) -> None:
        super().__init__(pre, features)
        self._gamma, self._alpha = scales[:, :1], scales[:, 1:]
        self._gamma_gradient, self._alpha_gradient = gradient[:, :1], gradient[:, 1:]
        self._factor = factor

    def forward(self) -> None:
        """Write the features."""
        n = self._pre.shape[1]
        centred = self._pre - self._pre.mean(dim=1, keepdim=True)
        self._inverse = (centred.square().sum(dim=1, keepdim=True) + n * EPSILON).rsqrt_()
        self._direction = centred.mul_(self._inverse)
        shift = self._alpha * (self._factor / n**0.5)
        torch.addcmul(shift, self._direction, self._gamma, value=self._factor, out=self._pre)
        super().forward()

    def backward(self, delta: Tensor) -> None:
        """To the gradient in z, in place; the gradients of the scales are written beside it."""
        super().backward(delta)
        dv, n = delta.mul_(self._factor), delta.shape[1]
        along = (dv * self._direction).sum(dim=1, keepdim=True)
        total = dv.sum(dim=1, keepdim=True)
        self._gamma_gradient.copy_(along)
        self._alpha_gradient.copy_(total / n**0.5)
        dv.sub_(total / n).addcmul_(self._direction, along, value=-1.0).mul_(self._gamma * self._inverse)
