"""The training benchmarks run, score by the certified optimum, and keep the words around their tables."""

import json

import numpy as np
import pytest

from benchmarks import training_quality, training_report, training_speed
from benchmarks.training_quality import random_points

QUALITY = "<!-- measured: quality -->\nold\n<!-- end of quality -->"


def test_a_small_run_of_both_fills_the_page(tmp_path):
    page, store = tmp_path / "page.md", tmp_path / "runs.json"
    page.write_text(f"before\n{QUALITY}\nbetween\n<!-- measured: speed -->\n<!-- end of speed -->\nafter\n")
    training_quality.main(
        [
            *("--sets", "1", "--only-random", "--depths", "2", "3", "--methods", "insertion, polish"),
            *("--output", str(page), "--store", str(store)),
        ]
    )
    training_speed.main(["--depths", "2", "--rounds", "1", "--output", str(page)])
    text = page.read_text()
    assert [text.index(word) for word in ("before", "between", "after")] == sorted(
        text.index(word) for word in ("before", "between", "after")
    )
    assert "old" not in text
    runs = json.loads(store.read_text())
    assert [(r["depth"], r["share"]) for r in runs] == [(d, s) for s in training_quality.SHARES for d in (2, 3)]
    assert all(-1e-9 <= r["gap"] <= 1e-9 for r in runs)
    assert "All 6 runs of insertion arrive" in text
    assert "| 2 | insertion, polish | 3 | 100 % | 100 % | < 1e-12 |" in text


def test_what_did_not_arrive_is_listed_with_its_gap(tmp_path):
    run = {"data": "hard", "n": 9, "depth": 3, "share": 0.1, "method": "insertion, polish", "gap": 0.25}
    rest = {"seconds": 1.0, "status": "STUCK", "restarts_near": 0.0}
    training_report.write_quality([run | rest, run | rest | {"gap": 0.0}], tmp_path / "page.md")
    assert "| hard | 9 | 3 | 0.1 | 0.25 | stuck |" in (tmp_path / "page.md").read_text()


@pytest.mark.parametrize("seed", range(training_quality.SETS))
def test_random_points_are_what_is_announced(seed):
    x, y = random_points(seed)
    assert (x[0], x[-1], x.size == y.size) == (0.0, 1.0, True)
    assert 4 <= x.size <= 20
    assert 1e-3 * (1 - 1e-9) <= np.diff(x).min() <= 1e-2
    assert np.ptp(y) == pytest.approx(1)
