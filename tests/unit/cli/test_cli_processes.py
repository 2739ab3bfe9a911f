"""Children die with us, and a pid is only ours while it is the process we started."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

from cli.child import Child
from cli.processes import (
    Identity,
    end,
    end_leftover,
    free_port,
    freeze_family,
    is_free,
    signal_family,
    spawn,
    wait_until,
)
from tests.root import ROOT

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


def test_a_recycled_pid_is_not_taken_for_the_process_that_had_it() -> None:
    mine = Identity.of(os.getpid())
    assert mine is not None
    assert mine.alive()
    assert not Identity(mine.pid, "another-boot/1").alive()


def test_an_identity_survives_being_saved(tmp_path: Path) -> None:
    mine = Identity.of(os.getpid())
    assert mine is not None
    mine.save(tmp_path / "record")
    assert Identity.load(tmp_path / "record") == mine


def test_a_record_that_was_cut_short_names_nobody(tmp_path: Path) -> None:
    (tmp_path / "record").write_text('{"pid": 12', encoding="utf-8")
    assert Identity.load(tmp_path / "record") is None
    assert Identity.load(tmp_path / "absent") is None


def test_a_leftover_of_a_killed_run_is_ended(tmp_path: Path) -> None:
    child = spawn(SLEEP, log=tmp_path / "log")
    identity = Identity.of(child.pid)
    assert identity is not None
    identity.save(tmp_path / "record")
    assert end_leftover(tmp_path / "record", signal.SIGTERM)
    assert child.poll() is not None
    assert not (tmp_path / "record").exists()


def test_a_strangers_process_with_a_stale_pid_is_left_alone(tmp_path: Path) -> None:
    child = spawn(SLEEP, log=tmp_path / "log")
    record = tmp_path / "record"
    record.write_text(json.dumps({"pid": child.pid, "began": "before/1"}), encoding="utf-8")
    assert not end_leftover(record, signal.SIGKILL)
    assert child.poll() is None
    end(child, signal.SIGKILL, 5)


def test_what_is_frozen_does_nothing_more(tmp_path: Path) -> None:
    # Several threads and a child of its own, all busy: each writes how far it came.
    code = (
        "import multiprocessing, sys, threading\n"
        "def count(name):\n"
        "    with open(name, 'wb', buffering=0) as file:\n"
        "        while True: file.write(b'.')\n"
        "child = multiprocessing.Process(target=count, args=('child',), daemon=True)\n"
        "child.start()\n"
        "for n in range(4): threading.Thread(target=count, args=(f'thread-{n}',)).start()\n"
    )
    names = ["child", *(f"thread-{n}" for n in range(4))]
    busy = spawn([sys.executable, "-c", code], log=tmp_path / "log", cwd=tmp_path)

    def written() -> list[int]:
        paths = [tmp_path / name for name in names]
        return [path.stat().st_size if path.exists() else 0 for path in paths]

    try:
        assert wait_until(lambda: all(written()), 20)
        for _ in range(20):
            freeze_family(busy.pid)
            before = written()
            time.sleep(0.02)
            assert written() == before
            signal_family(busy.pid, signal.SIGCONT)
            assert wait_until(lambda before=before: all(map(int.__lt__, before, written())), 20)
    finally:
        signal_family(busy.pid, signal.SIGKILL)
        busy.wait(20)


def test_a_child_that_ignores_the_request_is_killed_after_the_timeout(tmp_path: Path) -> None:
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print('deaf', flush=True); time.sleep(60)"
    )
    child = spawn([sys.executable, "-c", code], log=tmp_path / "log")
    assert wait_until(lambda: b"deaf" in (tmp_path / "log").read_bytes(), 60)
    began = time.monotonic()
    assert end(child, signal.SIGTERM, 0.3) == -signal.SIGKILL
    assert time.monotonic() - began < 30


def test_children_die_when_their_parent_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from cli.processes import spawn;"
        f"child = spawn({SLEEP!r}, log=Path({str(tmp_path / 'log')!r}));"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    assert wait_until(lambda: _gone(child), 60)


def _gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_preferred_port_is_taken_only_when_it_is_free() -> None:
    port = free_port()
    assert free_port(port) == port
    assert free_port(port, taken=[port]) != port
    assert is_free(port)


class _Sleeper(Child):
    def start(self, folder: Path) -> None:
        self._launch(SLEEP, folder / "record", log=folder / "log")

    def stop(self) -> None:
        self._end(signal.SIGKILL, 10)


def test_a_child_that_is_ended_again_leaves_its_successors_record(tmp_path: Path) -> None:
    first, second = _Sleeper(), _Sleeper()
    first.start(tmp_path)
    first.stop()
    assert not (tmp_path / "record").exists()
    second.start(tmp_path)
    try:
        first.stop()
        assert (tmp_path / "record").exists()
    finally:
        second.stop()
