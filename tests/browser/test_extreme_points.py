"""The Extreme points page in a real browser: it opens with its film, is exact there, and follows what is dragged."""

import numpy as np
import pytest
from playwright.sync_api import expect

from cvxdnn.app.modules import DIGEST
from cvxdnn.exhibits.extreme_points.samples import EXAMPLES, FIRST_BETA, picture_of
from cvxdnn.theory import extreme_points
from tests.browser.waiting import SLOW

AGREE = 1e-11  # share of the objective
OPTIMA = """async ([folder, cases]) => {
  const { optimum } = await import(folder + "optimum.js");
  const { Ramps, Rectified, inPlane } = await import(folder + "support.js");
  return cases.map(({ X, y, beta, bias }) => {
    const neurons = bias ? new Ramps(X.map(([x]) => x)) : new Rectified(X);
    const targets = bias ? inPlane(y) : [...y, 0].slice(0, 3);
    const before = optimum(neurons, targets.map((each, k) => each + 0.02 * (k - 1)), 1.5 * beta);
    return [[], before.touched].map((start) => {
      const { objective, gap, touched } = optimum(neurons, targets, beta, start);
      return [objective, gap, touched.length, touched.filter(({ weight }) => weight > 0).length];
    });
  });
}"""
MOVED = """(svg) => {
  const rail = svg.closest(".stage-page").querySelector("[data-control=beta] input");
  const before = svg.dataset.objective;
  rail.value = 3;
  rail.dispatchEvent(new Event("input"));
  return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {
    done([before, svg.dataset.objective]);
  })));
}"""


def test_the_page_opens_with_its_film_and_follows_the_weight_decay_at_once(new_page, address):
    page = new_page(width=390, height=844, touch=True, reduced_motion="reduce")
    page.goto(f"{address}/extreme_points")
    picture = page.locator(".picture svg[data-objective]")
    expect(picture).to_be_visible(timeout=SLOW)
    found = picture_of(next(iter(EXAMPLES.values())), FIRST_BETA).found
    assert float(picture.get_attribute("data-objective")) == pytest.approx(found.objective, rel=AGREE)
    assert int(picture.get_attribute("data-used")) == np.count_nonzero(found.coefficients)
    for tile in page.locator(".tile .big").all():
        assert any(letter.isdigit() for letter in tile.inner_text())
    assert "NaN" not in page.locator(".stage-page").inner_html()
    before, after = picture.evaluate(MOVED)
    assert float(after) < float(before)
    box = picture.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390


def test_targets_and_body_follow_keys(new_page, address):
    page = new_page(reduced_motion="reduce")
    page.goto(f"{address}/extreme_points")
    target = page.get_by_role("slider", name="target of sample 1")
    expect(target).to_be_visible(timeout=SLOW)
    target.press("ArrowUp")
    expect(target).to_have_attribute("aria-valuenow", "1.24")
    plane = page.locator(".picture .plane")
    before = plane.get_attribute("d")
    page.get_by_role("slider", name="Turn the body").press("ArrowRight")
    expect(plane).not_to_have_attribute("d", before)


def test_the_optimum_in_the_browser_is_that_of_the_library(new_page, address):
    page = new_page()
    page.goto(address)
    rng = np.random.default_rng(0)
    cases = []
    for samples in 10 * list(EXAMPLES.values()):
        for beta in (0.01, 0.1, 0.4, 2.0):
            X = samples.X + rng.uniform(-0.3, 0.3, samples.X.shape)
            y = rng.uniform(-1.5, 1.5, len(samples.y))
            cases.append({"X": X.tolist(), "y": y.tolist(), "beta": beta, "bias": samples.bias})
    answers = page.evaluate(OPTIMA, [f"{address}/assets/{DIGEST}/stage/neurons/", cases])
    for case, both in zip(cases, answers, strict=True):
        found = extreme_points.solve(case["X"], case["y"], beta=case["beta"], bias=case["bias"])
        for objective, gap, touched, used in both:  # from nothing, and from the optimum of other targets
            assert objective == pytest.approx(found.objective, rel=AGREE)
            assert 0 <= gap <= AGREE * objective
            assert (touched, used) == (len(found.touched), np.count_nonzero(found.coefficients))
