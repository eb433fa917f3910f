"""When to stop a job that does not end by itself: nobody looks, it runs too long, it grows too large.

For a job that was not asked to stop the next moments of interest are

    last look + abandon_after   (+ grace, once its owner has left)        and        beginning + run_seconds;

for one that was, the moment to end it by force, request + kill_after; while others wait also first message +
turn_seconds, for one that can make room: unless it takes very long, what it needs to begin is no part of its turn, or
it might never get on. The watching thread sleeps until the soonest of them, or shorter while memory has to be
measured.
"""

import math
import time

from cvxdnn.jobs.rules import Ending, Rules
from cvxdnn.jobs.slot import Entry

NEVER = math.inf
MEMORY_SECONDS = 0.5
"""How often the memory of running jobs is measured."""
MESSAGE_SECONDS = 0.5
"""How often it is looked whether a job whose turn counts from its first message has sent that."""
LONGEST_TURN = 3.0
"""From the beginning, in turns."""


def deadline(entry: Entry, rules: Rules) -> float:
    """When to act on a job if nothing happens until then, in seconds of `time.monotonic`."""
    if entry.killed:
        return math.inf
    if entry.ending is not None:
        return entry.stop_asked_at + rules.kill_after
    return min(_patience_ends(entry, rules), _time_is_up(entry, rules))


def due(entry: Entry, rules: Rules) -> Ending | None:
    """Why the job should be asked to stop now, if it should."""
    now = time.monotonic()
    if _is_too_large(entry, rules):
        return Ending.too_large(rules.run_bytes or 0)
    if _time_is_up(entry, rules) <= now:
        return Ending.too_long(rules.run_seconds or 0)
    return Ending.abandoned() if _patience_ends(entry, rules) <= now else None


def turn_ends(entry: Entry, rules: Rules) -> float:
    """When a running job makes room for others who wait; never if it cannot, or is about to end anyway."""
    if entry.task is None or entry.makes_room or entry.ending is not None or rules.turn_seconds is None:
        return math.inf
    latest = entry.begun_at + LONGEST_TURN * rules.turn_seconds
    first = entry.job.first_message_at
    return latest if first is None else min(latest, first + rules.turn_seconds)


def must_go(entry: Entry, rules: Rules) -> bool:
    """Whether a job that was asked to stop is ended by force now; one that is too large gets no more time."""
    if entry.ending is None or entry.killed:
        return False
    return deadline(entry, rules) <= time.monotonic() or _is_too_large(entry, rules)


def next_look(entries: list[Entry], rules: Rules) -> float | None:
    """Seconds until the next look at these jobs; None: not before something changes."""
    soonest = min((deadline(entry, rules) for entry in entries), default=math.inf)
    if any(entry.slot is None for entry in entries):
        now = time.monotonic()  # whose turn is over and need not go yet is looked at when something changes
        turns = [ends for entry in entries if (ends := turn_ends(entry, rules)) > now]
        soonest = min([soonest, *turns])
        if any(entry.slot is not None and entry.job.first_message_at is None for entry in entries if entry.task):
            soonest = min(soonest, now + MESSAGE_SECONDS)
    if rules.run_bytes is not None and any(entry.slot is not None for entry in entries):
        soonest = min(soonest, time.monotonic() + MEMORY_SECONDS)
    return None if math.isinf(soonest) else max(0.0, soonest - time.monotonic())


def _patience_ends(entry: Entry, rules: Rules) -> float:
    patience = rules.grace if entry.job.is_left else rules.abandon_after
    return math.inf if patience is None else entry.job.last_looked_at() + patience


def _time_is_up(entry: Entry, rules: Rules) -> float:
    return entry.begun_at + (math.inf if rules.run_seconds is None else rules.run_seconds - entry.used)


def _is_too_large(entry: Entry, rules: Rules) -> bool:
    if rules.run_bytes is None or entry.slot is None:
        return False
    return (entry.slot.resident_bytes() or 0) > rules.run_bytes
