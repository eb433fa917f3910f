import dataclasses
import html
import math
import struct
import zlib
from urllib.parse import parse_qs, parse_qsl, urlencode

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvxdnn.core.datasets import PRESETS, load_preset
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.losses import named
from cvxdnn.tasks import link
from cvxdnn.tasks.scenario import (
    BETA_LIMITS,
    BIASES,
    CURVES,
    LIMITS,
    MAX_PARAMETERS,
    MAX_POINTS,
    OPTIMIZERS,
    STARTS,
    Scenario,
)
from cvxdnn.training.layout import ParameterLayout


def _are_apart(x):
    """Inputs closer than 1e-100 of their range are refused."""
    return np.diff(x).min(initial=np.inf) >= 1e-100 * np.ptp(x)


coordinates = st.floats(-1e100, 1e100)
many_points = (
    st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=MAX_POINTS)
    .filter(lambda pairs: not 0 < np.ptp([x for x, _ in pairs]) < 1e-100)
    .filter(lambda pairs: _are_apart(np.unique([x for x, _ in pairs])))
    .map(tuple)
)
settings_of_any_scenario = {
    "beta": st.floats(*BETA_LIMITS),
    "loss": st.sampled_from(("squared", "absolute", "huber", "epsilon_insensitive")),
    "polish": st.booleans(),
    "start": st.sampled_from(STARTS),
    "biases": st.sampled_from(BIASES),
    "optimizer": st.sampled_from(OPTIMIZERS),
    "hidden": st.lists(st.sampled_from(CURVES), unique=True).map(tuple),
    **{name: st.integers(*limits) for name, limits in LIMITS.items()},
}


def largest_allowed(restarts, **settings):
    """The nearest scenario that is allowed: restarts within the limit on parameters, exact moves where they fit."""
    if not named(settings["loss"]).is_smooth:
        settings |= {"polish": False, "optimizer": "adam"}
    if settings["optimizer"] == "insertion":
        settings |= {"biases": "last_hidden"}
    one = Scenario(restarts=1, **settings)
    return one.replace(restarts=min(restarts, max(1, MAX_PARAMETERS // one.parameters)))


scenarios = st.builds(largest_allowed, preset=st.sampled_from(sorted(PRESETS)), **settings_of_any_scenario) | st.builds(
    largest_allowed, preset=st.just(""), points=many_points, **settings_of_any_scenario
)

FIFTY = tuple((math.pi**i / 1e9, -(math.e**i) / 1e7) for i in range(50))
EVERYTHING = Scenario(
    points=FIFTY,
    beta=1.2345678901234567e-05,
    depth=6,
    width=200,
    restarts=6,
    seed=2**31 - 1,
    biases="all",
    optimizer="momentum",
    loss="huber",
    polish=True,
    start="optimum",
    hidden=CURVES,
)


def bits(points):
    """The exact float64 bytes, so that -0.0 and 0.0 differ."""
    return b"".join(struct.pack("<dd", *point) for point in points)


# Settings --------------------------------------------------------------------------------------------------


def test_the_default_is_the_first_preset_with_two_layers():
    scenario = Scenario()
    assert scenario.preset == next(iter(PRESETS)) == "spike"
    assert (scenario.beta, scenario.depth, scenario.width, scenario.restarts, scenario.seed) == (
        2e-3,
        2,
        50,
        8,
        0,
    )
    assert (scenario.biases, scenario.optimizer) == ("last_hidden", "adam")
    assert scenario.hidden == ("sparsest", "beam", "stack")


@pytest.mark.parametrize("biases", BIASES)
@pytest.mark.parametrize("depth", [2, 3, 6])
def test_parameters_are_those_of_all_restarts(depth, biases):
    scenario = Scenario(depth=depth, width=5, restarts=3, biases=biases)
    layout = ParameterLayout(restarts=3, depth=depth, width=5, biases=biases)
    assert scenario.parameters == layout.size


def test_a_network_that_needs_too_much_memory_is_refused():
    with pytest.raises(InvalidInputError, match=r"2,\d+,\d+ weights and biases; this host allows 1,000,000"):
        Scenario(depth=6, width=200, restarts=16)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_fills_the_points(name):
    scenario = Scenario(preset=name)
    data = load_preset(name)
    assert scenario.points == tuple(zip(data.x, data.y, strict=True))
    assert scenario.dataset is data
    assert scenario == Scenario(preset=name, points=scenario.points)


def test_points_of_ones_own_have_no_preset():
    scenario = Scenario(points=[[0, 1], (2.5, 3)])
    assert scenario.preset == ""
    assert scenario.points == ((0.0, 1.0), (2.5, 3.0))
    assert scenario.dataset.x.tolist() == [0.0, 2.5]
    assert scenario.dataset.y.tolist() == [1.0, 3.0]
    assert scenario.dataset.name == "your points"
    assert scenario == Scenario(points=np.array([[0, 1], [2.5, 3]]))


def test_moving_a_point_leaves_the_preset_and_moving_it_back_does_not_lose_it():
    start = Scenario(preset="spike")
    moved = start.replace(points=((0.0, 9.0), *start.points[1:]))
    assert moved.preset == ""
    assert moved.points[0] == (0.0, 9.0)
    assert start.replace(points=start.points) == start
    assert moved.replace(preset="spike") == start


def test_replacing_a_setting_leaves_the_others():
    start = Scenario(points=((0, 0), (1, 1)), width=7)
    changed = start.replace(depth=3)
    assert dataclasses.asdict(changed) == dataclasses.asdict(start) | {"depth": 3}


def test_scenarios_are_values():
    assert len({Scenario(), Scenario(preset="spike"), Scenario(width=51)}) == 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        Scenario().width = 3


def test_hidden_curves_are_put_in_order():
    assert Scenario(hidden=["knots", "band", "knots"]).hidden == ("band", "knots")


def test_numpy_numbers_become_plain_numbers():
    scenario = Scenario(beta=np.float64(0.1), depth=np.int64(3))
    assert (type(scenario.beta), type(scenario.depth)) == (float, int)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"beta": -1.0}, "beta is -1"),
        ({"beta": 0.0}, "beta is 0; choose a weight decay from 1e-08 to 10000"),
        ({"beta": 1e5}, "beta is 100000; choose"),
        ({"beta": math.nan}, "beta is nan"),
        ({"beta": math.inf}, "beta is inf"),
        ({"beta": "much"}, "beta is 'much'"),
        ({"width": 0}, "width is 0; .* from 1 to 200"),
        ({"width": 2.5}, "width is 2.5"),
        ({"width": True}, "width is True"),
        ({"depth": 1}, "depth is 1; .* from 2 to 6"),
        ({"depth": 7}, "depth is 7"),
        ({"restarts": 17}, "restarts is 17; .* from 1 to 16"),
        ({"seed": -1}, "seed is -1"),
        ({"seed": 2**31}, "seed is 2147483648"),
        ({"biases": "none"}, "biases is 'none'; choose one of 'last_hidden', 'all'"),
        ({"optimizer": "sgd"}, "optimizer is 'sgd'; choose one of 'adam', 'momentum', 'gd'"),
        ({"start": "zero"}, "start is 'zero'; choose one of 'random', 'optimum'"),
        ({"loss": "cubed"}, "loss is 'cubed'; choose one of 'squared'"),
        ({"loss": "hinge", "preset": "zigzag"}, r"y\[0\] is 0.2; loss='hinge' needs labels"),
        ({"loss": "absolute", "polish": True}, "polish is on and loss is 'absolute', which has kinks"),
        ({"depth": 3, "biases": "all", "optimizer": "insertion"}, "every layer has biases"),
        ({"hidden": ("optima",)}, "hidden is 'optima'; choose one of 'spline'"),
        ({"hidden": "band"}, "hidden is 'band'; pass a list"),
        ({"preset": "zigzak"}, "preset is 'zigzak'; choose one of 'spike', 'zigzag'"),
        ({"preset": ""}, "name a preset or give at least one point"),
        ({"preset": None}, "preset is None"),
        ({"points": ()}, "points has 0 entries; give from 1 to 200"),
        ({"points": [(i, i) for i in range(10_000)]}, "points has 10,000 entries; give from 1 to 200"),
        ({"points": ((0, 0), (1, math.nan))}, r"points: y\[1\] is nan"),
        ({"points": ((0, 0), (math.inf, 0))}, r"points: x\[1\] is inf"),
        ({"points": ((0, 0), (1, 2, 3))}, r"points\[1\] is \(1, 2, 3\); give a pair"),
        ({"points": ((0, "a"),)}, r"points\[0\] is \(0, 'a'\)"),
        ({"points": ((0, 10**400),)}, r"points\[0\] is"),
        ({"points": 7}, "points is 7; pass a list"),
    ],
)
def test_a_setting_out_of_range_is_named_with_its_value_and_its_limits(changes, message):
    with pytest.raises(InvalidInputError, match=message) as caught:
        Scenario(**changes)
    assert len(str(caught.value)) < 250
    with pytest.raises(InvalidInputError, match=message):
        Scenario(preset="cars").replace(**changes)


# Links -----------------------------------------------------------------------------------------------------


def test_the_default_scenario_needs_no_query():
    assert Scenario().to_query() == {}
    assert Scenario.from_query({}) == (Scenario(), None)


def test_an_unmodified_preset_travels_by_name():
    query = Scenario(preset="motorcycle", depth=4).to_query()
    assert set(query) == {"v", "check", "preset", "depth"}
    assert (query["preset"], query["depth"]) == ("motorcycle", "4")


def test_points_equal_to_a_preset_but_ones_own_stay_ones_own():
    scenario = Scenario(preset="", points=Scenario().points)
    assert scenario.preset == ""
    assert Scenario.from_query(scenario.to_query()) == (scenario, None)


@given(scenarios)
def test_a_link_gives_back_the_same_scenario(scenario):
    query = scenario.to_query()
    through_a_browser = dict(parse_qsl(urlencode(query), strict_parsing=True))
    for received in (query, through_a_browser, parse_qs(urlencode(query))):
        returned, message = Scenario.from_query(received)
        assert message is None
        assert returned == scenario
        assert bits(returned.points) == bits(scenario.points)


def test_fifty_points_and_every_other_setting_take_less_than_two_thousand_characters():
    assert len(urlencode(EVERYTHING.to_query())) <= 2_000
    assert Scenario.from_query(EVERYTHING.to_query()) == (EVERYTHING, None)


def test_the_largest_scenario_fits_its_own_limit():
    scenario = Scenario(points=[(i / 7, -i / 3) for i in range(MAX_POINTS)])
    assert Scenario.from_query(scenario.to_query()) == (scenario, None)


def test_a_link_can_be_written_by_hand():
    scenario, message = Scenario.from_query({"preset": "step", "beta": "0.05", "hidden": "none"})
    assert message is None
    assert scenario == Scenario(preset="step", beta=0.05, hidden=("beam", "stack"))


def test_entries_of_others_are_ignored():
    query = Scenario(width=9).to_query() | {"utm_source": "mail", "embed": ["true", "true"], "": "\ud800"}
    assert Scenario.from_query(query) == (Scenario(width=9), None)


@pytest.mark.parametrize("scenario", [EVERYTHING, Scenario(preset="noisy sine", seed=12345, width=120)])
def test_a_link_cut_short_anywhere_is_noticed(scenario):
    address = urlencode(scenario.to_query())
    for length in range(1, len(address)):
        received = dict(parse_qsl(address[:length], keep_blank_values=True))
        returned, message = Scenario.from_query(received)
        assert returned == Scenario()
        assert ("another version" if length < len("v=1") else "incomplete") in message


@pytest.mark.parametrize("times", [1, 2, 3])
@pytest.mark.parametrize("scenario", [EVERYTHING, Scenario(beta=0.05)])
def test_a_link_that_was_written_as_html_is_read(scenario, times):
    address = urlencode(scenario.to_query())
    for _ in range(times):
        address = html.escape(address)
    assert Scenario.from_query(dict(parse_qsl(address))) == (scenario, None)
    assert Scenario.from_query(parse_qs(address)) == (scenario, None)
    broken = dict(parse_qsl(address[:-1], keep_blank_values=True))
    assert "incomplete or was changed" in Scenario.from_query(broken)[1]


def test_a_link_written_by_hand_survives_html_too():
    assert Scenario.from_query({"preset": "step", "amp;beta": "0.05"}) == (Scenario(preset="step", beta=0.05), None)


@given(st.data())
def test_a_changed_character_is_noticed(data):
    query = EVERYTHING.to_query()
    name = data.draw(st.sampled_from(sorted(set(query) - {"v"})))
    position = data.draw(st.integers(0, len(query[name]) - 1))
    other = data.draw(st.sampled_from("Az09_.-").filter(lambda c: c != query[name][position]))
    query[name] = query[name][:position] + other + query[name][position + 1 :]
    returned, message = Scenario.from_query(query)
    assert returned == Scenario()
    assert "incomplete or was changed" in message


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"v": "3", "something": "new"}, "another version of this app .v=3, this one reads up to v=2"),
        ({"v": ""}, "another version"),
        ({"preset": "zigzak"}, "preset is 'zigzak'"),
        ({"v": "1"}, "incomplete or was changed; copy the whole link again"),
        ({"v": "1", "preset": "step"}, "incomplete or was changed"),
        ({"v": "1", "amp;check": "00000000", "amp;beta": "1"}, "incomplete or was changed"),
        ({"beta": "1", "amp;beta": "2"}, "beta several times; give it once"),
        ({"check": "0"}, "incomplete"),
        ({"preset": ""}, "preset"),
        ({"beta": "abc"}, "beta is 'abc', which is not a number"),
        ({"beta": "nan"}, "beta is nan"),
        ({"beta": "0"}, "beta is 0; choose"),
        ({"depth": "2.5"}, "depth is '2.5', which is not a number"),
        ({"depth": "9" * 99}, "depth is 999"),
        ({"depth": "9" * 101}, "depth is too long"),
        ({"depth": ["2", "3"]}, "depth 2 times"),
        ({"depth": []}, "depth 0 times"),
        ({"depth": 3}, "depth holds characters"),
        ({"depth": [["3"]]}, "depth holds characters"),
        ({"depth": "３"}, "depth holds characters"),
        ({"optimizer": "momentum" * 5 + "[a](https://example.org)"}, "optimizer holds characters"),
        ({"optimizer": "<b>adam</b>"}, "optimizer holds characters"),
        ({"optimizer": "[adam](https://example.org)"}, "optimizer holds characters"),
        ({"hidden": "band..knots"}, "hidden is ''"),
        ({"points": "AAAA"}, "incomplete"),
        ({"points": "A" * 10**7}, "points is too long .10,000,000 characters"),
        ({"points": Scenario(points=[(1, 2)]).to_query()["points"]}, "incomplete"),
        (Scenario(points=[(1, 2)]).to_query() | {"preset": "cars"}, "incomplete"),
        (["v", "1"], "no named settings"),
        (None, "no named settings"),
    ],
)
def test_an_unusable_link_gives_the_default_and_the_reason(query, message):
    returned, reason = Scenario.from_query(query)
    assert returned == Scenario()
    with pytest.raises(InvalidInputError, match=message):
        raise InvalidInputError(reason)
    assert reason.endswith("The default example is shown instead.")
    assert len(reason) < 350


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"points": "AAAA"}, "incomplete"),
        ({"points": "A"}, "garbled"),
        ({"points": "...."}, "garbled"),
        ({"points": ""}, "points has 0 entries"),
        ({"points": "A" * (MAX_POINTS + 1) * 64}, "too long"),
        ({"points": "AAAAAAAAAAAAAAAAAADwfw"}, r"y\[0\] is inf"),
        ({"points": "AAAAAAAAAAAAAAAAAAAAAA", "preset": "cars"}, "both a preset and points"),
    ],
)
def test_a_checksum_that_is_right_does_not_open_the_door(settings, message):
    returned, reason = Scenario.from_query(link.pack(settings))
    assert returned == Scenario()
    assert reason is not None
    with pytest.raises(InvalidInputError, match=message):
        raise InvalidInputError(reason)


names = st.sampled_from(["v", "check", "preset", "points", "beta", *LIMITS, "biases", "optimizer", "hidden"])
believable = st.sampled_from(
    [
        "1",
        "0",
        "-1",
        "3",
        "1e-3",
        "inf",
        "nan",
        "1_0",
        "zigzag",
        "",
        "all",
        "gd",
        "none",
        "band.knots",
        "A" * 22,
        "AAA",
    ]
)
texts = believable | st.text(max_size=40) | st.text(min_size=1, max_size=3).map(lambda part: part * 5_000)
values = texts | st.lists(texts, max_size=2) | st.none() | st.integers() | st.dictionaries(texts, texts, max_size=1)


@given(st.dictionaries(names | st.text(max_size=5), values, max_size=6))
def test_no_link_whatsoever_raises(query):
    scenario, message = Scenario.from_query(query)
    assert Scenario(**{field.name: getattr(scenario, field.name) for field in dataclasses.fields(scenario)}) == scenario
    if message is not None:
        assert scenario == Scenario()
        assert len(message) < 350


@given(st.dictionaries(names, st.text("ABCyz019-_.+ ", max_size=60), min_size=1, max_size=4))
def test_no_link_with_a_right_checksum_raises(settings):
    for own in ("v", "check"):
        settings.pop(own, None)
    scenario, message = Scenario.from_query(link.pack(settings))
    assert message is None or scenario == Scenario()


@pytest.mark.parametrize(("rest", "preset"), [({"beta": "0.01"}, "zigzag"), ({"preset": "step"}, "step")])
def test_a_link_of_the_first_version_shows_what_it_showed_then(rest, preset):
    texts = "&".join(f"{name}={text}" for name, text in sorted(rest.items()))
    check = f"{zlib.crc32(texts.encode()):08x}"
    scenario, problem = Scenario.from_query({"v": "1", "check": check, **rest})
    assert (scenario.preset, problem) == (preset, None)
