"""What pages on closed forms give to take home: data, training, closed form and network, and a script.

A script has the page's data as numbers, asks the theorem for its value, and trains the same networks.
"""

from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any

from cvxdnn.app.take_home import File
from cvxdnn.app.written import call, code, csv_of, json_of, page_has, script, stop_at
from cvxdnn.core.solution import Status
from cvxdnn.core.types import Array
from cvxdnn.exhibits.closed_form.optimum import Optimum
from cvxdnn.tasks.fits import FitFrame, look_every
from cvxdnn.tasks.stream import Frame
from cvxdnn.training.fitting import FitProblem

__all__ = ["closed_form_json", "files_of_fit", "fit_script", "history_csv", "printed"]

FIT = "from cvxdnn.training.fitting import FitProblem, fit"
REST = ("X", "Y", "beta", "architecture")
"""Of a problem, what a script gives first; all else are options."""


def files_of_fit(
    problem: FitProblem, frame: FitFrame | None, closed_form: Callable[[], str], python: Callable[[], str]
) -> list[File]:
    """Data, training, closed form, network and script.

    Parameters
    ----------
    closed_form, python : callable
        Write the closed form as JSON, and the script, see `closed_form_json` and `fit_script`.
    """
    return [
        File("data.csv", "Samples and targets", lambda: data_csv(problem)),
        File("history.csv", "Training, step by step", None if frame is None else lambda: history_csv(frame)),
        File("closed_form.json", "Closed form", closed_form),
        File("network.json", "Trained network, its weights", None if frame is None else lambda: network_json(frame)),
        File("script.py", "All of it, computed again", python),
    ]


def data_csv(problem: FitProblem) -> str:
    """One row for each sample: its inputs, then its targets."""
    inputs = {f"x{k}": column for k, column in enumerate(problem.X.T, 1)}
    return csv_of(inputs | {f"y{k}": column for k, column in enumerate(problem.Y.T, 1)})


def history_csv(frame: Frame[Any]) -> str:
    """The objective of every restart over the steps."""
    steps, *objectives = frame.history.T
    return csv_of(
        {"step": steps.astype(int), **{f"objective of restart {k}": each for k, each in enumerate(objectives, 1)}}
    )


def closed_form_json(setting: object, optimum: Optimum, *, network: object = None) -> str:
    """The setting, the value and what it is, and a network that has it where one is known."""
    known = {"is": optimum.name, "no network is below": optimum.lower_bound, **_members(optimum)}
    return json_of({"setting": setting, "closed form": known, "network": network})


def network_json(frame: FitFrame) -> str:
    """The best restart with all its weights."""
    measured = {"objective": frame.objective, "step": frame.step, "status": frame.status}
    return json_of({"measured": measured, "network": frame.view.network})


def fit_script(
    about: str,
    imports: Sequence[str],
    theorem: str,
    problem: FitProblem,
    frame: FitFrame | None,
    *,
    data: str = "",
) -> str:
    """A script of a page.

    Parameters
    ----------
    about : str
        What it shows.
    imports : sequence of str
        What the theorem needs besides NumPy.
    theorem : str
        Code that prints the closed form of X, Y, beta and depth, see `printed`.
    data : str
        Code that makes X and Y; "": their numbers.
    """
    return script(
        about,
        "\n".join(["import numpy as np", "", *sorted([*imports, FIT])]),
        data or data_code(problem.X, problem.Y),
        f"beta, depth = {code(problem.beta)}, {code(problem.depth)}",
        theorem,
        _training(problem, frame),
    )


def data_code(X: Array, Y: Array) -> str:
    """Inputs and targets in full."""
    return f"# One row for each sample.\nX = np.array({code(X)})\nY = np.array({code(Y)})"


def printed(label: str, expression: str, value: float | None = None) -> str:
    """A line that prints a number, with a remark where the page shows it."""
    return f'print("{label}:", {expression}){page_has(value)}'


def _training(problem: FitProblem, frame: FitFrame | None) -> str:
    known = _members(problem)
    options = {name: value for name, value in known.items() if name not in (*REST, "depth") and value is not None}
    given = ("X", "Y", "beta", code(problem.architecture))
    until = frame.step if frame is not None and frame.status in (Status.RUNNING, Status.STOPPED) else None
    return "\n".join(
        [
            "# Networks trained from many first weights at once.",
            f"problem = {call('FitProblem', *given, 'depth=depth', **options)}",
            f"for last in {call('fit', 'problem', snapshot_every=look_every(problem))}:",
            *stop_at(until),
            printed("network", "last.objective", None if frame is None else frame.objective),
            'print("after step:", last.step, last.status.message)',
        ]
    )


def _members(of: Any) -> dict[str, Any]:
    return {field.name: getattr(of, field.name) for field in fields(of)}
