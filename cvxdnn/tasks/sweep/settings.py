"""What a host sets for sweeps, by environment; every setting has a safe default.

CVXDNN_SWEEP_FOLDER       folder of the results (default: cvxdnn/sweeps in the user's cache folder)
CVXDNN_SWEEP_MEGABYTES    size that this folder is kept to (default 64)
CVXDNN_SWEEP_RUNS         runs of one sweep on the page (default 1,000)
"""

import logging
import os
import tempfile
from pathlib import Path

__all__ = ["folder", "megabytes", "runs"]

logger = logging.getLogger("cvxdnn.tasks.sweep")


def folder() -> Path:
    """Where results are kept; a folder on a disk that replicas share is one that they share results in."""
    chosen = os.environ.get("CVXDNN_SWEEP_FOLDER")
    if chosen:
        return Path(chosen)
    caches = os.environ.get("XDG_CACHE_HOME")
    return (Path(caches) if caches else _home() / ".cache") / "cvxdnn" / "sweeps"


def megabytes() -> int:
    """Most megabytes in that folder."""
    return _whole_number("CVXDNN_SWEEP_MEGABYTES", default=64, high=1_000_000)


def runs() -> int:
    """Most runs of a sweep on the page."""
    return _whole_number("CVXDNN_SWEEP_RUNS", default=1_000, high=5_000)


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # a container's user may have none
        return Path(tempfile.gettempdir())


def _whole_number(variable: str, *, default: int, high: int) -> int:
    text = os.environ.get(variable, "").strip()
    if not text:
        return default
    if text.isascii() and text.isdecimal() and 1 <= int(text[:20]) <= high:
        return int(text)
    logger.error("%s is %.40r; it must be a whole number from 1 to %d; %d is used", variable, text, high, default)
    return default
