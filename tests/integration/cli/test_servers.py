"""Commands that need broker and database also work when nothing runs."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.errors import CommandError, Exit
from cli.stack.servers import Servers, servers
from cli.stack.stack import Stack, StackOptions
from cli.stack.state import RunLock


@pytest.fixture
def state() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="paceline-servers-") as name:
        directory = Path(name)
        # PostgreSQL does not run as root; another account must be able to walk through.
        directory.chmod(0o711)
        yield directory


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PACELINE_KAFKA_BOOTSTRAP", raising=False)
    monkeypatch.delenv("PACELINE_DATABASE_URL", raising=False)


def test_the_embedded_ones_are_started_for_the_command_and_stopped_after_it(state: Path) -> None:
    first = Stack(StackOptions(state=state, known_ports=False))
    try:
        first.start_servers()
    finally:
        first.stop()
    with servers(state, None, None) as found:
        kafka, database = found.both()
        assert kafka
        assert database
        with (
            pytest.raises(CommandError, match="just starting or stopping"),
            servers(state, None, None),
        ):
            pass
    lock = RunLock(state)
    assert lock.acquire()
    lock.release()


def test_a_folder_in_which_nothing_ever_ran_is_said_to_be_one(state: Path) -> None:
    nothing = pytest.raises(CommandError, match="nothing was ever started")
    with nothing as caught, servers(state, None, None):
        pass
    assert caught.value.exit_code == Exit.NOT_READY


def test_named_ones_are_taken_as_they_are(state: Path) -> None:
    with servers(state, "broker:9092", None) as found:
        assert found == Servers("broker:9092", None)
        with pytest.raises(CommandError, match="name both") as caught:
            found.both()
    assert caught.value.exit_code == Exit.USAGE
