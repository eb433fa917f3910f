"""The deployment as plain processes: replicas behind a sticky proxy, their work on Dask workers, and a clean end."""

import gzip
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from distributed import Client
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.sync.server import serve

from cvxdnn.app.rooms.classroom import look, move, open_room
from cvxdnn.app.rooms.store import open_store
from cvxdnn.jobs.dask_runner import DaskRunner
from cvxdnn.tasks.sweep import Grid, Store, Sweep
from deploy import cluster as deployment
from deploy.cluster import ROOT, Cluster, is_healthy
from tests.app.rooms.conftest import LESSON

NGINX = pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed: replicas without a proxy")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with Cluster(folder=tmp_path_factory.mktemp("cluster")) as started:
        yield started


def visit(address, cookie=None):
    """Status, and the cookie that a visit brings."""
    request = urllib.request.Request(address, headers={"Cookie": cookie} if cookie else {})
    with urllib.request.urlopen(request, timeout=10) as answer:
        brought = answer.headers.get("Set-Cookie")
        return answer.status, brought.partition(";")[0] if brought else None


def replicas_met(cluster, marker):
    """Which replicas answered the requests with `marker` in their address."""
    deadline = time.monotonic() + 10
    while True:
        log = (cluster.folder / "access.log").read_text()
        met = [line.split()[1] for line in log.splitlines() if marker in line]
        if met or time.monotonic() > deadline:
            return met
        time.sleep(0.05)


def wait_until(condition, seconds=90):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.05)


def test_every_process_runs_and_every_replica_is_healthy(cluster):
    assert cluster.dead() == []
    assert len(cluster.addresses) == 2
    assert all(is_healthy(address) for address in [*cluster.addresses, cluster.address])


def test_replicas_and_workers_meet_at_the_scheduler(cluster):
    with Client(cluster.scheduler, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)
        assert list(client.nthreads().values()) == [1, 1]


@NGINX
def test_a_browser_stays_with_its_replica(cluster):
    for number in range(12):
        marker = f"/?browser={number}"
        status, cookie = visit(f"{cluster.address}{marker}")
        assert status == 200
        assert re.fullmatch(r"cvxdnn_replica=[0-9a-f]{32}", cookie)
        for _ in range(3):
            assert visit(f"{cluster.address}{marker}", cookie) == (200, None)
        assert len(set(replicas_met(cluster, marker))) == 1


@NGINX
def test_browsers_are_spread_over_the_replicas(cluster):
    for _ in range(40):
        visit(f"{cluster.address}/?spread")
    assert len(set(replicas_met(cluster, "/?spread"))) == 2


@NGINX
def test_a_cookie_of_somebody_elses_making_is_replaced(cluster):
    _, cookie = visit(cluster.address, 'cvxdnn_replica="; drop"')
    assert re.fullmatch(r"cvxdnn_replica=[0-9a-f]{32}", cookie)


def test_a_page_is_served_through_the_websocket(cluster):
    address = cluster.address.replace("http", "ws", 1) + "/_stcore/stream"
    with connect(address, subprotocols=["streamlit"], origin=cluster.address, max_size=None) as socket:
        from streamlit.proto.BackMsg_pb2 import BackMsg
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

        ask = BackMsg()
        ask.rerun_script.query_string = ""
        socket.send(ask.SerializeToString())
        title = ""
        while "Watch a network" not in title:  # a page may be run more than once before it is shown
            title = ForwardMsg.FromString(socket.recv(timeout=60)).delta.new_element.heading.body


def test_a_websocket_from_another_site_is_refused(cluster):
    address = cluster.address.replace("http", "ws", 1) + "/_stcore/stream"
    with pytest.raises(InvalidStatus), connect(address, subprotocols=["streamlit"], origin="http://elsewhere.example"):
        pass


def listening(pids):
    """Addresses, in hexadecimal, and ports on which these processes listen."""
    sockets = set()
    for pid in pids:
        with suppress(FileNotFoundError, PermissionError):
            for link in Path(f"/proc/{pid}/fd").iterdir():
                with suppress(FileNotFoundError):
                    sockets.add(os.readlink(link))
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            _, local, _, state, *_, inode = line.split()[:10]
            if state == "0A" and f"socket:[{inode}]" in sockets:
                address, _, port = local.partition(":")
                found.append((address, int(port, 16)))
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_everything_listens_on_this_machine_only(cluster):
    started = [process.pid for process in cluster.processes.values()]
    found = listening([*started, *(child for pid in started for child in children(pid))])
    assert {int(address.rpartition(":")[2]) for address in cluster.addresses} <= {port for _, port in found}
    this_machine = {"0100007F", "00000000000000000000000001000000"}
    assert {address for address, _ in found} <= this_machine, found


def refused(address, **headers):
    """Status and headers of an answer that is an error."""
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=10)
    with error.value as answer:
        return answer.code, answer.headers


@NGINX
@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/_stcore/metrics", {}, 404),
        ("//_stcore//metrics/", {}, 404),
        ("/_stcore/script-health-check", {}, 404),
        ("/_stcore/stream", {"Upgrade": "websocket", "Origin": "http://elsewhere.example"}, 403),
        ("/", {"Host": "elsewhere.example"}, 400),
        ("/", {"X-Long": "x" * 40_000}, 400),
    ],
)
def test_a_refusal_is_no_page_of_somebody_elses_either(cluster, path, headers, status):
    code, answered = refused(f"{cluster.address}{path}", **headers)
    assert code == status
    assert answered.get_all("X-Content-Type-Options") == ["nosniff"]
    assert answered.get_all("Referrer-Policy") == ["same-origin"]


@NGINX
def test_the_first_page_and_what_it_loads_come_compressed(cluster):
    page = compressed(f"{cluster.address}/")
    scripts = re.findall(r'src="\.?/?(static/js/[^"]+)"', page)
    assert scripts
    assert len(compressed(f"{cluster.address}/{scripts[0]}")) > 1000


def compressed(address):
    """What is there, which has to come compressed."""
    request = urllib.request.Request(address, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.headers["Content-Encoding"] == "gzip", address
        return gzip.decompress(answer.read()).decode()


@NGINX
def test_a_foreign_websocket_does_not_even_reach_a_replica(cluster):
    refused(f"{cluster.address}/_stcore/stream?foreign", Upgrade="websocket", Origin="http://elsewhere.example")
    assert replicas_met(cluster, "?foreign") == ["-"]


@pytest.fixture
def proxy(tmp_path):
    """The proxy alone, in front of something that opens every web socket and never closes one."""

    def healthy(connection, request):
        return connection.respond(200, "ok") if request.path.endswith("health") else None

    with serve(lambda opened: opened.recv(), deployment.HOST, 0, process_request=healthy) as behind:
        threading.Thread(target=behind.serve_forever, daemon=True).start()
        alone = Cluster(folder=tmp_path)
        alone.addresses = [f"http://{deployment.HOST}:{behind.socket.getsockname()[1]}"]
        try:
            alone._start_proxy()
            yield alone
        finally:
            alone.stop()


@NGINX
def test_one_address_gets_no_more_sockets_than_a_class_needs(proxy):
    statuses = []
    with ExitStack() as opened:
        for _ in range(160):
            try:
                opened.enter_context(connect(f"{proxy.address}/_stcore/stream".replace("http", "ws", 1)))
            except InvalidStatus as error:
                statuses.append(error.response.status_code)
        assert statuses == [429] * 10
        assert is_healthy(proxy.address)


def test_a_sweep_on_its_workers_survives_one_of_them(cluster, tmp_path):
    grid = Grid(betas=(1e-2,), widths=(10, 20), seeds=(0, 1), max_steps=1_000)
    with DaskRunner(cluster.scheduler) as runner:
        sweep = Sweep(grid, Store(tmp_path / "one"))
        expected = sweep.run(runner)
        with Client(cluster.scheduler, set_as_default=False) as client:
            victim = next(iter(client.run(os.getpid).values()))
        os.kill(victim, signal.SIGKILL)
        assert Sweep(grid, Store(tmp_path / "two")).run(runner) == expected


REDIS = pytest.mark.skipif(shutil.which("redis-server") is None, reason="redis-server is not installed")


def from_phone(cluster, number, path, body=None):
    """What a phone of a class is told, and the cookie that came with it."""
    headers = {"Phone": f"phone-of-cluster-{number}"}
    with urllib.request.urlopen(urllib.request.Request(cluster.address + path, body, headers), timeout=10) as answer:
        return json.loads(answer.read()), answer.headers.get("Set-Cookie")


@NGINX
@REDIS
def test_both_replicas_serve_one_class_and_its_phones_need_no_cookie(cluster):
    store = open_store(cluster.rooms)
    opened = open_room(store, "first", LESSON, most=5)
    move(store, opened.code, opened.secret, "open")
    for number in range(20):
        told, cookie = from_phone(cluster, number, f"/rooms/{opened.code}?number={number}")
        assert (told["phase"], cookie) == ("open", None)
        body = json.dumps({"step": 0, "turn": 1, "answer": number % 3}).encode()
        told, cookie = from_phone(cluster, number, f"/rooms/{opened.code}/answer", body)
        assert (told["number"], cookie) == (number, None)
    assert look(store, opened.code, opened.secret)["answers"] == [(number, number % 3) for number in range(20)]
    assert len(set(replicas_met(cluster, f"/rooms/{opened.code}?number"))) == 2
    with urllib.request.urlopen(f"{cluster.address}/join/{opened.code}", timeout=10) as page:
        assert page.headers.get("Set-Cookie") is None
        assert page.headers.get_all("X-Content-Type-Options") == ["nosniff"]
    store.close()


@NGINX
@REDIS
def test_a_replica_that_is_killed_takes_no_class_along(tmp_path):
    with Cluster(folder=tmp_path, workers=0) as cluster:
        store = open_store(cluster.rooms)
        opened = open_room(store, "first", LESSON, most=5)
        move(store, opened.code, opened.secret, "open")
        body = json.dumps({"step": 0, "turn": 1, "answer": 1}).encode()
        from_phone(cluster, 0, f"/rooms/{opened.code}")
        from_phone(cluster, 0, f"/rooms/{opened.code}/answer", body)
        os.killpg(cluster.processes["replica-1"].pid, signal.SIGKILL)
        for number in range(1, 10):  # the proxy asks the other one
            assert from_phone(cluster, number, f"/rooms/{opened.code}")[0]["phase"] == "open"
        assert look(store, opened.code, opened.secret)["answers"] == [(0, 1)]
        store.close()


def alive(pids):
    return [pid for pid in pids if not _is_gone(pid)]


def _is_gone(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def children(pid):
    """Process ids of all that a process has started, and that they have."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            if int(path.read_text().rpartition(")")[2].split()[1]) == pid:
                found += [int(path.parent.name), *children(int(path.parent.name))]
    return found


def started_by_make(folder):
    """The command behind `make cluster`, once it is ready, and the processes that it named."""
    command = [sys.executable, "-m", "deploy.cluster", "--port", "0", "--workers", "1", "--replicas", "1"]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line.startswith("ready"):
            break
    return process, [int(line.split()[-1]) for line in lines if " process " in line]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl+C", "kill -9"])
def test_nothing_is_left_behind(end, tmp_path):
    process, started = started_by_make(tmp_path)
    with process:
        everything = [*started, *(child for pid in started for child in children(pid))]
        assert alive(everything) == everything
        assert len(everything) > len(started) >= 3
        process.send_signal(end)
        assert process.wait(30) == (0 if end is signal.SIGINT else -signal.SIGKILL)
        wait_until(lambda: alive(everything) == [], 30)


def test_the_death_of_a_part_ends_the_whole(tmp_path, monkeypatch, capsys):
    class Ailing(Cluster):
        def __enter__(self):
            self._start("replica-1", [sys.executable, "-c", "raise SystemExit('no room')"])
            self.addresses.append("http://127.0.0.1:1")
            return self

    monkeypatch.setattr(deployment, "Cluster", Ailing)
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    assert deployment.main(["--port", "0"]) == 1
    for number, handler in before.items():
        signal.signal(number, handler)
    assert "no room" in capsys.readouterr().out
