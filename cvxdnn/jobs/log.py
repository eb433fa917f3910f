"""One line of JSON for each job that ended, and nothing of the user's in it.

    {"time": "2026-05-01T09:30:00Z", "job": "3f2a9c01", "label": "train 9d0c2b7a4e11", "backend": "processes",
     "queue_seconds": 0.004, "run_seconds": 2.318, "outcome": "done", "starts": 1, "messages": 27}

A label names the kind of work and a `fingerprint` of its settings: equal settings have equal fingerprints, and
the settings cannot be read from one. An outcome is the value of the job's last `JobState`.
"""

import hashlib
import json
import logging
import sys
import time

from cvxdnn.jobs.interface import Job

__all__ = ["fingerprint", "record", "write_to_stderr"]

logger = logging.getLogger("cvxdnn.jobs.log")


def record(job: Job, backend: str) -> None:
    """Log the end of a job."""
    line = {
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "job": job.id[:8],
        "label": job.label,
        "backend": backend,
        "queue_seconds": round(job.queue_seconds, 3),
        "run_seconds": round(job.run_seconds, 3),
        "outcome": job.state.value,
        "starts": job.starts,
        "messages": job.frames,
    }
    logger.info("%s", json.dumps(line))


def fingerprint(settings: object) -> str:
    """Twelve hexadecimal digits that stand for a value with a faithful `repr`."""
    return hashlib.sha256(repr(settings).encode()).hexdigest()[:12]


def write_to_stderr() -> None:
    """Let the log of this process go to its standard error; may be called again."""
    if not logger.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(message)s"))
        logger.addHandler(handler)
    logger.setLevel(logging.INFO)
