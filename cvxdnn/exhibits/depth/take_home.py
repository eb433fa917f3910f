"""What a visitor of the Depth page can take home."""

from cvxdnn.app.take_home import File
from cvxdnn.app.written import call, code, csv_of, json_of, page_has, script, stop_at
from cvxdnn.core.solution import Status
from cvxdnn.exhibits.closed_form.take_home import history_csv
from cvxdnn.exhibits.depth.lab import DepthLab, runs_of
from cvxdnn.tasks.deep_runs import LOOK_EVERY, DeepRuns, DeepRunsFrame

__all__ = ["deep_training", "files", "script_of"]


def files(lab: DepthLab) -> list[File]:
    """All that there is at this moment."""
    frame = lab.training.frame
    has_network = frame is not None and frame.view.network is not None
    return [
        File("points.csv", "Points, in the units of training", lambda: csv_of({"x": lab.data.x, "y": lab.data.y})),
        File("landscape.csv", "Landscape", lambda: landscape_csv(lab)),
        File("valleys.json", "Valleys and the optimum", lambda: valleys_json(lab)),
        File("history.csv", "Training, step by step", None if frame is None else lambda: history_csv(frame)),
        File("network.json", "Best network, its weights", (lambda: network_json(lab, frame)) if has_network else None),
        File("script.py", "All of it, computed again", lambda: script_of(lab, frame)),
    ]


def landscape_csv(lab: DepthLab) -> str:
    """Path norm, least loss and least objective at each breakpoint of the curve."""
    curve = lab.deep.curve
    objectives = curve.loss + 0.5 * lab.beta * lab.depth * curve.path_norm ** (2 / lab.depth)
    return csv_of({"path norm": curve.path_norm, "least loss": curve.loss, "lowest objective": objectives})


def valleys_json(lab: DepthLab) -> str:
    """All local minima, and the certified optimum with a network that reaches it."""
    solution = lab.solution
    names = ("objective", "gap", "relative_gap", "loss", "penalty", "path_norm", "effective_beta", "status", "dual")
    return json_of(
        {
            "setting": {"beta": lab.beta, "depth": lab.depth},
            "valleys": lab.minima,
            "optimum": {name: getattr(solution, name) for name in names},
            "function": {"knots": solution.spline.knots, "values": solution.spline.values},
            "network": solution.network(),
        }
    )


def network_json(lab: DepthLab, frame: DeepRunsFrame | None) -> str:
    """The best of the trained networks."""
    assert frame is not None
    return json_of(
        {
            "setting": {"beta": lab.beta, "depth": lab.depth},
            "measured": {"objective": frame.objective, "step": frame.step, "status": frame.status},
            "network": frame.view.network,
        }
    )


def script_of(lab: DepthLab, frame: DeepRunsFrame | None) -> str:
    """Optimum, valleys and training again."""
    solution = lab.solution
    return script(
        'The page "Depth" of cvxdnn: the valleys of training deep networks, and networks that roll into them.',
        "import cvxdnn",
        "# The points, x in [0, 1], y centred with range 1.\n"
        f"x = {code(lab.data.x)}\ny = {code(lab.data.y)}\n"
        f"beta, depth = {code(lab.beta)}, {code(lab.depth)}",
        "# The certified optimum, and all valleys: their path norm and their objective.\n"
        "best = cvxdnn.solve(x, y, beta=beta, depth=depth)\n"
        f'print("optimum:", best.objective){page_has(solution.objective)}\n'
        'print("proven to:", best.gap)\n'
        "for valley in best.local_minima:\n"
        '    print("valley at path norm", valley.r, "with objective", valley.objective)',
        deep_training(runs_of(lab.setting), frame),
    )


def deep_training(runs: DeepRuns, frame: DeepRunsFrame | None) -> str:
    """Code that trains the networks again: of points x, y with beta and depth."""
    options = {
        "width": runs.width,
        "biases": runs.biases,
        "restarts": runs.runs,
        "seed": runs.seed,
        "optimizer": "adam",
        "max_steps": runs.max_steps,
        "snapshot_every": LOOK_EVERY,
    }
    until = frame.step if frame is not None and frame.status in (Status.RUNNING, Status.STOPPED) else None
    return "\n".join(
        [
            "# Networks trained from many first weights at once.",
            f"for last in {call('cvxdnn.train', 'x', 'y', 'beta=beta', 'depth=depth', **options)}:",
            *stop_at(until),
            f'print("network:", last.objective){page_has(None if frame is None else frame.objective)}',
            'print("after step:", last.step, last.status.message)',
            'print("each of them:", sorted(last.objectives.tolist()))',
        ]
    )
