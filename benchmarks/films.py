"""Whether a film shows the networks that were trained: random trainings of the Explore page, still by still.

    python -m benchmarks.films [--runs 200] [--seed S]
    python -m benchmarks.films --pages rank_one ...      those of other pages, see `benchmarks.page_films`

Every run has a preset or random points, and a random loss, weight decay, depth, width, optimiser and start. Whenever
its film takes a still, the network itself is kept beside it. Both functions are piecewise linear, so their largest
distance over the chart's width is at their bends and the chart's edges, where it is measured. A browser draws straight
lines between the corners of the still's sum of float32 ramps; how far those are from the sum is measured in between.
The price of the last still must be the objective that training reports, rounded up, and not below the proven bound of
the optimum; the price of the curve as drawn is only compared, since its share says nothing where hardly any is left.
Prints the worst of each, and what exceeds its bound with the seed of the run. Exits with 1 if anything did.
"""

import argparse
import secrets
import sys
import time
from dataclasses import asdict, astuple, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from benchmarks import page_films
from cvxdnn.core.datasets import PRESETS
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.losses import LOSSES
from cvxdnn.core.network import Network
from cvxdnn.core.solution import Snapshot
from cvxdnn.exhibits.explore.domain import domain_of
from cvxdnn.tasks.comparison import Baseline
from cvxdnn.tasks.experiments import NetworkFrame, training_stream
from cvxdnn.tasks.optimum import is_searched
from cvxdnn.tasks.ramps import RampStill
from cvxdnn.tasks.scenario import BETAS, BIASES, OPTIMIZERS, Scenario
from cvxdnn.tasks.stream import last_frame

Vector = NDArray[np.float64]

CHART_PIXELS = 460
STEPS = (50, 400)
BOUNDS = {"pixels": 0.5, "between": 1e-9, "price": 1e-12, "below": 1e-9}


@dataclass(frozen=True)
class Errors:
    """The worst of one film, or of several.

    share, pixels : curve and network, in units of the range of y; in pixels of a chart `CHART_PIXELS` high
    between : curve and sum of ramps, between the corners, in units of the range of y
    price : misfit and charge of the last still, and the objective of training; as a share of the latter
    drawn_price : the same with the misfit of the curve as drawn
    below : how far the price of the last still is under the proven bound, as a share of it; 0 without a bound
    """

    share: float = 0.0
    pixels: float = 0.0
    between: float = 0.0
    price: float = 0.0
    drawn_price: float = 0.0
    below: float = 0.0

    def worst(self, other: "Errors") -> "Errors":
        """Each the larger one; none where one is none, which the built-in max would lose."""
        pairs = zip(astuple(self), astuple(other), strict=True)
        return Errors(*(float(np.maximum(one, two)) for one, two in pairs))

    @property
    def violations(self) -> list[str]:
        """What exceeds its bound; a number that is none exceeds every bound."""
        found = asdict(self)
        return [
            f"{name} {found[name]:.2g}, bound {bound:g}" for name, bound in BOUNDS.items() if not found[name] <= bound
        ]


def random_training(seed: int) -> tuple[Scenario, int]:
    """A scenario and its number of steps."""
    rng = np.random.default_rng(seed)
    while True:
        try:
            scenario = _random_scenario(rng)
        except InvalidInputError:  # settings that do not go together
            continue
        if not is_searched(scenario):
            return scenario, 10 * int(rng.integers(STEPS[0] // 10, STEPS[1] // 10 + 1))


def _random_scenario(rng: np.random.Generator) -> Scenario:
    preset = str(rng.choice([*PRESETS, "", "", ""]))
    own = zip(10.0 ** rng.uniform(-3, 3) * rng.normal(size=(n := rng.integers(1, 25))), rng.normal(size=n), strict=True)
    scenario = Scenario(
        preset=preset,
        points=None if preset else tuple((float(x), float(y)) for x, y in own),  # type: ignore[arg-type]
        loss=PRESETS[preset].loss if preset and rng.random() < 0.7 else str(rng.choice(LOSSES)),
        beta=float(rng.choice(BETAS)),
        depth=int(rng.integers(2, 5)),
        width=int(rng.choice([1, 3, 8, 20, 50])),
        restarts=int(rng.integers(1, 4)),
        seed=int(rng.integers(1_000)),
        biases=BIASES[rng.integers(len(BIASES))],
        optimizer=OPTIMIZERS[rng.integers(len(OPTIMIZERS))],
        polish=bool(rng.random() < 0.3),
    )
    has_room = scenario.width > len(scenario.points)  # for the optimum's bends
    return scenario.replace(start="optimum") if has_room and rng.random() < 0.2 else scenario


def film_errors(scenario: Scenario, steps: int) -> Errors:
    """Train, and compare the film with the networks that it was made of."""
    stream, networks = training_stream(scenario, steps), {}
    take = stream.still
    assert take is not None

    def take_both(snapshot: Snapshot) -> RampStill:
        networks[snapshot.step] = snapshot.network
        return take(snapshot)

    # Insertion is not slowed down, but every step of it stays worth a still.
    frame = last_frame(replace(stream, still=take_both, hold=min(stream.hold, 1e-9)))
    assert frame.film is not None
    stills, worst = frame.film.stills(), Errors()
    for still in stills:
        worst = worst.worst(_still_errors(scenario, still, networks[still.step]))
    return worst.worst(_last_errors(scenario, stills[-1], frame))


def _still_errors(scenario: Scenario, still: RampStill, network: Network) -> Errors:
    data, units = scenario.normalized()
    left, right, bottom, top = domain_of(scenario)
    (low, high), height = (
        units.unit_x(np.array([left, right])),
        float(np.diff(units.unit_y(np.array([bottom, top])))[0]),
    )
    places = still.ramps[:, 0].astype(np.float64)
    corners = np.unique([low, *places[(places > low) & (places < high)], high])
    knots = network.to_spline().knots
    at = np.union1d(corners, knots[(knots > low) & (knots < high)])
    distance = float(np.abs(np.interp(at, corners, drawn(still, corners)) - network(at)).max())
    between = (corners[:-1] + np.array([[0.25], [0.5], [0.75]]) * np.diff(corners)).ravel()
    off = float(np.abs(np.interp(between, corners, drawn(still, corners)) - drawn(still, between)).max())
    extent = float(np.ptp(data.y)) or 1.0
    return Errors(share=distance / extent, pixels=CHART_PIXELS * distance / height, between=off / extent)


def _last_errors(scenario: Scenario, still: RampStill, frame: NetworkFrame) -> Errors:
    data, _ = scenario.normalized()
    misfit = float(scenario.loss_function.value(drawn(still, data.x), data.y).sum())
    price, drawn_price = still.misfit + still.charge, misfit + still.charge
    bound = Baseline(scenario).lower_bound
    objective = frame.objective or 1.0  # one point costs nothing
    return Errors(
        price=abs(price - frame.objective) / objective,
        drawn_price=abs(drawn_price - frame.objective) / objective,
        below=max(bound - price, 0.0) / bound if bound else 0.0,
    )


def drawn(still: RampStill, x: Vector) -> Vector:
    """The sum of the float32 ramps at x, summed in float64 as a browser does."""
    place, change, side = still.ramps.astype(np.float64).T
    heights: Vector = still.constant + still.slope * x + np.maximum(side * (x[:, None] - place), 0.0) @ change
    return heights


def main() -> int:
    """Train, compare and print; whether anything exceeded its bound decides the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**40))
    parser.add_argument("--pages", nargs="+", choices=list(page_films.PAGES))
    options = parser.parse_args()
    if options.pages:
        passed = [page_films.check(page, options.runs, options.seed) for page in options.pages]
        return 0 if all(passed) else 1
    began, worst, failed = time.monotonic(), Errors(), 0
    for seed in range(options.seed, options.seed + options.runs):
        scenario, steps = random_training(seed)
        errors = film_errors(scenario, steps)
        worst = worst.worst(errors)
        if errors.violations:
            failed += 1
            print(f"seed {seed}, {steps} steps: {'; '.join(errors.violations)}: {scenario}", flush=True)
    print(f"{options.runs} films from seed {options.seed} in {time.monotonic() - began:.0f} s: {failed} violations")
    for name, value in asdict(worst).items():
        print(f"{name:12} {value:.1e}" + (f", bound {BOUNDS[name]:g}" if name in BOUNDS else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
