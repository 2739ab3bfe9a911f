"""`./paceline up` as a user meets it: found again, healed, and gone without a trace."""

import json
import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

from tests.root import ROOT

READY = re.compile(
    r"ready ingest=(\S+) budget=(\S+) kpi=(\S+) alerts=(\S+) kafka=(\S+:\d+) database=(\S+)"
)
START_TIMEOUT_S = 120


@dataclass
class Up:
    """A running `up`: its process, its ready line and its state directory."""

    process: subprocess.Popen[str]
    line: str
    state: Path

    @property
    def urls(self) -> dict[str, str]:
        fields = (field.split("=", 1) for field in self.line.split()[1:])
        return dict(fields)

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def replicas(self) -> dict[str, int]:
        stored = json.loads((self.state / "run.json").read_text(encoding="utf-8"))
        return {f"{r['service']}-{r['replica']}": r["pid"] for r in stored["replicas"]}


def _paceline(*arguments: str, state: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(ROOT / "paceline"), *arguments, "--state", str(state)],
        capture_output=True,
        text=True,
        timeout=START_TIMEOUT_S,
        check=False,
    )


def _start(state: Path, *arguments: str) -> Up:
    with (state / "up.log").open("a", encoding="utf-8") as errors:
        process = subprocess.Popen(
            [str(ROOT / "paceline"), "up", "--state", str(state), *arguments],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    if not READY.fullmatch(line):
        process.communicate(timeout=150)
    assert READY.fullmatch(line), (state / "up.log").read_text(encoding="utf-8")
    return Up(process, line, state)


def _finish(up: Up, number: int) -> int:
    up.process.send_signal(number)
    code = up.process.wait(60)
    assert up.process.stdout is not None
    assert up.process.stdout.read() == "", "the ready line is the last one on stdout"
    up.process.stdout.close()
    return code


def _status(url: str) -> int:
    try:
        return httpx.get(url, timeout=10).status_code
    except httpx.TransportError:
        return 0


def _eventually(condition: object, timeout_s: float = 120) -> bool:
    assert callable(condition)
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.2)
    return False


@pytest.fixture(scope="module")
def state() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="paceline-up-") as name:
        # pytest's own folders are closed to all but root, and PostgreSQL does not run as root.
        Path(name).chmod(0o711)
        yield Path(name)


def test_after_a_kill_nothing_is_left_and_the_next_up_starts_clean(state: Path) -> None:
    first = _start(state)
    family = first.family()
    assert len(family) >= 6
    assert _finish(first, signal.SIGKILL) == -signal.SIGKILL
    _, left = psutil.wait_procs(family, timeout=60)
    assert left == [], "children die with a killed `up`"
    assert (state / "run.json").exists(), "it had no time to clean up"
    second = _start(state)
    assert second.urls["database"] == first.urls["database"]
    assert second.urls["kafka"] == first.urls["kafka"]
    assert _paceline("down", state=state).returncode == 0
    assert second.process.wait(1) == 0, "`down` waits for the end"
    assert second.process.stdout is not None
    second.process.stdout.close()


@pytest.fixture(scope="module")
def up(state: Path) -> Iterator[Up]:
    """In the folder of the test above, so that database and topics are made once for both."""
    running = _start(state, "--clock", "manual")
    yield running
    family = running.family()
    assert _finish(running, signal.SIGINT) == 130
    _, left = psutil.wait_procs(family, timeout=60)
    assert left == [], "Ctrl-C leaves no process behind"
    assert not (state / "run.json").exists()


def test_every_service_is_ready_when_the_line_is_printed(up: Up) -> None:
    for name in ("ingest", "budget", "kpi", "alerts"):
        assert _status(f"{up.urls[name]}/readyz") == 200, name


def test_everything_listens_on_loopback_only(up: Up) -> None:
    addresses = {
        connection.laddr.ip.removeprefix("::ffff:")
        for process in up.family()
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert addresses == {"127.0.0.1"}


def test_a_second_up_finds_the_first_and_says_the_same(up: Up) -> None:
    second = _paceline("up", state=up.state)
    assert (second.returncode, second.stdout.strip()) == (0, up.line)
    as_json = _paceline("up", "--json", state=up.state)
    assert json.loads(as_json.stdout.splitlines()[-1])["ready"] == up.urls


def test_a_killed_service_is_started_again_on_its_port(up: Up) -> None:
    before = up.replicas()["budget-1"]
    os.kill(before, signal.SIGKILL)
    assert _eventually(lambda: up.replicas()["budget-1"] != before)
    assert _eventually(lambda: _status(f"{up.urls['budget']}/readyz") == 200)


def test_check_says_that_everything_holds(up: Up) -> None:
    done = _paceline("check", state=up.state)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("ledger holds")
    assert all(" holds" in line for line in lines)


def test_a_key_is_printed_alone_and_works(up: Up) -> None:
    done = _paceline("key", "--source", "google-ads/*", state=up.state)
    assert done.returncode == 0, done.stderr
    key = done.stdout.strip()
    assert key
    assert " " not in key
    event = {
        "specversion": "1.0",
        "id": "up-1",
        "source": "google-ads/1",
        "type": "paceline.spend.v1",
        "time": "2025-11-01T10:03:02Z",
        "data": {"campaign": "c", "line": "l", "amount": "1.50", "currency": "CNY"},
    }
    reply = httpx.post(
        f"{up.urls['ingest']}/v1/events",
        json=event,
        headers={"Authorization": f"Bearer {key}"},
        timeout=30,
    )
    assert reply.status_code == 202, reply.text
    assert reply.json() == {"accepted": 1, "rejected": []}


def test_a_token_of_an_unknown_campaign_is_printed_alone_and_said(up: Up) -> None:
    who = ("--role", "viewer", "--subject", "li.na", "--campaign", "sprnig")
    done = _paceline("token", *who, state=up.state)
    assert (done.returncode, done.stdout.count("\n"), done.stdout.count(".")) == (0, 1, 2)
    assert "reaches no campaign sprnig now" in done.stderr


def test_secrets_are_for_the_owner_only(up: Up) -> None:
    for name in ("run.json", "postgres/password", "keys/jwt_private.pem"):
        assert (up.state / name).stat().st_mode & 0o077 == 0, name


def test_a_command_without_a_running_installation_says_how_to_start_one(tmp_path: Path) -> None:
    for arguments in (["check"], ["offsets"], ["key", "--source", "x/*"]):
        done = _paceline(*arguments, state=tmp_path)
        assert done.returncode == 3
        assert "./paceline up" in done.stderr
        assert done.stdout == ""


def test_a_silence_is_made_read_and_ended(up: Up) -> None:
    asked = ["silence", "add", 'campaign="d11"', "--for", "2h", "--comment", "a sale"]
    made = _paceline(*asked, "--subject", "li.na", state=up.state)
    assert made.returncode == 0, made.stderr
    assert "open alerts that it matches now: 0" in made.stderr, "no such alert: a misspelt label?"
    silence = made.stdout.strip()
    listed = _paceline("silence", "list", state=up.state).stdout
    assert listed.startswith(silence)
    assert listed.endswith('li.na: campaign="d11" (a sale)\n')
    assert _paceline("silence", "end", silence, state=up.state).stdout == f"ended {silence}\n"
    assert _paceline("silence", "list", state=up.state).stdout == "no silences\n"
    shown = json.loads(_paceline("silence", "list", "--over", "--json", state=up.state).stdout)
    assert [(one["silence"], one["state"]) for one in shown["silences"]] == [(silence, "expired")]


def test_a_silence_that_cannot_be_meant_says_what_to_write(up: Up) -> None:
    asked = ["silence", "add", "campaign==d11", "--for", "2h", "--comment", "a sale"]
    refused = _paceline(*asked, state=up.state)
    assert refused.returncode == 2
    assert "write campaign=d11" in refused.stderr


def test_what_is_open_is_listed_and_answered_to(up: Up) -> None:
    assert _paceline("alerts", "list", state=up.state).stdout == "nothing is open\n"
    refused = _paceline("ack", "999", state=up.state)
    assert refused.returncode == 1
    assert "alert_unknown: there is no alert 999" in refused.stderr
    token = _paceline("token", "--role", "operator", "--subject", "x", state=up.state).stdout
    sent = httpx.post(
        f"{up.urls['alerts']}/api/v2/alerts",
        headers={"Authorization": f"Bearer {token.strip()}"},
        json=[{"labels": {"alertname": "disk"}}],
    )
    assert sent.status_code == 200, sent.text
    alert = _paceline("alerts", "list", state=up.state).stdout.partition(" ")[0]
    done = _paceline("ack", alert, "--subject", "li.na", "--comment", "mine", state=up.state)
    assert done.stdout == f"acknowledged {alert} by li.na\n"
    assert _paceline("alerts", "list", state=up.state).stdout.endswith(" (acknowledged by li.na)\n")
    done = _paceline("snooze", alert, "--for", "2h", state=up.state)
    assert done.stdout.startswith(f"snoozed {alert} until 2")
