"""What a visitor of the page Beyond the theorem can take home, picture by picture."""

from collections.abc import Callable
from typing import Any

from cvxdnn.app.take_home import File
from cvxdnn.app.written import code, json_of, page_has, script
from cvxdnn.exhibits.beyond.case import collapse_case, gap_case, jump_case, rank_case
from cvxdnn.exhibits.beyond.claim import Claim
from cvxdnn.exhibits.beyond.depth import experiment
from cvxdnn.exhibits.closed_form.take_home import fit_script, history_csv, printed
from cvxdnn.exhibits.depth.take_home import deep_training
from cvxdnn.tasks.stream import Frame

__all__ = ["SCRIPTS", "files"]

ABOUT = 'The page "Beyond the theorem" of cvxdnn: '


def files(claims: dict[str, Claim]) -> list[File]:
    """Of each claim, by its words: training, network, script."""
    return [file for words, claim in claims.items() for file in _files_of(words, claim)]


def _files_of(words: str, claim: Claim) -> list[File]:
    frame = claim.training.frame
    name, setting = claim.name.removeprefix("beyond_"), claim.setting
    network = None if frame is None else frame.view.network
    write, known = SCRIPTS[claim.name], setting if claim.about is None else (claim.about, *setting)
    told = {knob.name: value for knob, value in zip(claim.knobs, setting, strict=True)}

    def network_json() -> str:
        return json_of({"setting": told, "objective": frame and frame.objective, "network": network})

    return [
        File(f"{name}_history.csv", "Training", None if frame is None else lambda: history_csv(frame), about=words),
        File(f"{name}_network.json", "Trained network", None if network is None else network_json),
        File(f"{name}.py", "Computed again", lambda: write(frame, *known)),
    ]


def _depth(frame: Frame[Any] | None, example: str, biases: str, signs: str, depth: int) -> str:
    now = experiment(example, biases, signs, depth)
    value, inputs = now.theorem().objective, now.x + now.offset
    return script(
        f"{ABOUT}the theorem about depth, and networks that break its conditions.",
        "import cvxdnn",
        f"# The points that are trained on.\nx = {code(now.x)}\ny = {code(now.y)}\n"
        f"beta, depth = {code(now.beta)}, {code(now.depth)}",
        "# What the theorem says of inputs from 0 on and biases in the last hidden layer.\n"
        f"best = cvxdnn.solve({code(inputs)}, y, beta=beta, depth=depth)\n"
        f'print("value of the theorem:", best.objective){page_has(value)}',
        deep_training(now.runs, frame),
    )


def _gap(frame: Frame[Any] | None, outputs: int, depth: int, beta: float, network: str) -> str:
    case = gap_case(outputs, depth, beta, network)
    lines = [
        "# Both optima, for early layers of norm 1.",
        "best = deep_linear.norm_constrained(X, Y, beta=beta, depth=depth, budget=1.0)",
        printed("dual, which parallel networks reach", "best.parallel", case.values.parallel),
        printed("standard networks", "best.standard", case.values.standard),
    ]
    return fit_script(
        f"{ABOUT}the duality gap of deep linear networks.",
        ["from cvxdnn.theory import deep_linear"],
        "\n".join(lines),
        case.problem,
        frame,
    )


def _rank(frame: Frame[Any] | None, depth: int, beta: float) -> str:
    case = rank_case(depth, beta)
    lines = [
        "# One channel for each class.",
        printed("one channel per class", "solve(X, Y, beta=beta, depth=depth).objective", case.one_channel),
    ]
    names = "solve"
    if case.better is not None:
        names = "rank_two_counterexample, solve"
        lines.append(printed("network of rank two", "rank_two_counterexample(beta).objective", case.better))
    return fit_script(
        f"{ABOUT}a classifier that does better than one channel per class.",
        [f"from cvxdnn.theory.whitened import {names}"],
        "\n".join(lines),
        case.problem,
        frame,
    )


def _jump(frame: Frame[Any] | None, depth: int, beta: float, start: str) -> str:
    case = jump_case(depth, beta, start)
    lines = [
        "# What the optimum keeps of each singular value.",
        "kept = shrink(np.diag(Y), beta, depth).minimizer",
        printed("kept in all", "kept.sum()", float(case.optimum.minimizer.sum())),
    ]
    return fit_script(
        f"{ABOUT}what weight decay keeps of singular values.",
        ["from cvxdnn.theory import shrink"],
        "\n".join(lines),
        case.problem,
        frame,
    )


def _collapse(frame: Frame[Any] | None, classes: int, smallest: int, beta: float) -> str:
    case = collapse_case(classes, smallest, beta)
    lines = [
        "# Distances of classifier and class means at the optimum.",
        "found = neural_collapse.predict(Y.sum(axis=0).astype(int), beta=beta)",
        printed("only the means centred", "found.nc3_raw_centred", case.limits[0]),
        printed("neither centred", "found.nc3_raw_uncentred", case.limits[1]),
        printed("both centred", "found.nc3_centred", case.limits[2]),
    ]
    return fit_script(
        f"{ABOUT}the third sign of neural collapse.",
        ["from cvxdnn.theory import neural_collapse"],
        "\n".join(lines),
        case.problem,
        frame,
    )


SCRIPTS: dict[str, Callable[..., str]] = {
    "beyond_depth": _depth,
    "beyond_gap": _gap,
    "beyond_rank": _rank,
    "beyond_jump": _jump,
    "beyond_nc3": _collapse,
}
"""By the name of a claim: writes the script of a setting and the newest frame of its training."""
