"""How soon a training job shows its first networks, how often new ones, how fast it pauses, and whether it leaks.

    python -m benchmarks.streaming [--rounds 10] [--minutes 5]

The jobs are those of the Explore page, in one warm worker process; times are seen from the process that asks. The long
run trains over and over, without an end of its own, and the memory of the worker is looked at all the time.
"""

import argparse
import statistics
import time
from collections.abc import Iterator
from typing import Any

from cvxdnn.jobs import Job, ProcessRunner
from cvxdnn.jobs.memory import resident_bytes
from cvxdnn.tasks.experiments import training_stream, warm_up
from cvxdnn.tasks.scenario import Scenario

SETTINGS: dict[str, dict[str, Any]] = {
    "10 points, width 50, 8 restarts": {"preset": "zigzag"},
    "60 points, width 100, 16 restarts": {"preset": "noisy sine", "width": 100, "restarts": 16},
    "133 points, 4 layers, width 200, 8 restarts": {
        "preset": "motorcycle",
        "width": 200,
        "restarts": 8,
        "depth": 4,
    },
    "insertion on the 10 points": {"preset": "zigzag", "optimizer": "insertion"},
}
LONG: dict[str, Any] = {"preset": "motorcycle", "depth": 4, "width": 100, "restarts": 8}
LOOK = 0.001
WATCHED = 1.0
"""Seconds in which frames are counted."""

Record = dict[str, float]


def scenario_of(settings: dict[str, Any]) -> Scenario:
    """A scenario with the points of its preset."""
    scenario, problem = Scenario.from_query({name: str(value) for name, value in settings.items()})
    assert problem is None, problem
    return scenario


def measure(runner: ProcessRunner, scenario: Scenario) -> Record:
    """One job: seconds to its first frame, frames in a second, seconds from the wish to stop to the end."""
    began = time.monotonic()
    job = runner.submit(training_stream(scenario), owner="benchmark")
    first = _wait(job, lambda: job.frames > 0) - began
    seen = job.frames
    _wait(job, lambda: time.monotonic() - began > first + WATCHED)
    frames, ended = job.frames - seen, job.state.finished
    asked = time.monotonic()
    job.stop()
    pause = _wait(job, lambda: job.state.finished) - asked
    return {"first frame (s)": first, "frames per second": frames / WATCHED, "pause (s)": 0.0 if ended else pause}


def _wait(job: Job, condition: Any) -> float:
    """The moment in which the condition holds, or the job has ended."""
    while not condition() and not job.state.finished:
        job.touch()
        time.sleep(LOOK)
    return time.monotonic()


def memory(runner: ProcessRunner, minutes: float) -> Iterator[tuple[float, int, float]]:
    """Minutes gone, jobs ended, and the worker's MB, about every ten seconds of training without a break."""
    began, jobs = time.monotonic(), 0
    shown = began
    while time.monotonic() - began < 60 * minutes:
        job = runner.submit(training_stream(scenario_of(LONG)), owner="benchmark")
        while not job.state.finished and time.monotonic() - began < 60 * minutes:
            job.touch()
            time.sleep(0.1)
            if time.monotonic() - shown > 10:
                shown = time.monotonic()
                yield (shown - began) / 60, jobs, _megabytes(runner)
        jobs += 1
        job.stop()
    yield (time.monotonic() - began) / 60, jobs, _megabytes(runner)


def _megabytes(runner: ProcessRunner) -> float:
    return sum(resident_bytes(pid) or 0 for pid in runner.status().pids) / 1e6


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--minutes", type=float, default=5)
    options = parser.parse_args()
    with ProcessRunner(1, warm_up=warm_up) as runner:
        runner.submit(training_stream(Scenario(), until=0), owner="benchmark").result()
        for name, settings in SETTINGS.items():
            records = [measure(runner, scenario_of(settings)) for _ in range(options.rounds)]
            medians = {key: round(statistics.median(each[key] for each in records), 4) for key in records[0]}
            worst = {key: round(max(each[key] for each in records), 4) for key in ("first frame (s)", "pause (s)")}
            print(f"{name}: median {medians}, largest {worst}", flush=True)
        for minutes, jobs, megabytes in memory(runner, options.minutes):
            print(f"{minutes:.1f} min, {jobs} jobs ended: worker {megabytes:.1f} MB", flush=True)


if __name__ == "__main__":
    main()
