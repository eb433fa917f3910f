"""A grid: the product of a few lists of settings, in a fixed order.

    runs = datasets x optimizers x depths x widths x betas x seeds,      the seed varying fastest

Each run is a `Scenario`, so that a value is checked where it is defined and the Explore page can show any run.
What decides a run's result is its scenario and the step limit, whichever grid asks for it. Its record says data set,
optimiser, depth, width, beta and seed, and lies on a shelf whose name is a hash of all that decides but the last three.
Two grids with a run in common so find the same record.
"""

import hashlib
import json
import math
from collections.abc import Iterator, Sequence
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
            for dataset, optimizer, depth, width, beta, seed in self._product()
        )

    @cached_property
    def numbers(self) -> dict[tuple[Any, ...], int]:
        """The number of each run by its values in the order of `AXES`."""
        return {values: number for number, values in enumerate(self._product())}

    @cached_property
    def shelves(self) -> tuple[str, ...]:
        """Where its records are kept: one name for each data set, optimiser and depth, in the order of the runs."""
        alike = len(self.widths) * len(self.betas) * len(self.seeds)
        return tuple(_shelf(run, self.max_steps) for run in self.runs[::alike])

    def first_run(self, **fixed: Any) -> Scenario:
        """The settings of the first run with these values, given by names from `AXES`."""
        first = {name: getattr(self, name)[0] for name in AXES}
        return self.runs[self.numbers[tuple({**first, **fixed}.values())]]

    def shelf(self, number: int) -> str:
        """The shelf of a run's record."""
        return self.shelves[number * len(self.shelves) // len(self)]

    def _product(self) -> Iterator[tuple[Any, ...]]:
        return product(*(getattr(self, name) for name in AXES))

    def _scenario(self, dataset: str) -> Scenario:
        if dataset == OWN_POINTS:
            return self.base
        return self.base.replace(preset=dataset, loss=PRESETS[dataset].loss)


def _shelf(run: Scenario, max_steps: int) -> str:
    """16 hexadecimal digits that depend on all that decides the results of runs but width, weight decay and seed."""
    told = ("width", "beta", "seed", "hidden", "v", "check")
    settings = {name: text for name, text in run.to_query().items() if name not in told}
    text = json.dumps({"format": FORMAT, "v": VERSION, "max_steps": max_steps, **settings}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


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
