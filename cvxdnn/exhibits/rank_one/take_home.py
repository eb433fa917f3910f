"""What a visitor of the page on deep linear networks and rank-one data can take home."""

from cvxdnn.app.take_home import File
from cvxdnn.app.written import code
from cvxdnn.exhibits.closed_form.take_home import closed_form_json, files_of_fit, fit_script, printed
from cvxdnn.exhibits.rank_one.case import RankOneCase, RankOneData, RankOneSetting, rank_one_data
from cvxdnn.tasks.fits import FitFrame

__all__ = ["files", "script_of"]

ABOUT = 'The page "Rank one and deep linear" of cvxdnn: optimal layers in closed form, and networks trained.'


def files(setting: RankOneSetting, case: RankOneCase | None, frame: FitFrame | None) -> list[File]:
    """All that there is; the closed form may still be to come."""
    data = rank_one_data(setting)
    found = files_of_fit(
        data.problem,
        frame,
        lambda: "" if case is None else closed_form_json(setting, case.optimum, network=case.chain),
        lambda: script_of(data, case, frame),
    )
    return found if case is not None else [file for file in found if file.name != "closed_form.json"]


def script_of(data: RankOneData, case: RankOneCase | None, frame: FitFrame | None) -> str:
    """The closed form and the training again."""
    value = None if case is None else case.optimum.value
    imports, theorem = _theorem(data.setting, value)
    return fit_script(ABOUT, [imports], theorem, data.problem, frame, data=_rank_one_data(data))


def _rank_one_data(data: RankOneData) -> str:
    """Multiples of one unit vector; "" for linear networks."""
    if not data.numbers.size:
        return ""
    return (
        "# Every sample is a multiple of one unit vector.\n"
        f"multiples = np.array({code(data.numbers)})\n"
        f"direction = np.array({code(data.direction)})\n"
        "X = np.outer(multiples, direction)\n"
        f"Y = np.array({code(data.problem.Y[:, 0])})"
    )


def _theorem(setting: RankOneSetting, value: float | None) -> tuple[str, str]:
    """What to import, and the code."""
    if setting.kind in ("relu", "relu_bias"):
        bias = code(setting.kind == "relu_bias")
        solved = f"best = rank_one.solve(multiples, direction, Y, beta=beta, depth=depth, bias={bias})"
        return "from cvxdnn.theory import rank_one", _shown(solved, "best.objective", value)
    solved = "best = deep_linear.solve(X, Y, beta=beta, depth=depth)"
    expression = "best.objective"
    if setting.kind == "whitened" and setting.budget is not None and setting.depth > 2:
        budget = code(setting.budget)
        solved = f"best = deep_linear.norm_constrained(X, Y, beta=beta, depth=depth, budget={budget})"
        expression = "best.parallel" if setting.parallel else "best.standard"
    return "from cvxdnn.theory import deep_linear", _shown(solved, expression, value)


def _shown(solved: str, expression: str, value: float | None) -> str:
    return f"# What the theorem says.\n{solved}\n{printed('closed form', expression, value)}"
