"""What a visitor of the Batch norm page can take home."""

from cvxdnn.app.take_home import File
from cvxdnn.app.written import code, json_of
from cvxdnn.exhibits.batch_norm.case import Case
from cvxdnn.exhibits.closed_form.take_home import files_of_fit, fit_script, printed
from cvxdnn.tasks.fits import FitFrame

__all__ = ["files", "script_of"]

ABOUT = 'The page "Batch norm and neural collapse" of cvxdnn: class means in closed form, and networks trained.'


def files(case: Case, frame: FitFrame | None) -> list[File]:
    """All that there is."""
    return files_of_fit(case.problem, frame, lambda: _closed_form(case), lambda: script_of(case, frame))


def _closed_form(case: Case) -> str:
    return json_of({"setting": case.setting, "closed form": case.exact, "signs of collapse": case.shape.collapse})


def script_of(case: Case, frame: FitFrame | None) -> str:
    """The closed form and the training again."""
    features = "X" if case.setting.depth == 2 else "None"
    theorem = "\n".join(
        [
            "# The closed form; best.status tells whether it is proved for what feeds batch norm.",
            f"best = batch_norm.solve(Y, beta=beta, features={features}, scaling={code(case.setting.scaling)})",
            printed("closed form", "best.objective", case.exact.objective),
            printed("no network is below", "best.lower_bound", case.exact.lower_bound),
            'print("it is:", best.status.message)',
        ]
    )
    return fit_script(ABOUT, ["from cvxdnn.theory import batch_norm"], theorem, case.problem, frame)
