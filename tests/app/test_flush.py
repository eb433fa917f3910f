"""A run of the page waits until what it drew is on its way, and for nobody who has gone."""

import threading
from types import SimpleNamespace

import pytest

from cvxdnn.app import flush


class Queue:
    """What a session has to send; empty when it has been looked at so often."""

    def __init__(self, looks):
        self.looks = looks

    def is_empty(self):
        self.looks -= 1
        return self.looks < 0


@pytest.fixture
def waited(monkeypatch):
    """Wait as a run does whose session has this queue, and is connected until it has been asked so often."""

    def wait(queue, connected):
        session = SimpleNamespace(id="mine", _browser_queue=queue, _call_soon_on_event_loop=lambda call: call())
        answers = iter([True] * connected)
        manager = SimpleNamespace(get_active_session_info=lambda _: SimpleNamespace(session=session))
        runtime = SimpleNamespace(exists=lambda: True, instance=lambda: SimpleNamespace(_session_mgr=manager))
        monkeypatch.setattr(flush, "Runtime", runtime)
        monkeypatch.setattr(flush, "get_script_run_ctx", lambda: SimpleNamespace(session_id="mine"))
        monkeypatch.setattr(flush, "is_connected", lambda _: next(answers, False))
        monkeypatch.setattr(flush, "PATIENCE", 60.0)
        ended = threading.Event()
        threading.Thread(target=lambda: (flush.wait_until_sent(), ended.set()), daemon=True).start()
        assert ended.wait(30.0)

    return wait


def test_a_run_ends_when_all_has_been_sent(waited):
    queue = Queue(looks=5)
    waited(queue, connected=100)
    assert queue.looks == -1


def test_a_run_whose_browser_has_gone_waits_no_longer(waited):
    queue = Queue(looks=10**9)
    waited(queue, connected=3)
    assert queue.looks == 10**9 - 4
