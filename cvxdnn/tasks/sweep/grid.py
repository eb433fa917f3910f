"""A grid: the product of a few lists of settings, in a fixed order, under a name of its own.

    runs = datasets x optimizers x depths x widths x betas x seeds,      the seed varying fastest

Each run is a `Scenario`, so that a value is checked where it is defined and the Explore page can show any run.
`Grid.key` is a hash of all that decides the results; two grids have the same key exactly when they ask for the
same runs, however their lists were written down.
"""

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import Any

from cvxdnn.core import validation
from cvxdnn.core.datasets import PRESETS
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.tasks.link import VERSION
from cvxdnn.tasks.scenario import OPTIMIZERS, Scenario

__all__ = ["AXES", "FORMAT", "MAX_RUNS", "OWN_POINTS", "Grid"]

FORMAT = 2
"""Raised whenever the same settings no longer give the same results: old results are then not found again."""
MAX_RUNS = 5_000
OWN_POINTS = "your points"
"""The data set that is the points of `Grid.base`."""
AXES = {
    "datasets": "dataset",
    "optimizers": "optimizer",
    "depths": "depth",
    "widths": "width",
    "betas": "beta",
    "seeds": "seed",
}
"""Every list of a grid, with the name of one of its values; in the order of the product."""
STEP_LIMITS = (10, 20_000)


@dataclass(frozen=True)
class Grid:
    """Which runs a sweep makes; every list becomes a tuple with each value once, numbers in ascending order.

    Parameters
    ----------
    datasets : names from `PRESETS`, or `OWN_POINTS` for those of `base`
        A preset is fitted under the loss that it suggests, the own points under that of `base`.
    betas : weight decays in normalised units
    depths, widths, seeds : whole numbers, within `cvxdnn.tasks.scenario.LIMITS`
    optimizers : from `cvxdnn.tasks.scenario.OPTIMIZERS`
    max_steps : int, 10 to 20,000
        Optimiser steps after which a run that still moves is left, rounded up to a multiple of 10.
    base : Scenario
        All other settings: restarts, biases, and the points and loss behind `OWN_POINTS`.

    Raises
    ------
    InvalidInputError
        For an empty list, a value that no `Scenario` takes, or more than `MAX_RUNS` runs.
    """

    datasets: Sequence[str] = ("spike",)
    betas: Sequence[float] = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1)
    depths: Sequence[int] = (2,)
    widths: Sequence[int] = (5, 10, 20, 50, 100)
    optimizers: Sequence[str] = ("adam",)
    seeds: Sequence[int] = (0, 1, 2, 3, 4)
    max_steps: int = STEP_LIMITS[1]
    base: Scenario = field(default_factory=lambda: Scenario(restarts=1))

    def __post_init__(self) -> None:
        for name in AXES:
            object.__setattr__(self, name, _distinct(name, getattr(self, name)))
        steps = validation.positive_int("max_steps", self.max_steps, *STEP_LIMITS)
        object.__setattr__(self, "max_steps", 10 * math.ceil(steps / 10))
        count = math.prod(len(getattr(self, name)) for name in AXES)
        if count > MAX_RUNS:
            raise InvalidInputError(f"the grid has {count:,} runs; shorten lists until it has {MAX_RUNS:,} or less")
        object.__setattr__(self, "base", _relevant(self.base, OWN_POINTS in self.datasets))
        _ = self.runs  # every value is checked by the scenario that it makes

    def __len__(self) -> int:
        return math.prod(len(getattr(self, name)) for name in AXES)

    @cached_property
    def runs(self) -> tuple[Scenario, ...]:
        """The settings of every run."""
        scenarios = {dataset: self._scenario(dataset) for dataset in self.datasets}
        return tuple(
            scenarios[dataset].replace(optimizer=optimizer, depth=depth, width=width, beta=beta, seed=seed)
            for dataset, optimizer, depth, width, beta, seed in product(*(getattr(self, name) for name in AXES))
        )

    @cached_property
    def description(self) -> dict[str, Any]:
        """All that decides the results, as plain data."""
        lists = {name: list(getattr(self, name)) for name in AXES}
        base = {"v": VERSION, **self.base.to_query()}
        return {"format": FORMAT, **lists, "max_steps": self.max_steps, "base": base}

    @cached_property
    def key(self) -> str:
        """The grid's name: 16 hexadecimal digits."""
        text = json.dumps(self.description, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def _scenario(self, dataset: str) -> Scenario:
        if dataset == OWN_POINTS:
            return self.base
        return self.base.replace(preset=dataset, loss=PRESETS[dataset].loss)


def _distinct(name: str, values: Any) -> tuple[Any, ...]:
    """The values once each, in an order that does not depend on how they were given."""
    given = validation.entries(name, values)
    if not given:
        raise InvalidInputError(f"{name} is empty; give at least one value")
    if name in ("datasets", "optimizers"):
        known = (*PRESETS, OWN_POINTS) if name == "datasets" else OPTIMIZERS
        chosen = {validation.one_of(name, value, known) for value in given}
        return tuple(value for value in known if value in chosen)
    if name == "betas":
        return tuple(sorted({validation.nonnegative(name, value) for value in given}))
    return tuple(sorted({validation.positive_int(name, value, 0) for value in given}))


def _relevant(base: Scenario, own_points: bool) -> Scenario:
    """The base with everything at its default that does not influence any run."""
    if not isinstance(base, Scenario):
        raise InvalidInputError(f"base is {validation.shown(base)}; give a Scenario")
    default = Scenario()
    swept = {name: getattr(default, name) for name in (*AXES.values(), "hidden") if name != "dataset"}
    if own_points:
        return base.replace(preset="", points=base.points, **swept)
    return base.replace(preset=default.preset, loss=default.loss, **swept)
