"""docs/guide/budget.md, typed as it stands: what it shows after each command is what comes."""

import re
import subprocess
import sys

from cli.stack.stack import Stack
from shared.access.tokens import sign_token
from tests.e2e.contract_caller import PEOPLE, Caller
from tests.root import ROOT

GUIDE = (ROOT / "docs" / "guide" / "budget.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
STEP = re.compile(r"```sh\n(.*?)```\n\n```\n(.*?)```", re.DOTALL)
END_OF_STEP = "-- end of a step --"
NAMES = {"LI": "operator", "ZHAO": "approver", "QIAN": "finance"}


def helpers() -> str:
    """`post` and `get` as the README defines them, with this Python."""
    found = re.findall(r"^(?:post|get)\(\) \{.*\}$", README, re.MULTILINE)
    assert len(found) == 2
    return "\n".join(found).replace(".paceline/venv/bin/python", sys.executable)


def test_each_command_of_the_guide_answers_as_the_guide_says(system: Stack, caller: Caller) -> None:
    steps = STEP.findall(GUIDE)
    assert len(steps) == GUIDE.count("```sh") == 8, "each command shows what comes of it"
    commands = f"echo '{END_OF_STEP}'\n".join(command for command, _ in steps)
    people = {
        name: sign_token(system.private_key, subject=PEOPLE[role], roles=[role])
        for name, role in NAMES.items()
    }
    wanted = {"sources": ["shop/*"], "campaigns": None, "name": "guide"}
    key = caller.send("POST", "ingest", "/v1/keys", role="admin", json=wanted).json()
    environment = {
        "PATH": "/usr/bin:/bin",
        "PACELINE_DATABASE_URL": system.database_url,
        "PACELINE_KAFKA_BOOTSTRAP": system.kafka,
        "PACELINE_STATE": str(system.options.state),
        "PACELINE_TOPIC_PREFIX": system.options.topic_prefix,
        "PACELINE_SERVICES": " ".join(f"{name}={url}" for name, url in system.urls.items()),
        "KEY": key["key"],
        **people,
        **system.urls,
    }
    done = subprocess.run(
        ["/bin/bash", "-c", f"{helpers()}\n{commands}"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.stderr == ""
    answers = done.stdout.split(END_OF_STEP)
    for answer, (_, shown) in zip(answers, steps, strict=True):
        place = 0
        for line in shown.splitlines():
            place = answer.find(line, place)
            assert place >= 0, f"{line}\n{answer}"
