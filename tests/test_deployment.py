"""What can be said of the container files without a container: pinned, not root, watched, closed, and in step."""

import json
import re
import tomllib
from fnmatch import fnmatch
from importlib.metadata import distribution
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from deploy.cluster import ROOT, RedisServer

DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
TEMPLATE = (ROOT / "deploy" / "sticky.conf.template").read_text()
KEYWORDS = {"FROM", "ARG", "ENV", "RUN", "WORKDIR", "COPY", "USER", "EXPOSE", "HEALTHCHECK", "CMD"}
SECRET = re.compile(r"(?i)(secret|passw|token|api_?key|credential)\w*\s*[:=]")
FILES = ("Dockerfile", "compose.yaml", ".dockerignore", "deploy/sticky.conf.template", "deploy/space/README.md")
FILES += ("deploy/redis/Dockerfile",)


def instructions():
    """The Dockerfile as pairs of keyword and the rest, continued lines joined."""
    text = re.sub(r"^\s*#.*\n", "", DOCKERFILE, flags=re.MULTILINE).replace("\\\n", " ")
    return [tuple(line.strip().split(maxsplit=1)) for line in text.splitlines() if line.strip()]


def values(keyword):
    return [value for name, value in instructions() if name == keyword]


def test_every_line_is_an_instruction():
    assert {name for name, _ in instructions()} <= KEYWORDS
    assert instructions()[0][0] == "FROM"


def test_the_base_is_pinned():
    (base,) = values("FROM")
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+@sha256:[0-9a-f]{64}", base)


def test_the_container_runs_as_an_ordinary_user():
    names = [name for name, _ in instructions()]
    (user,) = values("USER")
    assert user not in ("root", "0")
    assert f"--uid 1000 {user}" in " ".join(values("RUN"))
    assert names.index("USER") > max(index for index, name in enumerate(names) if name in ("RUN", "COPY"))
    assert names.index("USER") < names.index("CMD")


def test_the_health_of_the_app_is_watched_where_it_listens():
    (check,), (command,), (port,) = values("HEALTHCHECK"), values("CMD"), values("EXPOSE")
    assert f":{port}/_stcore/health" in check
    assert f"--server.port={port}" in command


def test_all_that_is_copied_is_there_and_in_the_build_context():
    kept = [line.strip("!\n") for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    for copied in values("COPY"):
        for source in copied.split()[:-1]:
            assert (ROOT / source).exists()
            assert any(fnmatch(source, pattern) or pattern.startswith(f"{source}/") for pattern in kept), source


def test_the_image_has_all_parts_of_the_app():
    copied = {source for line in values("COPY") for source in line.split()[:-1]}
    assert {"app.py", "pages", "cvxdnn", ".streamlit", "requirements.lock"} <= copied


@pytest.mark.parametrize("name", FILES)
def test_no_secret_is_in_the_files(name):
    assert not SECRET.search((ROOT / name).read_text())


def test_only_the_proxy_is_reachable_from_outside():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert all(service["networks"] == ["inside"] for name, service in SERVICES.items() if name != "proxy")


def test_every_service_gives_up_its_privileges():
    for service in SERVICES.values():
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert "privileged" not in service


def test_every_service_is_bounded():
    for service in SERVICES.values():
        assert 0 < service["pids_limit"] <= 300
        assert 1_024 < service["ulimits"]["nofile"] <= 8_192
        assert re.fullmatch(r"\d+m", service["mem_limit"])
        assert service["logging"]["options"] == {"max-size": "10m", "max-file": "3"}


@pytest.mark.parametrize("name", ["scheduler", "worker"])
def test_dask_tells_of_itself_to_its_own_container_only(name):
    assert "--dashboard-address=127.0.0.1:0" in SERVICES[name]["command"]


def test_images_from_elsewhere_are_pinned_and_ours_is_built():
    for service in SERVICES.values():
        if "build" in service:
            assert (ROOT / service["build"] / "Dockerfile").exists()
        else:
            assert re.search(r":\d+\.\d+\.\d+[\w.-]*@sha256:[0-9a-f]{64}$", service["image"])


def test_replicas_work_on_the_scheduler_and_the_proxy_knows_them_all():
    replicas = [name for name in SERVICES if name.startswith("app-")]
    (port,) = re.findall("--port=([0-9]+)", " ".join(SERVICES["scheduler"]["command"]))
    for name in replicas:
        assert SERVICES[name]["environment"]["CVXDNN_DASK_SCHEDULER"] == f"tcp://scheduler:{port}"
    assert SERVICES["proxy"]["environment"]["SERVERS"] == " ".join(f"server {name}:8501;" for name in replicas)
    assert f"tcp://scheduler:{port}" in SERVICES["worker"]["command"]
    assert SERVICES["worker"]["deploy"]["replicas"] >= 2


def test_replicas_learn_from_the_proxy_alone_where_a_visitor_comes_from():
    assert TEMPLATE.count("proxy_set_header X-Forwarded-For $remote_addr;") == 1
    for name, service in SERVICES.items():
        if name.startswith("app-"):
            assert service["environment"]["FORWARDED_ALLOW_IPS"] == "*"
            assert service["networks"] == ["inside"]
            assert "ports" not in service


def test_the_template_of_the_proxy_is_filled_in_completely():
    wanted = set(re.findall(r"\$\{(\w+)\}", TEMPLATE))
    assert wanted == {"LISTEN", "SERVERS", "TRUSTED"}
    assert wanted == set(SERVICES["proxy"]["environment"])


def test_replicas_keep_classes_where_both_find_them_and_a_restart_loses_none():
    for name, service in SERVICES.items():
        if name.startswith("app-"):
            assert service["environment"]["CVXDNN_ROOMS"] == "redis://redis:6379/0"
    assert SERVICES["redis"]["volumes"] == ["rooms:/data"]
    redis = (ROOT / "deploy" / "redis" / "Dockerfile").read_text()
    started = json.loads(redis.partition("CMD ")[2].replace("\\\n", ""))
    ours = RedisServer(6379, Path("/data")).command
    differ = ("--bind", "127.0.0.1", "0.0.0.0", "--port", "6379", "--protected-mode", "no")
    assert [each for each in started if each not in differ] == [each for each in ours if each not in differ]
    assert re.search(r"^FROM (.+)$", redis, re.MULTILINE)[1] == values("FROM")[0]


def test_a_space_is_told_the_port_of_the_container():
    _, front_matter, _ = (ROOT / "deploy" / "space" / "README.md").read_text().split("---\n", 2)
    space = yaml.safe_load(front_matter)
    assert space["sdk"] == "docker"
    assert str(space["app_port"]) == values("EXPOSE")[0]
    assert len(space["short_description"]) <= 60


def test_what_a_host_installs_is_pinned():
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines if line and not line.startswith("#"))


def test_protection_against_other_sites_is_left_on():
    text = " ".join(Path(ROOT / name).read_text() for name in (".streamlit/config.toml", *FILES))
    assert not re.search(r"(?i)enable_?(xsrf|cors)\w*\s*[=:]\s*\"?false", text)


def test_what_the_image_installs_is_locked_to_the_byte():
    lines = [line for line in (ROOT / "requirements.lock").read_text().splitlines() if not line.startswith("#")]
    found = [re.fullmatch(r"([a-z0-9-]+)==([\w.+]+) --hash=sha256:[0-9a-f]{64}", line) for line in lines]
    assert all(found), "every line is one file"
    locked = {match[1]: match[2].removesuffix("+cpu") for match in found}
    assert len(locked) == len(lines) > 50
    dask = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]["dask"]
    pinned = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if line and line[0] != "#"]
    assert {line: line.partition("==")[2] for line in [*pinned, *dask]} == {
        line: locked[line.partition("==")[0]] for line in [*pinned, *dask]
    }
    (install,) = [line for line in values("RUN") if "pip install" in line]
    assert "--require-hashes" in install
    assert install.endswith("-r requirements.lock")


def test_all_that_a_locked_package_needs_is_locked():
    lock = (ROOT / "requirements.lock").read_text()
    for name, version in re.findall(r"^([a-z0-9-]+)==([\w.]+)", lock, re.MULTILINE):
        here = distribution(name)
        if here.version.removesuffix("+cpu") != version:  # a newer one, which may need something else
            continue
        for needed in map(Requirement, here.requires or ()):
            if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                assert f"\n{canonicalize_name(needed.name)}==" in lock, f"{name} needs {needed}"


def test_the_package_allows_what_a_host_installs():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    allowed = [
        *project["dependencies"],
        *(line for lines in project["optional-dependencies"].values() for line in lines),
    ]
    ranges = {found.name: found.specifier for found in map(Requirement, allowed)}
    pinned = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if line and line[0] != "#"]
    for found in map(Requirement, pinned):
        (pin,) = found.specifier
        assert ranges[found.name].contains(pin.version), found.name
