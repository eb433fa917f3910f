"""The training on the page about extreme points; the film of the page is the picture's own."""

from __future__ import annotations

from functools import partial

from cvxdnn.app import fit
from cvxdnn.app.fit import FitRun
from cvxdnn.exhibits.extreme_points.samples import EXAMPLES, FIRST_BETA, Picture, picture_of
from cvxdnn.tasks.first_frames import first_frame_of
from cvxdnn.tasks.fits import FitView, fit_stream
from cvxdnn.tasks.stream import Stream

__all__ = ["keep_training", "sample"]

NAME = "extreme_points"


def keep_training(run: FitRun, picture: Picture) -> None:
    """Have the run be of these samples: the first training comes with the package, others begin by themselves."""
    is_first = picture.samples == next(iter(EXAMPLES.values())) and picture.found.beta == FIRST_BETA
    first = partial(first_frame_of, NAME) if is_first else None
    fit.keep_training(run, picture.problem, partial(fit_stream, picture.problem), first)


def sample() -> tuple[str, Stream[FitView]]:
    """The name and the training of the first samples."""
    return NAME, fit_stream(picture_of(next(iter(EXAMPLES.values())), FIRST_BETA).problem)
