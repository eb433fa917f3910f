r"""Polishing the answer of an interior point method: from nearly on the faces to exactly on them.

A program :math:`\min \tfrac12 v^T Q v + c^T v,\ A v + s = b` with slacks s that are zero or nonnegative has at its
optimum, for each nonnegative slack, a multiplier z >= 0 with s z = 0. An interior point method ends in the middle of
the set of optima with one of the two clearly smaller. Where it is the slack, the row is *held* as an equation, and the
others are dropped; what remains,

.. math::  \begin{pmatrix} Q & A_h^T \\ A_h & 0 \end{pmatrix} \begin{pmatrix} v \\ z_h \end{pmatrix}
           = \begin{pmatrix} -c \\ b_h \end{pmatrix} ,

is linear, consistent if the rows are the right ones, and singular if the optimum or its multipliers are not unique.
Steps with a small multiple of the identity added and subtracted on the diagonal (the proximal method of multipliers)
lead from the point given to a solution near it. Rows that then have a slack or a multiplier of the wrong sign change
sides, a few times at most; the certificate says whether that was of use.

A linear program (Q = 0) of very different scales leaves the interior point method undecided; the simplex method decides
each row by itself, and its `vertex` is polished in the same way.

Source: Stellato et al. (2020), OSQP, section 4; Rockafellar (1976) for the proximal method.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import clarabel
import numpy as np
import scipy.sparse as sparse

from cvxdnn.core.types import Array, Mask

__all__ = ["PROXIMITIES", "ConeProgram", "Point", "polished", "vertex"]

Matrix = Any  # scipy.sparse has no types

PROXIMITIES = (1e-9, 1e-12)
"""Multiples of the identity: the first suits singular systems, the second badly scaled ones."""
STEPS = 20
ROUNDS = 10
WRONG = 1e-11
"""A slack or multiplier below minus this has the wrong sign."""
MOST_PIVOTS = 20
"""Per row; degenerate programs may need many."""
SIMPLEX_TOLERANCE = 1e-10
"""The smallest that the simplex method takes."""


@dataclass(frozen=True, eq=False)
class ConeProgram:
    """min 1/2 sum quadratic v^2 + linear v, where bounds - rows v lies in the product of the cones."""

    quadratic: Array
    linear: Array
    rows: Matrix
    bounds: Array
    cones: tuple[Any, ...]

    @cached_property
    def equations(self) -> Mask:
        """Marks the rows whose slack must be 0."""
        sizes = [cone.dim if hasattr(cone, "dim") else 3 for cone in self.cones]
        return np.repeat([isinstance(cone, clarabel.ZeroConeT) for cone in self.cones], sizes)


@dataclass(frozen=True, eq=False)
class Point:
    """Unknowns v, slacks and multipliers of the rows, and which rows are held as equations."""

    unknowns: Array
    slacks: Array
    multipliers: Array
    held: Mask


def polished(program: ConeProgram, point: Point, proximity: float = PROXIMITIES[0]) -> Point:
    """The point moved exactly onto its faces; for cones that are zero or nonnegative."""
    for _ in range(ROUNDS):
        point = _on_faces(program, point, proximity)
        missed, pulled = point.slacks < -WRONG, point.multipliers < -WRONG
        wrong = ~program.equations & np.where(point.held, pulled, missed)
        if not wrong.any():
            break
        point = Point(point.unknowns, point.slacks, point.multipliers, point.held ^ wrong)
    return point


def vertex(program: ConeProgram) -> Point | None:
    """A vertex that the simplex method finds optimal for a linear program; None where it gives up."""
    from scipy.optimize import linprog  # heavy, and rarely needed

    rows, equations = program.rows.tocsr(), program.equations
    answer = linprog(
        program.linear,
        A_ub=rows[~equations],
        b_ub=program.bounds[~equations],
        A_eq=rows[equations],
        b_eq=program.bounds[equations],
        bounds=(None, None),
        method="highs-ds",
        options={
            "maxiter": MOST_PIVOTS * program.bounds.size,
            "primal_feasibility_tolerance": SIMPLEX_TOLERANCE,
            "dual_feasibility_tolerance": SIMPLEX_TOLERANCE,
        },
    )
    if answer.x is None:
        return None
    multipliers = np.zeros_like(program.bounds)
    multipliers[equations], multipliers[~equations] = -answer.eqlin.marginals, -answer.ineqlin.marginals
    slacks = program.bounds - rows @ answer.x
    return Point(answer.x, slacks, multipliers, equations | (multipliers > 0))


def _on_faces(program: ConeProgram, point: Point, proximity: float) -> Point:
    from scipy.sparse.linalg import splu

    held = np.flatnonzero(point.held)
    rows = program.rows.tocsr()[held]
    quadratic = sparse.diags_array(program.quadratic)
    unknowns, multipliers = point.unknowns, point.multipliers[held]
    system = sparse.block_array(
        [
            [quadratic + proximity * sparse.eye_array(unknowns.size), rows.T],
            [rows, -proximity * sparse.eye_array(held.size)],
        ],
        format="csc",
    )
    factors = splu(system)
    previous = np.inf
    for _ in range(STEPS):
        missing = np.concatenate(
            [
                -(program.quadratic * unknowns + program.linear + rows.T @ multipliers),
                program.bounds[held] - rows @ unknowns,
            ]
        )
        left = float(np.abs(missing).max())
        if not left < previous / 2:
            break
        previous = left
        step = factors.solve(missing)
        unknowns, multipliers = unknowns + step[: unknowns.size], multipliers + step[unknowns.size :]
    every = np.zeros_like(point.multipliers)
    every[held] = multipliers
    return Point(unknowns, program.bounds - program.rows @ unknowns, every, point.held)
