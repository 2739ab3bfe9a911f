"""Real Kafka and real PostgreSQL for tests: started when a test first asks, once per session."""

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import hypothesis
import pytest
from xdist.scheduler import LoadFileScheduling

from cli.embedded.kafka import KafkaServer
from cli.embedded.postgres import PostgresServer
from cli.helpers import run_coroutine
from cli.kafka.topics import delete_topics, ensure_topics
from cli.migrations.migrate import migrate

_TEMPLATE = "paceline_template"

# The suite tries the same inputs each time, so a change is judged by what it changes; `search`
# looks for new ones (CONTRIBUTING.md). On a busy machine inputs are made slowly, which says
# nothing about the code under test.
_search = hypothesis.settings(
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.register_profile("search", _search)
hypothesis.settings.register_profile("suite", _search, derandomize=True, database=None)
hypothesis.settings.load_profile(os.environ.get("PACELINE_HYPOTHESIS", "suite"))


class ByFileAndInstallation(LoadFileScheduling):
    """A file's tests are of one worker, and so are all tests of the contract: one installation on
    each clock serves them all, and starting it costs more than any of them."""

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        return "the contract" if "/test_contract_" in file else file


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The contract first: begun last, the longest would end alone."""
    items.sort(key=lambda item: not item.nodeid.startswith("tests/e2e/"))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByFileAndInstallation:
    """How the suite's workers share the tests."""
    return ByFileAndInstallation(config, log)


@pytest.fixture(scope="session")
def state_dir() -> Iterator[Path]:
    """Where the servers of this session keep their data; removed with it."""
    directory = Path(tempfile.mkdtemp(prefix="paceline-test-"))
    # PostgreSQL does not run as root; another account must be able to walk through.
    directory.chmod(0o711)
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def kafka_server(state_dir: Path) -> Iterator[KafkaServer]:
    """The broker, to freeze, kill and start again with `start(state_dir)` (same port, same data).

    A test that does so gives it back running.
    """
    server = KafkaServer()
    server.start(state_dir)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres_server(state_dir: Path) -> Iterator[PostgresServer]:
    """The database server, to freeze, kill and start again; given back running."""
    # A killed process loses nothing the kernel has; only a power cut would, and tests have none.
    server = PostgresServer({"fsync": "off", "full_page_writes": "off", "max_wal_size": "1GB"})
    server.start(state_dir)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def kafka(kafka_server: KafkaServer) -> str:
    """The broker's HOST:PORT."""
    return kafka_server.bootstrap


@pytest.fixture(scope="session")
def postgres(postgres_server: PostgresServer) -> str:
    """The URL of an empty database; `database_url` is the migrated one."""
    return postgres_server.url


def _named(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


async def _execute(url: str, statement: str) -> None:
    conn = await asyncpg.connect(url)
    try:
        await conn.execute(statement)
    finally:
        await conn.close()


@pytest.fixture(scope="session")
def _template(postgres: str) -> str:
    run_coroutine(_execute(postgres, f"CREATE DATABASE {_TEMPLATE}"))
    migrate(_named(postgres, _TEMPLATE))
    return _TEMPLATE


@contextmanager
def fresh_database(postgres: str, template: str) -> Iterator[str]:
    """The URL of a migrated database of its own, copied from the template in some 30 ms."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    run_coroutine(_execute(postgres, f"CREATE DATABASE {name} TEMPLATE {template}"))
    yield _named(postgres, name)
    run_coroutine(_execute(postgres, f"DROP DATABASE {name} WITH (FORCE)"))


@contextmanager
def fresh_topics(kafka: str) -> Iterator[str]:
    """A PACELINE_TOPIC_PREFIX of its own; all topics with it exist, with 24 partitions."""
    prefix = f"t{uuid.uuid4().hex[:8]}."
    topics = ensure_topics(kafka, prefix=prefix)
    yield prefix
    run_coroutine(delete_topics(kafka, [topic.name for topic in topics]))


@pytest.fixture(scope="module")
def database_url(postgres: str, _template: str) -> Iterator[str]:
    """A fresh database for this module."""
    with fresh_database(postgres, _template) as url:
        yield url


@pytest.fixture(scope="module")
def topic_prefix(kafka: str) -> Iterator[str]:
    """Fresh topics for this module."""
    with fresh_topics(kafka) as prefix:
        yield prefix


@pytest.fixture(scope="session")
def session_servers(kafka: str, postgres: str, _template: str) -> Iterator[dict[str, str]]:
    """Where an installation that serves the whole session has its topics and tables."""
    with fresh_database(postgres, _template) as url, fresh_topics(kafka) as prefix:
        yield {"kafka": kafka, "database": url, "topic_prefix": prefix}
