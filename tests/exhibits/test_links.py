"""Links of every page: random settings travel to a fresh session, and what cannot be used is said and replaced."""

import base64
import json
import random
from types import SimpleNamespace
from urllib.parse import parse_qsl, quote, urlencode

import pytest
from streamlit.testing.v1 import AppTest

from cvxdnn.app.main import PAGES, SCRIPT
from cvxdnn.app.settings import Span
from cvxdnn.exhibits.batch_norm.view import SETTINGS as BATCH_NORM
from cvxdnn.exhibits.beyond.depth import SETTINGS as BEYOND
from cvxdnn.exhibits.beyond.statements import STATEMENTS
from cvxdnn.exhibits.depth.lab import SETTINGS as DEPTH
from cvxdnn.exhibits.explore.axes import AXES, ENTRY, read_axes, write_axes
from cvxdnn.exhibits.extreme_points.controls import SETTINGS as EXTREME_POINTS
from cvxdnn.exhibits.path.view import SETTINGS as PATH
from cvxdnn.exhibits.rank_one.view import SETTINGS as RANK_ONE
from cvxdnn.exhibits.sweep.choices import SETTINGS as SWEEP
from cvxdnn.exhibits.whitened.view import SETTINGS as WHITENED
from cvxdnn.tasks import link
from cvxdnn.tasks.choices import in_order, write
from cvxdnn.tasks.scenario import MAX_POINTS, NAMES, Scenario
from tests.exhibits.conftest import go_to

OF_PAGES = {
    "explore": [],
    "path": [PATH],
    "depth": [DEPTH],
    "rank_one": [RANK_ONE],
    "whitened": [WHITENED],
    "batch_norm": [BATCH_NORM],
    "extreme_points": [EXTREME_POINTS],
    "beyond": [BEYOND, *(statement.settings for statement, _, _ in STATEMENTS)],
    "sweep": [SWEEP],
}
WITH_POINTS = ("explore", "path", "depth", "sweep")
TIMES = 23  # on each of nine pages, which makes more than two hundred


def names_of(page):
    names = [name for settings in OF_PAGES[page] for name in settings.names]
    return [*names, *((*NAMES, ENTRY) if page in WITH_POINTS else ())]


@pytest.fixture
def visit(explore, monkeypatch):
    """Open a page in a fresh session, with a query; nothing is trained there."""
    monkeypatch.setattr("cvxdnn.app.run.Run.start", lambda *_: None)

    def open_page(page, query):
        app = AppTest.from_file(SCRIPT, default_timeout=60)
        for name, value in query.items():
            app.query_params[name] = value
        if page != "explore":
            app.switch_page(str(PAGES / f"{page}.py"))
        app.run()
        assert not app.exception, (page, query)
        return app

    return open_page


def told(app):
    """What a link would say of what the page shows, from its widgets and its stage."""
    return app.session_state["address_bar"].told


def some_scenario(rng):
    points = tuple((float(k), round(rng.uniform(-1, 1), 3)) for k in range(rng.randint(3, 6)))
    data = rng.choice([{"preset": "step"}, {"preset": "zigzag"}, {}, {"preset": "", "points": points}])
    beta = rng.choice([2e-3, rng.uniform(1e-4, 1e-1)])
    return Scenario(**data, beta=beta, depth=rng.randint(2, 4), width=rng.randint(1, 40), restarts=rng.randint(1, 3))


def some_names(scenario):
    """Of the axes, in a link; presets have none."""
    names = (None, ("time in s", "dose"), ("Größe [µm]", "x" * 80), ("a & b = <i>c</i>", "日時, days"))
    found = names[len(scenario.points) % 4]
    return {} if scenario.preset or found is None else {ENTRY: write_axes(found)}


def some_value(rng, setting):
    offered = setting.offered()
    if isinstance(offered, Span):
        return rng.choice([rng.uniform(*offered), setting.default()])
    if setting.several:
        return in_order(rng.sample(list(offered), rng.randint(1, 2)), offered)
    return rng.choice([setting.default(), rng.choice(offered)])


@pytest.fixture
def some_texts(monkeypatch):
    """What a link of a page says whose settings are drawn at random, in a tab that nobody sees."""

    def make(page, rng):
        scenario = some_scenario(rng)
        with monkeypatch.context() as patch:
            patch.setattr("streamlit.session_state", {"explore_session": SimpleNamespace(scenario=scenario, axes=AXES)})
            for settings in OF_PAGES[page]:
                for name in settings.names:
                    settings.put(name, some_value(rng, settings._all[name]))
            texts = {**scenario.texts, **some_names(scenario)} if page in WITH_POINTS else {}
            return {**texts, **{name: text for settings in OF_PAGES[page] for name, text in settings.texts().items()}}

    return make


@pytest.mark.parametrize("page", OF_PAGES)
def test_settings_are_what_their_link_says(some_texts, monkeypatch, page):
    rng = random.Random(f"texts of {page}")
    for _ in range(TIMES):
        texts = some_texts(page, rng)
        scenario, problem = Scenario.from_texts(texts if page in WITH_POINTS else {})
        with monkeypatch.context() as patch:
            patch.setattr("streamlit.session_state", {"explore_session": SimpleNamespace(scenario=scenario, axes=AXES)})
            problems = [settings.take(texts) for settings in OF_PAGES[page]]
            again = {name: text for settings in OF_PAGES[page] for name, text in settings.texts().items()}
        assert (problem, any(problems)) == (None, False)
        names = {ENTRY: write_axes(read_axes(texts[ENTRY]))} if ENTRY in texts else {}
        assert {**(scenario.texts if page in WITH_POINTS else {}), **names, **again} == texts


def through_a_browser(query):
    return dict(parse_qsl(urlencode(query), strict_parsing=True)) if query else {}


def shown(app, page):
    """The texts of what widgets and stages show, by the keys of the widgets and the names of the controls."""
    kinds = (app.selectbox, app.radio, app.slider, app.select_slider, app.number_input, app.multiselect)
    widgets = {each.key.removeprefix(f"{page}_"): each.value for kind in kinds for each in kind if each.key}
    stages = [each.proto for each in app.get("bidi_component") if each.proto.component_name.endswith("stage")]
    controls = {each["name"]: each["value"] for stage in stages for each in json.loads(stage.bytes).get("controls", ())}
    return {
        name: write(tuple(value) if isinstance(value, list) else value) for name, value in (widgets | controls).items()
    }


@pytest.mark.slow
@pytest.mark.parametrize("page", OF_PAGES)
def test_random_settings_travel_to_a_fresh_session(visit, some_texts, page):
    rng = random.Random(f"links of {page}")
    for _ in range(TIMES):
        texts = some_texts(page, rng)
        query = link.pack(texts)
        app = visit(page, through_a_browser(query))
        assert told(app) == texts
        assert not app.session_state["address_bar"].note
        assert {name: "".join(value) for name, value in app.query_params.items()} == query
        seen = shown(app, page)
        own = [name for settings in OF_PAGES[page] for name in settings.names if name in seen and name in texts]
        assert {name: seen[name] for name in own} == {name: texts[name] for name in own}
        if page in WITH_POINTS:
            session = app.session_state["explore_session"]
            assert session.scenario == Scenario.from_texts(texts)[0]
            assert session.axes == (read_axes(texts[ENTRY]) if ENTRY in texts else AXES)


MANGLED = {
    "a bracket": lambda address, at: address + ")",
    "a square bracket": lambda address, at: address + "]",
    "an angle bracket": lambda address, at: address + ">",
    "a dot": lambda address, at: address + ".",
    "a comma": lambda address, at: address + ",",
    "a quote": lambda address, at: address + '"',
    "an apostrophe": lambda address, at: address + "'",
    "a bracket and a dot": lambda address, at: address + ").",
    "a line break at the end": lambda address, at: address + "%0A",
    "HTML": lambda address, at: address.replace("&", "&amp;"),
    "HTML twice": lambda address, at: address.replace("&", "&amp;amp;"),
    "a line break": lambda address, at: address[:at] + "%0A" + address[at:],
    "a line break as Windows has it": lambda address, at: address[:at] + "%0D%0A" + address[at:],
    "a line break that the browser drops": lambda address, at: address[:at] + "\n" + address[at:],
    "a space": lambda address, at: address[:at] + "%20" + address[at:],
    "a soft break": lambda address, at: address[:at] + "=%0A" + address[at:],
    "a soft break that the browser drops": lambda address, at: address[:at] + "=" + address[at:],
    "quoted-printable": lambda address, at: address.replace("=", "=3D"),
    "encoded twice": lambda address, at: quote(address),
    "values encoded twice": lambda address, at: address.replace("+", "%2520"),
}
"""What happens to a link on its way, at a place of it."""


@pytest.mark.parametrize("way", MANGLED)
@pytest.mark.parametrize("page", OF_PAGES)
def test_a_mangled_link_is_repaired_where_its_checksum_proves_it(some_texts, page, way):
    rng = random.Random(f"{page} by {way}")
    names = names_of(page)
    for _ in range(12):
        texts = some_texts(page, rng)
        if not texts:
            continue
        address = urlencode(link.pack(texts))
        places = [k for k in range(1, len(address)) if address[k - 1] not in "%" and address[k - 2] != "%"]
        mangled = MANGLED[way](address, rng.choice(places))
        received = dict(parse_qsl(mangled.replace("\n", ""), keep_blank_values=True))
        assert link.read(received, names, MAX_POINTS) == (texts, ""), mangled


def test_each_page_has_its_own_names_and_none_twice():
    for page in OF_PAGES:
        assert len(names_of(page)) == len(set(names_of(page)))


@pytest.mark.parametrize("page", OF_PAGES)
def test_what_no_setting_is_called_is_named_and_ignored(visit, page):
    app = visit(page, {"utm_source": "mail", "q<b>": "1"})
    assert told(app) == {}
    assert [warning.value for warning in app.warning] == [
        "Ignored in this link: utm_source, an entry; no setting of this page has that name."
    ]


@pytest.mark.parametrize(
    ("page", "query", "kept", "said"),
    [
        ("whitened", {"classes": "4", "depth": "99"}, {"classes": "4"}, "depth is '99'; choose"),
        ("whitened", {"imbalance": "8", "largest": "1"}, {"largest": "1"}, "imbalance is '8'; choose one of 1"),
        ("rank_one", {"budget": "2.5", "kind": "relu"}, {"kind": "relu"}, "budget is '2.5'; choose a number from 0.5"),
        ("rank_one", {"seed": "nan", "samples": "9"}, {"samples": "9"}, "seed is 'nan'; choose a whole number from 0"),
        ("batch_norm", {"scaling": "torch", "beta": "0.123"}, {"scaling": "torch"}, "beta is '0.123'; choose a value"),
        ("extreme_points", {"a1": "7", "beta": "0.1"}, {"beta": "0.1"}, "a1 is '7'; choose a value from -1.3 to 1.3"),
        ("beyond", {"depth_depth": "x", "gap_outputs": "5"}, {"gap_outputs": "5"}, "depth_depth is 'x'; choose one of"),
        ("depth", {"valley": "9", "deep_layers": "4"}, {"deep_layers": "4"}, "valley is '9'; choose a whole number"),
        ("sweep", {"widths": "5..7", "seeds": "3"}, {"seeds": "3"}, "widths is '7'; choose one of 2, 5"),
    ],
)
def test_an_impossible_value_is_named_and_its_default_shown(visit, page, query, kept, said):
    app = visit(page, query)
    assert told(app) == kept
    assert said in app.warning[0].value
    assert "is shown instead." in app.warning[0].value
    assert {name: "".join(value) for name, value in app.query_params.items()} == query  # until something is changed


@pytest.mark.parametrize("page", OF_PAGES)
def test_a_link_cut_short_shows_the_page_at_its_defaults(visit, some_texts, page):
    rng = random.Random(f"{page} cut")
    texts = next(filter(None, (some_texts(page, rng) for _ in range(9))))
    query = through_a_browser(link.pack(texts))
    query.popitem()
    app = visit(page, query)
    assert told(app) == {}
    assert "it is incomplete or was changed" in app.warning[0].value


def packed(names):
    return base64.urlsafe_b64encode(names).decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    [
        "A",
        "AA-_",
        packed(b"time in s"),
        packed(b"time\nin\ns"),
        packed(b"time\n"),
        packed(b"time\n "),
        packed("time\nupside\u202edown".encode()),
        packed(b"time\ntab\tled"),
        packed(f"{'t' * 81}\ny".encode()),
        packed(b"\xff\ny"),
    ],
)
def test_names_of_axes_that_cannot_be_are_said_and_left_out(visit, text):
    points = {"points": link.write_points(((0.0, 0.0), (1.0, 2.0), (3.0, 1.0)))}
    app = visit("explore", link.pack({**points, ENTRY: text}))
    assert told(app) == points
    assert app.session_state["explore_session"].axes == AXES
    assert "This link cannot be used: the name" in app.warning[0].value
    assert "It is shown without these names." in app.warning[0].value


def test_a_link_without_names_or_with_those_of_a_preset_shows_the_usual_ones(visit):
    for texts in ({"preset": "step"}, {"preset": "step", ENTRY: write_axes(("time", "dose"))}):
        assert visit("explore", texts).session_state["explore_session"].axes == AXES


def test_names_of_axes_go_with_their_points_to_other_pages_and_end_with_a_preset(visit):
    texts = {"points": link.write_points(((0.0, 0.0), (1.0, 2.0), (3.0, 1.0))), ENTRY: write_axes(("time", "dose"))}
    app = visit("path", link.pack(texts))
    go_to(app, "explore")
    assert (told(app), app.session_state["explore_session"].axes) == (texts, ("time", "dose"))
    session = app.session_state["explore_session"]
    session.show(session.scenario.replace(width=7))  # as a run of the Sweep lab
    session.change(points=((0.0, 0.5), (1.0, 2.0), (3.0, 1.0)))
    app.run()
    assert told(app)[ENTRY] == texts[ENTRY]
    session.change(preset="step")
    app.run()
    assert told(app) == {"preset": "step", "width": "7"}


def test_a_change_makes_a_link_and_the_way_back_to_the_defaults_a_bare_address(visit):
    app = visit("whitened", {})
    app.slider(key="whitened_classes").set_value(5).run()
    assert {name: "".join(value) for name, value in app.query_params.items()} == link.pack({"classes": "5"})
    app.slider(key="whitened_classes").set_value(3).run()
    assert not app.query_params


def test_the_note_goes_with_the_link(visit):
    app = visit("whitened", {"classes": "9"})
    assert len(app.warning) == 1
    app.slider(key="whitened_largest").set_value(5).run()
    assert not app.warning
    assert "classes" not in app.query_params


def test_what_is_chosen_stays_while_another_page_is_open(visit):
    app = visit("rank_one", {"kind": "whitened", "outputs": "5", "samples": "7"})
    go_to(app, "about")
    go_to(app, "rank_one")
    assert app.selectbox(key="rank_one_kind").value == "whitened"
    assert [app.slider(key=f"rank_one_{name}").value for name in ("outputs", "samples")] == [5, 7]
