"""A class as its teacher's tab knows it: what 27 phones said, what is sent of it, and what is told when."""

import json

import numpy as np
import pytest

from cvxdnn.app.rooms.classroom import Opened, close_room
from cvxdnn.app.rooms.refusals import Refusal, Refused
from cvxdnn.app.rooms.room import Phase
from cvxdnn.app.rooms.sqlite_store import SqliteStore
from cvxdnn.exhibits.lessons import class_
from cvxdnn.exhibits.lessons.asked import name_of, numbered
from cvxdnn.exhibits.lessons.class_ import open_class, resume, steps_of
from cvxdnn.exhibits.lessons.class_view import join_address
from cvxdnn.exhibits.lessons.crowd import Easel
from cvxdnn.exhibits.lessons.lesson import LESSONS, lesson
from cvxdnn.exhibits.lessons.reveal import best_curve
from cvxdnn.tasks.comparison import Baseline
from cvxdnn.tasks.sketch import Sketch, appraise
from tests.exhibits.class_phones import PHONES, begin, phone, say

CHOICE, SKETCH = lesson(1), lesson(2)
DRAWN = [step for step in steps_of(LESSONS) if step.question.kind == "sketch" and not step.question.frame]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "rooms.db"


def lessons_called(name):
    return numbered(name).lessons


def press(here, *moves):
    for what in moves:
        here.act(what, here.version)
        assert here.trouble == ""


@pytest.mark.parametrize("number", range(1, len(LESSONS) + 1))
def test_every_lesson_from_its_first_question_to_its_last(path, number):
    here = begin(path, lesson(number))
    while True:
        said = say(here._store, here.opened.code, range(PHONES), seed=number)
        here.poll()
        question, sent = here.step.question, here.sent()
        assert (sent["answered"], sent["phones"], sent["phase"]) == (PHONES, PHONES, "open")
        assert sent["counts"] == question.counts(list(said.values()))
        press(here, "lock", "reveal")
        shown = here._store.read(here.opened.code).shown()["reveal"]
        reveal = here.sent()["reveal"]
        assert shown["right"] == reveal["right"]
        assert shown["words"] == reveal["words"]
        is_priced = question.kind == "sketch" and not question.frame
        assert len(shown["scores"]) == (PHONES if is_priced else 0)
        assert len(shown["curve"]) >= (2 if question.kind == "sketch" else 0)
        json.dumps(here.sent(), allow_nan=False)
        if here.sent()["step"] + 1 == here.sent()["steps"]:
            assert reveal["words"] == lesson(number).takeaway
            break
        press(here, "next", "open")


def test_nothing_of_the_answer_is_sent_before_it_is_revealed(path):
    here = begin(path, SKETCH)
    say(here._store, here.opened.code, range(PHONES))
    for what in (None, "lock"):
        if what:
            press(here, what)
        here.poll()
        sent = json.dumps(here.sent())
        best = here._easel.best
        assert here.sent()["reveal"] is None
        assert SKETCH.takeaway not in sent
        assert f"{best:.6g}"[:6] not in sent
    press(here, "reveal")
    assert SKETCH.takeaway in json.dumps(here.sent())


def test_prices_are_those_of_the_appraisal_and_do_not_change_with_the_reveal(path):
    here = begin(path, SKETCH)
    said = say(here._store, here.opened.code, range(PHONES))
    here.poll()
    before = here.sent()["drawings"]
    assert {number: [list(knot) for knot in knots] for number, _, knots in before["lines"]} == {
        number: [list(knot) for knot in knots] for number, knots in said.items()
    }
    baseline = Baseline(SKETCH.scenario())
    press(here, "lock", "reveal")
    after = here.sent()
    assert after["drawings"]["lines"] == before["lines"]
    assert after["drawings"]["axis"] == before["axis"]
    best = after["reveal"]["best"]
    gaps = {}
    for number, price, knots in before["lines"]:
        gaps[number] = appraise(Sketch(tuple(map(tuple, knots))), baseline).gap
        assert price / best - 1 == pytest.approx(gaps[number], abs=1e-4)
    results = {row["name"]: row.get("gap") for row in after["reveal"]["results"]}
    assert results["closest"] == pytest.approx(min(gaps.values()))
    assert results["class median"] == pytest.approx(np.median(list(gaps.values())))
    scores = dict(here._store.read(here.opened.code).shown()["reveal"]["scores"])
    assert scores == pytest.approx(gaps)


@pytest.mark.parametrize("step", DRAWN, ids=lambda step: f"{step.lesson.number}.{step.place}")
def test_the_axis_for_prices_has_room_for_the_best_and_is_made_without_it(step):
    easel = step.easel()
    low, high = easel.axis
    assert "_answer" not in vars(easel._baseline)  # nobody has asked for the optimum
    assert low < easel.best < high


def test_the_crowd_is_the_median_of_heights_at_every_place():
    easel = Easel(SKETCH.scenario())
    x = np.array([x for x, _ in SKETCH.points])
    heights = np.random.default_rng(0).normal(size=(11, x.size))
    drawings = {k: list(zip(x.tolist(), row.tolist(), strict=True)) for k, row in enumerate(heights)}
    easel.add(dict(list(drawings.items())[:2]))
    assert easel.crowd() is None
    easel.add(drawings)
    crowd = easel.crowd()
    at = np.sort([np.interp(crowd.x, x, row) for row in heights], axis=0)
    assert crowd.low == pytest.approx(at[1])  # of eleven, the second is the lowest tenth
    assert crowd.median == pytest.approx(at[5])
    assert crowd.high == pytest.approx(at[9])
    assert set(x) <= set(crowd.x)
    easel.add({0: drawings[1]})  # another drawing of the same phone takes the place of its first
    assert easel.prices([0]) == easel.prices([1])
    assert len(easel.gaps()) == 11


def test_drawings_beyond_the_points_are_counted_and_not_priced(path):
    here = begin(path, lesson(9))
    code, (last, edge) = here.opened.code, (lesson(9).points[-1], lesson(9).questions[0].frame[-1])
    best = best_curve(lesson(9))
    slope = (best[-1][1] - best[-2][1]) / (best[-1][0] - best[-2][0])
    on = [*best, (edge[0], best[-1][1] + slope * (edge[0] - last[0]))]  # straight on
    down = [*lesson(9).points, (edge[0], 0.0)]
    for number, knots in enumerate((on, down, down)):
        here._store.enter(code, phone(number), 150)
        answer = here.step.question.checked([list(knot) for knot in knots])
        assert here._store.take(code, phone(number), 0, 1, answer) == number
    here.poll()
    drawings = here.sent()["drawings"]
    assert drawings["axis"] is None
    assert drawings["crowd"]["x"][-1] == edge[0]
    press(here, "reveal")
    reveal = here.sent()["reveal"]
    assert reveal["results"] == [{"name": "right", "count": 1, "style": "best"}]
    assert reveal["curves"][0]["x"][-1] == pytest.approx(edge[0])


def test_only_drawings_that_the_browser_does_not_have_are_sent(path):
    here = begin(path, SKETCH)
    say(here._store, here.opened.code, range(20))
    here.poll()
    first = here.sent()["drawings"]
    assert (first["since"], len(first["lines"])) == (0, 20)
    here.know(first["serial"])
    say(here._store, here.opened.code, [3, 21], seed=1)
    here.poll()
    news = here.sent()["drawings"]
    assert news["since"] == first["serial"]
    assert [number for number, _, _ in news["lines"]] == [3, 20]
    here.know(0)  # a browser that was mounted anew
    assert len(here.sent()["drawings"]["lines"]) == 21


def test_a_look_that_finds_nothing_new_reads_one_row(path, monkeypatch):
    here = begin(path, CHOICE)
    say(here._store, here.opened.code, range(PHONES))
    here.poll()
    stamp = here.stamp
    monkeypatch.setattr(class_, "look", lambda *_: pytest.fail("everything was read"))
    for _ in range(10):
        here.poll()
    assert here.stamp == stamp


def test_a_phone_that_leaves_is_counted_out_after_some_seconds(path, monkeypatch):
    here = begin(path, CHOICE)
    for number in range(3):
        here._store.enter(here.opened.code, phone(number), 150)
    here.poll()
    assert here.sent()["phones"] == 3
    now = here._store._clock
    monkeypatch.setattr(here._store, "_clock", lambda: now() + 60)
    monkeypatch.setattr(class_, "COUNT_SECONDS", 0)
    here.poll()
    assert here.sent()["phones"] == 0


def test_a_press_on_what_is_not_shown_any_more_does_nothing(path):
    here = begin(path, CHOICE)
    shown = here.version
    press(here, "lock")
    here.act("open", shown)
    assert here.phase is Phase.LOCKED
    here.act("no such thing", here.version)
    here.act("next", here.version)  # there is no next question
    assert here.phase is Phase.LOCKED
    assert here.trouble == ""


def test_reveal_locks_first_and_counts_what_came_until_then(path):
    here = begin(path, CHOICE)
    say(here._store, here.opened.code, range(PHONES))
    press(here, "reveal")
    (row,) = here.sent()["reveal"]["results"]
    assert (row["name"], here.sent()["answered"]) == ("right", PHONES)
    with pytest.raises(Refused):
        say(here._store, here.opened.code, [0], seed=1)


def test_several_lessons_are_one_class_and_the_phones_stay(path):
    here = begin(path, CHOICE, SKETCH)
    say(here._store, here.opened.code, range(5))
    press(here, "reveal", "next")
    sent = here.sent()
    assert (sent["number"], sent["step"], sent["steps"], sent["phones"], sent["answered"]) == (2, 1, 2, 5, 0)
    assert sent["drawings"]["lines"] == []
    press(here, "open")
    say(here._store, here.opened.code, [0])
    here.poll()
    assert here.sent()["answered"] == 1


def test_a_tab_that_has_the_secret_comes_back_to_its_class_with_all_that_was_said_and_shown(path):
    here = begin(path, CHOICE, SKETCH)
    press(here, "next", "open")
    say(here._store, here.opened.code, range(PHONES))
    press(here, "reveal")
    back = resume(SqliteStore(path), here.opened, lessons_called)
    back.poll()
    assert name_of(back.lessons) == name_of((CHOICE, SKETCH))
    one, other = here.sent(), back.sent()
    assert one.pop("drawings")["lines"] == sorted(other["drawings"]["lines"]) == other.pop("drawings")["lines"]
    assert one == other
    with pytest.raises(Refused) as refused:
        resume(here._store, Opened(here.opened.code, "guessed"), lessons_called)
    assert refused.value.refusal is Refusal.WRONG_SECRET


def test_a_class_that_is_over_says_so(path):
    here = begin(path, CHOICE)
    close_room(here._store, here.opened.code, here.opened.secret)
    here.poll()
    assert here.is_over
    assert "Open a new one" in here.trouble
    here = begin(path, CHOICE)
    here.act("close", here.version)
    assert here.is_over
    assert here._store.read(here.opened.code) is None


class Away(SqliteStore):
    """A store that cannot be reached at times."""

    is_away = False

    def marks(self, codes):
        if self.is_away:
            raise Refused(Refusal.STORE_AWAY)
        return super().marks(codes)

    read = lambda self, code: self.marks([code]) and super().read(code)  # noqa: E731


def test_a_store_that_is_away_leaves_the_picture_and_says_what_to_do(path):
    store = Away(path)
    here = open_class(store, (SKETCH,), most=50)
    here.poll()
    press(here, "open")
    say(store, here.opened.code, range(5))
    here.poll()
    shown, stamp = here.sent(), here.stamp
    store.is_away = True
    here.poll()
    assert "tries again by itself" in here.trouble
    assert here.stamp > stamp
    assert {**here.sent(), "trouble": ""} == shown
    here.act("lock", here.version)
    assert not here.is_over
    store.is_away = False
    here.poll()
    here.act("lock", here.version)
    assert (here.trouble, here.phase) == ("", Phase.LOCKED)


def test_where_phones_join_is_where_the_teacher_is():
    assert join_address("https://host.org/class", "KTRV") == "https://host.org/join/KTRV"
    assert join_address("http://10.0.0.2:8501/below/class/", "KTRV") == "http://10.0.0.2:8501/below/join/KTRV"


@pytest.mark.parametrize("text", ["", "0", "x", "-", "99999999999999999999", "２"])
def test_an_address_that_names_no_lesson_means_the_first(text):
    assert lessons_called(text) == (lesson(1),)


def test_an_address_names_lessons_once_each():
    assert lessons_called("2,1,2") == (lesson(2), lesson(1))
    assert lessons_called(name_of((lesson(2), lesson(1)))) == (lesson(2), lesson(1))


def test_all_lessons_fit_into_one_class(path):
    here = open_class(SqliteStore(path), LESSONS, most=1)
    assert here.sent()["steps"] == sum(len(each.questions) for each in LESSONS)
    with pytest.raises(Refused) as refused:
        open_class(SqliteStore(path), LESSONS, most=1)
    assert refused.value.refusal is Refusal.ROOMS_FULL
