"""What a browser is sent of a training: to whom it was told, of which training, and never of an earlier one."""

import gc

import numpy as np
import pytest
from starlette.requests import Request

from cvxdnn.app import films
from cvxdnn.app.films import AGAIN, NUMBER, address_of
from cvxdnn.exhibits.explore.training import TrainingRun
from cvxdnn.jobs import InlineRunner
from cvxdnn.tasks.experiments import first_frame
from tests.app.gate.asgi import exchange, request
from tests.app.test_training import SCENARIO, begun
from tests.jobs import jobs_tasks as tasks
from tests.jobs.jobs_tasks import wait_until


@pytest.fixture
def runner():
    with InlineRunner() as made:
        yield made


@pytest.fixture
def run(runner):
    return TrainingRun("explore", lambda: runner, "somebody")


def name_of(run):
    return address_of(run).removeprefix("films/")


def newest(run):
    return films.newest(name_of(run))


def whole(run):
    return film(name_of(run))


def film(name):
    return films.film(Request({"type": "http", "path_params": {"name": name}}))


def step(answer):
    """Of the last still in it."""
    numbers = np.frombuffer(answer.body[8:], "<f8", 7 * int(np.frombuffer(answer.body, "<f8", 1)[0]))
    return numbers.reshape(-1, 7)[-1, 0]


def test_nobody_is_sent_anything_who_was_not_told_its_name(run):
    begun(run)
    for name in ("", "explore", "0", "x" * 500):
        assert film(name).status_code == 404
        assert films.newest(name).status_code == 404
    assert len(address_of(run)) > 20


def test_the_newest_still_is_of_what_the_job_reported_last_whether_a_page_looked_or_not(run):
    begun(run)
    shown = run.frame.step
    wait_until(lambda: run._job is None or run._job.progress.step > shown)
    answer = newest(run)
    assert answer.status_code == 200
    assert step(answer) > shown == run.frame.step
    assert answer.headers[NUMBER] == str(run.number)
    assert float(answer.headers[AGAIN]) > 0
    assert answer.headers["Cache-Control"] == "no-store"


def test_before_the_first_still_of_a_training_there_is_none_of_an_earlier_one(run, runner):
    begun(run)
    run.pause()
    before = run.number
    other = runner.submit(tasks.until_stopped, owner="somebody else")
    run.restart(SCENARIO)
    assert run.awaits_first
    for answer in (newest(run), whole(run)):
        assert answer.status_code == 204
        assert answer.headers[NUMBER] == str(before + 1)
    other.stop()


def test_a_paused_training_goes_on_under_its_number(run):
    begun(run)
    number = run.number
    run.pause()
    run.play(SCENARIO)
    assert run.number == number
    assert not run.awaits_first
    assert step(whole(run)) > 0
    run.follow(SCENARIO.replace(beta=0.1))  # a film is of one weight decay
    assert run.number == number + 1


def test_with_the_tab_its_films_are_gone(runner):
    run = TrainingRun("explore", lambda: runner, "somebody")
    run.show(SCENARIO, first_frame())
    name = name_of(run)
    assert whole(run).status_code == 200
    del run
    gc.collect()
    assert film(name).status_code == 404


def test_a_look_is_answered_in_front_of_the_app_and_all_else_behind_it(run):
    async def behind(scope, receive, send):
        await send({"type": "http.response.start", "status": 418, "headers": []})

    def status(path, method="GET"):
        return exchange(films.Newest(behind, "/lab"), request(path=path, method=method))[0]["status"]

    begun(run)
    name = name_of(run)
    assert status(f"/lab/films/{name}/newest") == newest(run).status_code == 200
    assert status("/lab/films/strange/newest") == 404
    for path in (
        f"/films/{name}/newest",
        f"/lab/films/{name}",
        f"/lab/films/{name}/newest/",
        f"/lab/films/a/{name}/newest",
    ):
        assert status(path) == 418
    assert status(f"/lab/films/{name}/newest", method="POST") == 418
