"""The runner, in a process of its own: what ends it, with which code, and in which order."""

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from cli.processes import free_port
from shared.service.process import CANCEL_TIMEOUT_S, PARTS_TIMEOUT_S, STOP_TIMEOUT_S
from tests.root import ROOT

TINY = Path(__file__).with_name("tiny_service.py")
PARTS = ["stop consumer", "ended consumer", "stop relay", "ended relay"]
CLOSED = ["closed producer", "closed pool"]


@contextmanager
def tiny(kind: str, port: int | None = None) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, str(TINY), kind, str(port or free_port())],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": str(ROOT)},
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def finish(process: "subprocess.Popen[str]", timeout_s: float = 60) -> tuple[int, list[str], str]:
    out, err = process.communicate(timeout=timeout_s)
    return process.returncode, out.splitlines(), err


def await_port(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    pytest.fail("the service did not listen")


@pytest.mark.parametrize(
    ("kind", "code", "error"),
    [
        ("returns", 1, "None"),
        ("fails", 1, "KeyError"),
        ("gap", 5, "OffsetGapError"),
        ("dead letters", 5, "120 of 120 records"),
    ],
)
def test_a_part_that_ends_ends_the_process(kind: str, code: int, error: str) -> None:
    with tiny(kind) as process:
        returned, lines, log = finish(process)
    assert returned == code
    assert [line for line in lines if line in CLOSED] == CLOSED
    assert lines.index("stop relay") < lines.index("ended relay") < lines.index("closed producer")
    ended = next(json.loads(line) for line in log.splitlines() if '"part_ended"' in line)
    assert ended["part"] == "consumer"
    assert error in ended["error"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_closes_http_then_the_parts_then_the_resources(number: int) -> None:
    port = free_port()
    answers: list[str] = []
    with tiny("works", port) as process:
        await_port(port)
        asking = threading.Thread(
            target=lambda: answers.append(
                httpx.get(f"http://127.0.0.1:{port}/slow", timeout=60).json()
            )
        )
        asking.start()
        assert process.stdout is not None
        assert process.stdout.readline() == "request began\n"
        process.send_signal(number)
        code, lines, _ = finish(process)
        asking.join()
    assert code == 0
    assert answers == ["done"]
    assert lines == ["request ended", *PARTS, *CLOSED]


def test_all_bounds_together_leave_a_service_its_ten_seconds() -> None:
    assert PARTS_TIMEOUT_S + CANCEL_TIMEOUT_S < STOP_TIMEOUT_S <= 10


def test_a_part_that_will_not_stop_is_cut_off() -> None:
    port = free_port()
    with tiny("hangs", port) as process:
        await_port(port)
        process.send_signal(signal.SIGTERM)
        code, lines, log = finish(process)
    assert code == 0
    assert lines[0] == "stop consumer"
    assert [line for line in lines if line in CLOSED] == CLOSED
    assert '"parts_cancelled"' in log


def test_a_port_in_use_ends_the_process_with_an_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with tiny("works", taken.getsockname()[1]) as process:
            code, _, log = finish(process)
    # 3 is "not ready" in contracts.md section 6.
    assert code == 3
    assert "address already in use" in log
