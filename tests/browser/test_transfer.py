"""What a first visitor is sent: little, compressed, to be kept, and nothing that the page does not use."""

import re
import urllib.request

from benchmarks.transfer import PAGES, visit

MOST_BYTES = 2_000_000
CHART_LIBRARIES = re.compile("vega|embed|echarts|deckgl", re.IGNORECASE)


def answered(address, **headers):
    """Headers of an answer."""
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=60) as answer:
        return answer.headers


def test_explore_arrives_with_less_than_two_megabytes_and_no_library_for_charts(app_server, browser):
    address = app_server("app.py", "--server.baseUrlPath", "lab/spline", env={"CVXDNN_WORKERS": "1"})
    with browser.new_context() as context:
        cold = visit(context, address, PAGES["explore"])
        warm = visit(context, address, PAGES["explore"])
    assert 500_000 < cold.bytes < MOST_BYTES
    assert not [file for file in cold.files if CHART_LIBRARIES.search(file)]
    assert warm.bytes < 100_000

    scripts = [file for file in cold.files if "/static/" in file and file.endswith((".js", ".css"))]
    assert len(scripts) > 50
    assert {cold.encodings[file] for file in scripts} == {"gzip"}
    for file in (scripts[0], scripts[-1]):
        for encodings in ("gzip", "identity"):
            found = answered(file, **{"Accept-Encoding": encodings})
            assert "immutable" in found["Cache-Control"]
            assert "max-age=31536000" in found["Cache-Control"].replace(" ", "")
        assert found["Content-Encoding"] is None
    assert answered(address)["Cache-Control"] == "no-cache"
