"""What one visitor, and all visitors together, may ask of this host.

Every limit has a safe default for a small shared machine (2 cores, 2.7 GB) and an environment variable that the
host can set. `host_limits` reads the environment once; a value that is not a whole number in the variable's range
is reported in the server's log and replaced by the default, so that a mistyped setting cannot take the app down.

The worst a session can ask for is bounded by these numbers: points x parameters is the work of a training step,
parameters is the memory of a run, steps and seconds are its length.
"""

import logging
import os
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from functools import cache
from typing import Any

__all__ = ["Limits", "host_limits"]

logger = logging.getLogger("cvxdnn.core.limits")


def _limit(default: int, low: int, high: int, variable: str, meaning: str) -> Any:
    """A field that `variable` can set within [low, high]."""
    return field(
        default=default,
        metadata={"default": default, "low": low, "high": high, "variable": variable, "meaning": meaning},
    )


def _cores() -> int:
    """One worker per core, but not more than a small host can hold in memory."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(usable or 1, 4)


@dataclass(frozen=True)
class Limits:
    """The limits of a host; the metadata of each field names its variable, its range and its meaning."""

    points: int = _limit(200, 150, 500, "CVXDNN_MAX_POINTS", "points on a chart or in a file")
    depth: int = _limit(6, 3, 10, "CVXDNN_MAX_DEPTH", "weight layers of a network")
    width: int = _limit(200, 50, 1000, "CVXDNN_MAX_WIDTH", "neurons in each hidden layer")
    restarts: int = _limit(16, 8, 64, "CVXDNN_MAX_RESTARTS", "networks trained side by side")
    parameters: int = _limit(
        1_000_000, 10_000, 10_000_000, "CVXDNN_MAX_PARAMETERS", "weights and biases of all restarts together"
    )
    steps: int = _limit(20_000, 100, 1_000_000, "CVXDNN_MAX_STEPS", "optimiser steps of a run")
    upload_kilobytes: int = _limit(1000, 1, 1000, "CVXDNN_MAX_UPLOAD_KB", "size of an uploaded file in kB")
    sessions: int = _limit(100, 1, 10_000, "CVXDNN_MAX_SESSIONS", "browser tabs served at one time")
    workers: int = _limit(_cores(), 0, 64, "CVXDNN_WORKERS", "training jobs that run at one time (0: in the server)")
    queue: int = _limit(200, 1, 10_000, "CVXDNN_MAX_QUEUE", "jobs that wait for a worker")
    job_seconds: int = _limit(600, 1, 86_400, "CVXDNN_JOB_SECONDS", "running time of a job in seconds")
    job_megabytes: int = _limit(800, 300, 100_000, "CVXDNN_JOB_MB", "memory of a worker with its job in MB")
    cache: int = _limit(64, 1, 10_000, "CVXDNN_CACHE_ENTRIES", "solved problems kept for all sessions")
    kept_megabytes: int = _limit(256, 1, 100_000, "CVXDNN_KEPT_MB", "paused runs of all sessions together in MB")
    rooms: int = _limit(50, 1, 1_000, "CVXDNN_MAX_ROOMS", "classes at one time")
    phones: int = _limit(150, 1, 1_000, "CVXDNN_MAX_PHONES", "phones in a class")
    answer_kilobytes: int = _limit(4, 2, 16, "CVXDNN_MAX_ANSWER_KB", "size of an answer from a phone in kB")
    room_writes: int = _limit(100, 10, 10_000, "CVXDNN_ROOM_WRITES", "answers taken in a class in a second")
    guesses: int = _limit(60, 5, 10_000, "CVXDNN_ROOM_GUESSES", "wrong codes tried from one address in a minute")

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Limits":
        """The limits that an environment sets."""
        return cls(**{each.name: _value(each, environment) for each in fields(cls)})


@cache
def host_limits() -> Limits:
    """The limits of this process."""
    return Limits.read(os.environ)


def _value(each: Field[Any], environment: Mapping[str, str]) -> int:
    """What the environment asks for, or the default if it is silent or asks for what cannot be."""
    name, default, low, high = (each.metadata[key] for key in ("variable", "default", "low", "high"))
    text = environment.get(name, "").strip()
    if text and not (text.isascii() and text.isdecimal() and low <= int(text[:20]) <= high):
        logger.error("%s is %.40r; it must be a whole number from %d to %d; %d is used", name, text, low, high, default)
        text = ""
    return int(text or default)
