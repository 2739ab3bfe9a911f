"""A command that only prints something answers at once: it loads nothing that takes long."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.root import ROOT

SCRIPT = """
import json, sys
from cli.__main__ import main
sys.argv = ["paceline", *sys.argv[1:]]
try:
    main()
except SystemExit as end:
    code = end.code
print(json.dumps({"code": code, "modules": sorted(sys.modules)}))
"""
SLOW = frozenset(
    {
        "aiokafka",
        "alembic",
        "asyncpg",
        "fastapi",
        "httpx",
        "jwt",
        "pydantic",
        "rich",
        "sqlalchemy",
        "uvicorn",
    }
)
"""Each takes from 0.1 to 0.5 s."""


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (["--help"], 0, "the first thing anybody asks"),
        (["load", "--help"], 0, "the help of one command"),
        (
            ["token", "--role", "viewer", "--subject", "li.na"],
            0,
            "scripts call it often",
        ),
        (["key", "--source", "*"], 3, "nothing runs, which is found out as quickly"),
    ],
)
def test_a_short_command_loads_nothing_that_takes_long(
    tmp_path: Path, arguments: list[str], code: int, reason: str
) -> None:
    state = [] if "--help" in arguments else ["--state", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments, *state],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    said = json.loads(done.stdout.splitlines()[-1])

    assert said["code"] == code, (reason, done.stderr)
    assert SLOW.isdisjoint(said["modules"]), reason
