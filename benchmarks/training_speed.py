"""Restart-steps per second: sixteen restarts in one computation against a plain loop run per restart.

    make bench                             into docs/training.md
    python -m benchmarks.training_speed --depths 2 3 --output some/page.md

Twenty points, width 50, float64, one thread, Adam. The plain loop (`benchmarks.training_plain`) takes the same steps,
to 1e-8 of the objective over the first hundred (a test). The same run times the step's matrix products by themselves,
each as one call to `torch.bmm` into memory that is there: no step can be faster, unless it shapes them better, so the
trainer's own shapes are timed as well. Everything is timed in turns, many times, by the processor's clock, and the
shortest times count: what another program takes from the caches is not the trainer's.
"""

import argparse
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.training_plain import PlainTraining, points, rates_of_layers
from benchmarks.training_report import PAGE, write_speed

DEPTHS = (2, 3, 4, 5)
RESTARTS, WIDTH, BETA = 16, 50, 0.01
ROUNDS, STEPS = 100, 10


def measured(depth: int, rounds: int) -> dict[str, float]:
    """Seconds of a step of all restarts, of a plain step of one, and of the products."""
    import torch

    from cvxdnn.training.layout import ParameterLayout
    from cvxdnn.training.methods import METHODS
    from cvxdnn.training.objective_gradient import ObjectiveGradient
    from cvxdnn.training.training import train

    x, y = points()
    first = next(train(x, y, beta=BETA, depth=depth, width=WIDTH, restarts=RESTARTS, max_steps=0))
    layout = ParameterLayout(RESTARTS, depth, WIDTH, "last_hidden")
    model = ObjectiveGradient(x, y, BETA, layout)
    model.parameters.copy_(torch.from_numpy(first.state.parameters))
    method, rates = METHODS["adam"](model), torch.full((layout.size,), 1e-6, dtype=torch.float64)
    plain = PlainTraining(x, y, BETA, first.networks[0], rates_of_layers(y, BETA, depth, WIDTH))
    number = iter(range(1, 10**9))

    @torch.inference_mode()
    def ours() -> None:
        for _ in range(STEPS):
            method.step(rates, next(number))

    def plainly() -> None:
        for _ in range(STEPS):
            plain.step()

    timed = {
        "ours": ours,
        "plain": plainly,
        "products": _products(depth, shaped=False),
        "own_products": _products(depth, shaped=True),
    }
    return {"depth": depth, "restarts": RESTARTS, **_shortest(timed, rounds)}


def _shortest(timed: dict[str, Callable[[], None]], rounds: int) -> dict[str, float]:
    best = dict.fromkeys(timed, float("inf"))
    for _ in range(rounds):
        for name, function in timed.items():
            begun = time.process_time()
            function()
            best[name] = min(best[name], (time.process_time() - begun) / STEPS)
    return best


def _products(depth: int, *, shaped: bool) -> Callable[[], None]:
    """Z = A W for every layer and the two products of the way back, all restarts, on memory that is there.

    `shaped`: the way the trainer does it, what belongs to the single output as a row, outer products by broadcasting.
    """
    import torch

    from cvxdnn.training.layout import ParameterLayout

    layout, n, calls = ParameterLayout(RESTARTS, depth, WIDTH, "last_hidden"), len(points()[0]), []

    def add(a: torch.Tensor, b: torch.Tensor, out: torch.Tensor) -> None:
        if shaped and a.shape[2] == 1:
            calls.append((torch.mul, a, b, out))
        elif shaped and out.shape[2] == 1:
            calls.append((torch.bmm, b.transpose(1, 2), a.transpose(1, 2), out.transpose(1, 2)))
        else:
            calls.append((torch.bmm, a, b, out))

    for rows, columns, biased in zip(layout.widths[:-1], layout.widths[1:], layout.biased, strict=True):
        inputs, weights, outputs, delta, gradient, below = (
            torch.rand(RESTARTS, *shape, dtype=torch.float64)
            for shape in (
                *((n, rows + biased), (rows + biased, columns), (n, columns)),
                *((n, columns), (rows + biased, columns), (n, rows)),
            )
        )
        add(inputs, weights, outputs)
        add(inputs.transpose(1, 2), delta, gradient)
        if rows > 1:  # nobody asks for the derivative in x
            add(delta, weights[:, :rows].transpose(1, 2), below)

    @torch.inference_mode()
    def run() -> None:
        for _ in range(STEPS):
            for product, a, b, out in calls:
                product(a, b, out=out)

    return run


def main(arguments: list[str] | None = None) -> None:
    """Measure every depth and write the table."""
    parser = argparse.ArgumentParser(description="Time the trainer's steps against a plain loop.")
    parser.add_argument("--depths", type=int, nargs="+", default=list(DEPTHS))
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--output", type=Path, default=PAGE, help="page that holds the table")
    options = parser.parse_args(arguments)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    import torch

    torch.set_num_threads(1)
    records = []
    for depth in options.depths:
        records.append(measured(depth, options.rounds))
        print(json.dumps(records[-1]), flush=True)
    write_speed(records, options.output)


if __name__ == "__main__":
    main()
