"""Public names exist, say what they are, are all listed, load nothing heavy, and are told to type checkers."""

import ast
import inspect
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import cvxdnn
from cvxdnn import theory

PACKAGES = ("convex", "core.exact", "jobs", "tasks.sweep", "theory", "training.fitting")
CLOSED_FORMS = (f"theory.{name}" for name in theory.__all__ if inspect.ismodule(getattr(theory, name)))
MODULES = ["cvxdnn", *(f"cvxdnn.{name}" for name in (*PACKAGES, *CLOSED_FORMS))]


@pytest.mark.parametrize("name", MODULES)
def test_public_names_exist_say_what_they_are_and_are_all(name):
    module = import_module(name)
    public = {each: getattr(module, each) for each in module.__all__}
    for each in (module, *public.values()):
        if inspect.isroutine(each) or inspect.isclass(each) or inspect.ismodule(each):
            assert each.__doc__, each
            assert not each.__doc__.startswith(f"{each.__name__}("), f"{each} has a dataclass's own words only"
    defined_here = {each for each, value in vars(module).items() if getattr(value, "__module__", None) == name}
    assert {each for each in defined_here if not each.startswith("_")} <= public.keys()


def test_public_names_load_nothing_heavy():
    script = "\n".join([*(f"from {name} import *" for name in MODULES), "import sys; print(*sys.modules)"])
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert {"numpy", *MODULES} <= set(run.stdout.split())
    assert not {"torch", "cvxpy", "streamlit", "pandas", "distributed"} & set(run.stdout.split())


@pytest.mark.parametrize("package", [cvxdnn, theory])
def test_type_checkers_are_told_what_is_loaded(package):
    block = next(node for node in ast.parse(Path(package.__file__).read_text("utf-8")).body if isinstance(node, ast.If))
    told = {alias.asname: f"{node.module}.{alias.name}" for node in block.body for alias in node.names}
    assert told.keys() == set(package.__all__) == set(dir(package))
    for name, source in told.items():
        home, attribute = source.rsplit(".", 1)
        assert getattr(package, name) is getattr(import_module(home), attribute)
