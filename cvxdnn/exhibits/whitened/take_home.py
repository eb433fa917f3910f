"""What a visitor of the page on whitened data can take home."""

from cvxdnn.app.take_home import File
from cvxdnn.app.written import code
from cvxdnn.exhibits.closed_form.take_home import closed_form_json, files_of_fit, fit_script, printed
from cvxdnn.exhibits.whitened.case import WhitenedCase
from cvxdnn.tasks.fits import FitFrame

__all__ = ["files", "script_of"]

ABOUT = 'The page "Whitened data" of cvxdnn: one channel for each class in closed form, and networks trained.'


def files(case: WhitenedCase, frame: FitFrame | None) -> list[File]:
    """All that there is."""
    return files_of_fit(
        case.problem,
        frame,
        lambda: closed_form_json(case.setting, case.optimum, network=case.solution),
        lambda: script_of(case, frame),
    )


def script_of(case: WhitenedCase, frame: FitFrame | None) -> str:
    """The closed form and the training again."""
    architecture = code(case.setting.architecture)
    theorem = "\n".join(
        [
            "# One channel for each class; best.status tells whether that is proved to be the optimum.",
            f"best = whitened.solve(X, Y, beta=beta, depth=depth, architecture={architecture})",
            printed("closed form", "best.objective", case.optimum.value),
            'print("it is:", best.status.message)',
            'print("strength of each channel:", best.channel_norms)',
        ]
    )
    return fit_script(ABOUT, ["from cvxdnn.theory import whitened"], theorem, case.problem, frame)
