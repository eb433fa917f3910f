"""From the start of the server to the first page that is painted, and the memory of a server that has nothing to do.

    python -m benchmarks.startup [--rounds 3]

Each round starts a fresh server, opens the page in a Chromium that is already running with an empty cache, waits until
the chart is drawn, closes the page, and measures the resident memory of the server without its workers once the
workers have warmed up.
"""

import argparse
import shutil
import statistics
import time
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from benchmarks.server import running_server

PORT = 8702
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
PAINTED = 'path[data-name="optimum"]'

Record = dict[str, Any]


def measure(browser: Browser, port: int) -> Record:
    """One start: seconds until the server answers and until the chart is drawn, what it used until then, its MB."""
    began = time.monotonic()
    with running_server(port) as server:
        answers = time.monotonic() - began
        page = browser.new_context().new_page()
        page.goto(server.address)
        page.locator(PAINTED).first.wait_for(timeout=60_000)
        painted, used = time.monotonic() - began, server.cpu_seconds()
        page.context.close()
        server.wait_until_idle()
        return {"answers": answers, "painted": painted, "server_cpu": used, "server_mb": server.megabytes()[0]}


def main() -> None:
    """Measure a few times and print each round and the medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    with sync_playwright() as playwright:
        executable = next(filter(None, map(shutil.which, CHROMIUM)))
        browser = playwright.chromium.launch(executable_path=executable, args=OPTIONS)
        records = [measure(browser, PORT + index) for index in range(rounds)]
        browser.close()
    for record in records:
        print({name: round(value, 2) for name, value in record.items()})
    print("median", {name: round(statistics.median(each[name] for each in records), 2) for name in records[0]})


if __name__ == "__main__":
    main()
