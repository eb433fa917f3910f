"""What a visitor of the Path page can take home."""

import numpy as np

from cvxdnn.app.take_home import File
from cvxdnn.app.written import code, csv_of, page_has, script
from cvxdnn.convex.selection import CrossValidation
from cvxdnn.exhibits.explore.axes import AXES, Axes, csv_of_points, heads, letters
from cvxdnn.exhibits.path.case import PathCase, path_of
from cvxdnn.tasks.scenario import Scenario

__all__ = ["files", "script_of"]


def files(scenario: Scenario, axes: Axes, case: PathCase | None, choice: CrossValidation | None) -> list[File]:
    """All that there is; path and cross-validation may still be to come."""
    return [
        File("points.csv", "Points", lambda: csv_of_points(scenario.points, axes)),
        File("breakpoints.csv", "Breakpoints", None if case is None else lambda: breakpoints_csv(case, axes)),
        File(
            "functions.csv",
            "The function at each of them",
            None if case is None else lambda: functions_csv(scenario, axes),
        ),
        File("cross_validation.csv", "Cross-validation", None if choice is None else lambda: selection_csv(choice)),
        File("script.py", "All of it, computed again", lambda: script_of(scenario, case, choice)),
    ]


def breakpoints_csv(case: PathCase, axes: Axes = AXES) -> str:
    """Every breakpoint with the optimum there, as the page lists them."""
    every = case.breakpoints
    return csv_of(
        {
            "weight decay": every.betas,
            "what happens as it falls": every.what(letters(axes)[0]),
            "knots below": every.knots,
            "degrees of freedom": every.freedom,
            "loss": every.loss,
            "path norm": every.path_norm,
        }
    )


def functions_csv(scenario: Scenario, axes: Axes = AXES) -> str:
    """The best function at the inputs, in the user's units, at each breakpoint: it is linear in beta between two."""
    (path, _), (_, units) = path_of(scenario), scenario.normalized()
    inputs = np.unique(path.points.x)
    values = units.user_y(path.fitted(inputs))
    x, y = heads(axes, "weight decay")
    return csv_of(
        {
            "weight decay": np.repeat(path.betas, inputs.size),
            x: np.tile(units.user_x(inputs), path.betas.size),
            y: values.ravel(),
        }
    )


def selection_csv(choice: CrossValidation) -> str:
    """Mean error of what was left out, and its standard error, for each weight decay."""
    return csv_of(
        {"weight decay": choice.betas, "mean error": choice.mean_error, "standard error": choice.standard_error}
    )


def script_of(scenario: Scenario, case: PathCase | None, choice: CrossValidation | None) -> str:
    """The path and cross-validation again."""
    x, y = zip(*scenario.points, strict=True)
    return script(
        'The page "Path" of cvxdnn: the best network for every weight decay.',
        "import cvxdnn" if choice is None else "import cvxdnn\nfrom cvxdnn.convex.selection import cross_validate",
        f"# The points.\nx = {code(x)}\ny = {code(y)}\n\n# Normalised: x in [0, 1], y centred with range 1.\n"
        "data, units = cvxdnn.Dataset(x, y).normalized()",
        "# All optima, exactly: between two breakpoints the function is linear in the weight decay.\n"
        "path = cvxdnn.regularization_path(data.x, data.y)\n"
        f'print("a constant from:", path.beta_max){page_has(None if case is None else case.beta_max)}\n'
        'print("breakpoints:", path.betas.size)\n'
        "for beta in path.betas:\n"
        "    best = path.at(beta)\n"
        '    print(f"beta {beta:.6g}: objective {best.objective:.6g}, knots", units.user_x(best.knots).tolist())',
        "" if choice is None else _choice(choice),
    )


def _choice(choice: CrossValidation) -> str:
    return (
        "# The weight decay that predicts best what was left out.\n"
        "choice = cross_validate(data.x, data.y)\n"
        f'print("cross-validation:", choice.best){page_has(choice.best)}'
    )
