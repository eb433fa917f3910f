"""The examples of Hypothesis are the same in every order of tests, in every process and on every machine."""

import json
import os
import subprocess
import sys
from importlib import import_module

from hypothesis import given, settings
from hypothesis import strategies as st


def drawn_numbers():
    """What one property is tried on."""
    seen = []

    @given(st.lists(st.floats(-5, 5)), st.integers())
    def fact(numbers, whole):
        seen.append(repr((numbers, whole)))

    fact()
    return seen


def drawn_texts():
    """What another is tried on."""
    seen = []

    @given(st.text() | st.binary().map(str))
    def fact(text):
        seen.append(text)

    fact()
    return seen


PROPERTIES = {"numbers": drawn_numbers, "texts": drawn_texts}


def report(*steps):
    """Take the steps, modules to import and properties to try, and print all examples."""
    print(json.dumps({step: PROPERTIES[step]() if step in PROPERTIES else bool(import_module(step)) for step in steps}))


def examples(steps, environment):
    """What the properties among these steps are tried on in a new process."""
    run = subprocess.run(
        [sys.executable, "-c", f"import tests.conftest, tests.test_repeatable as t; t.report(*{steps!r})"],
        cwd=os.path.dirname(os.path.dirname(__file__)),
        env={name: value for name, value in os.environ.items() if name not in ("CI", "PYTEST_CURRENT_TEST")}
        | {"HYPOTHESIS_PROFILE": "repeatable"}
        | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return {name: seen for name, seen in json.loads(run.stdout).items() if name in PROPERTIES}


def test_examples_depend_neither_on_order_nor_on_what_is_imported():
    alone = examples(["numbers", "texts"], {"PYTHONHASHSEED": "1"})
    assert all(len(set(alone[name])) > 50 for name in PROPERTIES)
    late = ["cvxdnn.convex", "texts", "cvxdnn.tasks.scenario", "cvxdnn.theory.rank_one", "numbers"]
    assert examples(late, {"PYTHONHASHSEED": "2", "CI": "true"}) == alone


def test_no_clock_and_no_memory_decides():
    now = settings.get_profile("repeatable")
    assert (now.derandomize, now.deadline, now.database, now.print_blob) == (True, None, None, True)


def test_the_second_lane_has_fresh_seeds():
    fresh = [examples(["numbers"], {"HYPOTHESIS_PROFILE": "explore"}) for _ in range(2)]
    assert fresh[0] != fresh[1]
