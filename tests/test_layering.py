"""The layers of the code, read from its imports.

    entry         app.py, pages/
    ui            cvxdnn.ui
    application   cvxdnn.figures, experiments, jobs, scenario and what stands beside them
    mathematics   cvxdnn.convex | cvxdnn.networks | cvxdnn.theory      (never each other)
    core          exceptions, validation, datasets, spline, objective, solution

Imports point downwards, or sideways within a layer other than the mathematics. Heavy libraries have homes.
"""

import ast
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

LAYERS = {
    "core": (
        *("exceptions", "limits", "conversion", "validation", "numerals", "csv_columns", "datasets", "spline", "tube"),
        *("rounding", "losses", "balancing", "evaluation", "loss_terms", "exact", "objective", "solution"),
        "diagnostics",
    ),
    "mathematics": ("convex", "networks", "theory"),
    "application": (
        *(
            "figures",
            "experiments",
            "jobs",
            "scenario",
            "link",
            "labels",
            "comparison",
            "model_selection",
            "solve_task",
            "fits",
        ),
        *("race", "seeds", "sweep", "deep_runs", "beyond_depth", "cases", "training"),
    ),
    "ui": ("ui",),
    "entry": ("app", "pages"),
}
RANK = {part: rank for rank, parts in enumerate(LAYERS.values()) for part in parts}

HOMES = {
    "cvxpy": {"convex"},
    "torch": {"networks"},
    "plotly": {"figures"},
    "streamlit": {"ui", "pages", "app"},
    "distributed": {"jobs"},
}

EXCEPTION = ("cvxdnn.solution", "cvxdnn.networks.closed_form")
"""The one import that points upwards: a solution knows how to become a network. Inside a function."""

SERVER_SIDE = ("datasets", "scenario", "comparison", "experiments", "jobs", "convex.banded", "figures", "ui")
"""What the app's own process imports; torch and cvxpy belong to its workers."""


@dataclass(frozen=True)
class Import:
    """`importer` names `imported`; `where` is "module", "function" or "typing"."""

    importer: str
    imported: str
    where: str


def module_name(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {
    module_name(path): path
    for path in sorted([*ROOT.glob("app.py"), *ROOT.glob("pages/**/*.py"), *ROOT.glob("cvxdnn/**/*.py")])
}


def imports_of(name, source, is_package=False):
    """Every import in a module's source, wherever it stands."""

    def visit(node, where):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            where = "function"
        if isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            for child in node.body:
                yield from visit(child, "typing")
            for child in node.orelse:
                yield from visit(child, where)
            return
        for imported in named(node):
            yield Import(name, imported, where)
        for child in ast.iter_child_nodes(node):
            yield from visit(child, where)

    def named(node):
        if isinstance(node, ast.Import):
            return [alias.name for alias in node.names]
        if isinstance(node, ast.ImportFrom):
            package = name.split(".") if is_package else name.split(".")[:-1]
            start = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*start, *filter(None, [node.module])])
            # `from package import module` names the module
            return [full if (full := f"{base}.{alias.name}") in FILES else base for alias in node.names]
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
            return [a.value for a in node.args[:1] if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        return []

    return list(visit(ast.parse(source), "module"))


def imports_of_file(name):
    path = FILES[name]
    return imports_of(name, path.read_text("utf-8"), is_package=path.name == "__init__.py")


IMPORTS = [found for name in FILES for found in imports_of_file(name)]


def part_of(module):
    """The layer's part that a module of this project belongs to; None for other libraries."""
    head, *rest = module.split(".")
    if head in ("app", "pages"):
        return head
    if head != "cvxdnn":
        return None
    return rest[0] if rest else "cvxdnn"


def complaint(found):
    """Why an import breaks the rules; None when it does not."""
    library = found.imported.split(".")[0]
    here, there = part_of(found.importer), part_of(found.imported)
    if library in HOMES and here not in HOMES[library]:
        return f"{found.importer} imports {library}, which belongs to {sorted(HOMES[library])}"
    if there is None or here == there:
        return None
    if here == "cvxdnn":
        return None if found.where == "typing" else f"cvxdnn/__init__.py must load {found.imported} lazily"
    if there == "cvxdnn":
        return None if RANK[here] >= RANK["ui"] else f"{found.importer} imports the public names: import their home"
    if (found.importer, found.imported) == EXCEPTION and found.where == "function":
        return None
    if RANK[here] < RANK[there]:
        return f"{found.importer} imports {found.imported}, which is above it"
    if RANK[here] == RANK[there] == RANK["convex"]:
        return f"{found.importer} imports {found.imported}, which stands beside it"
    return None


# The reader of imports sees what it should


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import torch.nn", ("torch.nn", "module")),
        ("import numpy as np, torch", ("torch", "module")),
        ("def f():\n    from torch import nn", ("torch", "function")),
        ("class A:\n    async def f(self):\n        import torch", ("torch", "function")),
        ("try:\n    import torch\nexcept ImportError:\n    torch = None", ("torch", "module")),
        ("from importlib import import_module\nimport_module('torch')", ("torch", "module")),
        ("from cvxdnn import spline", ("cvxdnn.spline", "module")),
        ("from cvxdnn import LinearSpline", ("cvxdnn", "module")),
        ("from . import objective", ("cvxdnn.objective", "module")),
        ("from .convex import banded", ("cvxdnn.convex.banded", "module")),
        ("if TYPE_CHECKING:\n    import torch", ("torch", "typing")),
        ("if TYPE_CHECKING:\n    pass\nelse:\n    import torch", ("torch", "module")),
    ],
)
def test_reader_finds_imports_wherever_they_stand(source, expected):
    assert expected in [(found.imported, found.where) for found in imports_of("cvxdnn.solution", source)]


@pytest.mark.parametrize(
    ("importer", "imported", "where"),
    [
        ("cvxdnn.spline", "cvxdnn.convex", "function"),
        ("cvxdnn.spline", "cvxdnn.scenario", "typing"),
        ("cvxdnn.spline", "cvxdnn", "function"),
        ("cvxdnn.convex.banded", "cvxdnn.networks.architectures", "function"),
        ("cvxdnn.theory.rank_one", "cvxdnn.convex", "module"),
        ("cvxdnn.figures.progress", "cvxdnn.ui.chart", "function"),
        ("cvxdnn.ui.chart", "pages.explore", "module"),
        ("cvxdnn.solution", "cvxdnn.networks.closed_form", "module"),
        ("cvxdnn.solution", "cvxdnn.networks.training", "function"),
        ("cvxdnn", "cvxdnn.convex", "module"),
        ("cvxdnn.objective", "cvxpy", "function"),
        ("cvxdnn.experiments", "torch.nn", "function"),
        ("cvxdnn.ui.chart", "plotly.graph_objects", "module"),
        ("pages.explore", "plotly", "function"),
        ("cvxdnn.figures.progress", "streamlit", "function"),
    ],
)
def test_rules_refuse_what_they_should(importer, imported, where):
    assert complaint(Import(importer, imported, where))


@pytest.mark.parametrize(
    ("importer", "imported", "where"),
    [
        ("app", "cvxdnn.spline", "module"),
        ("cvxdnn.convex.banded", "cvxdnn.convex.problem", "module"),
        ("cvxdnn.experiments", "cvxdnn.networks.training", "function"),
        ("cvxdnn.figures.progress", "cvxdnn.scenario", "module"),
        ("cvxdnn", "cvxdnn.convex", "typing"),
        (*EXCEPTION, "function"),
        ("cvxdnn.networks.training", "torch", "module"),
        ("cvxdnn.jobs", "numpy", "module"),
    ],
)
def test_rules_allow_what_they_should(importer, imported, where):
    assert complaint(Import(importer, imported, where)) is None


# The project obeys


def test_every_module_has_a_layer():
    assert {part_of(name) for name in FILES} - {"cvxdnn"} <= set(RANK), "add the new module to LAYERS"


@pytest.mark.parametrize("name", FILES)
def test_imports_point_downwards_and_heavy_libraries_stay_at_home(name):
    assert [text for found in imports_of_file(name) if (text := complaint(found))] == []


def test_the_one_exception_is_still_needed():
    assert Import(*EXCEPTION, "function") in IMPORTS


@pytest.mark.parametrize("name", [name for name in FILES if part_of(name) in ("app", "pages")])
def test_pages_stay_short(name):
    limit = 60 if name == "app" else 120
    assert len(FILES[name].read_text("utf-8").splitlines()) <= limit


# What importing really loads


def loaded_by(modules, libraries):
    """Which of `libraries` a new interpreter has loaded after importing `modules`."""
    script = (
        "import importlib, json, sys\n"
        f"for name in {list(modules)!r}: importlib.import_module(name)\n"
        f"print(json.dumps(sorted(set({sorted(libraries)!r}) & set(sys.modules))))"
    )
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout.splitlines()[-1])


def test_import_cvxdnn_is_light():
    assert loaded_by(["cvxdnn"], {"torch", "cvxpy", "streamlit", "plotly", "scipy"}) == []


def test_the_server_loads_neither_torch_nor_cvxpy():
    below = tuple(f"cvxdnn.{part}." for part in SERVER_SIDE)
    modules = [name for name in FILES if f"{name}.".startswith(below)]
    assert "cvxdnn.datasets" in modules
    assert loaded_by(modules, {"torch", "cvxpy"}) == []


def test_what_is_loaded_is_really_seen():
    assert loaded_by(["cvxpy"], {"torch", "cvxpy"}) == ["cvxpy"]
