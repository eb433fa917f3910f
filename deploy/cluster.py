"""The deployment of `compose.yaml` on this machine, as plain processes.

    browser -- nginx -+- app replica 1 -+- Dask scheduler -+- worker 1
                      +- app replica 2 -+                  +- worker 2
                                        +- Redis: classes that both serve

    python -m deploy.cluster [--port 8500] [--workers 2] [--replicas 2]

Everything listens on this machine only, Dask's pages about itself too. Without nginx on the PATH the replicas are
reached at their own addresses; without redis-server they keep classes in a file of SQLite that they share. Ctrl+C ends
all processes, the last started first; so does the death of any of them, because half a deployment would look like a
whole one.
"""

import argparse
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from string import Template
from types import FrameType, TracebackType
from typing import Self

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
START_SECONDS, END_SECONDS = 120.0, 5.0
NO_PAGES = ("--no-dashboard", "--dashboard-address", f"{HOST}:0")
"""Without a dashboard Dask still serves its health and metrics, and on every address if it is not told otherwise."""
PARENT_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of Linux: no orphans, even if this process is killed."""
NGINX = """$user
daemon off;
pid $folder/nginx.pid;
error_log stderr warn;
worker_rlimit_nofile 8192;
events {
    worker_connections 4096;
}
http {
    log_format replica '$chosen $upstream_addr $status $request_uri';
    access_log $folder/access.log replica;
    client_body_temp_path $folder/body;
    proxy_temp_path $folder/proxy;
    fastcgi_temp_path $folder/fastcgi;
    uwsgi_temp_path $folder/uwsgi;
    scgi_temp_path $folder/scgi;
    include $folder/sticky.conf;
}
"""


class Cluster:
    """All processes of a deployment, as a context.

    Parameters
    ----------
    port : int
        Of the proxy; the other ports are free ones.
    workers, replicas : int
    folder : path, optional
        For logs, temporary files of nginx, and the results of sweeps; left out: a temporary one.

    Attributes
    ----------
    addresses : list of str
        Of the replicas.
    address : str
        Where a browser should go: the proxy, or the first replica if there is no nginx.
    scheduler : str
        Address of the Dask scheduler.
    rooms : str
        Where the replicas keep classes.
    processes : dict of str to Popen
    """

    def __init__(self, port: int = 0, workers: int = 2, replicas: int = 2, folder: Path | None = None) -> None:
        self._temporary = None if folder is not None else tempfile.TemporaryDirectory(prefix="cvxdnn-")
        self.folder = Path(self._temporary.name if self._temporary is not None else folder or "")
        self._workers, self._replicas = workers, replicas
        self.proxy_port = port or free_port()
        self.scheduler = f"tcp://{HOST}:{free_port()}"
        self.rooms = str(self.folder / "rooms.db")
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.addresses: list[str] = []

    @property
    def has_proxy(self) -> bool:
        """Whether nginx runs in front of the replicas."""
        return "proxy" in self.processes

    @property
    def address(self) -> str:
        """Where a browser should go."""
        return f"http://{HOST}:{self.proxy_port}" if self.has_proxy else self.addresses[0]

    def __enter__(self) -> Self:
        try:
            self._start_dask()
            self._start_redis()
            self._start_replicas()
            self._start_proxy()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End all processes, the last started first; by force if they do not end by themselves."""
        for process in reversed(self.processes.values()):
            _signal(process, signal.SIGTERM)
        deadline = time.monotonic() + END_SECONDS
        for process in reversed(self.processes.values()):
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
            _signal(process, signal.SIGKILL)
            process.wait()
        if self._temporary is not None:
            self._temporary.cleanup()

    def dead(self) -> list[str]:
        """The names of processes that have ended."""
        return [name for name, process in self.processes.items() if process.poll() is not None]

    def log(self, name: str) -> str:
        """What a process has written."""
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def _start_dask(self) -> None:
        port = self.scheduler.rpartition(":")[2]
        command = ["-m", "distributed.cli.dask_scheduler", "--host", HOST, "--port", port, *NO_PAGES]
        self._start("scheduler", [sys.executable, *command])
        self._wait("scheduler", lambda: _is_open(int(port)))
        for number in range(1, self._workers + 1):
            worker = ["-m", "distributed.cli.dask_worker", self.scheduler, "--nthreads", "1", "--nworkers", "1"]
            limits = ["--host", HOST, "--memory-limit", "1GB", "--local-directory", str(self.folder), *NO_PAGES]
            self._start(f"worker-{number}", [sys.executable, *worker, *limits], OMP_NUM_THREADS="1")

    def _start_redis(self) -> None:
        if shutil.which("redis-server") is None:
            return
        redis = RedisServer(free_port(), self.folder)
        self._start("redis", redis.command)
        self._wait("redis", redis.is_ready)
        self.rooms = redis.address

    def _start_replicas(self) -> None:
        environment = {"CVXDNN_DASK_SCHEDULER": self.scheduler, "CVXDNN_SWEEP_FOLDER": str(self.folder / "sweeps")}
        environment["CVXDNN_ROOMS"] = self.rooms
        for number in range(1, self._replicas + 1):
            port = free_port()
            command = ["-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port", str(port)]
            command += ["--server.address", HOST, "--server.headless", "true"]
            self._start(f"replica-{number}", [sys.executable, *command], **environment)
            self.addresses.append(f"http://{HOST}:{port}")
        for number, address in enumerate(self.addresses, 1):
            self._wait(f"replica-{number}", partial(is_healthy, address))

    def _start_proxy(self) -> None:
        nginx = shutil.which("nginx")
        if nginx is None:
            return
        servers = " ".join(f"server {address.removeprefix('http://')};" for address in self.addresses)
        template = Template((ROOT / "deploy" / "sticky.conf.template").read_text())
        # nginx's own variables look like the template's: only the three that are given here are filled in.
        sticky = template.safe_substitute(LISTEN=f"{HOST}:{self.proxy_port}", SERVERS=servers, TRUSTED="")
        (self.folder / "sticky.conf").write_text(sticky)
        user = "user root;" if os.geteuid() == 0 else ""  # else root's nginx serves as somebody who may not read here
        (self.folder / "nginx.conf").write_text(Template(NGINX).safe_substitute(folder=self.folder, user=user))
        self._start("proxy", [nginx, "-p", str(self.folder), "-c", str(self.folder / "nginx.conf"), "-e", "stderr"])
        self._wait("proxy", lambda: is_healthy(f"http://{HOST}:{self.proxy_port}"))

    def _start(self, name: str, command: Sequence[str], **environment: str) -> None:
        with (self.folder / f"{name}.log").open("wb") as log:
            self.processes[name] = subprocess.Popen(
                command,
                cwd=ROOT,
                env=os.environ | environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a Ctrl+C is for this process, which then ends the others in order
                preexec_fn=partial(_die_with_parent, name) if sys.platform == "linux" else None,
            )

    def _wait(self, name: str, is_there: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not is_there():
            if self.processes[name].poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{name} did not start:\n{self.log(name)}")
            time.sleep(0.1)


class RedisServer:
    """A Redis on this machine that keeps all it was told in a file: what it has acknowledged outlives it.

    Parameters
    ----------
    port : int
    folder : path
        Of the file.
    """

    def __init__(self, port: int, folder: Path) -> None:
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None
        self.address = f"redis://{HOST}:{port}/0"
        self.command = ["redis-server", "--port", str(port), "--bind", HOST, "--dir", str(folder), "--save", ""]
        self.command += ["--appendonly", "yes", "--maxmemory", "100mb", "--maxmemory-policy", "noeviction"]

    def start(self) -> None:
        """Start it, and wait until it has read its file."""
        self._process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("Redis did not start")
            time.sleep(0.05)

    def kill(self) -> None:
        """As when its machine loses power."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def is_ready(self) -> bool:
        """Whether it answers."""
        with suppress(OSError), socket.create_connection((HOST, self._port), 1) as asked:
            asked.sendall(b"PING\r\n")
            return asked.recv(64).startswith(b"+PONG")
        return False


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with closing(socket.socket()) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def is_healthy(address: str) -> bool:
    """Whether an app answers there."""
    try:
        with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _is_open(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex((HOST, port)) == 0


def _signal(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    """Signal a process and, because it leads a session of its own, all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _die_with_parent(name: str) -> None:
    """The children of nginx do not notice its death, those of all others do."""
    ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGTERM if name == "proxy" else signal.SIGKILL)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main(arguments: list[str] | None = None) -> int:
    """Run until Ctrl+C, SIGTERM, or the death of a process; 0 unless a process died."""
    parser = argparse.ArgumentParser(description="The whole deployment on this machine.")
    parser.add_argument("--port", type=int, default=8500, help="of the proxy; 0 for a free one")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--replicas", type=int, default=2)
    options = parser.parse_args(arguments)
    for number in (signal.SIGINT, signal.SIGTERM):  # also where a shell started this in the background
        signal.signal(number, _interrupt)
    try:
        print("starting: Dask scheduler, workers, Redis, app replicas, proxy", flush=True)
        with Cluster(options.port, options.workers, options.replicas) as cluster:
            _describe(cluster)
            while not cluster.dead():
                time.sleep(0.5)
            for name in cluster.dead():
                print(f"{name} ended; so does everything else:\n{cluster.log(name)[-2000:]}", flush=True)
            return 1
    except KeyboardInterrupt:
        print("stopped", flush=True)
        return 0


def _describe(cluster: Cluster) -> None:
    for name, process in cluster.processes.items():
        print(f"  {name:<12} process {process.pid}", flush=True)
    for number, address in enumerate(cluster.addresses, 1):
        print(f"  replica-{number}    {address}", flush=True)
    without = "" if cluster.has_proxy else "   (nginx is not installed: one replica, without the proxy)"
    print(f"  classes      {cluster.rooms}", flush=True)
    print(f"ready: {cluster.address}{without}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
