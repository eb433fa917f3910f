"""What a visitor of the Sweep lab can take home."""

from typing import Any

from cvxdnn.app.take_home import File
from cvxdnn.app.written import code, json_of, script
from cvxdnn.core.datasets import PRESETS
from cvxdnn.exhibits.explore.axes import AXES as UNNAMED
from cvxdnn.exhibits.explore.axes import csv_of_points
from cvxdnn.exhibits.explore.session import Session
from cvxdnn.tasks.sweep import AXES, OWN_POINTS, Grid, Sweep

__all__ = ["files", "script_of"]


def files(sweep: Sweep | None, here: Session) -> list[File]:
    """All that there is; nothing for a grid that cannot be. Points that are still here have their names."""
    if sweep is None:
        return []
    grid = sweep.grid
    axes = here.axes if here.scenario.points == grid.base.points else UNNAMED
    points = File("points.csv", "Your points", lambda: csv_of_points(grid.base.points, axes))
    return [
        File("runs.csv", "Every run that is done", lambda: sweep.table.to_csv()),
        File("settings.json", "Settings of the sweep", lambda: json_of(grid)),
        *([points] if OWN_POINTS in grid.datasets else []),
        File("script.py", "All of it, computed again", lambda: script_of(grid)),
    ]


def script_of(grid: Grid) -> str:
    """Every run again, one after the other."""
    lists = {name: getattr(grid, name) for name in AXES}
    return script(
        'The page "Sweep lab" of cvxdnn: trainings over a grid of settings, each against its certified optimum.',
        "from itertools import product\n\nimport cvxdnn",
        "\n".join(["# Data sets with their losses.", "data = {", *(_data(grid, name) for name in grid.datasets), "}"]),
        "\n".join(f"{name} = {code(list(values))}" for name, values in lists.items()),
        _loop(grid),
    )


def _data(grid: Grid, name: str) -> str:
    if name != OWN_POINTS:
        return f"    {code(name)}: (cvxdnn.load_preset({code(name)}), {code(PRESETS[name].loss)}),"
    x, y = zip(*grid.base.points, strict=True)
    return f"    {code(name)}: (cvxdnn.Dataset({code(x)}, {code(y)}), {code(grid.base.loss)}),"


def _loop(grid: Grid) -> str:
    base = grid.base
    options: dict[str, Any] = {
        "restarts": base.restarts,
        "biases": base.biases,
        "polish": base.polish or None,
        "max_steps": grid.max_steps,
    }
    if base.start == "optimum":
        options["initial"] = "convex"
    bound = "best.objective - best.gap"
    return f"""\
options = {code(options)}
for name, optimizer, depth, width, beta, seed in product(datasets, optimizers, depths, widths, betas, seeds):
    dataset, loss = data[name]
    points, _ = dataset.normalized(keep_y=loss in ("logistic", "hinge"))
    problem = {{"beta": beta, "depth": depth, "loss": loss}}
    best = cvxdnn.solve(points.x, points.y, **problem)
    # No network is below; a training that comes within 1e-7 of it stops.
    bound = {bound if base.biases == "last_hidden" else f"{bound} if depth == 2 else None"}
    settings = {{"width": width, "optimizer": optimizer, "seed": seed, **options}}
    for last in cvxdnn.train(points.x, points.y, **problem, **settings, floor=bound):
        pass
    print(f"{{name}}, {{optimizer}}, depth {{depth}}, width {{width}}, beta {{beta}}, seed {{seed}}:", last.objective)
    print("    above its bound, as a share:", last.objective / bound - 1 if bound else "no bound")
"""
