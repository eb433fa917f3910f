"""Finished trainings that come with the package, so that a page opens with a film of its first settings.

    python -m cvxdnn.exhibits.samples        makes them anew (also `make sample`)

A frame is stored as workers send it (`cvxdnn.jobs.parcel`): the file is a part of the package,
and trusted as its code is.
"""

from __future__ import annotations

import gzip
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from cvxdnn.jobs.parcel import frozen, thawed
from cvxdnn.tasks.stream import Frame

__all__ = ["first_frame_of", "store_first_frame"]


@cache
def first_frame_of(name: str) -> Frame[Any]:
    """The last frame of the training of that name."""
    frame: Frame[Any] = thawed(gzip.decompress(files("cvxdnn").joinpath("data", _file(name)).read_bytes()))
    return frame


def store_first_frame(name: str, frame: Frame[Any]) -> int:
    """Put it into the package in place of the former; the bytes it takes."""
    target = Path(__file__).parents[1] / "data" / _file(name)
    return target.write_bytes(gzip.compress(frozen(frame.ended()), mtime=0))


def _file(name: str) -> str:
    return f"first_{name}.frame.gz"
