"""Whether the films of the closed-form pages stay above their bound, and end where the closed form says.

    python -m benchmarks.films --pages rank_one whitened batch_norm extreme_points [--runs 200] [--seed S]

Every run has settings that the page's own controls offer, at random, and is trained as there. Each still's objective
is compared with the bound that the page names, and the last one with what training reports and with the closed form.
A closed form that is reached only from lucky starts, or is an upper bound, says nothing about a film: how often it is
reached is told, and not judged. The training of Extreme points has no film: there all of its history is compared.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cvxdnn.core.types import Array
from cvxdnn.exhibits.batch_norm import film as batch_norm
from cvxdnn.exhibits.batch_norm.case import Setting, case_of
from cvxdnn.exhibits.batch_norm.view import BETAS as BATCH_NORM_BETAS
from cvxdnn.exhibits.extreme_points.controls import BETAS as EXTREME_POINTS_BETAS
from cvxdnn.exhibits.extreme_points.samples import EXAMPLES, Samples, picture_of
from cvxdnn.exhibits.extreme_points.samples import stream_of as extreme_points_stream
from cvxdnn.exhibits.rank_one import film as rank_one
from cvxdnn.exhibits.rank_one.case import KINDS, SIDES, RankOneSetting, rank_one_case
from cvxdnn.exhibits.rank_one.view import BETAS as RANK_ONE_BETAS
from cvxdnn.exhibits.whitened import film as whitened
from cvxdnn.exhibits.whitened.case import WhitenedSetting, whitened_case
from cvxdnn.exhibits.whitened.view import BETAS as WHITENED_BETAS
from cvxdnn.tasks.fits import FitView
from cvxdnn.tasks.stream import Stream, last_frame

__all__ = ["PAGES", "check"]

BELOW = 1e-9
"""Share of the bound by which a still may be under it: rounding of sums of squares."""
SAME = 1e-12
"""Share by which the last still's objective may differ from the one that training reports."""
REACHED = 1e-6
"""Share above the closed form within which a page calls the two apart by a power of ten."""


@dataclass(frozen=True)
class Training:
    """A page's training in some setting: the task, the bound, the closed form, and the words for a report."""

    stream: Stream[FitView]
    bound: float
    value: float
    words: str


def _rank_one(rng: np.random.Generator) -> Training:
    setting = RankOneSetting(
        KINDS[rng.integers(len(KINDS))],
        samples=int(rng.integers(1, 31)),
        inputs=int(rng.integers(1, 21)),
        outputs=int(rng.integers(2, 7)),
        side=SIDES[rng.integers(len(SIDES))],
        beta=float(rng.choice(RANK_ONE_BETAS)),
        depth=int(rng.integers(2, 7)),
        seed=int(rng.integers(10_000)),
    )
    optimum = rank_one_case(setting).optimum
    return Training(rank_one.stream_of(setting), optimum.lower_bound, optimum.value, str(setting))


def _whitened(rng: np.random.Generator) -> Training:
    setting = WhitenedSetting(
        classes=int(rng.integers(2, 7)),
        largest=int(rng.integers(1, 9)),
        imbalance=int(rng.integers(1, 9)),
        extra_inputs=int(rng.integers(11)),
        beta=float(rng.choice(WHITENED_BETAS)),
        depth=int(rng.integers(2, 9)),
        seed=int(rng.integers(10_000)),
    )
    optimum = whitened_case(setting).optimum
    return Training(whitened.stream_of(setting), optimum.lower_bound, optimum.value, str(setting))


def _batch_norm(rng: np.random.Generator) -> Training:
    setting = Setting(
        classes=int(rng.integers(2, 5)),
        largest=int(rng.integers(2, 13)),
        imbalance=int(rng.integers(1, 13)),
        beta=float(rng.choice(BATCH_NORM_BETAS)),
        depth=int(rng.integers(2, 5)),
        inputs=int(rng.integers(1, 49)),
        seed=int(rng.integers(10_000)),
    )
    exact = case_of(setting).exact
    return Training(batch_norm.stream_of(setting), exact.lower_bound, exact.objective, str(setting))


def _extreme_points(rng: np.random.Generator) -> Training:
    example = list(EXAMPLES.values())[rng.integers(len(EXAMPLES))]
    points = tuple((float(a), float(b)) for a, b in rng.uniform(-1.3, 1.3, (len(example.points), 2)))
    targets = tuple(rng.uniform(-1.5, 1.5, 3).tolist())
    samples = Samples(points, example.heights, targets, example.bias)
    picture = picture_of(samples, float(rng.choice(EXTREME_POINTS_BETAS)))
    found = picture.found
    words = f"{samples}, beta {found.beta}"
    return Training(extreme_points_stream(picture), found.objective - found.gap, found.objective, words)


PAGES: dict[str, Callable[[np.random.Generator], Training]] = {
    "rank_one": _rank_one,
    "whitened": _whitened,
    "batch_norm": _batch_norm,
    "extreme_points": _extreme_points,
}


def check(page: str, runs: int, seed: int) -> bool:
    """Train, compare, print a line for each violation and one for the page; whether there was none."""
    began, failed = time.monotonic(), 0
    below, apart, excess = [], [], []
    for number in range(seed, seed + runs):
        training = PAGES[page](np.random.default_rng(number))
        objectives, reported = _objectives(training.stream)
        below.append(max(float((training.bound - objectives).max()) / max(training.bound, 1e-300), 0.0))
        apart.append(abs(float(objectives[-1]) - reported) / max(reported, 1e-300))
        excess.append(reported / max(training.value, 1e-300) - 1)
        if not (below[-1] <= BELOW and apart[-1] <= SAME):
            failed += 1
            print(f"{page}, seed {number}: {below[-1]:.1e} below, last off by {apart[-1]:.1e}: {training.words}")
    reached = np.abs(excess) <= REACHED
    closest = np.abs(excess)[reached].max(initial=0.0)
    print(
        f"{page}: {runs} films from seed {seed} in {time.monotonic() - began:.0f} s, {failed} violations; "
        f"most below the bound {max(below):.1e}, last still off by {max(apart):.1e}; "
        f"{reached.sum()} reach the closed form within {REACHED:g}, by {closest:.1e} at most, "
        f"{int(np.sum(np.array(excess) < -REACHED))} get below one that is an upper bound",
        flush=True,
    )
    return failed == 0


def _objectives(stream: Stream[FitView]) -> tuple[Array, float]:
    """Of the stills, or of the best restart at each row of the history, and what training reports."""
    frame = last_frame(stream)
    if frame.film is None:
        return frame.history[:, 1:].min(axis=1), frame.objective
    return np.array([still.numbers["objective"] for still in frame.film.stills()]), frame.objective
