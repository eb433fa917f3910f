"""A real browser and a real server for the tests of what people see and touch.

Every page is watched: a request to any host but this one, an error in the console or an uncaught exception fails
the test that opened it. Playwright drives the Chromium of the system; nothing is downloaded.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    ViewportSize,
    expect,
    sync_playwright,
)

from tests.browser.waiting import SLOW
from tests.standstill import standing_still

ROOT = Path(__file__).parents[2]
OWN_HOSTS = {"127.0.0.1", "localhost"}
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",  # no test reaches out
]
START_TIMEOUT = 60  # seconds
BELOW_A_PAGE = re.compile(f"/({'|'.join(path.stem for path in ROOT.glob('pages/*.py'))})/_stcore/")
"""Opened by a link, Streamlit first looks for its server below the page's own path, and finds nothing there."""
expect.set_options(timeout=SLOW)


class Servers:
    """Streamlit apps: ``servers(path, *options, env=None)`` returns the address of a running server.

    A server is started once per distinct call. `path` is relative to the repository's root, where the server runs, so
    that the app's own configuration applies.
    """

    def __init__(self, logs: Callable[[], Path]) -> None:
        self._logs = logs
        self._known: dict[Any, tuple[subprocess.Popen[bytes], str]] = {}

    def __call__(self, path: str | Path, *options: str, env: dict[str, str] | None = None) -> str:
        call = (str(path), options, tuple(sorted((env or {}).items())))
        if call not in self._known:
            self._known[call] = _start_server(path, options, env or {}, self._logs(), _free_port())
        return self._known[call][1]

    @contextmanager
    def killed(self, address: str) -> Iterator[None]:
        """There is no server meanwhile; then one that knows nothing of what was before."""
        call = next(call for call, (_, its) in self._known.items() if its == address)
        process, _ = self._known[call]
        process.kill()
        process.wait()
        yield
        path, options, env = call
        port = urlsplit(address).port
        assert port
        self._known[call] = _start_server(path, options, dict(env), self._logs(), port)

    @contextmanager
    def stopped(self, address: str) -> Iterator[None]:
        """The server there answers nothing meanwhile."""
        process = next(process for process, its in self._known.values() if its == address)
        with standing_still([process.pid]):
            yield

    def end(self) -> None:
        """End them all."""
        for process, _ in self._known.values():
            process.terminate()
        for process, _ in self._known.values():
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture(scope="session")
def app_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Servers that end with the session."""
    servers = Servers(lambda: tmp_path_factory.mktemp("server") / "log.txt")
    yield servers
    servers.end()


@pytest.fixture
def address(app_server: Servers) -> str:
    """Of the app, with one worker."""
    return app_server("app.py", env={"CVXDNN_WORKERS": "1"})


def _start_server(
    path: str | Path, options: tuple[str, ...], env: dict[str, str], log: Path, port: int
) -> tuple[subprocess.Popen[bytes], str]:
    command = [sys.executable, "-m", "streamlit", "run", str(path)]
    command += ["--server.port", str(port), "--server.address", "127.0.0.1", "--server.headless", "true", *options]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **env}, stdout=output, stderr=subprocess.STDOUT
        )
    given = dict(pairwise(options))
    address = f"http://127.0.0.1:{port}/{given.get('--server.baseUrlPath', '')}".rstrip("/")
    deadline = time.monotonic() + START_TIMEOUT
    while not _healthy(address):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            process.wait()
            pytest.fail(f"{path} did not start:\n{log.read_text(errors='replace')}", pytrace=False)
        time.sleep(0.1)
    return process, address


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _healthy(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, headless."""
    executable = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if executable is None:
        pytest.fail("no Chromium found; install the package chromium", pytrace=False)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def contexts(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """One browser context per set of options, shared by all tests: its cache makes the second page load fast."""
    known: dict[str, BrowserContext] = {}

    def context(**options: Any) -> BrowserContext:
        name = repr(sorted(options.items()))
        if name not in known:
            known[name] = browser.new_context(**options)
            known[name].set_default_timeout(SLOW)
        return known[name]

    yield context
    for each in known.values():
        each.close()


class Watch:
    """What went wrong on the pages of one test."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def over(self, page: Page) -> None:
        """Record errors and every request to another host."""
        page.on("request", self._note_request)
        page.on("pageerror", lambda error: self.problems.append(f"uncaught exception: {error}"))
        page.on("console", self._note_message)

    def _note_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob", "about"} and parts.hostname not in OWN_HOSTS:
            self.problems.append(f"request to another host: {request.url}")

    def _note_message(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not BELOW_A_PAGE.search(message.location["url"]):
            self.problems.append(f"console error: {message.text}")


@pytest.fixture
def tolerated() -> tuple[str, ...]:
    """Words of console errors that a test provokes; a module that does so overrides this."""
    return ()


@pytest.fixture
def new_page(contexts: Callable[..., BrowserContext], tolerated: tuple[str, ...]) -> Iterator[Callable[..., Page]]:
    """Open watched pages: ``new_page(width=1280, height=900, touch=False, **context_options)``.

    The test fails at its end if any of them asked another host, logged an error or let an exception escape.
    """
    watch = Watch()
    pages: list[Page] = []

    def open_page(width: int = 1280, height: int = 900, touch: bool = False, **options: Any) -> Page:
        size: ViewportSize = {"width": width, "height": height}
        page = contexts(viewport=size, has_touch=touch, is_mobile=touch, **options).new_page()
        pages.append(page)
        watch.over(page)
        return page

    yield open_page
    for page in pages:
        if urlsplit(page.url).hostname in OWN_HOSTS:  # as a sidebar that was closed: not for the next test
            page.evaluate("localStorage.clear()")
        page.close()
    assert not [problem for problem in watch.problems if not any(words in problem for words in tolerated)]


@pytest.fixture
def page(new_page: Callable[..., Page], request: pytest.FixtureRequest) -> Page:
    """One watched page; parametrise indirectly with the arguments of `new_page`, as ``{"width": 360}``."""
    return new_page(**getattr(request, "param", {}))
