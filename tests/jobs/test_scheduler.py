"""The order of service, without any worker: slots that a test opens and ends by hand."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cvxdnn.exceptions import WorkerDiedError
from cvxdnn.jobs.interface import JobState
from cvxdnn.jobs.rules import Rules
from cvxdnn.jobs.scheduler import Scheduler
from cvxdnn.jobs.slot import Slot


class ManualSlot(Slot):
    """A slot in which nothing happens by itself."""

    ready = True
    asked = False

    def take(self, entry):
        self.asked = False
        return lambda: None

    def ask_stop(self):
        self.asked = True

    def kill(self):
        pass

    def close(self):
        self.ready = False

    def join(self, timeout):
        pass


class ManualRunner(Scheduler):
    def __init__(self, slots):
        super().__init__(Rules(abandon_after=None))
        self.slots = [ManualSlot() for _ in range(slots)]
        self.open_slots(self.slots)

    def end(self, slot):
        """The slot's task ends."""
        self.slot_ended(slot, JobState.STOPPED if slot.asked else JobState.DONE, None)


def nothing(report, stopped):
    return None


STEPS = st.lists(st.one_of(st.sampled_from("abcd"), st.integers(0, 2)), min_size=40, max_size=60)
"""A letter: that owner submits a job. A number: the task in that slot ends."""


@settings(deadline=None)
@given(slots=st.integers(1, 3), steps=STEPS)
def test_nobody_is_overtaken_twice_by_the_same_owner(slots, steps):
    with ManualRunner(slots) as runner:
        overtaken = {}
        for step in steps:
            before = _holders(runner)
            if isinstance(step, str):
                runner.submit(nothing, owner=step)
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
        assert [slot.entry is not None and slot.entry.job is new for slot in runner.slots] == [True, False]


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
