"""What the Path page draws and lists is what the path says."""

import numpy as np
import pytest

from cvxdnn.core.datasets import PRESETS
from cvxdnn.exhibits.path.case import LOWEST_SHARE, path_case, path_of
from cvxdnn.tasks.scenario import Scenario

AGREES = 1e-7
"""Of the range of y: values are sent with eight digits of it."""


@pytest.fixture(params=list(PRESETS))
def scenario(request):
    return Scenario(preset=request.param)


def test_every_piece_that_is_drawn_is_the_optimum_at_both_ends(scenario):
    (path, _), (_, units) = path_of(scenario), scenario.normalized()
    drawn = path_case(scenario).drawn
    x = np.array(drawn["x"])
    for piece, *betas in zip(drawn["pieces"], drawn["betas"], drawn["betas"][1:], strict=False):
        values = [np.interp(x, x[piece["support"]], piece[end]) for end in ("high", "low")]
        exact = units.user_y(path.fitted(path.points.x, betas))
        assert np.abs(values - exact).max() <= AGREES * units.y_scale
        assert len(piece["signs"]) == len(piece["support"]) - 2


def test_the_picture_goes_from_the_constant_down_to_all_that_happens(scenario):
    (path, _), drawn = path_of(scenario), path_case(scenario).drawn
    assert drawn["highest"] > path.beta_max == drawn["betas"][0]
    assert drawn["betas"][-1] <= drawn["lowest"] < path.beta_max / 10
    assert drawn["lowest"] >= LOWEST_SHARE * path.beta_max
    assert len(drawn["betas"]) == len(drawn["pieces"]) + 1 == len(drawn["loss"]) == len(drawn["pathNorm"])


def test_every_breakpoint_says_what_happens_to_the_knots(scenario):
    every = path_case(scenario).breakpoints
    what = every.what()
    assert every.betas.size == len(what)
    assert all(what)
    assert [words.replace("{x} = ", "x = ") for words in every.what("{x}")] == what
    grown = np.diff(every.knots[:-1]) > 0
    assert all("born" in words for words, more in zip(what[1:-1], grown, strict=True) if more)


def test_the_largest_gap_is_a_certificate(scenario):
    assert path_case(scenario).gap <= 1e-8
