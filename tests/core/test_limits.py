"""The limits of a host: what the environment may set, what happens when it asks for nonsense, what is documented."""

import logging
import re
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvxdnn.core.datasets import PRESETS, load_preset
from cvxdnn.core.limits import Limits, host_limits
from cvxdnn.core.solution import Status
from cvxdnn.tasks.experiments import training_stream
from cvxdnn.tasks.scenario import LIMITS, MAX_PARAMETERS, MAX_POINTS, Scenario

README = Path(__file__).parents[2] / "README.md"
VARIABLES = {each.metadata["variable"]: each for each in fields(Limits)}


def test_without_an_environment_every_limit_is_its_default():
    assert Limits.read({}) == Limits()


@pytest.mark.parametrize("variable", VARIABLES)
def test_every_variable_sets_its_limit_and_no_other(variable):
    each = VARIABLES[variable]
    for value in (each.metadata["low"], each.metadata["high"]):
        changed = Limits.read({variable: f" {value} "})
        assert getattr(changed, each.name) == value
        others = [other.name for other in VARIABLES.values() if other.name != each.name]
        assert [getattr(changed, name) for name in others] == [getattr(Limits(), name) for name in others]


@pytest.mark.parametrize("variable", VARIABLES)
@pytest.mark.parametrize("text", ["", "many", "-1", "1.5", "1e3", "٣", "9" * 5000, "0x10", "None"])
def test_nonsense_leaves_the_default_and_is_reported(variable, text, caplog):
    assert Limits.read({variable: text}) == Limits()
    assert bool(caplog.records) == bool(text)
    if text:
        assert variable in caplog.text
        assert "whole number" in caplog.text
        assert len(caplog.text) < 400


@given(st.dictionaries(st.sampled_from([*VARIABLES]), st.text()))
def test_no_environment_whatsoever_raises_or_leaves_the_range(environment):
    logging.disable(logging.ERROR)
    try:
        limits = Limits.read(environment)
    finally:
        logging.disable(logging.NOTSET)
    for each in VARIABLES.values():
        assert each.metadata["low"] <= getattr(limits, each.name) <= each.metadata["high"]


def test_the_default_scenario_and_every_preset_fit_the_smallest_limits():
    lowest = {each.name: each.metadata["low"] for each in VARIABLES.values()}
    scenario = Scenario()
    assert max(len(load_preset(name)) for name in PRESETS) <= lowest["points"]
    for name in ("depth", "width", "restarts", "parameters"):
        assert getattr(scenario, name) <= lowest[name]


def test_the_scenario_obeys_the_host():
    limits = host_limits()
    assert limits.points == MAX_POINTS
    assert limits.parameters == MAX_PARAMETERS
    assert {name: LIMITS[name][1] for name in ("depth", "width", "restarts")} == {
        "depth": limits.depth,
        "width": limits.width,
        "restarts": limits.restarts,
    }


def test_training_ends_at_the_limit_of_steps(monkeypatch):
    monkeypatch.setattr("cvxdnn.tasks.experiments.host_limits", lambda: Limits(steps=100))
    frames = []
    training_stream(Scenario(width=5, restarts=1))(frames.append, lambda: False)
    assert frames[-1].step == 100
    assert frames[-1].status is Status.MAX_STEPS


def test_the_readme_lists_every_limit_with_its_default():
    rows = dict(re.findall(r"^\| `(CVXDNN_\w+)` \| ([\d,]+|one per core, at most 4) \|", README.read_text(), re.M))
    expected = {name: f"{each.metadata['default']:,}" for name, each in VARIABLES.items()}
    expected["CVXDNN_WORKERS"] = "one per core, at most 4"
    assert {name: text for name, text in rows.items() if name in expected} == expected
