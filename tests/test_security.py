"""What the code must not do, read from the code: trust a pickle of a visitor's, run text, write raw HTML, call out."""

import ast
import tomllib
from pathlib import Path

import pytest

from cvxdnn.app import gate

ROOT = Path(__file__).parents[1]
FILES = {
    str(path.relative_to(ROOT)): ast.parse(path.read_text("utf-8"))
    for path in [ROOT / "app.py", *ROOT.glob("pages/*.py"), *ROOT.glob("cvxdnn/**/*.py")]
}
SETTINGS = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))

MAY_UNPICKLE = {
    # Between a server and its own workers, where a worker also reads the states that earlier jobs reported:
    *("cvxdnn/jobs/parcel.py", "cvxdnn/jobs/worker.py"),
}
READS_VISITORS = (
    "cvxdnn/tasks/link.py",
    "cvxdnn/core/reading/",
    "cvxdnn/core/formula.py",
    "cvxdnn/core/numerals.py",
    "cvxdnn/tasks/scenario.py",
    "cvxdnn/core/datasets.py",
    "cvxdnn/app/",
    "pages/",
)
NEVER_IMPORTED = {
    *("marshal", "shelve", "dill", "cloudpickle", "joblib", "yaml"),
    *("requests", "httpx", "urllib3", "urllib.request", "http", "ftplib", "smtplib", "aiohttp"),
}


def imported(tree):
    """Names of modules, and of the packages that they are in."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        for name in names:
            parts = name.split(".")
            yield from (".".join(parts[: end + 1]) for end in range(len(parts)))


def called(tree):
    return {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


def keywords(tree):
    return {
        keyword.arg: ast.unparse(keyword.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
    }


def test_only_workers_and_their_server_read_pickles():
    assert {name for name, tree in FILES.items() if "pickle.loads" in called(tree)} == MAY_UNPICKLE
    assert not [name for name, tree in FILES.items() if {"pickle.load", "pickle.Unpickler"} & called(tree)]


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith(READS_VISITORS)])
def test_what_reads_visitors_input_knows_no_pickle(name):
    assert "pickle" not in set(imported(FILES[name]))


@pytest.mark.parametrize("name", FILES)
def test_no_text_is_run_no_unsafe_format_is_read_and_nobody_is_called(name):
    tree = FILES[name]
    assert not {"eval", "exec", "compile", "__import__", "os.system", "os.popen"} & called(tree)
    assert not NEVER_IMPORTED & set(imported(tree))
    assert keywords(tree).get("allow_pickle", "False") == "False"
    assert keywords(tree).get("shell", "False") == "False"


@pytest.mark.parametrize("name", FILES)
def test_markdown_never_allows_html_and_components_never_come_from_elsewhere(name):
    assert not {"unsafe_allow_html", "unsafe_allow_javascript"} & set(keywords(FILES[name]))
    assert "components.html" not in " ".join(called(FILES[name]))


A_FILM = "fetch(new URL(address + what, document.baseURI))"
"""A request of its own: to this app, at an address that Python gave."""
OF_A_PHONE = "fetch(address, request)"
"""That of the page for phones, which is no page of Streamlit's: to this app, below the address of the page."""


def test_the_browser_part_asks_nobody_else_and_writes_no_markup():
    for path in ROOT.glob("cvxdnn/**/*.js"):
        text = path.read_text("utf-8").replace(A_FILM, "").replace(OF_A_PHONE, "", 1)
        for word in (
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "fetch(",
            "XMLHttpRequest",
        ):
            assert word not in text
        assert "http" not in text.replace("http://www.w3.org/2000/svg", "")


def test_protection_against_other_sites_is_on_and_errors_are_not_shown():
    server = SETTINGS["server"]
    assert server["enableXsrfProtection"] is True
    assert server["enableCORS"] is True
    assert server["maxUploadSize"] == 1
    assert server["maxWidgetStateSize"] <= 2
    assert server["maxMessageSize"] <= 2  # what is taken in before anybody looks
    assert SETTINGS["client"]["showErrorDetails"] == "none"
    assert SETTINGS["client"]["allowedOrigins"] == []
    assert SETTINGS["browser"]["gatherUsageStats"] is False
    assert SETTINGS["browser"]["serverAddress"]  # else Streamlit asks an outside service for one when it starts


def test_the_gate_stands_before_the_app():
    (made,) = [
        node for node in ast.walk(FILES["app.py"]) if isinstance(node, ast.Call) and "App" in ast.dump(node.func)
    ]
    assert {each.arg: ast.unparse(each.value) for each in made.keywords}[
        "middleware"
    ] == "[*gate.guards(), stills(), compression(), its_server()]"
    guards = [type(guard.cls(None)).__name__ for guard in gate.guards()]
    assert guards == [
        "Headers",
        "Names",
        "Sockets",
        "Messages",
        "Uploads",
    ]  # headers on refusals, too, and names before anything is kept
