"""What is taken home: scripts give the page's numbers again, tables and networks read back as the page has them."""

import ast
import csv
import dataclasses
import io
import json

import numpy as np
import pytest

from cvxdnn.app.written import code, csv_of, json_of
from cvxdnn.convex.selection import cross_validate
from cvxdnn.core.datasets import PRESETS, load_preset
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.losses import LOSSES, named
from cvxdnn.core.network import Network
from cvxdnn.exhibits.batch_norm import case as batch_norm
from cvxdnn.exhibits.batch_norm import take_home as batch_norm_home
from cvxdnn.exhibits.beyond.depth import FIRST, claim_about
from cvxdnn.exhibits.beyond.statements import STATEMENTS
from cvxdnn.exhibits.beyond.take_home import SCRIPTS
from cvxdnn.exhibits.closed_form.take_home import data_csv, history_csv, network_json
from cvxdnn.exhibits.explore import take_home as explore_home
from cvxdnn.exhibits.explore.take_home import Shown
from cvxdnn.exhibits.extreme_points import take_home as extreme_points_home
from cvxdnn.exhibits.extreme_points.samples import EXAMPLES, picture_of
from cvxdnn.exhibits.path import take_home as path_home
from cvxdnn.exhibits.path.case import path_case, path_of
from cvxdnn.exhibits.rank_one import take_home as rank_one_home
from cvxdnn.exhibits.rank_one.case import KINDS, RankOneSetting, rank_one_case
from cvxdnn.exhibits.sweep import take_home as sweep_home
from cvxdnn.exhibits.whitened import take_home as whitened_home
from cvxdnn.exhibits.whitened.case import WhitenedSetting, whitened_case
from cvxdnn.tasks.comparison import Baseline, bends
from cvxdnn.tasks.experiments import training_stream
from cvxdnn.tasks.fits import fit_stream
from cvxdnn.tasks.scenario import Scenario
from cvxdnn.tasks.stream import last_frame
from cvxdnn.tasks.sweep import OWN_POINTS, Grid
from cvxdnn.tasks.sweep.task import RunTask
from cvxdnn.training.fitting import FittedNetwork
from tests.exhibits.scripts import OPTIMUM, TRAINING, run

SMALL = {"width": 8, "restarts": 2}
STEPS = 40
KNOWN = {"cvxdnn", "numpy", "itertools"}
"""What a script may import."""


def shown(scenario, until=STEPS):
    return Shown(Baseline(scenario), scenario, last_frame(training_stream(scenario, until=until)))


def of_preset(name, loss):
    """The preset under that loss; None where its labels do not fit."""
    try:
        return Scenario(preset=name, loss=loss, **SMALL)
    except InvalidInputError:
        return None


def agrees(said, now):
    solution, name = now.baseline.solution, "optimum" if now.baseline.is_optimum else "upper bound"
    assert said[name] == pytest.approx(solution.objective, rel=OPTIMUM, abs=OPTIMUM)
    assert said["network"] == pytest.approx(now.frame.objective, rel=TRAINING)


def table(text):
    return list(csv.DictReader(io.StringIO(text)))


def column(text, name, of=float):
    return [of(row[name]) for row in table(text)]


# Explore


@pytest.mark.slow
@pytest.mark.parametrize("loss", LOSSES)
def test_the_script_gives_optimum_and_training_again_for_every_preset(loss, tmp_path):
    scenarios = [scenario for name in PRESETS if (scenario := of_preset(name, loss))]
    assert len(scenarios) == (2 if named(loss).needs_labels else len(PRESETS))
    every = [shown(scenario) for scenario in scenarios]
    for said, now in zip(run(tmp_path, *map(explore_home.script_of, every)), every, strict=True):
        agrees(said, now)


@pytest.mark.slow
def test_it_does_so_for_every_way_to_train(tmp_path):
    changes = [
        {"depth": 3},
        {"depth": 3, "biases": "all"},
        {"optimizer": "lbfgs"},
        {"optimizer": "momentum"},
        {"optimizer": "gd"},
        {"optimizer": "insertion", "width": 20},
        {"start": "optimum"},
        {"seed": 7, "beta": 0.3},
        {"preset": "", "points": ((0.1, 1e-3), (1 / 3, 2.5), (1e3, -7.25))},
        {"depth": 3, "loss": "huber"},
    ]
    every = [shown(Scenario(**{**SMALL, **change})) for change in changes]
    every.append(shown(Scenario(optimizer="lbfgs", polish=True, **SMALL), until=None))  # to its own end
    for said, now in zip(run(tmp_path, *map(explore_home.script_of, every)), every, strict=True):
        agrees(said, now)
        assert said.get("above the bound, as a share", 0.0) >= -OPTIMUM


def test_a_training_that_came_from_another_weight_decay_is_said_to():
    now = dataclasses.replace(shown(Scenario(**SMALL)), is_from_seed=False)
    text = explore_home.script_of(now)
    assert "another weight decay" in text
    assert repr(now.frame.objective) not in text


def test_points_without_an_optimum_still_make_a_script(tmp_path):
    scenario = Scenario(preset="", points=((0.0, 1.0), (1.0, 1.0)), loss="logistic", **SMALL)
    now = shown(scenario)
    assert now.baseline.obstacle
    (said,) = run(tmp_path, explore_home.script_of(now))
    assert said["network"] == pytest.approx(now.frame.objective, rel=TRAINING)


def test_the_script_counts_bends_as_the_page_does(tmp_path):
    now = shown(Scenario(**SMALL))
    (said,) = run(tmp_path, explore_home.script_of(now))
    assert said["bends"] == bends(now.frame.view.spline).size


def test_tables_hold_the_numbers_of_the_page():
    scenario = Scenario(preset="random smooth", **SMALL)
    now = shown(scenario)
    data = load_preset("random smooth")
    points = explore_home.points_csv(now)
    assert column(points, "x") == data.x.tolist()
    assert column(points, "y") == data.y.tolist()

    units, solution = now.baseline.units, now.baseline.solution
    ends = (float(data.x.min()), float(data.x.max()))
    curves = table(explore_home.curves_csv(now, ends))
    optimum = np.array([(float(row["x"]), float(row["y"])) for row in curves if row["curve"] == "optimum"])
    assert optimum[:, 1] == pytest.approx(units.user_y(solution.spline(units.unit_x(optimum[:, 0]))), abs=1e-12)
    lower, upper = now.baseline.band
    for name, edge in (("lower edge of the band", lower), ("upper edge of the band", upper)):
        corners = [row for row in curves if row["curve"] == name]
        at = np.array([float(row["x"]) for row in corners])
        assert [float(row["y"]) for row in corners] == pytest.approx(units.user_y(edge(units.unit_x(at))), abs=1e-12)

    knots = [row for row in table(explore_home.knots_csv(now)) if row["curve"] == "optimum"]
    changes = np.diff(units.user_spline(solution.spline).slopes)
    assert [float(row["change of slope"]) for row in knots] == changes[changes != 0].tolist()

    history = explore_home.history_csv(now)
    assert column(history, "step", int) == now.frame.history[:, 0].astype(int).tolist()
    for restart in (1, 2):
        assert column(history, f"objective of restart {restart}") == now.frame.history[:, restart].tolist()
    assert column(history, "relative gap of the best")[-1] == now.frame.objective / now.baseline.lower_bound - 1


def test_networks_read_back_to_the_last_digit():
    now = shown(Scenario(depth=3, **SMALL))
    trained = json.loads(explore_home.network_json(now))
    network = Network(**trained["network"])
    for theirs, ours in zip(network.weights, now.network.weights, strict=True):
        assert np.array_equal(theirs, ours)
    assert np.array_equal(network(now.baseline.data.x), now.network(now.baseline.data.x))
    assert trained["measured"]["objective"] == now.frame.objective

    data, solution = now.baseline.data, now.baseline.solution
    known = json.loads(explore_home.optimum_json(now))
    best = Network(**known["network"])
    misfit = float(np.sum((best(data.x) - data.y) ** 2) / 2)
    assert misfit + now.scenario.beta / 2 * best.parameters_norm == pytest.approx(solution.objective, rel=OPTIMUM)
    assert known["certified"]["objective"] == solution.objective
    assert known["certified"]["dual"] == solution.dual.tolist()
    assert known["units"] == dataclasses.asdict(now.baseline.units)


# The other pages


def fitted(problem):
    """A training of it that was stopped."""
    return last_frame(dataclasses.replace(fit_stream(problem), until=STEPS))


@pytest.mark.slow
def test_rank_one_comes_again(tmp_path):
    settings = [RankOneSetting(kind=kind, samples=8) for kind in KINDS]
    settings += [
        RankOneSetting(kind="whitened", budget=1.0, parallel=True),
        RankOneSetting(kind="whitened", budget=1.0),
        RankOneSetting(kind="relu", side="oppose", seed=3),
    ]
    cases = [rank_one_case(setting) for setting in settings]
    frames = [fitted(case.data.problem) for case in cases]
    scripts = [rank_one_home.script_of(case.data, case, frame) for case, frame in zip(cases, frames, strict=True)]
    for said, case, frame in zip(run(tmp_path, *scripts), cases, frames, strict=True):
        assert said["closed form"] == pytest.approx(case.optimum.value, rel=OPTIMUM)
        assert said["network"] == pytest.approx(frame.objective, rel=TRAINING)


@pytest.mark.slow
def test_whitened_data_batch_norm_and_extreme_points_come_again(tmp_path):
    whitened = [whitened_case(WhitenedSetting(architecture=kind)) for kind in ("standard", "parallel")]
    normed = [batch_norm.case_of(batch_norm.Setting(depth=d, scaling=s)) for d, s in ((2, "paper"), (3, "torch"))]
    pictures = [
        picture_of(samples, 0.4) for samples in (EXAMPLES["Three samples in space"], *list(EXAMPLES.values())[-2:])
    ]
    cases = [
        *((whitened_home, case, case.problem, "closed form", case.optimum.value) for case in whitened),
        *((batch_norm_home, case, case.problem, "closed form", case.exact.objective) for case in normed),
        *((extreme_points_home, each, each.problem, "optimum", each.found.objective) for each in pictures),
    ]
    frames = [fitted(problem) for _, _, problem, _, _ in cases]
    scripts = [home.script_of(case, frame) for (home, case, *_), frame in zip(cases, frames, strict=True)]
    for said, (_, _, _, words, value), frame in zip(run(tmp_path, *scripts), cases, frames, strict=True):
        assert said[words] == pytest.approx(value, rel=OPTIMUM)
        assert said["network"] == pytest.approx(frame.objective, rel=TRAINING)


def test_data_and_network_of_a_fit_read_back():
    case = whitened_case(WhitenedSetting())
    problem, frame = case.problem, fitted(case.problem)
    text = data_csv(problem)
    for k in range(problem.X.shape[1]):
        assert column(text, f"x{k + 1}") == problem.X[:, k].tolist()
    for k in range(problem.Y.shape[1]):
        assert column(text, f"y{k + 1}") == problem.Y[:, k].tolist()
    told = json.loads(network_json(frame))["network"]
    arrays = {name: np.array(told[name]) for name in ("gamma", "alpha")}
    weights, biases = (tuple(map(np.array, told[name])) for name in ("weights", "biases"))
    network = FittedNetwork(told["architecture"], weights, biases, **arrays)
    assert network.objective(problem.X, problem.Y, problem.beta) == pytest.approx(frame.objective, rel=1e-12)
    assert np.array_equal(network(problem.X), frame.view.network(problem.X))
    assert column(history_csv(frame), "objective of restart 1") == frame.history[:, 1].tolist()


@pytest.mark.slow
def test_the_path_comes_again(tmp_path):
    scenario = Scenario(preset="random smooth")
    (_, data), case = path_of(scenario), path_case(scenario)
    choice = cross_validate(data.x, data.y)
    (said,) = run(tmp_path, path_home.script_of(scenario, case, choice))
    assert said["a constant from"] == pytest.approx(case.beta_max, rel=OPTIMUM)
    assert said["breakpoints"] == case.breakpoints.betas.size
    assert said["cross-validation"] == pytest.approx(choice.best, rel=OPTIMUM)
    text = path_home.breakpoints_csv(case)
    assert column(text, "weight decay") == case.breakpoints.betas.tolist()
    assert column(text, "what happens as it falls", str) == list(case.breakpoints.what())
    assert column(path_home.selection_csv(choice), "mean error") == choice.mean_error.tolist()
    drawn = path_home.functions_csv(scenario)
    values = np.array(column(drawn, "y")).reshape(case.breakpoints.betas.size, -1)
    assert values[0] == pytest.approx(case.drawn["constant"], rel=OPTIMUM)
    data = load_preset("random smooth")
    assert values[-1] == pytest.approx(data.y[np.argsort(data.x)], abs=1e-9)  # without weight decay through the points


@pytest.mark.slow
def test_the_sweep_comes_again(tmp_path):
    grid = Grid(
        datasets=("two close points", OWN_POINTS), betas=(0.01,), widths=(5,), seeds=(0, 1), max_steps=STEPS,
        base=Scenario(preset="", points=((0.0, 0.0), (1.0, 2.0), (3.0, 1.0)), restarts=1),
    )  # fmt: skip
    done = [RunTask(run_, grid.max_steps)(lambda _: None, lambda: False) for run_ in grid.runs]
    (said,) = run(tmp_path, sweep_home.script_of(grid))
    for scenario, record in zip(grid.runs, done, strict=True):
        words = f"{record.dataset}, adam, depth 2, width 5, beta 0.01, seed {scenario.seed}"
        assert said[words] == pytest.approx(record.objective, rel=TRAINING)


@pytest.mark.slow
def test_beyond_the_theorem_comes_again(tmp_path):
    claims = [claim_about(FIRST), *(claim for claim, _, _ in STATEMENTS)]
    settings = [tuple(knob.first for knob in claim.knobs) for claim in claims]
    frames = [
        last_frame(dataclasses.replace(claim.stream(*setting), until=STEPS))
        for claim, setting in zip(claims, settings, strict=True)
    ]
    scripts = [
        SCRIPTS[claim.name](frame, *([FIRST] if claim.about else []), *setting)
        for claim, frame, setting in zip(claims, frames, settings, strict=True)
    ]
    for said, script, frame in zip(run(tmp_path, *scripts), scripts, frames, strict=True):
        assert said["network"] == pytest.approx(frame.objective, rel=TRAINING)
        remarks = remarks_of(script)
        assert remarks
        for words, value in remarks.items():
            assert said[words] == pytest.approx(value, rel=TRAINING if words == "network" else OPTIMUM, abs=OPTIMUM)


def remarks_of(script):
    """What a script says that the page shows, by the words that it prints."""
    lines = [line.split("# on the page ") for line in script.splitlines() if "# on the page " in line]
    return {line.split('"')[1].rstrip(":"): float(value) for line, value in lines}


# What a script is made of


@pytest.mark.parametrize(
    "hostile", ['"); import os; ("', "a\nb", "__import__", "x\\", float("nan"), float("inf"), {1: object()}, b"x"]
)
def test_nothing_but_numbers_and_known_words_become_code(hostile):
    with pytest.raises(ValueError, match="cannot be a part"):
        code(hostile)


@pytest.mark.parametrize(
    "value", [0.1, -1e-300, 5, True, None, "two close points", [1.5, None], {"beta": 1 / 3}, [[0.1] * 40, [2.0] * 40]]
)
def test_code_reads_back_as_what_it_was(value):
    assert ast.literal_eval(code(value)) == value


def test_a_script_loads_the_library_and_holds_only_literals():
    tree = ast.parse(explore_home.script_of(shown(Scenario(**SMALL))))
    names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert {name.split(".")[0] for name in names} <= KNOWN


def test_tables_and_json_keep_every_digit_and_leave_out_what_is_no_number():
    values = [0.1, 1 / 3, 1e-310, -0.0, float("nan")]
    assert column(csv_of({"v": values}), "v", str) == ["0.1", "0.3333333333333333", "1e-310", "-0.0", ""]
    assert json.loads(json_of({"v": np.array(values)}))["v"][:3] == values[:3]
    assert json.loads(json_of({"v": values}))["v"][-1] is None
    with pytest.raises(ValueError, match="zip"):
        csv_of({"a": [1], "b": []})
