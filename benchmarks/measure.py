"""One measurement in a fresh process on one thread: time, peak memory, certified gap.

    python -m benchmarks.measure '{"task": "cold", "peer": "ours", "case": {"n": 100}, "seconds": 60, "gigabytes": 6}'

`run` starts that command and returns what it printed. The process first solves a problem of ten points, so that
imports and compilation are not counted. It then solves its case once, and again while that is cheap. Time is the
processor's time for this process, which other programs on the machine disturb less than the time on the wall; both are
recorded. Memory is the largest resident size of the whole process up to the end of the solves, libraries included.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.problems import Case, points

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from benchmarks.peers import Answer

    Vector = NDArray[np.float64]

ROOT = Path(__file__).resolve().parent.parent
THREADS = ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "NUMBA", "RAYON")
MARK = "measured: "
RUNS, MAX_RUNS = 5, 51
CHEAP = 0.02
"""Share of the time limit that the repetitions beyond the fifth may use; five times as much for the first five."""
DRAG_STEPS = 200
PATIENCE = 5.0
"""Seconds on the wall that a process may take for each second of its processor's time."""

Record = dict[str, Any]


def run(task: str, peer: str, case: Case, *, seconds: float, gigabytes: float) -> Record:
    """Measure in a child process; the record has `failure` when there is no answer."""
    order = {"task": task, "peer": peer, "case": case.as_dict(), "seconds": seconds, "gigabytes": gigabytes}
    child = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.measure", json.dumps(order)],
        cwd=ROOT,
        env={**os.environ, **{f"{name}_NUM_THREADS": "1" for name in THREADS}},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    output = _output(child, seconds)
    if output is None:
        return {**order, "failure": f"over {seconds:g} s", "limit": True}
    printed, complaints = output
    lines = [line for line in printed.splitlines() if line.startswith(MARK)]
    if not lines:
        if "bad_alloc" in complaints:
            return {**order, "failure": f"over {gigabytes:g} GB", "limit": True}
        reason = (complaints.strip().splitlines() or [f"exit code {child.returncode}"])[-1]
        return {**order, "failure": f"ended: {reason[:120]}"}
    return {**order, **json.loads(lines[-1].removeprefix(MARK))}


def cold(peer_name: str, case: Case, seconds: float) -> Record:
    """Solve, several times if that is cheap, and certify the last answer."""
    from benchmarks.peers import PEERS
    from cvxdnn.core.objective import beta_max

    peer = PEERS[peer_name]
    small = points(Case(10))
    peer.solve(*small, case.share * beta_max(*small))
    x, y = points(case)
    beta = case.share * beta_max(x, y)
    times: list[float] = []
    walls: list[float] = []
    answer: Any = None
    while _again(walls, seconds):
        answer, elapsed, wall = _timed(lambda: peer.solve(x, y, beta))
        times.append(elapsed)
        walls.append(wall)
    memory = _peak_megabytes()
    alone, aided = relative_gaps(x, y, beta, answer, peer.skip_connection)
    return {
        "seconds_median": _quantile(times, 0.5),
        "wall_median": _quantile(walls, 0.5),
        "runs": len(times),
        "megabytes": memory,
        "gap": alone,
        "excess": aided,
        "knots": int(answer.spline.significant_knots(1e-9).size),
    }


def drag(case: Case) -> Record:
    """One point is moved along an ellipse: each step solved warm, and cold for comparison."""
    import numpy as np

    from cvxdnn.convex import Solver, solve
    from cvxdnn.core.objective import beta_max

    x, y = points(case)
    beta = case.share * beta_max(x, y)
    solver = Solver()
    solver.solve(x, y, beta=beta)
    warm, walls, from_cold, gaps, were_warm = [], [], [], [], 0
    for angle in np.linspace(0.0, 2 * np.pi, DRAG_STEPS):
        moved_x, moved_y = x.copy(), y.copy()
        moved_x[case.n // 2] += 0.05 * np.sin(angle)
        moved_y[case.n // 2] += 0.5 * (1 - np.cos(angle))
        answer, elapsed, wall = _timed(lambda: solver.solve(moved_x, moved_y, beta=beta))  # noqa: B023 - called at once
        warm.append(elapsed)
        walls.append(wall)
        gaps.append(answer.relative_gap)
        were_warm += solver.was_warm
        from_cold.append(_timed(lambda: solve(moved_x, moved_y, beta=beta))[1])  # noqa: B023 - called at once
    return {
        "seconds_median": _quantile(warm, 0.5),
        "seconds_95": _quantile(warm, 0.95),
        "wall_median": _quantile(walls, 0.5),
        "wall_95": _quantile(walls, 0.95),
        "cold_median": _quantile(from_cold, 0.5),
        "share_warm": were_warm / DRAG_STEPS,
        "gap": max(gaps),
        "runs": DRAG_STEPS,
    }


def path(case: Case) -> Record:
    """The whole regularisation path, and every breakpoint certified: by the path itself, and by `cvxdnn.certify`."""
    from cvxdnn.convex import regularization_path
    from cvxdnn.core.objective import certify

    regularization_path(*points(Case(10)))
    x, y = points(case)
    followed, elapsed, wall = _timed(lambda: regularization_path(x, y))
    memory = _peak_megabytes()
    gaps, to_certify, _ = _timed(lambda: followed.relative_gap)
    solutions = ((beta, followed.at(beta)) for beta in followed.betas[:-1])
    anew = [certify(x, y, answer.spline, beta=beta, dual=answer.dual).relative_gap for beta, answer in solutions]
    return {
        "seconds_median": elapsed,
        "wall_median": wall,
        "runs": 1,
        "megabytes": memory,
        "breakpoints": int(followed.betas.size),
        "seconds_certified": to_certify,
        "gap": float(gaps.max()),
        "gap_anew": max(anew),
    }


def relative_gaps(
    x: "Vector", y: "Vector", beta: float, answer: "Answer", skip_connection: bool
) -> tuple[float, float]:
    """Two proven relative gaps of an answer: by its own multipliers, and by this library's, too.

    An answer without multipliers has its residuals. They are multipliers only at the optimum; a little beside it the
    bound they prove is a good deal worse than the answer. The second gap is therefore the fairer one: how far the
    answer's objective is above the optimum. An answer is charged its own coefficients or its function's path norm, what
    is less.
    """
    if answer.relative_gap is not None:
        return answer.relative_gap, answer.relative_gap
    from cvxdnn.convex import solve
    from cvxdnn.core.objective import certify

    best = solve(x, y, beta=beta, skip_connection=skip_connection).dual
    alone: list[float] = []
    aided: list[float] = []
    for dual, gaps in ((None, alone), (best, aided)):
        by_path_norm = certify(x, y, answer.spline, beta=beta, skip_connection=skip_connection, dual=dual)
        gaps.append(by_path_norm.relative_gap)
        if answer.path_norm is not None:
            own = certify(x, y, lambda at: answer.spline(at), beta=beta, path_norm=answer.path_norm, dual=dual)
            gaps.append(own.relative_gap)
    return min(alone), min(aided)


def _again(times: list[float], seconds: float) -> bool:
    """Whether one more run is worth its time."""
    if not times:
        return True
    spent = sum(times)
    if len(times) < RUNS:
        return spent + max(times) < RUNS * CHEAP * seconds
    return len(times) < MAX_RUNS and spent < CHEAP * seconds


def _timed(call: Callable[[], Any]) -> tuple[Any, float, float]:
    """Result, seconds of the processor, seconds on the wall."""
    wall, processor = time.perf_counter(), time.process_time()
    result = call()
    return result, time.process_time() - processor, time.perf_counter() - wall


def _quantile(values: list[float], share: float) -> float:
    import numpy as np

    return float(np.quantile(values, share))


def _peak_megabytes() -> float:
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS, kibibytes elsewhere
    return peak * (1.0 if sys.platform == "darwin" else 1024.0) / 1e6


def _output(child: "subprocess.Popen[str]", seconds: float) -> tuple[str, str] | None:
    """What the process printed; None when it was ended because it used up its time.

    The parent looks from time to time: a limit set with `setrlimit` can spoil the processor's clock in the process.
    """
    started = time.perf_counter()
    while True:
        try:
            return child.communicate(timeout=min(0.5, seconds))
        except subprocess.TimeoutExpired:
            on_wall = time.perf_counter() - started
            if _processor_seconds(child.pid, on_wall) > seconds or on_wall > PATIENCE * seconds:
                child.kill()
                child.communicate()
                return None


def _processor_seconds(pid: int, on_wall: float) -> float:
    """Processor time of a running process; where the system does not tell, the time on the wall."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return on_wall
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _limit_memory(gigabytes: float) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (int(gigabytes * 1e9), resource.getrlimit(resource.RLIMIT_AS)[1]))


def main(order: Record) -> Record:
    """Carry out one order in this process."""
    case = Case(**order["case"])
    _limit_memory(order["gigabytes"])
    try:
        if order["task"] == "drag":
            return drag(case)
        return path(case) if order["task"] == "path" else cold(order["peer"], case, order["seconds"])
    except MemoryError:
        return {"failure": f"over {order['gigabytes']:g} GB", "limit": True}
    except ImportError as error:
        return {"failure": f"not installed ({error})"}
    except Exception as error:  # a solver's own failure is a result, not the end of the benchmark
        return {"failure": f"{type(error).__name__}: {str(error)[:120]}"}


if __name__ == "__main__":
    print(MARK + json.dumps(main(json.loads(sys.argv[1]))), flush=True)
