"""The training objective and its gradient, for all restarts at once, without autograd.

    P = sum_i loss(f(x_i), y_i) + beta/2 sum_l ||W_l||_F^2          (biases are never penalised)

With A_0 = x, Z_l = A_{l-1} W_l + 1 b_l^T, A_l = relu(Z_l) for l < L and f = Z_L, the backward pass is

    Delta_L = dloss/df,    dP/dW_l = A_{l-1}^T Delta_l + beta W_l,    dP/db_l = 1^T Delta_l,
    Delta_{l-1} = (Delta_l W_l^T) * [Z_{l-1} > 0].

Branches of a parallel network are networks of their own whose outputs are added, so Delta_L is the same for all of
them. An early layer of prescribed norm t is used as t W / ||W||, and of its gradient G only the part that turns W
counts: (t / ||W||) (G - N <N, G>) with N = W / ||W||.

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
from cvxdnn.training.activations import BatchNormReLU, Identity, ReLU
from cvxdnn.training.layout import ParameterLayout
from cvxdnn.training.loss_curvature import largest_curvature
from cvxdnn.training.loss_of_outputs import loss_of_outputs

_SAMPLES = 64


class ObjectiveGradient:
    """Objective and gradient of `layout.restarts` networks on one data set.

    `parameters` is the flat parameter array, to be changed in place by the owner; `update` fills `gradient`.

    Parameters
    ----------
    x, y : arrays (n,), or (n, d) and (n, K)
        The data, finite.
    beta : float
        Weight decay, at least 0.
    layout : ParameterLayout
        Architecture and number of restarts.
    loss : Loss, default Squared()
        With thresholds in the units of y.
    linear : bool
        Whether the identity takes relu's place.
    budget : float, optional
        Norm of the early layers of a constrained layout.
    scale_factor : float
        How many gamma one unit of a factor of batch normalisation is.
    """

    def __init__(
        self,
        x: Array,
        y: Array,
        beta: float,
        layout: ParameterLayout,
        loss: Loss | None = None,
        *,
        linear: bool = False,
        budget: float | None = None,
        scale_factor: float = 1.0,
    ) -> None:
        loss = Squared() if loss is None else loss
        self.layout = layout
        self.beta = beta
        self.parameters = torch.zeros(layout.size, dtype=torch.float64)
        self.gradient = torch.zeros_like(self.parameters)
        self._decay = beta * torch.from_numpy(layout.is_decayed)
        self._blocks: list[Tensor] = layout.blocks(self.parameters)
        self._decayed = layout.decayed_rows(self._blocks)
        self._gradients: list[Tensor] = layout.blocks(self.gradient)
        early = [] if budget is None else [_Constraint(block, budget) for block in self._blocks[: layout.depth - 2]]
        self._constraints = early
        self._used = [*(constraint.used for constraint in early), *self._blocks[len(early) : layout.depth]]
        self._back_weights = [w.transpose(1, 2) for w in layout.weight_rows(self._used)]
        self._allocate(torch.from_numpy(x.reshape(len(x), -1)))
        self._activations = self._chosen_activations(linear, scale_factor)
        labels = torch.from_numpy(np.ascontiguousarray(y.reshape(len(y), -1)))
        self._loss = loss_of_outputs(loss, labels, self._output, self._slopes)
        self._curvature = largest_curvature(loss)

    def _allocate(self, x: Tensor) -> None:
        """Activations with their column of ones, pre-activations and their gradients, layer by layer."""
        layout, n, count = self.layout, len(x), self.layout.networks
        hidden = [(count, n, width) for width in layout.widths[1:-1]]
        inputs = [
            torch.ones(count, n, width + biased, dtype=torch.float64)
            for width, biased in zip(layout.widths[:-1], layout.biased, strict=True)
        ]
        inputs[0][:, :, : layout.inputs] = x
        self._inputs = inputs
        self._back_inputs = [a.transpose(1, 2) for a in inputs]
        self._features = [a[:, :, :width] for a, width in zip(inputs[1:], layout.widths[1:-1], strict=True)]
        self._pre = [torch.zeros(shape, dtype=torch.float64) for shape in hidden]
        self._deltas = [torch.zeros(shape, dtype=torch.float64) for shape in hidden]
        outputs = torch.zeros(count, n, layout.outputs, dtype=torch.float64)
        self._last_delta = torch.zeros_like(outputs)
        self._to_output = _best_shape(inputs[-1], self._used[-1], outputs)
        self._to_last_gradient = _best_shape(self._back_inputs[-1], self._last_delta, self._gradients[layout.depth - 1])
        self._output, self._slopes = outputs, self._last_delta
        if layout.branches is not None:
            split = (layout.restarts, layout.branches, n, layout.outputs)
            self._branch_outputs, self._branch_slopes = outputs.view(split), self._last_delta.view(split)
            self._output = torch.zeros(layout.restarts, n, layout.outputs, dtype=torch.float64)
            self._slopes = torch.zeros_like(self._output)

    def _chosen_activations(self, linear: bool, scale_factor: float) -> list[Identity | ReLU]:
        if linear:
            self._pre = self._features
            return [Identity() for _ in self._pre]
        activations = [ReLU(pre, features) for pre, features in zip(self._pre, self._features, strict=True)]
        if self.layout.normalised:
            scales, gradient = self._blocks[-1], self._gradients[-1]
            activations[-1] = BatchNormReLU(self._pre[-1], self._features[-1], scales, gradient, scale_factor)
        return [*activations]

    def _forward(self) -> None:
        for constraint in self._constraints:
            constraint.apply()
        for inputs, block, pre, activation in zip(
            self._inputs[:-1], self._used[:-1], self._pre, self._activations, strict=True
        ):
            self._product(inputs, block, pre)
            activation.forward()
        self._product(*self._to_output)
        if self.layout.branches is not None:
            torch.sum(self._branch_outputs, dim=1, out=self._output)

    def _backward(self) -> None:
        if self.layout.branches is not None:
            self._branch_slopes.copy_(self._slopes[:, None])
        delta = self._last_delta
        self._product(*self._to_last_gradient)
        for layer in range(self.layout.depth - 1, 0, -1):
            below = self._deltas[layer - 1]
            self._product(delta, self._back_weights[layer], below)
            self._activations[layer - 1].backward(below)
            torch.bmm(self._back_inputs[layer - 1], below, out=self._gradients[layer - 1])
            delta = below
        for constraint, gradient in zip(self._constraints, self._gradients, strict=False):
            constraint.project(gradient)

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
        squares = torch.stack([w.square().sum(dim=(1, 2)) for w in self._decayed])
        return self._loss.totals() + 0.5 * self.beta * squares.view(len(squares), self.layout.restarts, -1).sum(
            dim=(0, 2)
        )

    def curvature_bounds(self) -> Tensor:
        """An upper bound of the objective's curvature where each unit stays on its side, for one output; (restarts,).

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


def _best_shape(a: Tensor, b: Tensor, out: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The product a b of a single column as one of rows: as columns it would take twice as long."""
    return (b.mT, a.mT, out.mT) if out.shape[2] == 1 else (a, b, out)


class _Constraint:
    """A layer used at a prescribed norm, whatever the norm of its weights (networks, rows, columns)."""

    def __init__(self, weights: Tensor, budget: float) -> None:
        self._weights, self._budget = weights, budget
        self.used = torch.zeros_like(weights)

    def apply(self) -> None:
        """Write the matrices that are used."""
        self._share = self._budget / self._weights.norm(dim=(1, 2), keepdim=True)
        torch.mul(self._weights, self._share, out=self.used)

    def project(self, gradient: Tensor) -> None:
        """From the gradient in the matrices used to that in the weights, in place."""
        along = (gradient * self.used).sum(dim=(1, 2), keepdim=True) / self._budget**2
        gradient.sub_(self.used * along).mul_(self._share)
