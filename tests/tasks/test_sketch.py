"""A drawing's certified gap, how much of it is inside the band, what pays most to change, and its part of a link."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.spline import LinearSpline
from cvxdnn.tasks.comparison import Baseline
from cvxdnn.tasks.scenario import Scenario
from cvxdnn.tasks.sketch import MOST_KNOTS, Advice, Sketch, appraise, read_sketch, share_inside, write_sketch
from tests.tasks.sketches import COUNT, gap_of, random_sketches

AGREES = 1e-9
ROUNDED = 1e-4  # of the range of y, by a link
EVERY_LOSS = [("absolute", 2), ("huber", 2), ("epsilon_insensitive", 2), ("squared", 3), ("squared", 5)]


def sketch_of(baseline, x, values, **options):
    """A drawing given in normalised units."""
    units = baseline.units
    knots = zip(units.user_x(np.asarray(x)).tolist(), units.user_y(np.asarray(values)).tolist(), strict=True)
    return Sketch(tuple(knots), **options)


def optimal_sketch(baseline, up=0.0):
    f = baseline.solution.spline
    x = np.unique(np.r_[0, f.knots[(f.knots > 0) & (f.knots < 1)], 1])
    return sketch_of(baseline, x, f(x) + up)


@pytest.mark.slow
def test_gaps_of_random_sketches_agree_with_linear_and_quadratic_programs():
    checked = 0
    for scenario, sketch in random_sketches():
        baseline = Baseline(scenario)
        found = appraise(sketch, baseline)
        assert found.is_certified
        assert abs(found.gap * baseline.lower_bound - gap_of(scenario, sketch)) < AGREES
        checked += 1
    assert checked == COUNT == 200


@pytest.mark.parametrize(("loss", "depth"), [("squared", 2), *EVERY_LOSS])
def test_the_optimum_is_met_and_nothing_is_below_it(loss, depth):
    baseline = Baseline(Scenario(preset="zigzag", loss=loss, depth=depth))
    met = appraise(optimal_sketch(baseline), baseline)
    assert met.is_certified
    assert 0 <= met.gap < 1e-6
    assert met.inside == 1
    rng = np.random.default_rng(0)
    for _ in range(50):
        f = baseline.solution.spline
        x = np.sort(rng.uniform(0, 1, 12))
        assert appraise(sketch_of(baseline, x, f(x) + 0.01 * rng.normal(size=12)), baseline).gap > met.gap


def test_early_biases_leave_a_bound_that_can_be_beaten():
    baseline = Baseline(Scenario(preset="zigzag", depth=3, biases="all"))
    found = appraise(optimal_sketch(baseline), baseline)
    assert not found.is_certified
    assert abs(found.gap) < 1e-9


def test_labels_of_one_class_have_no_gap():
    points = ((0.0, 1.0), (1.0, 1.0), (2.0, 1.0))
    found = appraise(Sketch(((0.0, 0.0), (2.0, 1.0))), Baseline(Scenario(preset="", points=points, loss="hinge")))
    assert found.gap is None
    assert found.misfit == pytest.approx(1 + 0.5)


def test_what_pays_most_to_change():
    baseline = Baseline(Scenario(preset="spike"))
    assert appraise(optimal_sketch(baseline), baseline).advice is None
    assert appraise(optimal_sketch(baseline, 0.3), baseline).advice == Advice("down")
    assert appraise(optimal_sketch(baseline, -0.3), baseline).advice == Advice("up")
    mean = float(np.mean(baseline.data.y))
    flat = appraise(sketch_of(baseline, [0, 1], [mean, mean]), baseline)
    assert flat.advice == Advice("missing", 3.0)  # under the spike
    through = appraise(sketch_of(baseline, baseline.data.x, baseline.data.y), baseline)
    assert through.advice is not None
    assert through.advice.kind == "needless"


def test_a_rising_line_is_asked_for_by_its_slope():
    points = ((0.0, 0.0), (1.0, 1.0), (2.0, 2.0), (3.0, 3.0))
    baseline = Baseline(Scenario(preset="", points=points))
    assert appraise(sketch_of(baseline, [0, 1], [0, 0]), baseline).advice == Advice("tilt")


def test_the_share_inside_the_band_by_hand():
    zero = LinearSpline([0, 1], [0, 0])
    assert share_inside(zero, zero, zero) == 1
    ramp = LinearSpline([0, 1], [-1, 1])  # within a hundredth of zero on a hundredth of the way
    assert share_inside(ramp, zero, zero) == pytest.approx(0.01)
    assert share_inside(ramp, LinearSpline([0, 1], [-2, -2]), zero) == pytest.approx(0.505)
    assert share_inside(LinearSpline([0, 1], [5, 5]), zero, zero) == 0


heights = st.floats(-2, 2)
lines = st.lists(st.integers(-40, 240), min_size=2, max_size=MOST_KNOTS, unique=True).map(sorted)


@given(lines, st.data(), st.booleans())
def test_a_link_brings_the_drawing_back(places, data, is_revealed):
    baseline = Baseline(Scenario(preset="motorcycle"))
    values = data.draw(st.lists(heights, min_size=len(places), max_size=len(places)))
    sketch = sketch_of(baseline, np.array(places) / 200, values, is_revealed=is_revealed)
    text = write_sketch(sketch, baseline.units)
    again = read_sketch(text, baseline.units)
    assert len(text) <= 240
    assert again.is_revealed == is_revealed
    assert write_sketch(again, baseline.units) == text
    unit = [each.spline(baseline.units) for each in (sketch, again)]
    assert np.abs(unit[0].knots - unit[1].knots).max() < ROUNDED
    assert np.abs(unit[0].heights - unit[1].heights).max() < ROUNDED


@given(st.text(max_size=300) | st.text("rdAB-_09", max_size=300))
def test_no_text_does_more_than_be_refused(text):
    units = Scenario().normalized()[1]
    try:
        sketch = read_sketch(text, units)
    except InvalidInputError:
        return
    assert np.isfinite(np.array(sketch.knots)).all()


@pytest.mark.parametrize(
    "knots",
    [(), ((0, 0),), ((0, 0), (0, 1)), ((1, 0), (0, 1)), ((0, 0), (1, float("nan"))), ((0, 0), (1e300, 1))],
)
def test_what_is_no_drawing_is_refused(knots):
    with pytest.raises(InvalidInputError, match="sketch"):
        Sketch(knots).spline(Scenario().normalized()[1])
