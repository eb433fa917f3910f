"""The optimal dual of a two-layer network, to rounding: a projection, by cutting planes and Newton's method.

The dual of `min_f 1/2||f - y||^2 + beta * gauge(f)` is the point of `{lambda : h(lambda) <= beta, h(-lambda) <= beta}`
nearest to y, with h the support function of the rectified ellipsoid. Every feature q gives a *cut* `lambda^T q <= beta`
(also with -q). So:

1. project y onto the cuts known so far, a least distance problem in n variables that nonnegative least squares solves;
2. add the features that violate their cut, and repeat: a fixed fraction of the error goes each time;
3. near the end, freeze which features touch and solve `lambda - y + sum_j c_j q_j(lambda) = 0`, `h_j(lambda) = beta` by
   Newton's method, where `h_j(lambda) = ||M_j lambda||` is the smooth piece that feature j comes from.

Source: C. Lawson and R. Hanson, *Solving Least Squares Problems*, 1974, chapter 23, for the least distance problem.
"""

import numpy as np
from scipy.optimize import nnls

from cvxdnn.core.types import Array
from cvxdnn.theory.extreme_points_support import SupportFunction

MAX_ROUNDS = 60
NEWTON_STEPS = 60
PATIENCE = 6
"""Rounds or steps without progress before giving up."""
CLOSE = 1e-4
"""A feature whose lambda^T q is this close to beta, relatively, may be touched."""
SAME = 1e-6
"""Features closer than this are one, relative to their largest entry: those of nearly parallel samples are short."""


def project(support: SupportFunction, y: Array, beta: float) -> Array:
    """The dual optimum (n,), feasible up to rounding; `y` of unit norm and X of unit size keep rounding small."""
    dual, cuts = y, np.zeros((y.size, 0))
    least, last = np.inf, 0
    for round_number in range(MAX_ROUNDS):
        new = _violated(support, dual, beta)
        exceeds = largest(support, dual) - beta
        if exceeds < least:
            least, last = exceeds, round_number
        if new.shape[1] == 0 or round_number > last + PATIENCE:
            break  # no cut is violated, or rounding in the least distance problem has the last word
        dual, multipliers = least_distance(np.hstack([cuts, new]), y, beta)
        cuts = np.hstack([cuts, new])[:, multipliers > 0]
    return _polished(support, y, beta, dual)


def largest(support: SupportFunction, dual: Array) -> float:
    """max(h(lambda), h(-lambda)): the dual is feasible when this is at most beta."""
    return float(support(np.stack([dual, -dual])).max())


def least_distance(cuts: Array, y: Array, beta: float) -> tuple[Array, Array]:
    """The point nearest to y with `cuts^T lambda <= beta`, and its multipliers: lambda = y - cuts @ multipliers."""
    if cuts.shape[1] == 0:
        return y, np.zeros(0)  # SciPy's routine ends the process when it is given no columns
    size = float(np.linalg.norm(y)) or 1.0
    rows = np.vstack([-cuts, cuts.T @ y / size - beta / size])
    target = np.zeros(rows.shape[0])
    target[-1] = 1.0
    weights, _ = nnls(rows, target)
    multipliers = size * weights / (1.0 - float(rows[-1] @ weights))
    return y - cuts @ multipliers, multipliers


def touched(support: SupportFunction, dual: Array, beta: float, close: float) -> tuple[Array, Array, Array, Array]:
    """Features with lambda^T q within `close` of +-beta, relatively: signs (m,), u (m, d), q (m, n), maps (m, d, n)."""
    signs: list[float] = []
    neurons: list[Array] = []
    features: list[Array] = []
    maps: list[Array] = []
    for sign in (1.0, -1.0):
        found = support.candidates(sign * dual)
        for j in np.argsort(-found.values, kind="stable"):
            if found.values[j] < (1 - close) * beta:
                break
            known = [q for q, other in zip(features, signs, strict=True) if other == sign]
            if all(np.abs(found.features[j] - q).max() > SAME * np.abs(q).max() for q in known):
                signs.append(sign)
                neurons.append(found.neurons[j])
                features.append(found.features[j])
                maps.append(support.maps[j])
    n, d = support.X.shape
    return (
        np.array(signs),
        np.array(neurons).reshape(-1, d),
        np.array(features).reshape(-1, n),
        np.array(maps).reshape(-1, d, n),
    )


def _violated(support: SupportFunction, dual: Array, beta: float) -> Array:
    """Signed features (n, k) whose cut the multiplier violates, without repetitions."""
    columns = []
    for sign in (1.0, -1.0):
        found = support.candidates(sign * dual)
        columns.append(sign * found.features[found.values > beta + 1e-15])
    return np.asarray(np.unique(np.round(np.concatenate(columns), 15), axis=0).T, dtype=np.float64)


def lower_bound(support: SupportFunction, y: Array, beta: float, dual: Array) -> float:
    """What the multiplier proves once it is scaled into the feasible set: `lambda^T y - 1/2||lambda||^2`."""
    feasible = dual * min(1.0, beta / max(largest(support, dual), beta))
    return float(feasible @ y - 0.5 * feasible @ feasible)


def _polished(support: SupportFunction, y: Array, beta: float, dual: Array) -> Array:
    """Newton's method from a point close to the optimum; of all iterates the one that proves most.

    Quadratic convergence, but linear where two patterns share their maximiser: the curvature jumps there.
    """
    best, proven, last = dual, lower_bound(support, y, beta, dual), 0
    for step in range(1, NEWTON_STEPS + 1):
        signs, _, features, maps = touched(support, dual, beta, CLOSE)
        if signs.size == 0 or step > last + PATIENCE:
            break
        dual = _newton_step(signs[:, None] * features, maps, y, beta, dual)
        bound = lower_bound(support, y, beta, dual)
        if bound > proven:
            best, proven, last = dual, bound, step
    return best


def _newton_step(gradients: Array, maps: Array, y: Array, beta: float, dual: Array) -> Array:
    """One step towards `lambda - y + sum_j c_j g_j = 0`, `lambda^T g_j = beta`, c >= 0; g_j depend on lambda.

    In mu = lambda / beta, because for a small beta the multiplier is a small difference of large numbers: the
    constraints are `||M_j mu|| <= 1` with gradients g_j, the objective is `||beta mu - y||^2 / (2 beta)`.
    Nonnegative least squares in the metric of the Lagrangian tells which constraints are active; the equations
    for these, solved on their own, lose fewer digits.
    """
    mu = dual / beta
    weights, _ = nnls(gradients.T, y - dual)
    roots = np.vstack([np.sqrt(beta) * np.eye(y.size), *_curvatures(maps, mu, weights)])
    _, root = np.linalg.qr(roots)
    target = root @ mu + np.linalg.solve(root.T, y - dual)
    _, multipliers = least_distance(np.linalg.solve(root.T, gradients.T), target, 1.0)
    active = gradients[multipliers > 0]
    m = len(active)
    system = np.block([[roots.T @ roots, active.T], [active, np.zeros((m, m))]])
    solution = np.linalg.lstsq(system, np.concatenate([y - dual, 1.0 - active @ mu]), rcond=None)[0]
    return dual + beta * solution[: y.size]


def _curvatures(maps: Array, mu: Array, weights: Array) -> list[Array]:
    """Square roots of the Hessians of `c_j ||M_j mu||`: sqrt(c_j / ||M_j mu||) (I - u_j u_j^T) M_j."""
    roots = []
    for moved, weight in zip(maps, weights, strict=True):
        image = moved @ mu
        size = float(np.linalg.norm(image))
        neuron = image / size
        roots.append(np.sqrt(weight / size) * (moved - np.outer(neuron, neuron @ moved)))
    return roots
