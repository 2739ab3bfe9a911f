"""What goes wrong in a command is one line and an exit code of contracts.md section 6."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.root import ROOT

NO_KEY = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
TOKEN = ["token", "--role", "viewer", "--subject", "li.na"]
GAP = ["offsets", "accept-gap", "spend.v1", "0", "--reason", "disk", "--kafka", "127.0.0.1:1"]


def paceline(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PACELINE_")}
    return subprocess.run(
        [sys.executable, "-m", "cli", *arguments],
        cwd=ROOT,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (["migrate", "--database", "nonsense"], 2, "no URL at all"),
        (["migrate", "--database", "postgresql://u@host:port/x"], 2, "a port that is no number"),
        (["migrate", "--database", "postgresql://u@127.0.0.1:1/x"], 3, "nothing listens there"),
        ([*GAP, "--database", "nonsense"], 2, "no URL at all"),
        ([*GAP, "--database", "postgresql://u@127.0.0.1:1/x"], 3, "nothing listens there"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_in_words(
    arguments: list[str], code: int, reason: str
) -> None:
    done = paceline(*arguments)
    assert done.returncode == code, (reason, done.stderr)
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()
    assert done.stdout == ""


def test_the_environment_is_held_to_the_same(tmp_path: Path) -> None:
    done = paceline("migrate", "--state", str(tmp_path), PACELINE_DATABASE_URL="nonsense")
    assert done.returncode == 2
    assert "postgresql://" in done.stderr


def _spoil(name: str, content: str, keys: Path) -> None:
    (keys / name).write_text(content, encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("jwt_private.pem", "", "cut short"),
        (
            "jwt_private.pem",
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
            "no key",
        ),
        ("jwks.json", "{", "no JSON"),
        ("jwks.json", '{"keys": []}', "no key in it"),
        ("jwks.json", '{"keys": [{"kid": "a", "x": "b"}]}', "of another pair"),
    ],
)
def test_a_spoiled_key_pair_is_named_and_kept(
    tmp_path: Path, name: str, content: str, reason: str
) -> None:
    token = [*TOKEN, "--state", str(tmp_path)]
    assert paceline(*token).returncode == 0
    _spoil(name, content, tmp_path / "keys")
    for command in (token, ["up", "--state", str(tmp_path)]):
        done = paceline(*command)
        assert done.returncode == 3, (reason, done.stderr)
        assert "are no key pair" in done.stderr
        assert "Traceback" not in done.stderr
        assert done.stdout == ""
    assert (tmp_path / "keys" / name).read_text(encoding="utf-8") == content


@pytest.mark.parametrize(
    "command", [["up"], ["demo"], ["token", "--role", "viewer", "--subject", "a"]]
)
def test_a_folder_that_cannot_hold_the_state_is_named(tmp_path: Path, command: list[str]) -> None:
    # A file in the way is refused to every user; a folder without permission not to root.
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    done = paceline(*command, "--state", str(tmp_path / "taken" / "state"))
    assert done.returncode == 3, done.stderr
    assert str(tmp_path / "taken") in done.stderr
    assert "Traceback" not in done.stderr
