"""Runs exported scripts as their owners would: in an interpreter of its own that has the library and nothing else."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OPTIMUM, TRAINING = 1e-9, 1e-6
"""How far the numbers of a script may be from those of the page, as a share."""
RUNNER = """
import contextlib, io, json, runpy, sys
said = []
for name in sys.argv[1:]:
    with contextlib.redirect_stdout(io.StringIO()) as out:
        runpy.run_path(name, run_name="__main__")
    said.append(out.getvalue())
assert "streamlit" not in sys.modules
print(json.dumps(said))
"""


def run(folder, *scripts):
    """What each of them prints: numbers by the words before them."""
    names = []
    for number, text in enumerate(scripts):
        path = folder / f"script_{number}.py"
        path.write_text(text, encoding="utf-8")
        names.append(str(path))
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", RUNNER, *names],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [numbers_in(said) for said in json.loads(done.stdout.splitlines()[-1])]


def numbers_in(said):
    """By the words before the first colon of a line."""
    found = re.findall(r"^([^:\n]+): (-?[\d.]+(?:e[-+]\d+)?)$", said, re.MULTILINE)
    return {words: float(number) for words, number in found}
