"""The rooms of the code, and which of them may import which, read from its imports.

    core          what is true: types, checks, splines, losses, data, the certificate
    convex        the optimum
    training      networks and how they are trained; torch lives here
    jobs          where work runs; knows no mathematics
    theory        one theorem a module
    tasks         what a worker is asked
    app           the frame of a page
    exhibits      one folder a page
    entry         app.py, pages/

Heavy libraries have homes.
"""

import ast
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

ROOMS = {
    "core": set(),
    "convex": {"core"},
    "training": {"core"},
    "jobs": {"core"},
    "theory": {"core", "convex", "training"},
    "tasks": {"core", "convex", "training", "jobs", "theory"},
    "app": {"core", "convex", "training", "jobs", "theory", "tasks"},
    "exhibits": {"core", "convex", "training", "jobs", "theory", "tasks", "app"},
    "entry": {"core", "convex", "training", "jobs", "theory", "tasks", "app", "exhibits"},
}
"""Which rooms each may import."""

MOST_LINES = {
    "core": 6700,
    "convex": 5200,
    "training": 4250,
    "jobs": 2200,
    "theory": 3700,
    "tasks": 3788,
    "app": 7708,
    "exhibits": 11360,
}
"""Lines of Python that a room may have. May fall with any change; rises only with a reason in the commit's message."""

HOMES = {
    "cvxpy": {"convex"},
    "torch": {"training", "cvxdnn.core.torch_module"},
    "streamlit": {"app", "exhibits", "entry"},
    "distributed": {"jobs"},
    "redis": {"cvxdnn.app.rooms.redis_store"},
}

SERVER_SIDE = (
    *("core.datasets", "tasks.scenario", "tasks.comparison", "tasks.experiments", "jobs", "convex.banded"),
    *("app", "exhibits"),
)
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
    """The room that a module of this project belongs to; None for other libraries."""
    head, *rest = module.split(".")
    if head in ("app", "pages"):
        return "entry"
    if head != "cvxdnn":
        return None
    return rest[0] if rest else "cvxdnn"


def complaint(found):
    """Why an import breaks the rules; None when it does not."""
    library = found.imported.split(".")[0]
    here, there = part_of(found.importer), part_of(found.imported)
    if library in HOMES and not HOMES[library] & {here, found.importer}:
        return f"{found.importer} imports {library}, which belongs to {sorted(HOMES[library])}"
    if there is None or here == there:
        return None
    if here == "cvxdnn":
        return None if found.where == "typing" else f"cvxdnn/__init__.py must load {found.imported} lazily"
    if there == "cvxdnn":
        return None if here in ("app", "exhibits", "entry") else f"{found.importer} imports the public names"
    return None if there in ROOMS[here] else f"{found.importer} imports {found.imported}, which is not below it"


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
        ("from cvxdnn.core import spline", ("cvxdnn.core.spline", "module")),
        ("from cvxdnn import LinearSpline", ("cvxdnn", "module")),
        ("from . import objective", ("cvxdnn.core.objective", "module")),
        ("from ..convex import banded", ("cvxdnn.convex.banded", "module")),
        ("if TYPE_CHECKING:\n    import torch", ("torch", "typing")),
        ("if TYPE_CHECKING:\n    pass\nelse:\n    import torch", ("torch", "module")),
    ],
)
def test_reader_finds_imports_wherever_they_stand(source, expected):
    assert expected in [(found.imported, found.where) for found in imports_of("cvxdnn.core.solution", source)]


@pytest.mark.parametrize(
    ("importer", "imported", "where"),
    [
        ("cvxdnn.core.spline", "cvxdnn.convex", "function"),
        ("cvxdnn.core.spline", "cvxdnn.tasks.scenario", "typing"),
        ("cvxdnn.core.spline", "cvxdnn", "function"),
        ("cvxdnn.convex.banded", "cvxdnn.training.layout", "function"),
        ("cvxdnn.jobs.scheduler", "cvxdnn.tasks.scenario", "module"),
        ("cvxdnn.convex.path", "cvxdnn.theory.rank_one", "module"),
        ("cvxdnn.app.page", "cvxdnn.exhibits.explore.session", "function"),
        ("cvxdnn.exhibits.explore.chart", "pages.explore", "module"),
        ("cvxdnn.core.solution", "cvxdnn.training.training", "function"),
        ("cvxdnn.core.network", "torch", "function"),
        ("cvxdnn", "cvxdnn.convex", "module"),
        ("cvxdnn.core.objective", "cvxpy", "function"),
        ("cvxdnn.tasks.experiments", "torch.nn", "function"),
        ("cvxdnn.tasks.race", "streamlit", "function"),
    ],
)
def test_rules_refuse_what_they_should(importer, imported, where):
    assert complaint(Import(importer, imported, where))


@pytest.mark.parametrize(
    ("importer", "imported", "where"),
    [
        ("app", "cvxdnn.core.spline", "module"),
        ("cvxdnn.convex.banded", "cvxdnn.convex.problem", "module"),
        ("cvxdnn.tasks.experiments", "cvxdnn.training.training", "function"),
        ("cvxdnn.exhibits.explore.details_charts", "cvxdnn.tasks.scenario", "module"),
        ("cvxdnn", "cvxdnn.convex", "typing"),
        ("cvxdnn.core.torch_module", "torch", "module"),
        ("cvxdnn.training.training", "torch", "module"),
        ("cvxdnn.jobs", "numpy", "module"),
    ],
)
def test_rules_allow_what_they_should(importer, imported, where):
    assert complaint(Import(importer, imported, where)) is None


# The project obeys


def test_every_module_has_a_room():
    assert {part_of(name) for name in FILES} - {"cvxdnn"} == set(ROOMS)


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(("charts", "_chart", "plots", ".svg"))])
def test_charts_know_no_page(name):
    """So that they can be tested, and drawn, without a server."""
    assert not any(found.imported.split(".")[0] == "streamlit" for found in imports_of_file(name))


@pytest.mark.parametrize("name", FILES)
def test_imports_point_downwards_and_heavy_libraries_stay_at_home(name):
    assert [text for found in imports_of_file(name) if (text := complaint(found))] == []


@pytest.mark.parametrize("name", [name for name in FILES if part_of(name) == "entry"])
def test_pages_stay_short(name):
    assert len(FILES[name].read_text("utf-8").splitlines()) <= 15


@pytest.mark.parametrize(("room", "most"), MOST_LINES.items())
def test_rooms_stay_within_their_lines(room, most):
    files = [path for name, path in FILES.items() if part_of(name) == room]
    assert sum(len(path.read_text("utf-8").splitlines()) for path in files) <= most


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
    assert loaded_by(["cvxdnn"], {"torch", "cvxpy", "streamlit", "scipy"}) == []


def test_the_server_loads_neither_torch_nor_cvxpy():
    below = tuple(f"cvxdnn.{part}." for part in SERVER_SIDE)
    modules = [name for name in FILES if f"{name}.".startswith(below)]
    assert "cvxdnn.core.datasets" in modules
    assert loaded_by(modules, {"torch", "cvxpy"}) == []


def test_what_is_loaded_is_really_seen():
    assert loaded_by(["cvxpy"], {"torch", "cvxpy"}) == ["cvxpy"]


def test_modules_of_the_browser_stay_short():
    lines = {path: len(path.read_text("utf-8").splitlines()) for path in ROOT.glob("cvxdnn/**/*.js")}
    assert max(lines.values()) <= 300
    assert sum(lines.values()) <= 13986
