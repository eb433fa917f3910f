"""The trainings that pages open with, made anew and stored in the package (`make sample`).

python -m cvxdnn.exhibits.samples [NAME ...]        all of them, or those
"""

import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from cvxdnn.exhibits.batch_norm import film as batch_norm
from cvxdnn.exhibits.beyond.depth import FIRST, claim_about
from cvxdnn.exhibits.beyond.statements import STATEMENTS
from cvxdnn.exhibits.depth import lab as depth
from cvxdnn.exhibits.extreme_points import samples as extreme_points
from cvxdnn.exhibits.lessons import trainings as lessons
from cvxdnn.exhibits.rank_one import film as rank_one
from cvxdnn.exhibits.whitened import film as whitened
from cvxdnn.tasks.first_frames import store_first_frame
from cvxdnn.tasks.stream import Stream, last_frame

SAMPLES: tuple[Callable[[], tuple[str, Stream[Any]]], ...] = (
    rank_one.sample,
    depth.sample,
    whitened.sample,
    batch_norm.sample,
    extreme_points.sample,
    claim_about(FIRST).sample,
    *(claim.sample for claim, _, _ in STATEMENTS),
    *(partial(lessons.sample, name) for name in lessons.NAMES),
)


def main(names: list[str]) -> None:
    """Train and store; say how long each took, where it ended and what it weighs."""
    for sample in SAMPLES:
        name, stream = sample()
        if names and name not in names:
            continue
        began = time.perf_counter()
        frame = last_frame(stream)
        size = store_first_frame(name, frame)
        seconds = time.perf_counter() - began
        print(f"{name}: {seconds:.1f} s, objective {frame.objective:.9g}, {frame.status.message}, {size / 1000:.0f} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
