"""What is missing is named together with what brings it."""

import re
import sys
import tomllib
from pathlib import Path

import pytest

import cvxdnn
from cvxdnn.core.exceptions import CvxdnnError, MissingExtraError, require

ROOT = Path(__file__).parents[2]
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
REQUIRED = [
    found.groups()
    for path in sorted(ROOT.glob("cvxdnn/**/*.py"))
    for found in re.finditer(r'require\("(\w+)", extra="(\w+)"\)', path.read_text("utf-8"))
]


def test_what_is_installed_is_not_complained_of_and_not_loaded():
    require("this", extra="zen")
    assert "this" not in sys.modules


def test_the_extra_to_install_is_named():
    with pytest.raises(MissingExtraError, match=re.escape('pip install "cvxdnn[train]"')) as raised:
        require("no_such_library", extra="train")
    assert isinstance(raised.value, CvxdnnError)
    assert isinstance(raised.value, ImportError)


@pytest.mark.parametrize(("library", "extra"), REQUIRED)
def test_every_extra_that_is_named_brings_its_library(library, extra):
    assert any(re.match(rf"{library}\b", line) for line in EXTRAS[extra])


def test_the_reference_names_its_extra(monkeypatch):
    monkeypatch.setattr("cvxdnn.core.exceptions.find_spec", lambda library: None)
    with pytest.raises(MissingExtraError, match=r"cvxdnn\[reference\]"):
        cvxdnn.solve([0, 1], [0, 1], beta=0.1, method="dictionary")
    with pytest.raises(MissingExtraError, match=r"cvxdnn\[train\]"):
        cvxdnn.solve([0, 1], [0, 1], beta=0.1).network().to_torch()
