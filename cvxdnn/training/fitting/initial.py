"""First weights of a fit: normal, with standard deviation init_scale / sqrt(fan in), for data of size 1.

Depth makes the scale matter: for L >= 3 zero is a local minimum, and layers that start small fall into it. A free
hidden bias puts its unit's kink between two samples, where it can be of use.
"""

from __future__ import annotations

import numpy as np

from cvxdnn.core.types import Array
from cvxdnn.training.fitting.units import FitUnits

__all__ = ["first_parameters"]


def first_parameters(units: FitUnits) -> Array:
    """The flat array of parameters at the start, in the problem's units; restart i depends on the seed and i only."""
    problem, flat = units.problem, np.zeros(units.layout.size)
    blocks, count = units.layout.blocks(flat), problem.branches or 1
    for restart in range(problem.restarts):
        rng = np.random.default_rng([problem.seed, restart])
        _fill(rng, units, [block[restart * count : (restart + 1) * count] for block in blocks])
    return flat


def _fill(rng: np.random.Generator, units: FitUnits, blocks: list[Array]) -> None:
    """Parameters of one restart, layer by layer; `pre` is what the next layer's biases must cancel."""
    layout, deviation = units.layout, units.problem.init_scale
    features = units.X[None]
    for layer, weights in enumerate(layout.weight_rows(blocks), start=1):
        weights[...] = rng.standard_normal(weights.shape) * (deviation / np.sqrt(weights.shape[1]))
        pre = features @ weights
        if layout.biased[layer - 1] and layer < layout.depth:
            biases = blocks[layer - 1][:, -1:]
            biases[...] = -_between_two_samples(rng, pre)
            pre = pre + biases
        if layout.normalised and layer == layout.depth - 1:
            blocks[-1][...] = rng.standard_normal(blocks[-1].shape) * (deviation / np.sqrt(2))
        features = pre if units.problem.architecture == "linear" else np.maximum(pre, 0.0)


def _between_two_samples(rng: np.random.Generator, pre: Array) -> Array:
    """For each unit a value between its pre-activations (1, n, units) at two samples drawn at random."""
    n, units = pre.shape[1:]
    one = rng.integers(n, size=units)
    other = (one + rng.integers(1, max(n, 2), size=units)) % n
    start, end = pre[0, one, np.arange(units)], pre[0, other, np.arange(units)]
    return np.asarray(start + rng.random(units) * (end - start))
