"""Lessons as their files say them."""

import json
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from cvxdnn.app.rooms.room import LONGEST_WORDS
from cvxdnn.exhibits.depth.lab import SETTINGS as DEPTH
from cvxdnn.exhibits.lessons.handout import renewed
from cvxdnn.exhibits.lessons.lesson import LESSONS, PATH_OF_FOUR, lesson
from cvxdnn.exhibits.path.view import SETTINGS as PATH
from cvxdnn.tasks import link
from cvxdnn.tasks.choices import read
from cvxdnn.tasks.scenario import BETAS, MAX_POINTS, NAMES, Scenario

ROOT = Path(__file__).parents[3]
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
    assert set(PATH_OF_FOUR) <= {each.number for each in LESSONS}
    assert len(LESSONS) == 10


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
    assert len(each.names) in (0, len(each.questions))
    assert max(map(len, [each.right, *each.wrong.values()])) <= LONGEST_WORDS  # what a room shows on phones
    assert len(each.takeaway) <= 140


@every
def test_now_try_opens_a_page_in_a_state_that_it_understands(each):
    address = urlsplit(each.link())
    query = dict(parse_qsl(address.query, strict_parsing=True))
    texts, note = link.read(query, [*NAMES, *each.now.others], MAX_POINTS)
    assert note == ""
    scenario, problem = Scenario.from_texts(texts)
    assert problem is None
    assert scenario != Scenario()
    assert (ROOT / "pages" / f"{each.now.page}.py").exists()
    assert address.path == ("./" if each.now.page == "explore" else f"./{each.now.page}")
    assert len(each.link()) < 2_000


def test_the_depth_page_knows_the_settings_of_its_link():
    (others,) = [each.now.others for each in LESSONS if each.now.page == "depth"]
    assert read("deep_beta", others["deep_beta"], BETAS) == 0.13
    assert read("deep_layers", others["deep_layers"], range(2, 7)) == 4


@every
def test_a_page_is_told_the_settings_of_its_own_controls(each):
    own = {"path": PATH.names, "depth": DEPTH.names}.get(each.now.page, ())
    assert set(each.now.others) <= set(own)
    assert not own or set(each.now.settings) <= {"preset"}, "these are of the controls of Explore"


def test_the_document_says_what_the_lessons_say():
    text = (ROOT / "docs" / "lessons.md").read_text(encoding="utf-8")
    assert renewed(text) == text
