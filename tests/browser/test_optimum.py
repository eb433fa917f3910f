"""The optimum that the browser computes during a drag, against `solve`: on presets, random and hostile points."""

import numpy as np
import pytest

from cvxdnn import PRESETS, beta_max, load_preset, solve
from cvxdnn.app.modules import DIGEST

DRAWN = 1e-6
"""Relative gap up to which the page shows an answer as an optimum."""
COMPUTE = """async ([module, problems]) => {
  const { deepOptimum, grouped } = await import(module);
  return problems.map(([x, y, beta, depth]) => {
    const { objective, gap, values } = deepOptimum(grouped(x, y), beta, depth);
    return [objective, gap, [...values]];
  });
}"""


@pytest.fixture(scope="module")
def compute(app_server, browser):
    """Objective, gap and values for each problem: x, y, weight decay, number of layers."""
    page = browser.new_page()
    page.goto(app_server("tests/browser/apps/editor_app.py"))
    yield lambda problems: page.evaluate(COMPUTE, [f"/assets/{DIGEST}/optimum/index.js", problems])
    page.close()


def problem(x, y, share, depth=2):
    beta = share * beta_max(x, y)
    return [np.asarray(x, float).tolist(), np.asarray(y, float).tolist(), float(beta), depth]


def random_points(rng):
    n = int(rng.integers(1, 201))
    x = rng.uniform(size=n).round(int(rng.integers(2, 9)))  # few digits: many equal inputs
    return x, [np.sin(9 * x) + 0.3 * rng.normal(size=n), np.cumsum(rng.normal(size=n))][rng.integers(2)]


def relative_excess(found, asked):
    x, y, beta, depth = asked
    certified = solve(x, y, beta=beta, depth=depth)
    return (found[0] - certified.objective) / max(certified.objective, 1e-12)


@pytest.mark.parametrize("name", PRESETS)
def test_presets_agree_with_the_solver(compute, name):
    points = load_preset(name).normalized()[0]
    problems = [problem(points.x, points.y, share) for share in (1e-5, 1e-3, 1e-2, 0.1, 0.5, 1, 2)]
    for asked, found in zip(problems, compute(problems), strict=True):
        assert abs(relative_excess(found, asked)) < 1e-9
        assert found[1] <= 1e-9 * found[0]


def test_random_points_agree_with_the_solver(compute):
    rng = np.random.default_rng(7)
    problems = []
    while len(problems) < 500:
        x, y = random_points(rng)
        if beta_max(x, y) > 0:
            problems.append(problem(x, y, 10.0 ** rng.uniform(-6, 0.1)))
    for asked, found in zip(problems, compute(problems), strict=True):
        assert abs(relative_excess(found, asked)) < 1e-9
        assert found[1] <= 1e-9 * found[0] + 1e-14


def test_hostile_points_are_answered_and_a_gap_is_never_too_small(compute):
    line = np.linspace(0, 1, 30)
    problems = [
        *([x.tolist(), y.tolist(), beta, 2] for x in (line,) for y in (2 * x + 1, 0 * x + 3) for beta in (0, 1e-3, 10)),
        *([[0.0, 1.0], [0.0, y], 0.1, 2] for y in (0.0, 1.0, -5.0)),
        [[0.5], [1.0], 0.1, 2],
        [[0.5, 0.5, 0.5], [1.0, 2.0, 6.0], 0.1, 2],
        [[0.0, 0.0, 1.0], [0.0, 1.0, 1.0], 0.01, 2],
    ]
    rng = np.random.default_rng(3)
    for digits in range(4, 13):
        for _ in range(6):
            x = rng.uniform(size=12)
            x = np.concatenate([x, x[:6] + 10.0**-digits])
            problems.append(problem((x - x.min()) / np.ptp(x), rng.normal(size=18), 10.0 ** rng.uniform(-4, 0)))
    answers = compute(problems)
    for asked, found in zip(problems, answers, strict=True):
        excess = relative_excess(found, asked) * solve(*asked[:2], beta=asked[2]).objective
        assert excess <= found[1] + 1e-13 * abs(found[0])  # its own certificate says how far it is
    # Inputs nearer than 1e-8 of the range are left to the server.
    assert all(found[1] <= DRAWN * found[0] + 1e-14 for found in answers[: -6 * 5])


@pytest.mark.parametrize("name", PRESETS)
def test_deeper_networks_are_in_the_valley_of_the_solver(compute, name):
    points = load_preset(name).normalized()[0]
    problems = [problem(points.x, points.y, share, depth) for depth in (3, 4, 6) for share in (1e-3, 1e-2, 0.1)]
    for asked, found in zip(problems, compute(problems), strict=True):
        excess = relative_excess(found, asked)
        assert -1e-9 <= excess < 1e-4
        best = solve(*asked[:2], beta=asked[2], depth=asked[3])
        assert np.abs(np.array(found[2]) - best.spline(np.unique(asked[0]))).max() < 0.02
