"""The objective of a fit and its gradient, for all restarts at once, without autograd.

Backwards from Delta = f - Y (layer L; Delta_l is the gradient in the pre-activations of layer l):

    dP/dW_l = H_{l-1}^T Delta_l + beta W_l,    dP/db_l = 1^T Delta_l,    Delta_{l-1} = act'(Delta_l W_l^T) .

Branches of parallel nets are networks of their own whose outputs are added, so Delta_L is the same for all of a net.
An early layer of prescribed norm t is used as t W / ||W||, and of its gradient G only the part that turns W counts:
(t / ||W||) (G - N <N, G>) with N = W / ||W||.

The small nets of the theory pages spend their time on starting operations; one batched product a layer does all
restarts and branches.
"""

from __future__ import annotations

import torch
from torch import Tensor

from cvxdnn.training.fitting.activations import BatchNormReLU, Identity, ReLU
from cvxdnn.training.fitting.parameters import Parameters

__all__ = ["FitGradient"]


class FitGradient:
    """Objective and gradient of all restarts of a problem, in the problem's units.

    `parameters` is changed in place by the owner; `update` fills `gradient`; `objectives` belongs to the last `update`.

    Parameters
    ----------
    order : Parameters
    """

    def __init__(self, order: Parameters) -> None:
        self._problem, self._order, problem = order.problem, order, order.problem
        self._count = problem.branches or 1
        self.parameters = torch.zeros(order.size, dtype=torch.float64)
        self.gradient = torch.zeros_like(self.parameters)
        self._decay = order.beta * torch.from_numpy(order.is_decayed)
        self._owner = torch.from_numpy(order.owner)
        values, gradients = order.views(self.parameters), order.views(self.gradient)
        named = {(block.kind, block.layer): i for i, block in enumerate(order.blocks)}
        self._weights = [values[named["weights", layer]] for layer in range(1, problem.depth + 1)]
        self._weight_gradients = [gradients[named["weights", layer]] for layer in range(1, problem.depth + 1)]
        self._biases = {layer: values[i] for (kind, layer), i in named.items() if kind == "biases"}
        self._bias_gradients = {layer: gradients[i] for (kind, layer), i in named.items() if kind == "biases"}
        self._activations: list[Identity | ReLU] = [
            Identity() if problem.architecture == "linear" else ReLU() for _ in range(problem.depth - 1)
        ]
        if order.normalised:
            i = named["scales", problem.depth - 1]
            self._activations[-1] = BatchNormReLU(values[i], gradients[i], order.scale_factor)
        self._norms: dict[int, Tensor] = {}
        self._y = torch.from_numpy(order.Y)
        self._x = torch.from_numpy(order.X).expand(problem.restarts * self._count, -1, -1).contiguous()

    def update(self) -> None:
        """Write the gradient at `parameters` into `gradient`."""
        self._backward(self._forward())
        self.gradient.addcmul_(self._decay, self.parameters)

    def objectives(self) -> Tensor:
        """The objective of each restart where `update` was called, shape (restarts,)."""
        loss = self._residual.square().sum(dim=(1, 2))
        charged = self._decay * self.parameters.square()
        return 0.5 * loss.index_add(0, self._owner, charged)

    def _forward(self) -> list[Tensor]:
        """The input of every layer; leaves the residual f - Y and the matrices used."""
        inputs, self._used = [self._x], []
        for layer, weights in enumerate(self._weights, start=1):
            self._used.append(self._constrained(layer, weights))
            if layer in self._biases:
                z = torch.baddbmm(self._biases[layer], inputs[-1], self._used[-1])
            else:
                z = torch.bmm(inputs[-1], self._used[-1])
            if layer < self._problem.depth:
                inputs.append(self._activations[layer - 1].forward(z))
        branches = z.view(self._problem.restarts, self._count, *z.shape[1:])
        self._residual = branches.sum(dim=1) - self._y
        return inputs

    def _backward(self, inputs: list[Tensor]) -> None:
        delta = self._residual
        if self._count > 1:
            delta = delta.repeat_interleave(self._count, dim=0)
        for layer in range(self._problem.depth, 0, -1):
            gradient = self._weight_gradients[layer - 1]
            torch.bmm(inputs[layer - 1].transpose(1, 2), delta, out=gradient)
            if layer in self._norms:
                self._turn(layer, gradient)
            if layer in self._biases:
                torch.sum(delta, dim=1, keepdim=True, out=self._bias_gradients[layer])
            if layer > 1:
                below = torch.bmm(delta, self._used[layer - 1].transpose(1, 2))
                delta = self._activations[layer - 2].backward(below)

    def _constrained(self, layer: int, weights: Tensor) -> Tensor:
        """The matrix that a layer uses: its weights, or these scaled to the prescribed norm."""
        budget = self._problem.budget
        if budget is None or not self._order.is_constrained(layer):
            return weights
        self._norms[layer] = weights.flatten(1).norm(dim=1)[:, None, None]
        return weights * (budget / self._norms[layer])

    def _turn(self, layer: int, gradient: Tensor) -> None:
        budget, used = self._problem.budget, self._used[layer - 1]
        assert budget is not None
        along = (gradient * used).sum(dim=(1, 2), keepdim=True) / budget**2
        gradient.sub_(used * along).mul_(budget / self._norms[layer])
