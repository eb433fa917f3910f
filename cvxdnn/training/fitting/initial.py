"""First weights of a fit: normal, with standard deviation init_scale / sqrt(fan in), for data of size 1.

Depth makes the scale matter: for L >= 3 zero is a local minimum, and layers that start small fall into it. A free
hidden bias puts its unit's kink between two samples, where it can be of use.
"""

from __future__ import annotations

import numpy as np

from cvxdnn.core.types import Array
from cvxdnn.training.fitting.parameters import Block, Parameters

__all__ = ["first_parameters"]


def first_parameters(order: Parameters) -> Array:
    """The flat array of parameters at the start, in the problem's units; restart i depends on the seed and i only."""
    flat = np.zeros(order.size)
    blocks, views, count = order.blocks, order.views(flat), order.problem.branches or 1
    for restart in range(order.problem.restarts):
        rng = np.random.default_rng([order.problem.seed, restart])
        _fill(rng, order, blocks, [view[restart * count : (restart + 1) * count] for view in views])
    return flat


def _fill(rng: np.random.Generator, order: Parameters, blocks: tuple[Block, ...], values: list[Array]) -> None:
    """Parameters of one restart, layer by layer; `pre` is what the next layer's biases must cancel."""
    deviation, linear = order.problem.init_scale, order.problem.architecture == "linear"
    pre = order.X[None]
    for block, into in zip(blocks, values, strict=True):
        if block.kind == "weights":
            into[...] = rng.standard_normal(into.shape) * (deviation / np.sqrt(block.shape[1]))
            features = pre if linear or block.layer == 1 else np.maximum(pre, 0.0)
            pre = features @ into
        elif block.kind == "biases" and block.layer < order.problem.depth:
            into[...] = -_between_two_samples(rng, pre)
            pre = pre + into
        elif block.kind == "scales":
            into[...] = rng.standard_normal(into.shape) * (deviation / np.sqrt(2))


def _between_two_samples(rng: np.random.Generator, pre: Array) -> Array:
    """For each unit a value between its pre-activations (1, n, units) at two samples drawn at random."""
    n, units = pre.shape[1:]
    one = rng.integers(n, size=units)
    other = (one + rng.integers(1, max(n, 2), size=units)) % n
    start, end = pre[0, one, np.arange(units)], pre[0, other, np.arange(units)]
    return np.asarray(start + rng.random(units) * (end - start))
