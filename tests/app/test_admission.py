"""Seats: as many as the host has, each given back, and a page that says so when there is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvxdnn.app import admission
from cvxdnn.app.admission import Seats
from tests.exhibits.conftest import explore as explore


def test_the_last_seat_is_given_once():
    seats = Seats(2)
    assert [seats.take(who) for who in "abc"] == [True, True, False]
    assert seats.take("a")
    seats.leave("b")
    assert seats.take("c")
    assert not seats.take("b")


@given(st.integers(1, 3), st.lists(st.tuples(st.sampled_from("abcde"), st.booleans()), max_size=40))
def test_never_more_than_there_are_and_nobody_loses_a_seat(most, steps):
    seats, seated = Seats(most), set()
    for who, comes in steps:
        if comes:
            assert seats.take(who) == (who in seated or len(seated) < most)
            seated |= {who} if len(seated) < most else set()
        else:
            seats.leave(who)
            seated.discard(who)
        assert seats.taken == len(seated) <= most


@pytest.fixture
def one_seat(monkeypatch):
    monkeypatch.setattr(admission, "seats", Seats(1))
    return admission.seats


def test_who_finds_the_house_full_is_told_and_comes_in_when_somebody_leaves(explore, one_seat):
    one_seat.take("somebody else")
    app = explore()
    assert "limit for browser tabs" in app.warning[0].value
    assert "explore_session" not in app.session_state
    one_seat.leave("somebody else")
    app.run()
    assert not app.warning
    assert "explore_session" in app.session_state


def test_who_has_a_seat_or_was_refused_one_lately_is_expected():
    now = 0.0
    seats = Seats(1, clock=lambda: now)
    assert (seats.take("a"), seats.take("b")) == (True, False)
    now = 10_000.0
    assert not seats.take("c")
    assert [seats.expects(who) for who in "abcd"] == [True, False, True, False]
    seats.leave("a")
    assert seats.take("c")
    now *= 2
    assert [seats.expects(who) for who in "ac"] == [False, True]


def test_a_seat_taken_after_its_tab_was_closed_counts_as_free():
    connected = {"a", "b"}
    seats = Seats(1, connected.__contains__)
    assert seats.take("a")
    assert not seats.take("b")
    connected.remove("a")
    assert seats.taken == 0
    seats.take("a")  # its page was still being drawn
    assert seats.take("b")
    assert not seats.take("a")
