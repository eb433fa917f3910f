"""Permits are given out first come, first served, and never more than there are."""

import threading

import pytest

from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.tasks.sweep import ConcurrencyLimit


def never():
    return False


def test_a_turn_has_an_owner_of_its_own_and_gives_it_back():
    limit = ConcurrencyLimit(2)
    with limit.turn(never) as first, limit.turn(never) as second:
        assert first != second
    with limit.turn(never) as again:
        assert again in (first, second)


def test_turns_are_taken_in_the_order_of_asking():
    limit, order, threads = ConcurrencyLimit(1), [], []

    def work(name):
        with limit.turn(never):
            order.append(name)

    with limit.turn(never):
        for name in range(5):
            thread = threading.Thread(target=work, args=(name,))
            thread.start()
            threads.append(thread)
            while limit.waiting <= name:
                pass
    for thread in threads:
        thread.join()
    assert order == list(range(5))
    assert limit.waiting == 0


def test_who_gives_up_gets_no_lane_and_lets_the_next_one_through():
    limit = ConcurrencyLimit(1)
    with limit.turn(never):
        given_up = iter([False, True])
        with limit.turn(lambda: next(given_up)) as owner:
            assert owner is None
    with limit.turn(never) as owner:
        assert owner is not None


def test_the_number_of_lanes_follows_the_workers_and_is_never_none():
    workers = 3
    limit = ConcurrencyLimit(lambda: workers - 1)
    assert limit.count == 2
    workers = 0
    assert limit.count == 1


@pytest.mark.parametrize("count", [0, -1, 1.5, True, None])
def test_the_number_of_lanes_is_checked(count):
    with pytest.raises(InvalidInputError, match="count"):
        ConcurrencyLimit(count)
