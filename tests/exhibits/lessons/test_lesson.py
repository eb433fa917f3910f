"""Lessons as their files say them."""

import json
from urllib.parse import parse_qsl, urlsplit

import pytest

from cvxdnn.exhibits.lessons.lesson import LESSONS, PATH_OF_FOUR, lesson
from cvxdnn.tasks.scenario import Scenario

every = pytest.mark.parametrize("each", LESSONS, ids=lambda each: each.name)


def words_of(value):
    """All texts in a tree of dicts and lists."""
    if isinstance(value, str):
        return {value}
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return set().union(*map(words_of, parts))


def test_lessons_are_numbered_from_one_and_found_by_their_number():
    assert [each.number for each in LESSONS] == list(range(1, len(LESSONS) + 1))
    assert [lesson(each.number) for each in LESSONS] == list(LESSONS)
    assert lesson(-3) is LESSONS[0]
    assert lesson(10**9) is LESSONS[-1]


def test_the_path_of_four_goes_forward():
    assert len(PATH_OF_FOUR) == 4
    assert sorted(set(PATH_OF_FOUR)) == list(PATH_OF_FOUR)


@every
def test_before_the_prediction_nothing_is_said_of_the_answer(each):
    sent = each.before()
    after = {each.right, each.takeaway, *each.wrong.values(), each.now.words, *vars(each.teacher).values()}
    assert not words_of(sent) & after
    assert json.loads(json.dumps(sent)) == json.loads(json.dumps(sent, allow_nan=False))
    assert len(json.dumps(sent)) < 10_000


@every
def test_a_lesson_has_all_its_words(each):
    assert len(each.see) == 2
    assert all([each.title, each.hint, each.right, each.takeaway, *each.wrong.values(), *vars(each.teacher).values()])
    assert len(each.betas) in (0, len(each.questions))


@every
def test_now_try_opens_a_page_in_a_state_that_it_understands(each):
    address = urlsplit(each.link())
    query = dict(parse_qsl(address.query, strict_parsing=True))
    scenario, problem = Scenario.from_query(query)
    assert problem is None
    assert scenario != Scenario()
    assert len(each.link()) < 2_000
