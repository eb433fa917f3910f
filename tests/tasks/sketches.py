"""Random drawings over random points, and what they cost by programs that share no code with the library."""

import cvxpy
import numpy as np
from scipy.optimize import linprog

from cvxdnn.tasks.scenario import Scenario
from cvxdnn.tasks.sketch import MOST_KNOTS, Sketch

COUNT = 200


def random_sketches(seed=3):
    """Scenario and drawing, both in the user's units, `COUNT` times."""
    rng = np.random.default_rng(seed)
    for _ in range(COUNT):
        n = int(rng.integers(2, 31))
        x, y = rng.uniform(-3, 5, n).round(2), rng.normal(size=n).round(3)
        x[:2] = -3, 5
        beta = float(f"{10 ** rng.uniform(-3, 0):.3g}")
        scenario = Scenario(preset="", points=tuple(zip(x.tolist(), y.tolist(), strict=True)), beta=beta)
        k = int(rng.integers(2, MOST_KNOTS + 1))
        across = np.sort(rng.choice(np.linspace(-3.3, 5.3, 200), k, replace=False))
        up = np.interp(across, np.sort(x), y[np.argsort(x)]) + rng.choice([0.03, 0.3, 2]) * rng.normal(size=k)
        yield scenario, Sketch(tuple(zip(across.tolist(), up.tolist(), strict=True)))


def hinges(at, places):
    """What neurons that bend at these places draw, to the right and to the left."""
    apart = np.subtract.outer(at, places)
    return np.hstack([np.maximum(apart, 0), np.maximum(-apart, 0)])


def least_weights(corners, values):
    """The least sum of output weights of a network that draws this polyline between its ends: a linear program."""
    columns = hinges(corners, corners)
    equalities = np.hstack([columns, -columns, np.ones((corners.size, 1))])
    bounds = [(0, None)] * (2 * columns.shape[1]) + [(None, None)]
    found = linprog(np.r_[np.ones(2 * columns.shape[1]), 0], A_eq=equalities, b_eq=values, bounds=bounds)
    assert found.status == 0
    return found.fun


def best_price(x, y, beta):
    """Training as a quadratic program over neurons that bend at the points."""
    columns = hinges(x, np.unique(x))
    weights, bias = cvxpy.Variable(columns.shape[1]), cvxpy.Variable()
    loss = cvxpy.sum_squares(columns @ weights + bias - y) / 2
    program = cvxpy.Problem(cvxpy.Minimize(loss + beta * cvxpy.norm1(weights)))
    program.solve(solver=cvxpy.CLARABEL, tol_gap_abs=1e-12, tol_gap_rel=1e-12, tol_feas=1e-12)
    return program.value


def gap_of(scenario, sketch):
    """How far the drawing's price is above the best, in normalised units."""
    points, knots = np.array(scenario.points), np.array(sketch.knots)
    low, width = points[:, 0].min(), np.ptp(points[:, 0])
    middle, height = points[:, 1].mean(), np.ptp(points[:, 1])
    x, y = (points[:, 0] - low) / width, (points[:, 1] - middle) / height
    across, up = (knots[:, 0] - low) / width, (knots[:, 1] - middle) / height
    corners = np.r_[0, across[(across > 0) & (across < 1)], 1]
    price = np.sum((drawn(across, up, x) - y) ** 2) / 2 + scenario.beta * least_weights(
        corners, drawn(across, up, corners)
    )
    return price - best_price(x, y, scenario.beta)


def drawn(across, up, x):
    """The polyline at x, its end pieces continued."""
    first, last = [(up[k + 1] - up[k]) / (across[k + 1] - across[k]) for k in (0, -2)]
    left, right = up[0] + first * (x - across[0]), up[-1] + last * (x - across[-1])
    return np.where(x < across[0], left, np.where(x > across[-1], right, np.interp(x, across, up)))
