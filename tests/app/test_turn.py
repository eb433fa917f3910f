"""Threads take turns: one at a time, in the order in which they came, and never two."""

import threading
import time

import pytest

from cvxdnn.app.turn import Turn
from tests.jobs.jobs_tasks import LONG, wait_until


def in_threads(works):
    threads = [threading.Thread(target=work, daemon=True) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG)
        assert not thread.is_alive()


def test_never_two_at_a_time_also_when_some_give_it_up():
    turn, inside, most = Turn(), [], []

    def work():
        for _ in range(50):
            with turn:
                inside.append(1)
                most.append(len(inside))
                time.sleep(0)
                inside.pop()
                with turn.given_up():
                    time.sleep(0)
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    in_threads([work] * 8)
    assert max(most) == 1
    assert len(most) == 8 * 50 * 2


def test_first_come_first_served():
    turn, served = Turn(), []

    def come(name):
        with turn:
            served.append(name)

    threads = []
    with turn:
        for name in range(6):
            threads.append(threading.Thread(target=come, args=(name,)))
            threads[-1].start()
            wait_until(lambda: len(turn._line) == len(threads))
    for thread in threads:
        thread.join(LONG)
    assert served == list(range(6))


def test_a_thread_may_take_it_again_and_gives_it_up_whole():
    turn, passed = Turn(), []

    def other():
        with turn:
            passed.append(1)

    with turn, turn:
        thread = threading.Thread(target=other)
        thread.start()
        wait_until(lambda: turn._line)
        assert not passed
        with turn.given_up():
            thread.join(LONG)
        assert passed
    in_threads([other])


def test_giving_up_what_one_does_not_hold_changes_nothing():
    turn = Turn()

    def take():
        with turn:
            pass

    with turn.given_up():
        in_threads([take])
    take()


def test_an_error_passes_it_on():
    turn, passed = Turn(), []

    def other():
        with turn:
            passed.append(1)

    with pytest.raises(ZeroDivisionError), turn:
        raise ZeroDivisionError
    in_threads([other])
    assert passed
