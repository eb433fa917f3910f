"""What a visitor of the Explore page can take home: points, curves and training as tables, networks, and a script."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from cvxdnn.app.take_home import File
from cvxdnn.app.written import call, code, csv_of, json_of, page_has, script, stop_at
from cvxdnn.core.limits import host_limits
from cvxdnn.core.network import Network
from cvxdnn.core.solution import Status
from cvxdnn.core.spline import LinearSpline
from cvxdnn.core.types import Array
from cvxdnn.exhibits.explore.axes import AXES, Axes, csv_of_points, heads
from cvxdnn.exhibits.explore.session import Session
from cvxdnn.tasks.comparison import BEND_TOLERANCE, Baseline
from cvxdnn.tasks.experiments import NetworkFrame, look_every
from cvxdnn.tasks.optimum import is_searched
from cvxdnn.tasks.scenario import Scenario

__all__ = ["Shown", "files", "network_json", "optimum_json", "script_of", "shown_by"]


@dataclass(frozen=True, eq=False)
class Shown:
    """What the page shows at one moment.

    baseline : spline, and the optimum as far as it is known
    scenario : all settings
    frame : of the training, if it belongs to these settings
    is_from_seed : whether that training began with the weights of its seed, and not with those for another weight decay
    axes : what x and y are
    """

    baseline: Baseline
    scenario: Scenario
    frame: NetworkFrame | None
    is_from_seed: bool = True
    axes: Axes = AXES

    @property
    def network(self) -> Network | None:
        """The best network; None while it is trained."""
        return None if self.frame is None else self.frame.view.network


def shown_by(session: Session) -> Shown:
    """What the page shows now."""
    run = session.run
    frame = run.frame if run.shows(session.scenario) else None
    return Shown(session.baseline, session.scenario, frame, run.is_from_seed, session.axes)


def files(session: Session) -> list[File]:
    """All that there is to take home at this moment."""
    now, ends = shown_by(session), session.domain[:2]
    is_solved, is_trained = now.baseline.solution is not None, now.frame is not None
    return [
        File("points.csv", "Points", lambda: points_csv(now)),
        File("curves.csv", "Curves and band", lambda: curves_csv(now, ends)),
        File("knots.csv", "Knots", lambda: knots_csv(now)),
        File("history.csv", "Training, step by step", (lambda: history_csv(now)) if is_trained else None),
        File("optimum.json", "Optimum and its network", (lambda: optimum_json(now)) if is_solved else None),
        File("network.json", "Trained network, its weights", (lambda: network_json(now)) if now.network else None),
        File("script.py", "All of it, computed again", lambda: script_of(now)),
    ]


# Numbers, in the user's units where they are of curves


def points_csv(now: Shown) -> str:
    """x and y as they were given."""
    return csv_of_points(now.scenario.points, now.axes)


def _curves(now: Shown) -> dict[str, LinearSpline]:
    """By name, in normalised units."""
    shown, frame = now.baseline, now.frame
    curves = {"linear spline": shown.spline}
    if shown.solution is not None:
        curves["optimum"] = shown.solution.spline
    if shown.is_known:
        curves["fewest knots"] = shown.sparsest
        curves["lower edge of the band"], curves["upper edge of the band"] = shown.band
    if frame is not None:
        curves["trained network"] = frame.view.spline
        curves |= {f"other restart {k}": spline for k, spline in enumerate(frame.view.others, 1)}
    return curves


def curves_csv(now: Shown, ends: tuple[float, ...]) -> str:
    """The corners of every curve between the ends of the chart: straight lines join them."""
    units = now.baseline.units
    low, high = units.unit_x(np.array(ends))
    names: list[str] = []
    xs: list[Array] = []
    ys: list[Array] = []
    for name, spline in _curves(now).items():
        inside = spline.knots[(spline.knots > low) & (spline.knots < high)]
        at = np.concatenate([[low], inside, [high]])
        names += [name] * at.size
        xs.append(units.user_x(at))
        ys.append(units.user_y(spline(at)))
    x, y = heads(now.axes, "curve")
    return csv_of({"curve": names, x: np.concatenate(xs), y: np.concatenate(ys)})


def knots_csv(now: Shown) -> str:
    """Where each curve bends, and by how much its slope changes there."""
    units = now.baseline.units
    rows: list[tuple[str, float, float]] = []
    for name, spline in _curves(now).items():
        outer = units.user_spline(spline)
        changes = np.diff(outer.slopes)
        rows += [(name, x, change) for x, change in zip(outer.knots.tolist(), changes.tolist(), strict=True) if change]
    curves, xs, changes_of = zip(*rows, strict=True) if rows else ((), (), ())
    x, _ = heads(now.axes, "curve", "change of slope")
    return csv_of({"curve": curves, x: xs, "change of slope": changes_of})


def history_csv(now: Shown) -> str:
    """Steps, the objective of each restart, and how far the best one is above the proven bound, as a share of it."""
    frame = now.frame
    assert frame is not None
    steps, *objectives = frame.history.T
    bound = now.baseline.lower_bound
    gaps = np.min(objectives, axis=0) / bound - 1 if bound else [None] * steps.size
    return csv_of(
        {
            "step": steps.astype(int),
            **{f"objective of restart {k}": column for k, column in enumerate(objectives, 1)},
            "relative gap of the best": gaps,
        }
    )


def optimum_json(now: Shown) -> str:
    """The certified optimum, its function, its certificate and a network that reaches it; in normalised units."""
    solution = now.baseline.solution
    assert solution is not None
    return json_of(
        {
            **_about(now),
            "certified": {
                name: getattr(solution, name)
                for name in (
                    *("objective", "gap", "relative_gap", "loss", "penalty", "path_norm", "effective_beta", "status"),
                    "dual",
                )
            },
            "is the optimum of these networks": now.baseline.is_optimum,
            "function": _function(solution.spline),
            "network": _weights(solution.network()),
        }
    )


def network_json(now: Shown) -> str:
    """The best trained network: its numbers, its function and all its weights; in normalised units."""
    frame, network = now.frame, now.network
    assert frame is not None
    assert network is not None
    return json_of(
        {
            **_about(now),
            "measured": {"objective": frame.objective, "step": frame.step, "status": frame.status},
            "function": _function(frame.view.spline),
            "network": _weights(network),
        }
    )


def _about(now: Shown) -> dict[str, Any]:
    """The settings, and the map to the user's units: x = x_offset + x_scale u, y = y_offset + y_scale v."""
    settings = {name: value for name, value in asdict(now.scenario).items() if name != "hidden"}
    return {"settings": settings, "units": now.baseline.units}


def _function(spline: LinearSpline) -> dict[str, Any]:
    left, right = spline.slopes[[0, -1]]
    return {"knots": spline.knots, "values": spline.values, "left_slope": left, "right_slope": right}


def _weights(network: Network) -> dict[str, Any]:
    return {name: getattr(network, name) for name in ("weights", "biases", "origin")}


# The script


def script_of(now: Shown) -> str:
    """A script that computes the optimum and the training again, and prints them beside the page's numbers."""
    return script(
        'The page "Explore" of cvxdnn: points, their certified optimum, and networks trained on them.',
        "import cvxdnn\nfrom cvxdnn.core.bends import distinct_bends",
        _data(now),
        _optimum(now),
        _training(now),
    )


def _data(now: Shown) -> str:
    scenario = now.scenario
    x, y = zip(*scenario.points, strict=True)
    labels = scenario.loss_function.needs_labels
    units = "x in [0, 1]; the labels stay -1 and +1" if labels else "x in [0, 1], y centred with range 1"
    problem = {"beta": scenario.beta, "depth": scenario.depth, "loss": scenario.loss}
    return "\n".join(
        [
            "# The points.",
            f"x = {code(x)}",
            f"y = {code(y)}",
            "",
            f"# They are trained on in normalised units: {units}.",
            f"data, units = {call('cvxdnn.Dataset(x, y).normalized', keep_y=labels)}",
            "",
            "# Minimise sum loss(f(x_i), y_i) + beta/2 sum ||W_l||^2 over networks of so many weight layers.",
            f"problem = {code(problem)}",
        ]
    )


def _optimum(now: Shown) -> str:
    shown = now.baseline
    if shown.obstacle:
        return "# These points have no certified optimum."
    kind = "optimum" if shown.is_optimum else "upper bound"
    return "\n".join(
        [
            "# The certified optimum: no network is below its objective by more than the gap."
            if shown.is_optimum
            else "# Certified for biases in the last hidden layer only; with more of them it is an upper bound.",
            "best = cvxdnn.solve(data.x, data.y, **problem)",
            f'print("{kind}:", best.objective){page_has(None if shown.solution is None else shown.solution.objective)}',
            'print("proven to:", best.gap)',
            'print("its knots: x =", units.user_x(best.knots).tolist())',
        ]
    )


def _training(now: Shown) -> str:
    scenario, frame = now.scenario, now.frame
    has_optimum = not now.baseline.obstacle and not (is_searched(scenario) and scenario.start == "random")
    options: dict[str, Any] = {
        "width": scenario.width,
        "biases": scenario.biases,
        "restarts": scenario.restarts,
        "seed": scenario.seed,
        "optimizer": scenario.optimizer,
        "polish": scenario.polish or None,
        "max_steps": host_limits().steps,
        "snapshot_every": look_every(scenario),
    }
    if scenario.start == "optimum" and has_optimum:
        options["initial"] = "convex"
    given = ["data.x", "data.y", "**problem"]
    lines = ["# Training from many first weights at once; what is near its proven bound stops."]
    if has_optimum and scenario.is_paper_architecture:
        given.append("floor=best.objective - best.gap")
    if not now.is_from_seed:
        lines.append("# On the page they were trained for another weight decay first: they may end elsewhere.")
    until, value = None, None
    if frame is not None and now.is_from_seed:
        value = frame.objective
        until = frame.step if frame.status in (Status.RUNNING, Status.STOPPED) else None
    lines += [f"for last in {call('cvxdnn.train', *given, **options)}:", *stop_at(until)]
    lines += [
        f'print("network:", last.objective){page_has(value)}',
        'print("after step:", last.step, last.status.message)',
    ]
    if has_optimum and scenario.is_paper_architecture:
        lines.append('print("above the bound, as a share:", last.objective / (best.objective - best.gap) - 1)')
    lines += [
        f"bends = distinct_bends(last.network.to_spline(), low=0, high=1, tolerance={BEND_TOLERANCE})",
        'print("bends:", bends.size)  # neighbours that one bend replaces count once',
        'print("at: x =", units.user_x(bends).tolist())',
    ]
    return "\n".join(lines)
