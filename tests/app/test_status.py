"""The panel on the About page says how the server is doing, and nothing about anybody."""

from cvxdnn.app.state_budget import state_budget
from cvxdnn.core.limits import host_limits
from tests.exhibits.conftest import explore as explore
from tests.exhibits.conftest import go_to
from tests.exhibits.test_explore_page import session_of
from tests.jobs.jobs_tasks import wait_until


def panel(app):
    go_to(app, "about")
    assert not app.exception
    table = app.table[0].value
    return dict(zip(table.iloc[:, 0], table.iloc[:, 1], strict=True))


def test_it_counts_sessions_workers_queue_and_memory(explore):
    rows = panel(explore())
    assert rows["browser tabs"] == f"1 of {host_limits().sessions}"
    assert rows["training runs in"] == "the server process"
    assert rows["workers"] == "0 busy of 1 ready"
    assert rows["jobs waiting"] == f"0 of {host_limits().queue}"
    assert rows["workers replaced after they died"] == "0"


def test_it_follows_jobs_and_paused_runs(explore):
    app = explore(preset="motorcycle", depth="4")
    assert panel(app)["workers"] == "1 busy of 1 ready"
    run = session_of(app).run
    wait_until(lambda: run.poll() or run.frame is not None)
    run.pause()
    assert state_budget.total > 0
    assert panel(app)["paused runs kept"] != "0.0 of 256 MB"
