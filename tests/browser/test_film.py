"""The film of a training: it is played, and pointed at, without a word from the server."""

import itertools
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from cvxdnn.app.modules import DIGEST
from cvxdnn.core.spline import LinearSpline
from cvxdnn.core.tube import tube
from cvxdnn.tasks.comparison import BEND_TOLERANCE, bends
from tests.browser.test_explore import (
    LONG_TRAINING,
    SLOW,
    curve,
    drag,
    gap,
    note_steps,
    open_explore,
    shape,
    wait_for_step,
)
from tests.browser.test_point_editor import next_frame
from tests.browser.test_preview import heights, price
from tests.browser.waiting import wait_until

FILMS = re.compile("/films/")


def bar(page):
    return page.get_by_role("slider", name="Moment of the training")


def step(page):
    return int(re.sub(r"\D", "", page.locator(".film .step").inner_text()))


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def at_rest(page):
    """All of the film has arrived, and has played by itself to its end if it does so."""
    expect(page.locator('.film[data-whole="true"]')).to_be_visible(timeout=SLOW)
    expect(page.locator(".bead").first).to_be_attached(timeout=SLOW)
    expect(button(page, "Play the film of the training")).to_be_visible(timeout=SLOW)


def test_the_first_sight_is_a_film_that_ends_with_the_network_python_sends(page, address):
    films = []
    page.route(FILMS, lambda route: films.append(route))
    open_explore(page, address)
    wait_until(page, lambda: films, "the film was asked for")
    page.locator(".film .play").evaluate(
        """button => {
            const pause = () => {
                if (button.classList.contains("playing")) {
                    watch.disconnect();
                    button.click();
                }
            };
            const watch = new MutationObserver(pause);
            watch.observe(button, { attributes: true });
        }"""
    )
    for film in films:
        film.continue_()
    page.unroute(FILMS)
    at_rest(page)
    early = step(page)
    bar(page).press("End")
    next_frame(page)
    assert step(page) > early
    lefts = np.linspace(70, 600, 200)
    newest = heights(page, "network", lefts)
    last = float(bar(page).get_attribute("max"))
    bar(page).evaluate("(it, value) => { it.value = value; it.oninput(); }", last - 1e-6)
    next_frame(page)
    assert np.abs(heights(page, "network", lefts) - newest).max() < 0.5
    assert price(page, "network") == pytest.approx(price(page, "optimum"), rel=0.05)
    bar(page).press("Home")
    next_frame(page)
    assert np.abs(heights(page, "network", lefts) - newest).max() > 5


def test_with_the_server_stopped_the_film_plays_and_can_be_scrubbed(app_server, page, address):
    open_explore(page, address, "?preset=spike&restarts=2")
    expect(page.get_by_text("converged")).to_be_visible(timeout=SLOW)
    at_rest(page)
    with app_server.stopped(address):
        bar(page).press("Home")
        next_frame(page)
        first, charged = shape(page, "network"), price(page, "network")
        assert step(page) == 0
        button(page, "Play the film of the training").click()
        page.wait_for_function("it => it.value > 3", arg=bar(page).element_handle())
        button(page, "Pause the film").click()
        next_frame(page)
        assert step(page) > 0
        assert shape(page, "network") != first
        assert price(page, "network") != charged
        expect(curve(page, "networks")).to_have_attribute("d", "")  # the other restarts are not filmed


def test_a_film_that_arrives_when_there_is_more_of_it_is_fetched_again(page, address):
    held = []

    def hold(route):
        if held or route.request.url.endswith("/newest"):
            route.continue_()
        else:
            held.append((route, route.fetch()))

    page.route(FILMS, hold)
    open_explore(page, address, f"?{LONG_TRAINING}")
    note_steps(page)
    wait_for_step(page, lambda step: step > 0)
    button(page, "Play the film of the training").click()
    wait_until(page, lambda: held, "the film was asked for")
    wait_for_step(page, lambda step: step > 50)
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_visible()
    route, answer = held[0]
    route.fulfill(response=answer)
    expect(page.locator(".film .moments path")).to_have_attribute("d", re.compile("^M"))
    expect(page.locator('.film[data-whole="true"]')).to_be_visible()
    bar(page).press("End")
    next_frame(page)
    assert step(page) > 50


def test_a_training_that_goes_on_is_followed_several_times_a_second_hinges_and_gap_too(page, address):
    words, looks = [], []

    def relay(browser_side):
        server_side = browser_side.connect_to_server()
        server_side.on_message(lambda message: words.append(message) if words else browser_side.send(message))

    page.route_web_socket(re.compile("/_stcore/stream"), relay)
    page.on("response", lambda answer: looks.append(answer) if answer.url.endswith("/newest") else None)
    open_explore(page, address, "?preset=noisy+sine&restarts=16&width=100")
    expect(page.get_by_text(re.compile("training .* step"))).to_be_visible(timeout=SLOW)
    expect(page.locator(".bead").first).to_be_attached(timeout=SLOW)
    words.append("from now on Python says nothing to the page")
    looks.clear()
    shapes, gaps = set(), set()

    def has_followed():
        shapes.add(shape(page, "network"))
        gaps.add(gap(page))
        return len(shapes) > 8 and len(gaps) > 4

    wait_until(page, has_followed, "nine pictures of the network and five gaps")
    assert max(float(look.headers["look-again"]) for look in looks) < 0.5  # seconds
    assert not curve(page, "network").evaluate("it => it.classList.contains('old')")


@pytest.mark.parametrize("depth", [2, 3])
def test_a_hinge_is_lit_on_strip_and_curve_and_says_what_it_is(page, address, depth):
    open_explore(page, address, f"?preset=spike&restarts=2&depth={depth}&width=20")
    expect(page.get_by_text(re.compile("converged|stuck"))).to_be_visible(timeout=SLOW)
    at_rest(page)
    strip = page.get_by_role("img", name=re.compile("^Hinges of the network"))
    strip.focus()
    page.keyboard.press("ArrowRight")
    next_frame(page)
    words = page.locator(".hinges p")
    name = r"Neuron \d+" if depth == 2 else r"Bend by layer [12], neurons? [\d,; …a-z]+"
    expect(words).to_have_text(re.compile(rf"{name}: x = [\d.]+, [\d.]+ % of all bending"))
    expect(page.locator(".beads .bead.chosen")).to_have_count(1)
    lit = page.locator(".beads .bead.chosen").get_attribute("cx")
    expect(page.locator(".hinges .bead.chosen")).to_have_attribute("cx", lit)
    share = float(re.search(r"([\d.]+) %", words.inner_text())[1]) / 100
    charged = page.locator('.price [data-of="network"] .bar').evaluate("it => +it.style.getPropertyValue('--lit')")
    assert charged == pytest.approx(share if depth == 2 else 0, abs=0.005)


def numbers(d):
    """The corners of a path, a row each."""
    return np.array(re.findall(r"-?[\d.]+", d), dtype=float).reshape(-1, 2)


@pytest.mark.parametrize(("depth", "optimizer"), [(2, "adam"), (3, "adam"), (2, "insertion")])
def test_the_ramps_stacked_up_end_at_the_curve(page, address, depth, optimizer):
    open_explore(page, address, f"?preset=zigzag&restarts=2&width=20&depth={depth}&optimizer={optimizer}&hidden=stack")
    at_rest(page)
    for key in ("Home", "PageUp", "PageUp", "End"):
        bar(page).press(key)
        next_frame(page)
        layers = page.locator(".stack .edge").evaluate_all("all => all.map(it => it.getAttribute('d'))")
        ground = page.locator(".stack .ground").get_attribute("d")
        top, whole = numbers(layers[-1] if layers else ground), numbers(shape(page, "network"))
        assert np.abs(np.interp(top[:, 0], *whole.T) - top[:, 1]).max() < 0.5  # pixels
    assert len(layers) > 2
    page.get_by_role("button", name="Stack them").click()
    expect(page.locator(".stack *")).to_have_count(0)
    page.wait_for_url(lambda url: "stack" not in url, timeout=SLOW)


@pytest.mark.parametrize("biases", ["last_hidden", "all"])
def test_with_more_layers_a_bend_names_the_neurons_behind_it(page, address, biases):
    open_explore(page, address, f"?preset=spike&depth=3&restarts=2&width=10&biases={biases}")
    expect(page.locator(".st-key-explore_progress")).to_contain_text("converged", timeout=2 * SLOW)
    at_rest(page)
    strip, words = page.locator(".hinges svg"), page.locator(".hinges p")
    strip.focus()
    told = set()
    for _ in range(6):
        strip.press("ArrowRight")
        next_frame(page)
        told.add(words.inner_text())
    expected = r"Bend by layer [12], neurons? \d+[\d,; …a-z]*: x = [−\d.]+, [\d.]+ % of all bending"
    assert all(re.fullmatch(expected, each) for each in told), told
    assert biases == "all" or not any("layer 1" in each and "x = 0.00" not in each for each in told)
    bar(page).press("Home")
    next_frame(page)
    assert "layer" not in words.inner_text()


def test_beads_lie_on_the_curve(page, address):
    open_explore(page, address, "?preset=spike&restarts=2")
    expect(page.get_by_text("converged")).to_be_visible(timeout=SLOW)
    at_rest(page)
    bar(page).press("Home")
    for _ in range(4):
        bar(page).press("PageUp")
        next_frame(page)
        corners = numbers(shape(page, "network"))
        beads = page.locator(".beads .bead").evaluate_all(
            "all => all.map(it => [+it.getAttribute('cx'), +it.getAttribute('cy')])"
        )
        for left, top in beads:
            nearest = corners[np.abs(corners[:, 0] - left).argmin()]
            assert np.abs(nearest - [left, top]).max() < 0.5


def test_insertion_drops_one_hinge_after_another_where_the_pull_leaves_the_tube(page, address):
    open_explore(page, address, "?preset=spike&optimizer=insertion")
    words, pull, missing = (page.locator(f".{name}") for name in ("hinges p", "pull-words", "certificate .missing"))
    expect(words).to_have_text(re.compile("4 hinges"), timeout=SLOW)
    expect(pull).to_have_text(re.compile("pull inside the tube"))
    expect(missing).to_have_count(0)
    page.evaluate(
        """words => {
            window.told = [];
            const look = () => window.told.push(parseInt(words.textContent)) ;
            new MutationObserver(look).observe(words, { childList: true, subtree: true });
        }""",
        words.element_handle(),
    )
    button(page, "Play the film of the training").click()
    expect(pull).to_have_text(re.compile("outside the tube"))
    line, ring = page.locator(".beads .fall"), missing.first
    bar(page).evaluate("it => { it.value = 0.2; it.oninput(); }")  # the first one is falling
    next_frame(page)
    assert float(ring.get_attribute("cx")) == pytest.approx(float(line.get_attribute("x1")), abs=0.1)
    button(page, "Play the film of the training").click()
    expect(pull).to_have_text(re.compile("pull inside the tube"), timeout=SLOW)
    expect(missing).to_have_count(0)
    told = [count for count in page.evaluate("window.told") if count == count]
    assert [count for count, _ in itertools.groupby(told)][-5:] == [0, 1, 2, 3, 4]


def test_the_pull_is_the_tube_that_the_library_finds_for_the_residuals(app_server, page):
    rng = np.random.default_rng(0)
    page.goto(app_server("tests/browser/apps/editor_app.py"))
    found_by = """async ([folder, ramps, xs, ys, beta]) => {
        const [{ pullOf }, { grouped }] = await Promise.all(
            ["editor/pull.js", "optimum/index.js"].map((name) => import(folder + name)));
        const still = { constant: 0.1, slope: 0, entry: NaN, ramps };
        return pullOf(still, { x: { to: (x) => x }, data: grouped(xs, ys) }, beta, { x0: -1, x1: 2 });
    }"""
    for _ in range(20):
        x, y, beta = np.sort(rng.uniform(size=9)), rng.standard_normal(9), 10 ** rng.uniform(-3, 1)
        places, changes, sides = rng.uniform(size=5), rng.standard_normal(5), rng.choice([-1.0, 1.0], 5)
        ramps = [{"place": p, "change": c, "side": s} for p, c, s in zip(places, changes, sides, strict=True)]
        residuals = y - 0.1 - np.maximum(sides * (x[:, None] - places), 0) @ changes
        theirs = tube(x, residuals - residuals.mean(), beta)
        pull = page.evaluate(found_by, [f"/assets/{DIGEST}/", ramps, x.tolist(), y.tolist(), beta])
        assert np.allclose(pull["z"][1:-1], theirs.z, atol=1e-12)
        assert pull["times"] == pytest.approx(theirs.needed_beta / beta, rel=1e-10)
        assert pull["at"] == x[np.abs(theirs.z).argmax()]
        assert pull["isBeyond"] == (pull["times"] > 1.001)


def test_points_that_move_take_the_film_away_until_networks_have_trained_on_them(app_server, page, address):
    open_explore(page, address, "?preset=spike&restarts=2")
    expect(page.get_by_text("converged")).to_be_visible(timeout=SLOW)
    at_rest(page)
    bar(page).press("Home")
    with app_server.stopped(address):  # networks could have trained before anybody looks
        drag(page, 4, 0, -20)
        expect(page.locator(".bead")).to_have_count(0)
    expect(page.locator(".bead").first).to_be_attached(timeout=SLOW)
    assert bar(page).evaluate("it => it.value == it.max")


def test_nobody_else_knows_where_a_film_is(page, address):
    open_explore(page, address)
    at_rest(page)
    asked = []
    page.on("request", lambda request: asked.append(request.url) if FILMS.search(request.url) else None)
    page.reload()
    at_rest(page)
    (url,) = set(asked)
    assert page.request.get(url).status == 200
    assert page.request.get(url[:-1] + ("A" if url[-1] != "A" else "B")).status == 404


def test_bends_are_counted_as_python_counts_them(app_server, page):
    rng = np.random.default_rng(3)
    curves = []
    for _ in range(300):
        x = np.unique(np.concatenate([[0, 1], rng.uniform(size=rng.integers(0, 40)).round(3)]))
        slopes = np.cumsum(rng.normal(size=x.size) * rng.choice([0.0, 0.05, 1.0], size=x.size))
        curves.append((x, np.cumsum(slopes * np.diff(x, prepend=0))))
    page.goto(app_server("tests/browser/apps/editor_app.py"))
    count = (
        "async ([module, curves, tolerance]) => { const { distinctBends } = await import(module);"
        " return curves.map((curve) => distinctBends(curve, tolerance)); }"
    )
    sent = [np.column_stack(curve).tolist() for curve in curves]
    counted = page.evaluate(count, [f"/assets/{DIGEST}/editor/bends.js", sent, BEND_TOLERANCE])
    for (x, y), found in zip(curves, counted, strict=True):
        assert np.allclose(found, bends(LinearSpline(x, y)), atol=1e-9)
