"""Resident memory of a process, where the system tells it (Linux)."""

import os
from pathlib import Path

__all__ = ["resident_bytes"]


def resident_bytes(pid: int) -> int | None:
    """Bytes of physical memory that a process occupies; None if it is gone or cannot be measured here."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")
