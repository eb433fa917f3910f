"""Live parts never ask for more of the server than their share, and get their pace back when others leave."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvxdnn.app.pace import LARGEST_STRETCH, LEAST_PATIENCE, SHARE, Pace


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def settle(pace, who, every, cost):
    """The part has run so often that its cost is known."""
    for _ in range(60):
        pace.note(who, every, cost)


def test_a_few_parts_run_as_often_as_they_like(clock):
    pace = Pace(clock)
    settle(pace, "a", 0.1, 0.3 * SHARE * 0.1)
    settle(pace, "b", 0.1, 0.3 * SHARE * 0.1)
    assert pace.stretch == 1


@given(st.lists(st.tuples(st.floats(0.05, 2.0), st.floats(0.0, 0.2)), max_size=40))
def test_all_parts_together_stay_within_their_share(parts):
    pace = Pace(Clock())
    for who, (every, cost) in enumerate(parts):
        settle(pace, who, every, cost)
    stretch = pace.stretch
    used = sum(cost / (stretch * every) for every, cost in parts)
    assert used <= SHARE * 1.001 or stretch == LARGEST_STRETCH
    assert stretch == 1 or used > SHARE / 4  # and no slower than needed, up to the steps


def test_the_pace_comes_back_when_the_others_fall_silent(clock):
    pace = Pace(clock)
    for who in range(10):
        settle(pace, who, 0.1, 0.01)
    assert pace.stretch == 4
    clock.now += 5 * LEAST_PATIENCE
    settle(pace, 0, 0.1, 0.01)
    assert pace.stretch == 1


def test_small_changes_of_the_demand_do_not_change_the_pace(clock):
    pace = Pace(clock)
    settle(pace, "a", 0.1, 1.9 * SHARE * 0.1)
    assert pace.stretch == 2
    for share in (1.1, 1.99, 0.6):
        settle(pace, "a", 0.1, share * SHARE * 0.1)
        assert pace.stretch == 2
    settle(pace, "a", 0.1, 0.4 * SHARE * 0.1)
    assert pace.stretch == 1


def test_a_run_that_fails_is_noted_too(clock):
    pace, ran = Pace(clock), []

    def fails():
        ran.append(1)
        while len(ran) < 200_000:
            ran.append(1)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        pace.measured(fails, "a", 1e-6)()
    assert pace.stretch > 1
