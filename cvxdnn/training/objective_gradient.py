"""The training objective and its gradient, for all restarts at once, without autograd.

    P = sum_i loss(f(x_i), y_i) + beta/2 sum_l ||W_l||_F^2          (biases are never penalised)

With A_0 = x, Z_l = A_{l-1} W_l + 1 b_l^T, A_l = relu(Z_l) for l < L and f = Z_L, the backward pass is

    Delta_L = dloss/df,    dP/dW_l = A_{l-1}^T Delta_l + beta W_l,    dP/db_l = 1^T Delta_l,
    Delta_{l-1} = (Delta_l W_l^T) * [Z_{l-1} > 0].

A step on a small network is dominated by the cost of starting operations, not by arithmetic, so each line above is
one call into torch that writes into memory allocated beforehand, and a layer's bias is one more row of its weights
(see `layout`). For the squared loss Delta_L = f - y; the others are in `loss_of_outputs`. The derivative of relu at 0
is taken as 0, as torch does.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from cvxdnn.core.losses import Loss, Squared
from cvxdnn.core.types import Array
from cvxdnn.training.layout import ParameterLayout
from cvxdnn.training.loss_curvature import largest_curvature
from cvxdnn.training.loss_of_outputs import loss_of_outputs

_SAMPLES = 64


class ObjectiveGradient:
    """Objective and gradient of `layout.restarts` networks on one data set.

    `parameters` is the flat parameter array, to be changed in place by the owner; `update` fills `gradient`.

    Parameters
    ----------
    x, y : array (n,)
        The data, finite.
    beta : float
        Weight decay, at least 0.
    layout : ParameterLayout
        Architecture and number of restarts.
    loss : Loss, default Squared()
        With thresholds in the units of y.
    """

    def __init__(
        self,
        x: Array,
        y: Array,
        beta: float,
        layout: ParameterLayout,
        loss: Loss | None = None,
    ) -> None:
        loss = Squared() if loss is None else loss
        self.layout = layout
        self.beta = beta
        self.parameters = torch.zeros(layout.size, dtype=torch.float64)
        self.gradient = torch.zeros_like(self.parameters)
        self._decay = beta * torch.from_numpy(layout.is_weight)
        self._blocks: list[Tensor] = layout.blocks(self.parameters)
        self._gradients: list[Tensor] = layout.blocks(self.gradient)
        self._back_weights = [w.transpose(1, 2) for w in layout.weight_rows(self._blocks)]
        self._allocate(torch.from_numpy(np.ascontiguousarray(x)))
        labels = torch.from_numpy(np.ascontiguousarray(y))[:, None]
        self._loss = loss_of_outputs(loss, labels, self._output, self._slopes)
        self._curvature = largest_curvature(loss)

    def _allocate(self, x: Tensor) -> None:
        """Activations with their column of ones, pre-activations and their gradients, layer by layer."""
        layout, n = self.layout, len(x)
        hidden = [(layout.restarts, n, width) for width in layout.widths[1:-1]]
        inputs = [
            torch.ones(layout.restarts, n, width + biased, dtype=torch.float64)
            for width, biased in zip(layout.widths[:-1], layout.biased, strict=True)
        ]
        inputs[0][:, :, 0] = x
        self._inputs = inputs
        self._back_inputs = [a.transpose(1, 2) for a in inputs]
        self._activations = [a[:, :, :width] for a, width in zip(inputs[1:], layout.widths[1:-1], strict=True)]
        self._pre = [torch.zeros(shape, dtype=torch.float64) for shape in hidden]
        self._deltas = [torch.zeros(shape, dtype=torch.float64) for shape in hidden]
        self._output = torch.zeros(layout.restarts, n, 1, dtype=torch.float64)
        self._slopes = torch.zeros_like(self._output)
        # What belongs to the single output is computed as rows: as columns it would be twice as slow.
        self._output_row, self._slopes_row = self._output.transpose(1, 2), self._slopes.transpose(1, 2)
        self._last_row, self._last_gradient_row = self._blocks[-1].transpose(1, 2), self._gradients[-1].transpose(1, 2)

    def _forward(self) -> None:
        for inputs, block, pre, activation in zip(
            self._inputs[:-1], self._blocks[:-1], self._pre, self._activations, strict=True
        ):
            self._product(inputs, block, pre)
            torch.clamp_min(pre, 0.0, out=activation)
        torch.bmm(self._last_row, self._back_inputs[-1], out=self._output_row)

    def _backward(self) -> None:
        delta = self._slopes
        torch.bmm(self._slopes_row, self._inputs[-1], out=self._last_gradient_row)
        for layer in range(self.layout.depth - 1, 0, -1):
            below = self._deltas[layer - 1]
            self._product(delta, self._back_weights[layer], below)
            torch.ops.aten.threshold_backward.grad_input(below, self._pre[layer - 1], 0.0, grad_input=below)
            torch.bmm(self._back_inputs[layer - 1], below, out=self._gradients[layer - 1])
            delta = below

    @staticmethod
    def _product(a: Tensor, b: Tensor, out: Tensor) -> None:
        """a b for every restart; outer products are faster by broadcasting than as matrix products."""
        (torch.mul if a.shape[2] == 1 else torch.bmm)(a, b, out=out)

    def update(self) -> None:
        """Write the gradient at `parameters` into `gradient`."""
        self._forward()
        self._loss.update_slopes()
        self._backward()
        self.gradient.addcmul_(self._decay, self.parameters)

    def evaluated(self) -> Tensor:
        """`update`, and the objectives as well."""
        self.update()
        return self._objectives()

    def objectives(self) -> Tensor:
        """The objective of each restart at `parameters`, shape (restarts,)."""
        self._forward()
        return self._objectives()

    def _objectives(self) -> Tensor:
        squares = [w.square().sum(dim=(1, 2)) for w in self.layout.weight_rows(self._blocks)]
        return self._loss.totals() + 0.5 * self.beta * torch.stack(squares).sum(dim=0)

    def curvature_bounds(self) -> Tensor:
        """An upper bound of the objective's curvature where each unit stays on its side, shape (restarts,).

        With kappa the curvature of the loss, the Gauss-Newton matrix kappa J^T J + beta has no eigenvalue above its
        trace + beta, and the trace of J^T J is the sum over the points of ||df(x_i)||^2. At most `_SAMPLES` points are
        taken and stand for all.
        """
        n = self._slopes.shape[1]
        chosen = np.unique(np.linspace(0, n - 1, min(n, _SAMPLES)).round().astype(int))
        owner = torch.from_numpy(self.layout.restart_index)
        bounds = torch.zeros(self.layout.restarts, dtype=torch.float64)
        self._forward()
        for i in chosen:
            self._slopes.zero_()
            self._slopes[:, i] = 1.0
            self._backward()
            bounds.index_add_(0, owner, self.gradient.square())
        return bounds * (n / chosen.size) * self._curvature + self.beta
