"""The supervisor: starts, watches, restarts and ends processes, whatever they serve."""

import signal
import socket
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cli.errors import CommandError, Exit
from cli.processes import Identity, wait_until
from cli.stack.replica import Replica, ServiceSpec
from cli.stack.stack import Stack, StackOptions
from cli.stack.state import RunLock, load_run, run_file
from cli.stack.supervisor import Supervisor

FAKE = """
import http.server, os, sys
assert os.environ["PACELINE_DATABASE_URL"] and os.environ["PACELINE_KAFKA_BOOTSTRAP"]
print("listening", flush=True)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path.startswith("/exit/"):
            os._exit(int(self.path.removeprefix("/exit/")))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(os.environ["PACELINE_REPLICA"].encode())
    def log_message(self, *args):
        pass
http.server.HTTPServer(("127.0.0.1", int(os.environ["PACELINE_PORT"])), Handler).serve_forever()
"""


class _AlwaysReady(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keeps the test's output quiet."""


FIRST = ServiceSpec("first", "fake_service", 18001, "none")
SECOND = ServiceSpec("second", "fake_service", 18002, "none")


@pytest.fixture
def options(tmp_path: Path, kafka: str, database_url: str, topic_prefix: str) -> StackOptions:
    package = tmp_path / "packages" / "fake_service"
    package.mkdir(parents=True)
    (package / "__main__.py").write_text(FAKE, encoding="utf-8")
    return StackOptions(
        state=tmp_path / "state",
        replicas=2,
        kafka=kafka,
        database=database_url,
        topic_prefix=topic_prefix,
        services=[FIRST, SECOND],
        known_ports=False,
        environment={"PYTHONPATH": str(package.parent)},
    )


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def stack(options: StackOptions, said: list[str]) -> Iterator[Stack]:
    with Stack(options, said.append) as running:
        yield running


def _get(replica: Replica, path: str = "/") -> str:
    with urllib.request.urlopen(replica.url + path, timeout=60) as reply:  # noqa: S310 - loopback
        return str(reply.read().decode())


def _tell_to_exit(replica: Replica, code: int) -> None:
    with pytest.raises(OSError, match=r"closed connection|reset"):
        _get(replica, f"/exit/{code}")
    assert wait_until(lambda: not replica.alive(), 60)


def test_each_replica_has_its_own_port_name_and_log_and_they_share_an_address(
    stack: Stack,
) -> None:
    names = ["first-1", "first-2", "second-1", "second-2"]
    assert [_get(replica) for replica in stack.replicas] == names
    assert len({replica.port for replica in stack.replicas}) == 4
    shared = {
        service: {
            replica._env["PACELINE_SHARED_PORT"]
            for replica in stack.replicas
            if replica.spec.name == service
        }
        for service in ("first", "second")
    }
    assert shared == {name: {url.rpartition(":")[2]} for name, url in stack.urls.items()}
    own = {replica.url for replica in stack.replicas}
    assert own.isdisjoint(stack.urls.values())
    for replica in stack.replicas:
        assert "listening" in replica.log.read_text(encoding="utf-8")


@pytest.mark.parametrize("gone", [False, True])
def test_a_port_taken_between_choosing_and_listening_is_given_up_for_another(
    stack: Stack, gone: bool
) -> None:
    # The other program answers every request, as another installation's service would.
    with ThreadingHTTPServer(("127.0.0.1", 0), _AlwaysReady) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        taken = other.server_address[1]
        replica = stack.replica("first")
        replica.stop()
        replica.move(taken)
        replica.start()
        if gone:
            assert wait_until(lambda: not replica.alive(), 20)
            other.shutdown()
            other.server_close()
        stack.await_ready([replica], moves=1)
        assert replica.port != taken
        assert _get(replica) == "first-1"
        other.shutdown()


def test_run_json_lets_another_command_find_the_installation(
    stack: Stack, options: StackOptions
) -> None:
    found = load_run(options.state)
    assert found == stack.info()
    assert found is not None
    assert found.ready_line() == (
        f"ready first={stack.urls['first']} second={stack.urls['second']} "
        f"kafka={options.kafka} database={options.database}"
    )
    assert run_file(options.state).stat().st_mode & 0o077 == 0


def test_what_a_killed_run_wrote_is_not_taken_for_a_running_one(
    stack: Stack, options: StackOptions
) -> None:
    text = run_file(options.state).read_text(encoding="utf-8")
    run_file(options.state).write_text(text.replace(stack.info().began, "boot/1"), encoding="utf-8")
    assert load_run(options.state) is None


def test_a_replica_that_dies_is_started_again_on_its_port(stack: Stack, said: list[str]) -> None:
    supervisor = Supervisor(stack)
    replica = stack.replica("first", 2)
    _tell_to_exit(replica, 1)
    supervisor.tick()
    assert not replica.alive(), "the first restart waits a second"
    assert said[-1].startswith("first-2 ended with 1, again in 1 s")
    assert wait_until(lambda: (supervisor.tick(), replica.alive())[1], 60)
    stack.await_ready([replica])
    assert _get(replica) == "first-2"


def test_a_state_folder_that_takes_nothing_is_told_and_waited_out(
    stack: Stack, options: StackOptions, said: list[str]
) -> None:
    supervisor = Supervisor(stack)
    # Whatever keeps the supervisor from writing, a full disk first of all, is the same error.
    records = options.state / "processes"
    kept = records.rename(options.state / "kept")
    records.write_text("in the way", encoding="utf-8")
    replica = stack.replica("first")
    _tell_to_exit(replica, 1)

    def told_twice() -> bool:
        supervisor.tick()
        return sum(f"{records}: File exists; next try in" in line for line in said) == 2

    assert wait_until(told_twice, 60)
    assert [line[-3:] for line in said if "next try in" in line] == ["1 s", "2 s"]
    records.unlink()
    kept.rename(records)

    def back() -> bool:
        supervisor.tick()
        return replica.alive() and replica.ready()

    assert wait_until(back, 60)
    assert load_run(options.state) == stack.info()


def test_a_replica_whose_port_was_taken_while_it_was_dead_moves_and_says_so(
    stack: Stack, said: list[str]
) -> None:
    supervisor = Supervisor(stack)
    replica = stack.replica("first", 2)
    port = replica.port
    _tell_to_exit(replica, 1)
    with socket.create_server(("127.0.0.1", port)):
        assert wait_until(lambda: (supervisor.tick(), replica.alive())[1], 60)
        stack.await_ready([replica])
    assert replica.port != port
    assert f"first-2's port was taken; its address is now {replica.url}" in said
    assert _get(replica) == "first-2"


def test_a_replica_that_ends_with_5_is_not_started_again(stack: Stack) -> None:
    supervisor = Supervisor(stack)
    _tell_to_exit(stack.replica("second"), 5)
    with pytest.raises(CommandError, match="second-1 ended with 5") as caught:
        supervisor.tick()
    assert caught.value.exit_code == Exit.BROKEN


def test_a_killed_replica_comes_back_by_restart(stack: Stack) -> None:
    first = stack.replica("first").pid
    stack.kill("first")
    assert not stack.replica("first").alive()
    stack.restart("first")
    assert stack.replica("first").pid != first
    assert _get(stack.replica("first")) == "first-1"


def test_a_frozen_replica_is_alive_but_not_ready_and_can_still_be_stopped(stack: Stack) -> None:
    replica = stack.replica("first")
    replica.freeze()
    assert replica.alive()
    assert replica.stop() == -signal.SIGTERM


def test_a_leftover_of_a_killed_run_is_ended_before_the_next_start(
    options: StackOptions, stack: Stack
) -> None:
    left = stack.replica("first")
    assert left.pid is not None
    identity = Identity.of(left.pid)
    assert identity is not None
    again = Replica(FIRST, 1, left.port, {}, options.state)
    # The environment is empty, so the new one ends at once: only the leftover matters here.
    again.start()
    assert not identity.alive()
    assert again.stop() is not None


def test_a_service_that_cannot_start_is_named_with_its_last_words(options: StackOptions) -> None:
    broken = replace(options, environment={**options.environment, "PACELINE_DATABASE_URL": ""})
    with (
        pytest.raises(CommandError, match=r"(?s)ended with 1.*AssertionError") as caught,
        Stack(broken),
    ):
        pass
    assert caught.value.exit_code == Exit.NOT_READY


def test_one_directory_belongs_to_one_run(tmp_path: Path) -> None:
    first, second = RunLock(tmp_path), RunLock(tmp_path)
    assert first.acquire()
    assert not second.acquire()
    first.release()
    assert second.acquire()
    second.release()
