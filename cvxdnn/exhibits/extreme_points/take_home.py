"""What a visitor of the Extreme points page can take home."""

from cvxdnn.app.take_home import File
from cvxdnn.app.written import code, json_of
from cvxdnn.exhibits.closed_form.take_home import files_of_fit, fit_script, printed
from cvxdnn.exhibits.extreme_points.samples import Picture
from cvxdnn.tasks.fits import FitFrame

__all__ = ["files", "script_of"]

ABOUT = 'The page "Extreme points" of cvxdnn: the neurons of the best network, and networks trained.'


def files(picture: Picture, frame: FitFrame | None) -> list[File]:
    """All that there is."""
    return files_of_fit(
        picture.problem,
        frame,
        lambda: json_of({"samples": picture.samples, "optimum": picture.found}),
        lambda: script_of(picture, frame),
    )


def script_of(picture: Picture, frame: FitFrame | None) -> str:
    """The optimum and the training again."""
    theorem = "\n".join(
        [
            "# The best network, proved by its dual: all its neurons are where one plane touches the body.",
            f"best = extreme_points.solve(X, Y[:, 0], beta=beta, bias={code(picture.samples.bias)})",
            printed("optimum", "best.objective", picture.found.objective),
            'print("proven to:", best.gap)',
            'print("outputs of the neurons that the plane touches:", best.touched.tolist())',
        ]
    )
    return fit_script(ABOUT, ["from cvxdnn.theory import extreme_points"], theorem, picture.problem, frame)
