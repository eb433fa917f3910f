"""The order of service, without any worker: slots that a test opens and ends by hand."""

import time
from collections import Counter
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cvxdnn.core.exceptions import JobCancelledError, LimitExceededError, WorkerDiedError
from cvxdnn.jobs import watch
from cvxdnn.jobs.interface import JobState
from cvxdnn.jobs.rules import Rules
from cvxdnn.jobs.scheduler import Runner
from cvxdnn.jobs.slot import Slot
from tests.jobs.jobs_tasks import LONG


class ManualSlot(Slot):
    """A slot in which nothing happens by itself."""

    asked = False

    def open(self):
        self.ready = True

    def take(self, entry):
        self.asked = False
        return lambda: None

    def ask_stop(self):
        self.asked = True

    def join(self, timeout):
        pass


class ManualRunner(Runner):
    def __init__(self, slots, **rules):
        super().__init__(Rules(abandon_after=None, turn_seconds=LONG, **rules))
        self.slots = [ManualSlot(self, launch=None) for _ in range(slots)]
        self.open_slots(self.slots)

    def end(self, slot):
        """The slot's task ends, and its worker is ready for another."""
        self.slot_ended(slot, JobState.STOPPED if slot.asked else JobState.DONE, None)
        self.slot_ready(slot)

    def end_turns(self, *slots):
        """The jobs in these slots begin in this order if they have not; then their turns are over."""
        for slot in slots:
            if slot.entry.begun_at == watch.NEVER:
                self.slot_began(slot)
        with self.lock:
            for slot in slots:
                slot.entry.begun_at -= 2 * LONG
                if slot.entry.job.first_message_at is None:
                    slot.entry.job.receive(slot.entry.job.progress)
                slot.entry.job._first_message -= 2 * LONG
            self._make_room()


def nothing(report, stopped):
    return None


@dataclass(frozen=True)
class Endless:
    """Goes on from the last number that it has reported."""

    place: int = 0

    def __call__(self, report, stopped):
        raise AssertionError("nobody runs it here")

    def after(self, last):
        return self if last is None else Endless(last)


STEPS = st.lists(
    st.one_of(st.sampled_from("abcd"), st.integers(0, 2), st.integers(0, 2).map(str)), min_size=40, max_size=60
)
"""A letter: that owner submits a job. A number: the task in that slot ends. A digit: its turn is over."""


@settings(deadline=None)
@given(slots=st.integers(1, 3), steps=STEPS)
def test_nobody_is_overtaken_twice_by_the_same_owner(slots, steps):
    with ManualRunner(slots) as runner:
        overtaken = {}
        for step in steps:
            before = _holders(runner)
            if isinstance(step, str) and step.isalpha():
                runner.submit(Endless(), owner=step)
            elif isinstance(step, str):
                if (slot := runner.slots[int(step) % slots]).entry is not None:
                    runner.end_turns(slot)
                    if slot.asked:
                        runner.end(slot)
            elif (slot := runner.slots[step % slots]).entry is not None:
                runner.end(slot)
            after = _holders(runner)
            begun = [owner for job, owner in after.items() if job not in before]
            # Who holds a slot has a turn already; the count begins when that ends.
            waiting = _queued(runner) - set(before.values()) - set(after.values())
            overtaken = {owner: overtaken.get(owner, Counter()) + Counter(begun) for owner in waiting}
            assert all(count == 1 for others in overtaken.values() for count in others.values())


def _holders(runner):
    return {slot.entry.job.id: slot.entry.job.owner for slot in runner.slots if slot.entry is not None}


def _queued(runner):
    return {entry.job.owner for entry in runner._queue.values()}


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.booleans()), max_size=40))
def test_an_owner_never_has_two_jobs_that_were_not_told_to_stop(steps):
    with ManualRunner(2) as runner:
        jobs = []
        for owner, end_one in steps:
            jobs.append(runner.submit(nothing, owner=owner))
            holders = list(_holders(runner).values())
            assert len(holders) == len(set(holders))
            if end_one:
                runner.end(next(slot for slot in runner.slots if slot.entry is not None))
            told = {slot.entry.job.id for slot in runner.slots if slot.entry is not None and slot.asked}
            wanted = Counter(job.owner for job in jobs if not job.state.finished and job.id not in told)
            assert all(count == 1 for count in wanted.values())
            queued = [job for job in jobs if not job.state.finished and job.id not in _holders(runner)]
            assert sorted(job.queue_position for job in queued) == list(range(len(queued)))


def test_an_owner_whose_old_job_is_still_stopping_waits_beside_a_free_slot():
    with ManualRunner(2) as runner:
        old = runner.submit(nothing, owner="a")
        new = runner.submit(nothing, owner="a")
        assert [slot.entry is not None for slot in runner.slots] == [True, False]
        assert runner.slots[0].asked
        runner.end(runner.slots[0])
        assert old.state is JobState.STOPPED
        assert [slot.entry.job for slot in runner.slots if slot.entry is not None] == [new]


@pytest.mark.parametrize("begun", [False, True])
def test_a_job_whose_worker_dies_goes_back_to_the_head_of_the_queue_once(begun):
    with ManualRunner(1) as runner:
        (slot,) = runner.slots
        job = runner.submit(nothing, owner="a")
        other = runner.submit(nothing, owner="b")
        if begun:
            runner.slot_began(slot)
        runner.slot_died(slot, "signal 9")
        assert job.state is JobState.QUEUED
        assert (job.queue_position, other.queue_position) == (0, 1)
        runner.slot_ready(slot)
        assert slot.entry.job is job
        # But not for ever: perhaps it is the task that kills the workers.
        runner.slot_died(slot, "signal 9")
        assert job.state is JobState.LOST
        assert job.starts == begun
        with pytest.raises(WorkerDiedError, match="signal 9"):
            job.result(0)


def test_a_worker_that_was_only_not_needed_any_more_costs_its_job_nothing():
    with ManualRunner(1, retries=0) as runner:
        (slot,) = runner.slots
        job = runner.submit(nothing, owner="a")
        runner.slot_died(slot, None)
        assert (job.state, job.queue_position) == (JobState.QUEUED, 0)
        runner.slot_ready(slot)
        assert slot.entry.job is job


def test_a_stopped_job_whose_worker_dies_is_stopped():
    with ManualRunner(1) as runner:
        job = runner.submit(nothing, owner="a")
        runner.slot_began(runner.slots[0])
        job.stop()
        runner.slot_died(runner.slots[0], "signal 9")
        assert job.state is JobState.STOPPED


def test_the_first_end_of_a_job_counts():
    with ManualRunner(1) as runner:
        job = runner.submit(nothing, owner="a")
        job.finish(JobState.DONE, result=1)
        job.finish(JobState.FAILED, failure=ValueError())
        job.receive("late")
        job.mark_running()
        assert (job.state, job.result(), job.progress) == (JobState.DONE, 1, None)


# Making room


@settings(deadline=None)
@given(slots=st.integers(1, 3), owners=st.integers(1, 6), rounds=st.integers(1, 8))
def test_endless_jobs_get_equally_many_turns_whoever_came_first(slots, owners, rounds):
    with ManualRunner(slots) as runner:
        jobs = [runner.submit(Endless(), owner=str(number)) for number in range(owners)]
        turns, before = Counter({job.id: 0 for job in jobs}), {}
        for _ in range(rounds):
            turns.update(_holders(runner).keys() - before.keys())
            before = _holders(runner)
            runner.end_turns(*(slot for slot in runner.slots if slot.entry is not None))
            for slot in [slot for slot in runner.slots if slot.asked and slot.entry is not None]:
                runner.end(slot)
        assert max(turns.values()) - min(turns.values()) <= 1
        assert rounds < owners or min(turns.values()) >= 1
        assert all(not job.state.finished for job in jobs)


def test_as_many_make_room_as_wait_and_those_first_who_had_longest():
    with ManualRunner(3) as runner:
        for owner in "abc":
            runner.submit(Endless(), owner=owner)
        runner.end_turns(runner.slots[2], runner.slots[0], runner.slots[1])
        assert not any(slot.asked for slot in runner.slots)
        runner.submit(nothing, owner="d")
        runner.end_turns(*runner.slots)
        assert [slot.asked for slot in runner.slots] == [False, False, True]
        runner.end_turns(runner.slots[0])  # who waits has a slot in prospect already
        assert [slot.asked for slot in runner.slots] == [False, False, True]


def test_a_job_that_made_room_goes_on_from_its_last_message_and_began_once():
    with ManualRunner(1) as runner:
        (slot,) = runner.slots
        job = runner.submit(Endless(), owner="a")
        runner.slot_began(slot)
        other = runner.submit(nothing, owner="b")
        job.receive(7)
        runner.end_turns(slot)
        runner.end(slot)
        assert (job.state, job.made_room, job.queue_position, other.queue_position) == (JobState.QUEUED, 1, 0, 0)
        assert slot.entry.job is other
        runner.end(slot)
        runner.slot_began(slot)
        assert (slot.entry.job, slot.entry.work, job.starts) == (job, Endless(7), 1)


@pytest.mark.parametrize(
    ("task", "turns", "is_asked"),
    [(nothing, 2, False), (Endless(), 0, False), (Endless(), 2, False), (Endless(), 4, True)],
    ids=["cannot", "has just begun", "is not ready yet", "takes too long to be ready"],
)
def test_who_can_makes_room_after_its_turn_which_counts_from_its_first_message(task, turns, is_asked):
    with ManualRunner(1) as runner:
        (slot,) = runner.slots
        runner.submit(task, owner="a")
        runner.submit(nothing, owner="b")
        with runner.lock:
            slot.entry.begun_at = time.monotonic() - turns * LONG
            runner._make_room()
        assert slot.asked is is_asked


@pytest.mark.parametrize("state", [JobState.STOPPED, JobState.DONE])
def test_who_is_stopped_or_has_ended_while_making_room_has_ended(state):
    with ManualRunner(1) as runner:
        (slot,) = runner.slots
        job = runner.submit(Endless(), owner="a")
        runner.submit(nothing, owner="b")
        runner.end_turns(slot)
        if state is JobState.STOPPED:
            job.stop()
        runner.slot_ended(slot, state, "result")
        assert job.state is state
        assert job.id not in {entry.job.id for entry in runner._unfinished()}


def test_who_goes_on_is_not_asked_to_make_room_before_it_has_begun():
    with ManualRunner(1) as runner:
        (slot,) = runner.slots
        job = runner.submit(Endless(), owner="a")
        runner.submit(nothing, owner="b")
        runner.end_turns(slot)
        runner.end(slot)
        runner.end(slot)
        assert slot.entry.job is job
        runner.submit(nothing, owner="b")
        with runner.lock:
            runner._make_room()
        assert not slot.asked


def test_a_job_stops_at_once_while_it_waits_to_go_on():
    with ManualRunner(1) as runner:
        job = runner.submit(Endless(), owner="a")
        runner.submit(nothing, owner="b")
        runner.end_turns(*runner.slots)
        runner.end(runner.slots[0])
        job.stop()
        assert job.state is JobState.STOPPED
        with pytest.raises(JobCancelledError):
            job.result(0)


def test_the_time_limit_counts_all_turns():
    with ManualRunner(1, run_seconds=3 * LONG) as runner:
        (slot,) = runner.slots
        job = runner.submit(Endless(), owner="a")
        runner.submit(nothing, owner="b")
        runner.end_turns(slot)
        runner.end(slot)
        runner.end(slot)
        assert not slot.asked
        runner.end_turns(slot)
        with runner.lock:
            runner._attend()
        assert slot.asked
        runner.end(slot)
        assert job.state is JobState.LIMITED


def test_what_waits_to_go_on_has_its_room():
    class Packing(ManualRunner):
        def pack(self, task):
            return bytes(60)

    with Packing(1, waiting_bytes=100) as runner:
        jobs = [runner.submit(Endless(), owner=owner) for owner in "abc"]
        for _ in range(2):
            runner.end_turns(*runner.slots)
            runner.end(runner.slots[0])
        assert [job.state for job in jobs[:2]] == [JobState.QUEUED, JobState.LIMITED]
        with pytest.raises(LimitExceededError, match="Go on in a minute"):
            jobs[1].result(0)
