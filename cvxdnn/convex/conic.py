r"""Training with any convex loss as one sparse conic program, for Clarabel.

Only some of the inputs are *nodes*, between which f is straight; both ends are. The unknowns are the *residuals*
:math:`\rho_i`, one for each point as given, the values f at the nodes, the slopes m between them, bounds u on the
absolute slope changes, and the path norm r:

.. math::  \min\ \sum_i \ell(y_i - \rho_i, y_i) + \beta r  \quad\text{s.t.}\quad
           \rho_i + (A f)_i = y_i, \quad f_{j+1} - f_j = h_j m_j, \quad |m_{j+1} - m_j| \le u_j, \quad
           r \ge \textstyle\sum u, \ \ r \ge \tfrac12 (\sum u \pm (m_1 + m_{-1})) ,

where A interpolates. Minus the solver's multiplier of the first equation is the multiplier :math:`\lambda_i` of the
point; that of the second is their cumulative sum S.

*Units decide*, or the interesting part of f drowns and a solver reports success with a gap of order one. The objective
is measured in what a constant costs or the polygon through the best values, whichever is less, and once a function is
known in its penalty: F. Slopes are measured in units of F / beta. The second equation is divided by h where that is
larger than 1 in these units: its multiplier is then a difference of the double integral (`cvxdnn.core.tube`) and else a
sum of slopes of the loss, both of order one, even if gaps are as different as 1 and 1e-16. f is measured from the best
values at the nodes, or from the function known, and a residual in units of its size there.

The solver's answer is polished (`cvxdnn.convex.conic_polish`); all are returned, for a certificate to choose. The
logistic loss has cones of another kind: there the polish takes the parabolas that agree with the loss, which makes it
Newton's method.

Source: Boyd & Vandenberghe (2004), Convex Optimization, 6.1 and 7.1; Goulart & Chen (2024), Clarabel.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import clarabel
import numpy as np
import scipy.sparse as sparse

from cvxdnn.convex.conic_layout import ConicAnswer, Layout, interpolation
from cvxdnn.convex.conic_polish import PROXIMITIES, ConeProgram, Point, polished, vertex
from cvxdnn.convex.conic_terms import Part, band_part, loss_part, newton_part
from cvxdnn.core.loss_terms import LossTerms, midpoint
from cvxdnn.core.losses import Logistic
from cvxdnn.core.types import Array, Indices

__all__ = ["ConicAnswer", "ConicProgram", "band_program", "loss_program"]

TOLERANCE = 1e-13
"""Asked of the solver, and rarely reached; the certificate decides."""
REGULARIZATION = 1e-8
"""What the solver adds to the diagonal of its linear systems."""
NEWTON_STEPS, NEWTON_PROXIMITY = 4, 1e-13
MOST_FOR_NEWTON = 200
"""With more nodes most are superfluous, which a step finds out slowly."""


@dataclass(frozen=True, eq=False)
class ConicProgram:
    """The program for any choice of nodes.

    x, best : (m,) inputs, two at least, and the values there that f is measured from
    group, y : (n,) of each point, the input it belongs to and what its residual is measured from
    part : the data term, from the residuals (n,) that are expected and the smallest size that counts
    small : that size
    newton : for smooth losses without a cone of their own, the parabola at given residuals (n,)
    beta, unit : weight decay, and F
    """

    x: Array
    best: Array
    group: Indices
    y: Array
    part: Callable[[Array, float], Part]
    small: float
    newton: Callable[[Array], Part] | None
    beta: float
    unit: float
    skip_connection: bool

    def solve(self, nodes: Indices) -> Iterator[ConicAnswer]:
        """Answers with bends at these inputs only, in the order in which they are likely to be the best."""
        layout = self._layout(nodes)
        part = self.part(layout.expected, self.small)
        program = layout.program(part)
        point = _solved(program)
        raw = layout.answer(part, point, np.ones(max(nodes.size - 2, 0), dtype=np.bool_))
        if self.newton is not None:
            if nodes.size <= MOST_FOR_NEWTON:
                yield from self._newton_steps(layout, part, point)
            yield raw
            return
        for proximity in PROXIMITIES:
            better = polished(program, point, proximity)
            yield layout.answer(part, better, layout.bends(better))
        yield raw
        corner = None if program.quadratic.any() else vertex(program)
        if corner is not None:
            point = polished(program, corner)
            yield layout.answer(part, point, layout.bends(point))
            yield layout.answer(part, corner, layout.bends(corner))

    def _newton_steps(self, layout: Layout, part: Part, point: Point) -> Iterator[ConicAnswer]:
        assert self.newton is not None
        for _ in range(NEWTON_STEPS):
            parabola = self.newton(layout.residuals(part, point))
            program = layout.program(parabola)
            point = polished(program, layout.transferred(part, point, parabola, program), NEWTON_PROXIMITY)
            part = parabola
            yield layout.answer(part, point, layout.bends(point))

    def about(self, answer: ConicAnswer) -> "ConicProgram":
        """The same program in finer units, those of an answer, from which f is then measured."""
        values = np.interp(self.x, self.x[answer.nodes], answer.values)
        slopes = np.diff(answer.values) / np.diff(self.x[answer.nodes])
        variation = float(np.abs(np.diff(slopes)).sum())
        norm = variation if self.skip_connection else max(variation, (variation + abs(slopes[0] + slopes[-1])) / 2)
        missed = np.abs(self.y - values[self.group])
        small = float(np.median(missed[missed > 0])) if np.any(missed > 0) else self.small
        unit = self.beta * norm
        return replace(self, best=values, small=min(small, 1.0), unit=unit if unit > 0 else self.unit)

    def _layout(self, nodes: Indices) -> Layout:
        at_points = interpolation(self.x, nodes)[self.group]
        center = self.best[nodes]
        return Layout(
            nodes=nodes,
            rise=np.diff(self.x[nodes]) * (self.unit / self.beta),
            at_points=at_points,
            center=center,
            expected=self.y - at_points @ center,
            objective_unit=self.unit,
            skip_connection=self.skip_connection,
        )


def loss_program(terms: LossTerms, beta: float, unit: float, skip_connection: bool) -> ConicProgram:
    """The program of a loss, for beta > 0; residuals below the unit of the objective do not count at first."""
    loss, y = terms.loss, terms.y

    def newton(residual: Array) -> Part:
        f = y - residual
        slope = loss.subgradient(f, y)
        return newton_part(slope, np.abs(slope) * (1 - np.abs(slope)), residual)

    return ConicProgram(
        x=terms.points.x,
        best=_finite(midpoint(*terms.best_values())),
        group=terms.points.group,
        y=y,
        part=lambda expected, smallest: loss_part(loss, y, expected, smallest),
        small=min(1.0, unit),
        newton=newton if isinstance(loss, Logistic) else None,
        beta=beta,
        unit=unit,
        skip_connection=skip_connection,
    )


def band_program(x: Array, low: Array, high: Array, unit: float, skip_connection: bool) -> ConicProgram:
    """The function of least path norm whose values at x (m,) lie in [low, high]; ends may be infinite.

    The same program with a band instead of a loss, and beta = 1; `unit` is the size of the path norm.
    """
    center = midpoint(low, high)
    return ConicProgram(
        x=x,
        best=center,
        group=np.arange(x.size),
        y=center,
        part=lambda *_: band_part(center - high, center - low),
        small=1.0,
        newton=None,
        beta=1.0,
        unit=unit,
        skip_connection=skip_connection,
    )


def _solved(program: ConeProgram) -> Point:
    quadratic = sparse.diags_array(program.quadratic, format="csc")
    answer = clarabel.DefaultSolver(
        quadratic, program.linear, program.rows, program.bounds, list(program.cones), _settings()
    ).solve()
    slacks, multipliers = np.array(answer.s), np.array(answer.z)
    return Point(np.array(answer.x), slacks, multipliers, program.equations | (slacks < multipliers))


def _finite(values: Array) -> Array:
    return np.where(np.isfinite(values), values, 0.0)


def _settings() -> clarabel.DefaultSettings:
    settings = clarabel.DefaultSettings()
    settings.static_regularization_constant = REGULARIZATION
    settings.verbose = False
    settings.max_threads = 1
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = TOLERANCE
    return settings
