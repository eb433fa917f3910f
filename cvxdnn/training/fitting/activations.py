"""What stands between two layers, with its derivative: nothing, relu, or batch normalisation followed by relu.

`forward(z)` gives the layer's features; `backward(delta)` takes the gradient in the features to the gradient in z and
belongs to the last call of `forward`. All arrays are (networks, n, units). relu has derivative 0 at 0, as in torch.

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
    """A linear layer."""

    def forward(self, z: Tensor) -> Tensor:
        """z itself."""
        return z

    def backward(self, delta: Tensor) -> Tensor:
        """delta itself."""
        return delta


class ReLU:
    """max(z, 0)."""

    def forward(self, z: Tensor) -> Tensor:
        """Features of the pre-activations z."""
        self._features = z.clamp_min(0.0)
        return self._features

    def backward(self, delta: Tensor) -> Tensor:
        """Gradient in z."""
        return torch.ops.aten.threshold_backward(delta, self._features, 0.0)


class BatchNormReLU(ReLU):
    """Batch normalisation on all samples, then relu.

    Parameters
    ----------
    scales, gradient : tensor (networks, 2, units)
        gamma and alpha, and where `backward` writes their gradients.
    factor : float
        The scales count this many times: sqrt(n) for torch's convention, else 1.
    """

    def __init__(self, scales: Tensor, gradient: Tensor, factor: float) -> None:
        self._gamma, self._alpha = scales[:, :1], scales[:, 1:]
        self._gamma_gradient, self._alpha_gradient = gradient[:, :1], gradient[:, 1:]
        self._factor = factor

    def forward(self, z: Tensor) -> Tensor:
        """Features of the pre-activations z."""
        n = z.shape[1]
        centred = z - z.mean(dim=1, keepdim=True)
        self._inverse = (centred.square().sum(dim=1, keepdim=True) + n * EPSILON).rsqrt_()
        self._direction = centred.mul_(self._inverse)
        v = torch.addcmul(self._alpha * (self._factor / n**0.5), self._direction, self._gamma, value=self._factor)
        return super().forward(v)

    def backward(self, delta: Tensor) -> Tensor:
        """Gradient in z; the gradients of the scales are written beside it."""
        dv = super().backward(delta) * self._factor
        along = (dv * self._direction).sum(dim=1, keepdim=True)
        total = dv.sum(dim=1, keepdim=True)
        n = delta.shape[1]
        self._gamma_gradient.copy_(along)
        self._alpha_gradient.copy_(total / n**0.5)
        tangent = torch.addcmul(dv - total / n, self._direction, along, value=-1.0)
        return tangent.mul_(self._gamma * self._inverse)
