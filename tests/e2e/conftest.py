"""Two running installations for all tests of the contract, one on each clock.

They end with the last of these tests: four services that idle take a tenth of a core.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli.demo.client import Client
from cli.stack.stack import Stack, StackOptions
from tests.conftest import fresh_database, fresh_topics
from tests.e2e.contract_caller import Caller
from tests.e2e.manual_installation import ManualInstallation, manual_installation


@pytest.fixture(scope="package")
def system(session_servers: dict[str, str]) -> Iterator[Stack]:
    """On the system's clock."""
    state = Path(tempfile.mkdtemp(prefix="paceline-contract-"))
    options = StackOptions(state=state, known_ports=False, **session_servers)  # type: ignore[arg-type]
    with Stack(options) as running:
        yield running
    shutil.rmtree(state, ignore_errors=True)


@pytest.fixture(scope="package")
def manual(kafka: str, postgres: str, _template: str) -> Iterator[ManualInstallation]:
    """On the manual clock; every world is a workspace of it."""
    with fresh_database(postgres, _template) as url, fresh_topics(kafka) as prefix:
        servers = {"kafka": kafka, "database": url, "topic_prefix": prefix}
        with manual_installation(servers) as running:
            yield running


@pytest.fixture(scope="package")
def workspace(system: Stack) -> Iterator[Callable[[str], Caller]]:
    """Gives callers of a workspace; all workspaces live on one installation."""
    callers: list[Caller] = []

    def caller_of(name: str) -> Caller:
        client = Client(system.urls, system.private_key, workspace=name)
        callers.append(Caller(client, system.urls))
        return callers[-1]

    yield caller_of
    for caller in callers:
        caller.close()


@pytest.fixture(scope="package")
def caller(workspace: Callable[[str], Caller]) -> Caller:
    """The default workspace."""
    return workspace("default")


@pytest.fixture(scope="package")
def stranger(workspace: Callable[[str], Caller]) -> Caller:
    """Another client of the same installation, with all roles but in no way related."""
    return workspace("stranger")
