"""What a stranger who installs the wheel gets, tried in clean environments: `make package-test`.

    bare      solve, certify, follow the path; training says which extra it needs
    [train]   training, and a torch module
    [app]     `cvxdnn app` starts, serves its page and every module of it and is healthy, with this project's settings;
              a script that it exports gives its numbers again in [train]

Versions are those of requirements.txt. Nothing but the wheel is there: the wheel is built from a copy, and what runs in
an environment runs in a folder of its own. Takes two minutes of a core, and PyPI.
"""

import json
import math
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ASSETS = ROOT / "cvxdnn/app/assets"
NOT_COPIED = (".git", ".venv*", "build", "*.egg-info", "__pycache__", ".*_cache")
START_SECONDS = 60.0
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "CVXDNN_", "STREAMLIT_"))}

ALONE = """
from importlib.util import find_spec
from pathlib import Path
import sys
import cvxdnn
assert Path(sys.prefix) in Path(cvxdnn.__file__).parents, cvxdnn.__file__
assert not [name for name in ("app", "pages", "tests", "benchmarks", "deploy") if find_spec(name)]
"""

BARE = """
import sys
import cvxdnn
x, y = [0, 1, 2, 3], [0, 0, 1, 3]
best = cvxdnn.solve(x, y, beta=0.1)
assert best.relative_gap < 1e-9
assert cvxdnn.certify(x, y, best.network(), beta=0.1).relative_gap < 1e-9
assert abs(cvxdnn.regularization_path(x, y).at(0.1).objective - best.objective) < 1e-9
assert cvxdnn.solve(x, y, beta=0.1, loss="huber").relative_gap < 1e-6
assert cvxdnn.solve(x, y, beta=0.1, depth=3).relative_gap < 1e-6
assert cvxdnn.load_preset("motorcycle").x.size > 90
for use, extra in [
    (lambda: cvxdnn.train(x, y, beta=0.1), "train"),
    (lambda: best.network().to_torch(), "train"),
    (lambda: cvxdnn.solve(x, y, beta=0.1, method="dictionary"), "reference"),
]:
    try:
        use()
    except ImportError as error:
        assert f'pip install "cvxdnn[{extra}]"' in str(error), error
    else:
        raise AssertionError(f"{extra} is there already")
assert not {"torch", "cvxpy", "streamlit"} & set(sys.modules)
"""

TRAINING = """
import cvxdnn
x, y = [0, 1, 2, 3], [0, 0, 1, 3]
*_, last = cvxdnn.train(x, y, beta=0.1)
assert cvxdnn.certify(x, y, last.network, beta=0.1).relative_gap < 1e-3
assert sum(each.numel() for each in last.network.to_torch().parameters()) > 0
"""

EXPORT = """
import json
from pathlib import Path
from cvxdnn.exhibits.explore.take_home import Shown, script_of
from cvxdnn.tasks.comparison import Baseline
from cvxdnn.tasks.experiments import training_stream
from cvxdnn.tasks.scenario import Scenario
from cvxdnn.tasks.stream import last_frame
scenario = Scenario(preset="zigzag", loss="huber", width=10, restarts=2)
known, frame = Baseline(scenario), last_frame(training_stream(scenario, until=200))
Path("script.py").write_text(script_of(Shown(known, scenario, frame)), encoding="utf-8")
Path("numbers.json").write_text(json.dumps([known.solution.objective, frame.objective]))
"""


class Environment:
    """A virtual environment with the wheel and some of its extras, in `folder`."""

    def __init__(self, folder: Path, wheel: Path, extras: str = "") -> None:
        self.folder, self.bin = folder, folder / "bin"
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        constraints = ("-c", ROOT / "requirements.txt")
        self.run("pip", "install", "-q", *constraints, f"cvxdnn{extras} @ {wheel.as_uri()}")
        self.python(ALONE)

    def run(self, command: str, *arguments: str | Path) -> None:
        """Run one of its commands to its end."""
        subprocess.run([self.bin / command, *arguments], cwd=self.folder, env=CLEAN, check=True)

    def python(self, script: str) -> None:
        """Run a script."""
        self.run("python", "-I", "-W", "error", "-c", script)


def built(folder: Path) -> Path:
    """The wheel, from a copy of the project: no folder `build` is left that could find its way into the next one."""
    copy = folder / "copy"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*NOT_COPIED))
    subprocess.run([sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, copy], check=True, env=CLEAN)
    (wheel,) = folder.glob("*.whl")
    return wheel


def check_without_the_app(bare: Environment) -> None:
    """What `cvxdnn app` says where only the library is."""
    refused = subprocess.run([bare.bin / "cvxdnn", "app"], cwd=bare.folder, env=CLEAN, capture_output=True, text=True)
    assert refused.returncode == 2, refused
    assert 'pip install "cvxdnn[app]"' in refused.stderr, refused.stderr


def check_app(environment: Environment) -> None:
    """Start the app, ask for its health, its page and what draws in the browser, and end it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [environment.bin / "cvxdnn", "app", "--port", str(port)]
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen(command, cwd=environment.folder, env=CLEAN) as server:
        try:
            assert answer(server, f"{address}/_stcore/health") == "ok"
            assert "<html" in answer(server, f"{address}/")
            for module in ASSETS.rglob("*.js"):
                served = answer(server, f"{address}/assets/any/{module.relative_to(ASSETS)}")
                assert served == module.read_text("utf-8"), module
        finally:
            server.terminate()
    pages = "from cvxdnn.app.main import TOP; assert (TOP / '.streamlit/config.toml').is_file()"
    environment.python(f"{pages}; assert len(list((TOP / 'pages').glob('*.py'))) == {pages_here()}")


def pages_here() -> int:
    """How many pages this project has."""
    return len(list(ROOT.glob("pages/*.py")))


def answer(server: subprocess.Popen[bytes], address: str) -> str:
    """What a server answers, as soon as it does."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5) as reply:
                return reply.read().decode()
        except (urllib.error.URLError, ConnectionError):
            if server.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def check_script(app: Environment, train: Environment) -> None:
    """A script that the app has exported gives its numbers again where only the library is."""
    app.python(EXPORT)
    optimum, network = json.loads((app.folder / "numbers.json").read_text())
    command = [train.bin / "python", "-I", "-W", "error", app.folder / "script.py"]
    said = subprocess.run(command, cwd=train.folder, env=CLEAN, check=True, capture_output=True, text=True).stdout
    found = dict(line.split(": ", 1) for line in said.splitlines())
    assert math.isclose(float(found["optimum"]), optimum, rel_tol=1e-9), said
    assert math.isclose(float(found["network"]), network, rel_tol=1e-6), said


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="cvxdnn-package-") as name:
        folder = Path(name)
        wheel = built(folder)
        print(f"built {wheel.name}")
        bare = Environment(folder / "bare", wheel)
        bare.python(BARE)
        check_without_the_app(bare)
        print("bare: solves, certifies, follows the path, and names what is missing")
        train = Environment(folder / "train", wheel, "[train]")
        train.python(TRAINING)
        print("[train]: trains")
        app = Environment(folder / "app", wheel, "[app]")
        check_app(app)
        print("[app]: starts, serves its modules and is healthy")
        check_script(app, train)
        print("[train]: a script that the app has exported gives the app's numbers again")


if __name__ == "__main__":
    main()
