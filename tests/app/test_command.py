"""The command line of what is installed."""

import pytest

from cvxdnn.app import command
from cvxdnn.app.main import PAGES, SCRIPT, TOP


@pytest.fixture
def served(monkeypatch):
    """What the app was started with, without starting it."""
    calls = []
    monkeypatch.setattr(command, "serve", lambda port, options: calls.append((port, options)))
    return calls


def test_the_app_is_started_on_the_port_asked_for_with_the_options_of_streamlit(served):
    command.main(["app"])
    command.main(["app", "--port", "9000", "--server.address", "127.0.0.1"])
    assert served == [(8501, []), (9000, ["--server.address", "127.0.0.1"])]


def test_without_the_libraries_of_the_app_their_extra_is_named(served, monkeypatch, capsys):
    monkeypatch.setattr("cvxdnn.core.exceptions.find_spec", lambda library: None)
    with pytest.raises(SystemExit):
        command.main(["app"])
    assert 'pip install "cvxdnn[app]"' in capsys.readouterr().err
    assert served == []


def test_what_is_served_lies_together_and_away_from_the_script():
    assert (TOP / "app.py").is_file()
    assert (TOP / ".streamlit" / "config.toml").is_file()
    assert PAGES == TOP / "pages"
    assert not (SCRIPT.parent / "pages").exists()
