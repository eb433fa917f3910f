r"""One adapter for each solver: from (x, y, beta) to fitted values, each through the form that the solver takes.

Dictionary solvers get the Lasso :math:`\tfrac12\|Au + \xi 1 - y\|^2 + \beta\|u\|_1` over the ramps at the data points;
most of them divide the loss by n, hence `beta / n`. Tolerances are tight, iteration limits generous: the time limit
of the benchmark is what ends a slow run. Libraries are imported inside the adapters, so that one that is missing
costs one row of the table and no more.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvxdnn.core.spline import LinearSpline

Vector = NDArray[np.float64]

TOLERANCE = 1e-10
SCNN_BIAS = 1.0
"""Height of the constant column that stands for scnn's bias. scnn penalises biases, the higher the less; but of 1, 3
and 30 the lowest came nearest to the optimum within the iterations that scnn allows."""
SPLINEOPS_RHO = 1e-3
"""Step size of splineops' iteration: of the powers of ten the fastest at n = 30 and 100; its default, 1, stalls."""


@dataclass(frozen=True, eq=False)
class Answer:
    """A solver's function as a spline.

    path_norm : what its own coefficients cost (None: the spline's path norm counts)
    relative_gap : certified with multipliers that come with the answer (None: there are none)
    """

    spline: LinearSpline
    path_norm: float | None = None
    relative_gap: float | None = None


@dataclass(frozen=True)
class Peer:
    """A solver, the name shown, the distributions it needs, and which problem it solves."""

    name: str
    solve: Callable[[Vector, Vector, float], Answer]
    needs: tuple[str, ...] = ()
    skip_connection: bool = False


def ours(x: Vector, y: Vector, beta: float) -> Answer:
    """This library, cold."""
    from cvxdnn.convex import solve

    solution = solve(x, y, beta=beta)
    return Answer(solution.spline, relative_gap=solution.relative_gap)


def ours_total_variation(x: Vector, y: Vector, beta: float) -> Answer:
    """This library with a skip connection."""
    from cvxdnn.convex import solve

    solution = solve(x, y, beta=beta, skip_connection=True)
    return Answer(solution.spline, relative_gap=solution.relative_gap)


def cvxpy_dense(x: Vector, y: Vector, beta: float) -> Answer:
    """cvxpy with Clarabel on the dense dictionary: this library's reference method."""
    from cvxdnn.convex import solve

    return Answer(solve(x, y, beta=beta, method="dictionary").spline)


def sklearn_lasso(x: Vector, y: Vector, beta: float) -> Answer:
    """Coordinate descent."""
    from sklearn.linear_model import Lasso

    return _fit_dictionary(Lasso(alpha=beta / x.size, tol=TOLERANCE, max_iter=1_000_000), x, y)


def sklearn_lars(x: Vector, y: Vector, beta: float) -> Answer:
    """The homotopy of least angle regression, down to this beta."""
    from sklearn.linear_model import lars_path

    ramps = _ramps(x)
    centred = ramps - ramps.mean(axis=0)
    _, _, path = lars_path(centred, y - y.mean(), alpha_min=beta / x.size, method="lasso", max_iter=20 * x.size)
    weights = path[:, -1]
    return Answer(LinearSpline(x, centred @ weights + y.mean()), float(np.abs(weights).sum()))


def celer_lasso(x: Vector, y: Vector, beta: float) -> Answer:
    """Working sets with dual extrapolation."""
    from celer import Lasso

    return _fit_dictionary(Lasso(alpha=beta / x.size, tol=TOLERANCE, max_iter=1_000), x, y)


def skglm_lasso(x: Vector, y: Vector, beta: float) -> Answer:
    """Anderson-accelerated coordinate descent with working sets."""
    from skglm import Lasso

    return _fit_dictionary(Lasso(alpha=beta / x.size, tol=TOLERANCE, max_iter=1_000, max_epochs=100_000), x, y)


def scnn_augmented_lagrangian(x: Vector, y: Vector, beta: float) -> Answer:
    """The convex ReLU program of scnn with every activation pattern of the data as a gate."""
    from scnn.metrics import Metrics
    from scnn.models import ConvexReLU
    from scnn.optimize import optimize_model
    from scnn.regularizers import NeuronGL1
    from scnn.solvers import AL

    middle, mean = (x[0] + x[-1]) / 2, y.mean()
    table = np.column_stack([x - middle, np.full_like(x, SCNN_BIAS)])
    cuts = np.append(x[0] - 1.0, (x[1:] + x[:-1]) / 2) - middle
    rightward = np.vstack([np.ones_like(cuts), -cuts / SCNN_BIAS])
    model = ConvexReLU(np.hstack([rightward, -rightward]))
    network, _ = optimize_model(
        model,
        AL(model, tol=TOLERANCE, constraint_tol=TOLERANCE, delta=10.0),
        Metrics(),
        table,
        y - mean,
        regularizer=NeuronGL1(beta / x.size),
        unitize_data=False,
        dtype="float64",
    )
    return Answer(LinearSpline(x, np.asarray(network(table)).ravel() + mean))


def splineops_denoising(x: Vector, y: Vector, beta: float) -> Answer:
    """The alternating direction method of splineops' adaptive regression splines."""
    from splineops.adaptive_regression_splines.denoising import denoise_y

    return Answer(LinearSpline(x, denoise_y(x, y, beta, rho=SPLINEOPS_RHO, max_iter=1_000_000, relative_tol=1e-9)))


PEERS = {
    "ours": Peer("cvxdnn", ours),
    "cvxpy": Peer("cvxpy (Clarabel), dense dictionary", cvxpy_dense, ("cvxpy", "clarabel")),
    "sklearn-lasso": Peer("scikit-learn `Lasso`", sklearn_lasso, ("scikit-learn",)),
    "sklearn-lars": Peer("scikit-learn `lars_path`", sklearn_lars, ("scikit-learn",)),
    "celer": Peer("celer `Lasso`", celer_lasso, ("celer",)),
    "skglm": Peer("skglm `Lasso`", skglm_lasso, ("skglm",)),
    "scnn": Peer("scnn, augmented Lagrangian", scnn_augmented_lagrangian, ("pyscnn",)),
    "ours-tv": Peer("cvxdnn, total variation", ours_total_variation, (), True),
    "splineops": Peer("splineops, total variation", splineops_denoising, ("splineops",), True),
}


def _ramps(x: Vector) -> NDArray[np.float64]:
    """Rightward and leftward ramps at the data points, without the two that vanish; (n, 2n - 2)."""
    distance = x[:, None] - x[None, :]
    return np.asfortranarray(np.hstack([np.maximum(distance[:, :-1], 0.0), np.maximum(-distance[:, 1:], 0.0)]))


def _fit_dictionary(estimator: Any, x: Vector, y: Vector) -> Answer:
    """Fit an estimator with the interface of scikit-learn on the dictionary."""
    ramps = _ramps(x)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # convergence warnings: the certificate says how far the answer is off
        estimator.fit(ramps, y)
    fitted = ramps @ estimator.coef_.ravel() + float(np.ravel(estimator.intercept_)[0])
    return Answer(LinearSpline(x, fitted), float(np.abs(estimator.coef_).sum()))
