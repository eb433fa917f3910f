"""Whether a network is ever below the landscape of the Depth page, in many trainings, at every moment of their films.

    python -m benchmarks.landscape                     200 settings: about two minutes
    python -m benchmarks.landscape --settings 20

Random presets, depths, weight decays and seeds. Each film is priced at its own weight decay and at ten others. A film
holds numbers of 24 bits, so that a network at rest in a valley may seem to be below it by some 1e-7 of its objective.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse

import numpy as np

from cvxdnn import PRESETS, load_preset, regularization_path
from cvxdnn.convex import DeepPath
from cvxdnn.exhibits.depth.film import stream_of
from cvxdnn.tasks.deep_runs import DeepRuns
from cvxdnn.tasks.stream import last_frame

ROUNDED = 1e-6


def main(arguments: list[str] | None = None) -> None:
    """Train, compare and print how far the lowest network of all was above the landscape."""
    parser = argparse.ArgumentParser(description="Networks against the landscape of the Depth page.")
    parser.add_argument("--settings", type=int, default=200)
    count = parser.parse_args(arguments).settings
    rng = np.random.default_rng(0)
    excesses = [lowest_excess(rng) for _ in range(count)]
    below = sum(excess < -ROUNDED for excess in excesses)
    print(
        f"{count} settings: lowest network {min(excesses):.1e} of the landscape above it, {below} below by {ROUNDED:g}"
    )


def lowest_excess(rng: np.random.Generator) -> float:
    """Of one training: how far its lowest network is above the landscape, as a share of it."""
    points = load_preset(rng.choice(list(PRESETS))).normalized()[0]
    deep, depth = DeepPath(regularization_path(points.x, points.y)), int(rng.integers(2, 7))
    beta = float(10 ** rng.uniform(-3, 0.3)) * deep.path.beta_max
    width, seed = int(rng.integers(1, 25)), int(rng.integers(1000))
    runs = DeepRuns(points.x, points.y, beta, depth, width=width, runs=6, seed=seed, max_steps=1000)
    film = last_frame(stream_of(runs)).film
    assert film is not None
    betas = beta * np.append(1.0, 10 ** rng.uniform(-2, 2, size=10))
    return min(_excess(deep, still.arrays, float(each), depth) for still in film.stills() for each in betas)


def _excess(deep: DeepPath, arrays: dict[str, np.ndarray], beta: float, depth: int) -> float:
    heights = deep.objective_at(arrays["path_norms"], beta=beta, depth=depth)
    return float(np.min((arrays["misfits"] + beta * arrays["charges"]) / heights)) - 1


if __name__ == "__main__":
    main()
