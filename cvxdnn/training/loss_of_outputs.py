"""The loss of all restarts' outputs and its slope, where the gradient starts.

For outputs f_i of one network the data term is sum_i loss(f_i, y_i), and what backpropagation needs of it is the slope
d loss / d f_i; where the loss has a kink, the middle of its possible slopes. Both come from `cvxdnn.core.losses`, so a
loss of the caller's own trains as well. Only the squared loss, whose slope f - y is one call into torch, has its own
way.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from cvxdnn.core.losses import Loss, Squared

__all__ = ["LossOfOutputs", "loss_of_outputs"]


class LossOfOutputs:
    """Loss and slopes of outputs that change in place.

    Parameters
    ----------
    loss : Loss
    y : tensor (n, 1)
    outputs, slopes : tensors (restarts, n, 1)
        Read and written, never replaced.
    """

    def __init__(self, loss: Loss, y: Tensor, outputs: Tensor, slopes: Tensor) -> None:
        self._loss, self._outputs, self._slopes = loss, outputs, slopes
        self._y = y

    def update_slopes(self) -> None:
        """Write d loss / d f into the slopes."""
        with np.errstate(over="ignore", invalid="ignore"):  # outputs of a diverging restart overflow
            self._slopes.numpy()[...] = self._loss.subgradient(self._outputs.numpy(), self._y.numpy())

    def totals(self) -> Tensor:
        """The sum over the points, shape (restarts,)."""
        with np.errstate(over="ignore", invalid="ignore"):
            values = self._loss.value(self._outputs.numpy(), self._y.numpy())
        return torch.from_numpy(values).sum(dim=(1, 2))


class _SquaredOfOutputs(LossOfOutputs):
    def update_slopes(self) -> None:
        torch.sub(self._outputs, self._y, out=self._slopes)

    def totals(self) -> Tensor:
        return 0.5 * (self._outputs - self._y).square_().sum(dim=(1, 2))


def loss_of_outputs(loss: Loss, y: Tensor, outputs: Tensor, slopes: Tensor) -> LossOfOutputs:
    """The loss of `outputs`, see `LossOfOutputs`."""
    kind = _SquaredOfOutputs if isinstance(loss, Squared) else LossOfOutputs
    return kind(loss, y, outputs, slopes)
