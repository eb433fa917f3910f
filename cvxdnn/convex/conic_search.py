r"""Which inputs may bend: the conic program on fewer and fewer nodes, and on those that the certificate asks for.

With all inputs as nodes, neighbours that nearly coincide leave the solver too much freedom: a bend at either does the
same. So where its multipliers' picture z (`cvxdnn.core.tube`) is near a wall, only the highest input of each such
stretch stays a node. The program on these nodes is well conditioned, small, and solved anew. If the picture of its
multipliers leaves the tube between the nodes, the highest input of each such stretch becomes a node, too; where it does
not, the optimum on the nodes is the optimum (column generation for the Lasso over ReLU features). Each time f is
measured from the best function known and in its units.
"""

from collections.abc import Callable, Iterable

import numpy as np

from cvxdnn.convex.conic import ConicAnswer, ConicProgram
from cvxdnn.core.tube import tube
from cvxdnn.core.types import Array, Indices

__all__ = ["search_nodes"]

ACCEPTED = 1e-10
"""An answer whose error is at most this is not improved."""
NEAR = 1e-2
"""The first choice of nodes is where the picture is within this share of the tube's half width of the wall."""
OUTSIDE = 1e-13
DISTINCT = 1e-3
"""A neighbour that is nearer than this share of the distance to the other one is the same node."""
ROUNDS = 30
PATIENCE = 1
"""Rounds in a row that may bring nothing."""


def search_nodes(
    program: ConicProgram, error: Callable[[ConicAnswer], float], accepted: float = ACCEPTED
) -> tuple[ConicAnswer, float]:
    """The best answer found, and its error, of which anything up to `accepted` ends the search."""
    ends = np.array([0, program.x.size - 1])
    nodes: Indices = np.arange(program.x.size)
    best, least = _best(program.solve(nodes), error, accepted)
    start = _peaks(_height(program, best.multipliers), 1 - NEAR)
    nodes, idle = np.union1d(ends, _with_neighbours(program.x, start)), 0
    for _ in range(ROUNDS):
        if least <= accepted or idle > PATIENCE:
            break
        latest, missed = _best(program.about(best).solve(nodes), error, accepted)
        peaks = _peaks(_height(program, latest.multipliers), 1 + OUTSIDE)
        more = np.setdiff1d(_with_neighbours(program.x, peaks), nodes)
        idle = 0 if missed < least / 2 or more.size else idle + 1
        if missed < least:
            best, least = latest, missed
        nodes = np.union1d(nodes, more)
    return best, least


def _best(
    answers: Iterable[ConicAnswer], error: Callable[[ConicAnswer], float], accepted: float
) -> tuple[ConicAnswer, float]:
    """The answer of least error, and that; the first that is accepted."""
    best, least = None, np.inf
    for answer in answers:
        missed = error(answer)
        if best is None or missed < least:
            best, least = answer, missed
        if least <= accepted:
            break
    assert best is not None
    return best, least


def _height(program: ConicProgram, multipliers: Array) -> Array:
    """z in units of the half width of the tube, (m,)."""
    summed = np.bincount(program.group, weights=multipliers, minlength=program.x.size).astype(np.float64)
    picture = tube(program.x, summed, program.beta)
    return picture.z / max(picture.half_width, program.beta / 4)


def _peaks(height: Array, level: float) -> Indices:
    """Where |height| is largest in each stretch in which it is above the level with one sign."""
    side = np.where(np.abs(height) > level, np.sign(height), 0.0)
    starts = np.flatnonzero(np.diff(side, prepend=0.0) != 0)
    stretches = np.split(np.arange(height.size), starts)
    return np.array(
        [part[np.argmax(np.abs(height[part]))] for part in stretches if part.size and side[part[0]]], dtype=np.intp
    )


def _with_neighbours(x: Array, peaks: Indices) -> Indices:
    """The peaks and the inputs beside them: a knot between two inputs is one at both."""
    inner = peaks[(peaks > 0) & (peaks < x.size - 1)]
    left, right = x[inner] - x[inner - 1], x[inner + 1] - x[inner]
    return np.concatenate([peaks, inner[left > DISTINCT * right] - 1, inner[right > DISTINCT * left] + 1])
