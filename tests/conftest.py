"""What holds for the whole suite: one commit passes or fails alike on every machine and in every order.

One computing thread, as in the app's workers: on a busy machine two that wait for each other take many times as long.
The limits of a host (README) are the defaults, whatever this machine's environment says.

Hypothesis tries the same examples in every run, so that a change passes or fails by its own doing:

* the seed is the test itself, nothing is remembered from earlier runs, and no clock fails an example (all this is
  Hypothesis's own profile for CI, here whether or not the environment says CI);
* no constants are taken from the project's modules. Hypothesis collects them from the modules imported so far, and
  which those are depends on the tests that ran before in the same process.

``make explore-tests`` looks for new examples: fresh seeds, constants included. What fails is printed with the line
(``@reproduce_failure``) that repeats it.
"""

import os
import shutil
from collections.abc import Iterator

import pytest
from hypothesis import settings
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

from deploy.cluster import RedisServer, free_port

for threads in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{threads}_NUM_THREADS"] = "1"
for name in [name for name in os.environ if name.startswith("CVXDNN_")]:
    del os.environ[name]

settings.register_profile("repeatable", settings.get_profile("ci"))
settings.register_profile("explore", settings.get_profile("ci"), derandomize=False)
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "repeatable")
settings.load_profile(PROFILE)

if PROFILE == "repeatable":
    # Hypothesis has no setting for this; tests/test_repeatable.py sees whether it still works.
    if not callable(getattr(providers, "_get_local_constants", None)):
        raise RuntimeError("Hypothesis collects constants in another place now: find it, or examples depend on imports")
    providers._get_local_constants = Constants


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis of a file's own, where it is installed: a test may kill it, and none of another file is without one."""
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not installed")
    server = RedisServer(free_port(), tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.kill()
