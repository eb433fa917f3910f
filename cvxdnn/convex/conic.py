r"""Training with any convex loss as one sparse conic program, for Clarabel.

The unknowns are the *residuals* :math:`\rho_i`, one for each point as given, the values f at the merged inputs, the
slopes m of the pieces between them, bounds u on the absolute slope changes, and the path norm r:

.. math::  \min\ \sum_i \ell(y_i - \rho_i, y_i) / \beta + r  \quad\text{s.t.}\quad
           \rho_i + f_{j(i)} = y_i, \quad f_{j+1} - f_j = h_j m_j, \quad |m_{j+1} - m_j| \le u_j, \quad
           r \ge \textstyle\sum u, \ \ r \ge \tfrac12 (\sum u \pm (m_1 + m_{-1})) .

Minus beta times the solver's multiplier of the first equation is the multiplier :math:`\lambda_i` of the point.

*Units decide.* For a small weight decay the interesting part of f would drown in the size of y, and a solver reports
success with a gap of order one. So f is measured from the centre of the values of least loss at its input, in units of
half their spread, but at least of beta; and a residual in units of its size at that centre, but at least of beta.

Each loss is a few more unknowns and cones. With :math:`\rho = e + p - q`, p and q nonnegative:

* squared: e^2/2;  huber: e^2/2 + delta (p + q);  absolute: p + q;
* epsilon_insensitive: p + q with \|e\| <= epsilon;  hinge: since 1 - y f = y rho, p where y = 1 and q where y = -1;
* logistic: t with exp(-u - t) + exp(-t) <= 1, u = y f = 1 - y rho: two exponential cones.

Source: Boyd & Vandenberghe (2004), Convex Optimization, 6.1 and 7.1; Goulart & Chen (2024), Clarabel.
"""

from dataclasses import dataclass, replace
from typing import Any

import clarabel
import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from cvxdnn.exceptions import InvalidInputError, SolverFailedError
from cvxdnn.loss_terms import LossTerms, middle
from cvxdnn.losses import Absolute, EpsilonInsensitive, Hinge, Huber, Logistic, Loss, Squared

__all__ = ["ATTEMPTS", "Attempt", "ConicAnswer", "solve_band", "solve_conic"]

Vector = NDArray[np.float64]
Matrix = Any  # scipy.sparse has no types

TOLERANCE = 1e-13
"""Asked of the solver, and rarely reached; the certificate decides."""


@dataclass(frozen=True)
class Attempt:
    """One way to state the program to the solver.

    power : small residuals are measured in units of beta to this power
    regularization : what the solver adds to the diagonal of its linear systems
    """

    power: float
    regularization: float


ATTEMPTS = (Attempt(1.0, 1e-8), Attempt(0.5, 1e-8), Attempt(0.0, 1e-12), Attempt(0.5, 1e-12))
"""To be tried in turn: on badly spaced data one fails where another is accurate."""


@dataclass(frozen=True, eq=False)
class ConicAnswer:
    """An approximate optimum as the solver left it: values (m,) at the merged inputs, multipliers of the data."""

    values: Vector
    multipliers: Vector
    status: str


def solve_conic(
    terms: LossTerms, beta: float, skip_connection: bool = False, attempt: Attempt = ATTEMPTS[0]
) -> ConicAnswer:
    """The program above, with multipliers (n,).

    For inputs in [0, 1] of which at least two differ, y that are labels or have a range of at most 1, and beta > 0.
    """
    steepest = terms.loss.delta if isinstance(terms.loss, Huber) else 1.0
    small = min(1.0, beta / min(1.0, steepest)) ** attempt.power
    low, high = terms.best_values()
    best = middle(low, high)
    center = np.where(np.isfinite(best), best, 0.0)
    is_band = np.isfinite(low) & np.isfinite(high)
    unit = np.maximum(small, np.subtract(high / 2, low / 2, where=is_band, out=np.ones_like(low)))
    offset = terms.y - center[terms.points.group]
    part = _part(terms.loss, terms.y, np.maximum(small, np.abs(offset)), unit[terms.points.group], small)
    part = replace(part, quadratic=part.quadratic / beta, linear=part.linear / beta)
    program = _Program(terms.points.x, terms.points.group, offset, center, unit, part, skip_connection)
    values, multipliers, status = program.solve(attempt.regularization)
    return ConicAnswer(values, beta * multipliers, status)


def solve_band(
    x: Vector, low: Vector, high: Vector, skip_connection: bool = False, attempt: Attempt = ATTEMPTS[0]
) -> ConicAnswer:
    """The function of least path norm whose values at x (m,) in [0, 1] lie in [low, high]; ends may be infinite.

    The same program with a band instead of a loss, and beta = 1.
    """
    center = middle(low, high)
    part = _band(center - high, center - low)
    unit = np.ones_like(x)
    program = _Program(x, np.arange(x.size), np.zeros_like(x), center, unit, part, skip_connection)
    return ConicAnswer(*program.solve(attempt.regularization))


@dataclass(frozen=True, eq=False)
class _Part:
    """What the data term adds to the program, in k unknowns v of its own.

    quadratic, linear : (k,) the term is 1/2 sum quadratic v^2 + sum linear v
    residual : (n, k) the residuals as combinations of v
    rows, bounds, cones : bounds - rows v lies in the product of the cones
    """

    quadratic: Vector
    linear: Vector
    residual: Matrix
    rows: Matrix
    bounds: Vector
    cones: tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class _Program:
    """The program in numbers of ordinary size: f = center - unit w at the merged inputs x (m,).

    group, offset : (n,) of each point, the merged input it belongs to and y - center there
    """

    x: Vector
    group: NDArray[np.intp]
    offset: Vector
    center: Vector
    unit: Vector
    part: _Part
    skip_connection: bool

    def solve(self, regularization: float) -> tuple[Vector, Vector, str]:
        """Values (m,), multipliers (n,) in units of beta, and the solver's own word."""
        n, m, part = self.group.size, self.x.size, self.part
        shape = _shape_rows(m, self.skip_connection)
        units = sparse.diags_array(self.unit)
        at_points = sparse.csr_array((np.ones(n), (np.arange(n), self.group)), shape=(n, m)) @ units
        rows = sparse.block_array(
            [
                [part.residual, -at_points, None],
                [None, _difference(m) @ units, self._pieces(shape.shape[1])],
                [part.rows, None, None],
                [None, None, shape],
            ],
            format="csc",
        )
        bounds = np.concatenate([self.offset, np.diff(self.center), part.bounds, np.zeros(shape.shape[0])])
        cones = [clarabel.ZeroConeT(n + m - 1), *part.cones, clarabel.NonnegativeConeT(shape.shape[0])]
        others = np.zeros(m + shape.shape[1])
        quadratic = sparse.diags_array(np.concatenate([part.quadratic, others]), format="csc")
        linear = np.concatenate([part.linear, others])
        linear[-1] = 1.0
        answer = clarabel.DefaultSolver(quadratic, linear, rows, bounds, cones, _settings(regularization)).solve()
        unknowns, multipliers = np.array(answer.x), -np.array(answer.z)[:n]
        values = self.center - self.unit * unknowns[part.linear.size :][:m]
        if not (np.all(np.isfinite(values)) and np.all(np.isfinite(multipliers))):
            raise SolverFailedError(f"the conic solver ended with {answer.status} and no numbers; try another beta")
        return values, multipliers, str(answer.status)

    def _pieces(self, columns: int) -> Matrix:
        """h_j m_j, the rise of each piece."""
        m = self.x.size
        places = np.arange(m - 1)
        return sparse.csc_array((np.diff(self.x), (places, places)), shape=(m - 1, columns))


def _shape_rows(m: int, skip_connection: bool) -> Matrix:
    """Rows that may not be positive, in the unknowns slopes (m - 1,), bends (m - 2,) and path norm."""
    change, bend = _difference(m - 1), sparse.eye_array(m - 2)
    free = sparse.csc_array((m - 2, 1))
    total = np.zeros((3, 2 * m - 2))
    total[:, m - 1 : -1] = [[1.0], [0.5], [0.5]]
    total[:, -1] = -1.0
    for end in (0, m - 2):
        total[1:, end] += [0.5, -0.5]
    if skip_connection:
        total = total[:1]
    return sparse.vstack(
        [
            sparse.hstack([change, -bend, free]),
            sparse.hstack([-change, -bend, free]),
            sparse.csc_array(total),
        ],
        format="csc",
    )


def _part(loss: Loss, y: Vector, distance: Vector, play: Vector, small: float) -> _Part:
    """The data term of a loss.

    distance, play : (n,) how large the residual may be expected, and how much f may be expected to move
    """
    match loss:
        case Squared():
            return _near(distance)
        case Huber() if loss.delta**2 >= y.size:
            # A constant costs at most n / 8, so no residual of the optimum is that large.
            return _near(distance)
        case Huber():
            return _joined(_near(np.minimum(distance, loss.delta)), _sides(distance, distance, loss.delta, loss.delta))
        case Absolute():
            return _sides(distance, distance, 1.0, 1.0)
        case EpsilonInsensitive():
            free, outside = np.full(y.size, loss.epsilon), np.maximum(distance - loss.epsilon, small)
            return _joined(_band(-free, free), _sides(outside, outside, 1.0, 1.0))
        case Hinge():
            positive, free = y > 0, np.maximum(distance, play)
            up, down = np.where(positive, distance, free), np.where(positive, free, distance)
            return _sides(up, down, positive.astype(np.float64), (~positive).astype(np.float64))
        case Logistic():
            return _softplus(y, small)
        case _:
            raise InvalidInputError(f"loss is {loss!r}; the conic program knows the losses of cvxdnn.losses only")


def _near(unit: Vector) -> _Part:
    """e with the cost e^2 / 2."""
    n = unit.size
    return _Part(unit**2, np.zeros(n), sparse.diags_array(unit), sparse.csc_array((0, n)), np.zeros(0), ())


def _sides(up: Vector, down: Vector, rising: float | Vector, falling: float | Vector) -> _Part:
    """p - q, both nonnegative and in these units, with the cost rising p + falling q."""
    n = up.size
    costs = np.concatenate([rising * up, falling * down])
    residual = sparse.hstack([sparse.diags_array(up), -sparse.diags_array(down)])
    cones = (clarabel.NonnegativeConeT(2 * n),)
    return _Part(np.zeros(2 * n), costs, residual, -sparse.eye_array(2 * n), np.zeros(2 * n), cones)


def _band(low: Vector, high: Vector) -> _Part:
    """e between the bounds, at no cost."""
    n = low.size
    fixed = low == high
    below, above = ~fixed & np.isfinite(high), ~fixed & np.isfinite(low)
    each = sparse.eye_array(n, format="csr")
    rows = sparse.vstack([each[fixed], each[below], -each[above]])
    bounds = np.concatenate([low[fixed], high[below], -low[above]])
    cones = (clarabel.ZeroConeT(int(fixed.sum())), clarabel.NonnegativeConeT(int(below.sum() + above.sum())))
    return _Part(np.zeros(n), np.zeros(n), each, rows, bounds, cones)


def _softplus(y: Vector, small: float) -> _Part:
    """e, with the cost t, where exp(-u - t) <= a and exp(-t) <= 1 - a: the cones {(r, s, t): s exp(r / s) <= t}.

    t and a are in units of `small`, which turns the first into exp(-u - t - log small) <= a.
    """
    n = y.size
    each = sparse.eye_array(n)
    first, third = np.array([[1.0], [0.0], [0.0]]), np.array([[0.0], [0.0], [1.0]])
    cost = small * sparse.kron(each, first)
    rows = sparse.block_array(
        [
            [sparse.kron(sparse.diags_array(-y), first), cost, sparse.kron(each, -third)],
            [None, cost, small * sparse.kron(each, third)],
        ]
    )
    bounds = np.concatenate([np.tile([-1.0 - np.log(small), 1.0, 0.0], n), np.tile([0.0, 1.0, 1.0], n)])
    residual = sparse.hstack([each, sparse.csc_array((n, 2 * n))])
    costs = np.concatenate([np.zeros(n), np.full(n, small), np.zeros(n)])
    return _Part(np.zeros(3 * n), costs, residual, rows, bounds, (clarabel.ExponentialConeT(),) * (2 * n))


def _joined(first: _Part, second: _Part) -> _Part:
    """Both terms, with the sum of their residuals."""
    return _Part(
        np.concatenate([first.quadratic, second.quadratic]),
        np.concatenate([first.linear, second.linear]),
        sparse.hstack([first.residual, second.residual]),
        sparse.block_diag([first.rows, second.rows]),
        np.concatenate([first.bounds, second.bounds]),
        first.cones + second.cones,
    )


def _difference(n: int) -> Matrix:
    """Differences of n neighbours, (n - 1, n)."""
    return sparse.diags_array([-1.0, 1.0], offsets=[0, 1], shape=(n - 1, n))


def _settings(regularization: float) -> clarabel.DefaultSettings:
    settings = clarabel.DefaultSettings()
    settings.static_regularization_constant = regularization
    settings.verbose = False
    settings.max_threads = 1
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = TOLERANCE
    return settings
