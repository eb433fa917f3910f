"""What a browser is sent until a page stands, and how long that takes on a slow line.

    python -m benchmarks.transfer [--address http://127.0.0.1:8501] [--pages explore path]

Without an address it starts a server of its own. Prints a table, a row a page:

    cold        the first page of a browser with an empty cache: kilobytes as transferred with headers, and requests
    warm        the same page opened once more by the same browser
    socket      what the web socket brought of that, before it is compressed
    seconds     from navigation to the first drawn chart on a line of 1.6 Mbit/s with a latency of 150 ms (Chromium's
                own emulation), with an empty cache and with a full one

The server has met a browser before any is measured: it has loaded its libraries.
"""

import argparse
import base64
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from benchmarks.server import running_server
from benchmarks.startup import CHROMIUM, OPTIONS

__all__ = ["PAGES", "STAGES", "Transfer", "visit"]

PORT = 8706
FIGURE = ".picture svg"  # drawn in the frame in which it is there
STAGES = ("path", "depth", "rank_one", "whitened", "batch_norm", "extreme_points", "beyond", "sweep")
PAGES = {
    "explore": 'path[data-name="optimum"]',
    **dict.fromkeys(STAGES, FIGURE),
    "lesson": ".lesson .entries button",
    "about": "[data-testid='stMain'] h1",
}
"""What is on a page when its first chart is drawn."""

QUIET_SECONDS = 3.0
"""Without a new request, and with all of them answered: the page has all that it asks for."""
SLOW_LINE = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 1.6e6 / 8}
TIMEOUT = 180_000  # milliseconds


@dataclass
class Transfer:
    """What one page was sent.

    Attributes
    ----------
    files : dict of str to int
        Bytes on the wire of what was asked for by address, headers included; 0 from the browser's cache.
    encodings : dict of str to str
        How each was compressed, as its Content-Encoding says.
    socket : int
        Bytes that came through web sockets, before they are compressed.
    seconds : float
        From navigation to the first drawn chart.
    awaited : set of str
        The requests that have not been answered yet.
    """

    files: dict[str, int] = field(default_factory=dict)
    encodings: dict[str, str] = field(default_factory=dict)
    socket: int = 0
    seconds: float = 0.0
    awaited: set[str] = field(default_factory=set)

    @property
    def bytes(self) -> int:
        """Of all files together."""
        return sum(self.files.values())

    @property
    def requests(self) -> int:
        """How many of them the server was asked for."""
        return sum(size > 0 for size in self.files.values())


def visit(context: BrowserContext, address: str, drawn: str, *, slow: bool = False) -> Transfer:
    """Open a page of the app in this browser, and wait until it asks for nothing more.

    Parameters
    ----------
    context : BrowserContext
        With whatever it has in its cache.
    address : str
        Of the page.
    drawn : str
        Selector of what is there when the first chart is drawn.
    slow : bool
        On a line of 1.6 Mbit/s and 150 ms; it is then left as soon as the chart is drawn.
    """
    page = context.new_page()
    with _recorded(page, slow) as transfer:
        began = time.monotonic()
        page.goto(address, wait_until="commit", timeout=TIMEOUT)
        page.locator(drawn).first.wait_for(timeout=TIMEOUT)
        transfer.seconds = time.monotonic() - began
        before = -1
        while not slow and (transfer.awaited or before < len(transfer.files)):
            before = len(transfer.files)
            page.wait_for_timeout(1000 * QUIET_SECONDS)
    page.close()
    return transfer


@contextmanager
def _recorded(page: Page, slow: bool) -> Iterator[Transfer]:
    transfer, addresses = Transfer(), dict[str, str]()
    session = page.context.new_cdp_session(page)

    def answered(event: dict[str, Any]) -> None:
        answer = event["response"]
        addresses[event["requestId"]] = answer["url"]
        headers = {name.lower(): value for name, value in answer["headers"].items()}
        transfer.encodings[answer["url"]] = headers.get("content-encoding", "")

    def arrived(event: dict[str, Any]) -> None:
        transfer.awaited.discard(event["requestId"])
        address = addresses.get(event["requestId"], "")
        if address.startswith("http"):
            transfer.files[address] = transfer.files.get(address, 0) + int(event["encodedDataLength"])

    def told(event: dict[str, Any]) -> None:
        frame = event["response"]
        payload = frame["payloadData"]
        transfer.socket += len(base64.b64decode(payload) if frame["opcode"] == 2 else payload)

    session.on("Network.requestWillBeSent", lambda event: transfer.awaited.add(event["requestId"]))
    session.on("Network.responseReceived", answered)
    session.on("Network.loadingFinished", arrived)
    session.on("Network.loadingFailed", lambda event: transfer.awaited.discard(event["requestId"]))
    session.on("Network.webSocketFrameReceived", told)
    session.send("Network.enable")
    if slow:
        session.send("Network.emulateNetworkConditions", SLOW_LINE)
    yield transfer


def measured(browser: Browser, address: str, name: str) -> tuple[Transfer, Transfer, float, float]:
    """Cold and warm, and the seconds of both on the slow line."""
    where, drawn = f"{address}/{'' if name == 'explore' else name}", PAGES[name]
    with browser.new_context() as context:
        cold, warm = visit(context, where, drawn), visit(context, where, drawn)
    with browser.new_context() as context:
        first, second = (visit(context, where, drawn, slow=True).seconds for _ in range(2))
    return cold, warm, first, second


def report(address: str, names: Sequence[str], browser: Browser, detailed: bool) -> None:
    """Print the table, and with `detailed` the files of each cold visit before its row."""
    with browser.new_context() as context:
        visit(context, address, PAGES["explore"])
    print(f"load of this machine at the start: {os.getloadavg()[0]:.1f}\n")
    print("| page | cold: kB | requests | warm: kB | requests | socket: kB | chart cold: s | chart warm: s |")
    print("|---|---|---|---|---|---|---|---|")
    for name in names:
        cold, warm, first, second = measured(browser, address, name)
        for file, size in sorted(cold.files.items(), key=lambda each: -each[1]) if detailed else ():
            print(f"    {size:9,d} {cold.encodings[file]:5} {file}")
        sizes = f"{cold.bytes / 1e3:,.0f} | {cold.requests} | {warm.bytes / 1e3:,.0f} | {warm.requests}"
        print(f"| {name} | {sizes} | {cold.socket / 1e3:,.0f} | {first:.1f} | {second:.1f} |", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--address", help="of a server that runs")
    parser.add_argument("--pages", nargs="+", choices=list(PAGES), default=list(PAGES))
    parser.add_argument("--files", action="store_true", help="list what each cold visit was sent")
    asked = parser.parse_args()
    with sync_playwright() as playwright:
        executable = next(filter(None, map(shutil.which, CHROMIUM)))
        browser = playwright.chromium.launch(executable_path=executable, args=OPTIONS)
        if asked.address:
            report(asked.address.rstrip("/"), asked.pages, browser, asked.files)
        else:
            with running_server(PORT) as server:
                server.wait_until_idle()
                report(server.address, asked.pages, browser, asked.files)
        browser.close()


if __name__ == "__main__":
    main()
