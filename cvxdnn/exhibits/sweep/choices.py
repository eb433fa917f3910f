"""What can be chosen on the Sweep lab: the lists of the grid, how its runs train, and what its map shows."""

from functools import partial
from typing import Any

from cvxdnn.app.settings import Settings, widget
from cvxdnn.core.datasets import PRESETS
from cvxdnn.exhibits.explore.session import own_session
from cvxdnn.tasks.scenario import BIASES, LIMITS, OPTIMIZERS
from cvxdnn.tasks.sweep import AXES, MEASURES, OWN_POINTS, Grid

__all__ = ["ALL", "SETTINGS"]

ALL = "all"
BETAS = tuple(float(f"{digit}e{power}") for power in range(-6, 0) for digit in (1, 3))
WIDTHS = (2, 5, 10, 20, 50, 100, 200)
MOST_SEEDS = 50
FIRST = Grid()
"""What the controls show first."""
STEPS = (500, 1_000, 2_000, 5_000, 10_000, 20_000)


def _within(values: tuple[int, ...], name: str) -> tuple[int, ...]:
    low, high = LIMITS[name]
    return tuple(value for value in values if low <= value <= high)


def _columns() -> tuple[str, ...]:
    """All that are not the rows; weight decay first."""
    return tuple(name for name in dict.fromkeys(("betas", *AXES)) if name != SETTINGS["rows"])


def _only(name: str) -> tuple[Any, ...]:
    return ALL, *SETTINGS[name]


_WIDTHS = _within(WIDTHS, "width")
SETTINGS: Settings = Settings(
    "sweep",
    widget("datasets", (OWN_POINTS, *PRESETS), lambda: (own_session().scenario.preset or OWN_POINTS,), several=True),
    widget("betas", BETAS, FIRST.betas, several=True),
    widget("widths", _WIDTHS, tuple(width for width in FIRST.widths if width in _WIDTHS), several=True),
    widget("depths", range(LIMITS["depth"][0], LIMITS["depth"][1] + 1), FIRST.depths, several=True),
    widget("seeds", range(1, MOST_SEEDS + 1), len(FIRST.seeds)),
    widget("optimizers", OPTIMIZERS, FIRST.optimizers, several=True),
    widget("run_restarts", range(LIMITS["restarts"][0], LIMITS["restarts"][1] + 1), 1, key=lambda: "restarts"),
    widget("run_biases", BIASES, BIASES[0], key=lambda: "biases"),
    widget("steps", STEPS, STEPS[-1]),
    widget("measure", tuple(MEASURES), next(iter(MEASURES))),
    widget("rows", ("widths", *(name for name in AXES if name != "widths")), "widths"),
    widget("columns", _columns, lambda: _columns()[0], key=lambda: f"columns_of_{SETTINGS['rows']}"),
    *(widget(f"only_{name}", partial(_only, name), ALL) for name in AXES if name != "seeds"),
)
