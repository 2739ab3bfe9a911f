"""The embedded servers: loopback only, durable through a crash, frozen and thawed."""

import asyncio
import os
import stat
from pathlib import Path

import asyncpg
import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import UnknownTopicOrPartitionError

from cli.embedded.account import SYSTEM_STATE, forget_place
from cli.embedded.kafka import KafkaServer
from cli.embedded.postgres import SETTINGS, PostgresServer
from cli.helpers import run_coroutine
from cli.kafka.topics import RETENTION_MS, ensure_topics


def _listens_on(pid: int) -> set[str]:
    return {
        connection.laddr.ip.removeprefix("::ffff:")
        for process in [psutil.Process(pid)]
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }


def test_both_servers_listen_on_loopback_only(
    kafka_server: KafkaServer, postgres_server: PostgresServer
) -> None:
    assert kafka_server.pid is not None
    assert postgres_server.pid is not None
    assert _listens_on(kafka_server.pid) == {"127.0.0.1"}
    assert _listens_on(postgres_server.pid) == {"127.0.0.1"}


async def test_postgresql_has_the_settings_the_figures_rest_on(database_url: str) -> None:
    conn = await asyncpg.connect(database_url)
    try:
        for name in ("synchronous_commit", "jit", "shared_buffers", "checkpoint_timeout"):
            assert await conn.fetchval("SELECT current_setting($1)", name) == SETTINGS[name]
        assert (await conn.fetchval("SHOW server_version")).startswith("18")
        assert await conn.fetchval("SELECT count(*) FROM runtime.clock") == 0
    finally:
        await conn.close()


async def test_postgresql_wants_its_password_which_only_we_can_read(
    postgres: str, state_dir: Path
) -> None:
    password = state_dir / "postgres" / "password"
    assert stat.S_IMODE(password.stat().st_mode) == 0o600
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(postgres, password="guessed")


async def test_a_committed_row_survives_a_killed_server(
    postgres_server: PostgresServer, database_url: str, state_dir: Path
) -> None:
    conn = await asyncpg.connect(database_url)
    await conn.execute("CREATE TABLE kept AS SELECT 7 AS seven")
    url = postgres_server.url
    postgres_server.kill()
    conn.terminate()
    assert postgres_server.start(state_dir) == url
    conn = await asyncpg.connect(database_url)
    assert await conn.fetchval("SELECT seven FROM kept") == 7
    await conn.close()


async def _show(url: str, name: str) -> str:
    conn = await asyncpg.connect(url)
    try:
        return str(await conn.fetchval("SELECT current_setting($1)", name))
    finally:
        await conn.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to lend the server another account")
def test_root_may_keep_its_state_in_a_folder_closed_to_all_others(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    server = PostgresServer({"fsync": "off"})
    try:
        data = Path(run_coroutine(_show(server.start(tmp_path), "data_directory")))
        assert data.parent.parent == SYSTEM_STATE
        assert server.pid is not None
        assert psutil.Process(server.pid).uids().real != 0
        assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700
    finally:
        server.stop()
        forget_place(tmp_path / "postgres")
    assert not data.exists()


async def _send(bootstrap: str, topic: str, value: bytes) -> None:
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap, acks="all", enable_idempotence=True, compression_type="lz4"
    )
    try:
        await producer.start()
        await producer.send_and_wait(topic, value, partition=3)
    finally:
        await producer.stop()


async def _read_one(bootstrap: str, topic: str) -> bytes | None:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic, 3)])
        return (await asyncio.wait_for(consumer.getone(), 120)).value
    finally:
        await consumer.stop()


async def test_an_acknowledged_event_survives_a_killed_broker(
    kafka_server: KafkaServer, topic_prefix: str, state_dir: Path
) -> None:
    topic = f"{topic_prefix}spend.v1"
    bootstrap = kafka_server.bootstrap
    await _send(bootstrap, topic, b"acknowledged")
    kafka_server.kill()
    assert kafka_server.start(state_dir) == bootstrap
    assert await _read_one(bootstrap, topic) == b"acknowledged"


async def test_a_frozen_broker_acknowledges_only_after_it_is_thawed(
    kafka_server: KafkaServer, topic_prefix: str
) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=kafka_server.bootstrap, acks="all")
    await producer.start()
    try:
        await producer.send_and_wait(f"{topic_prefix}spend.v1", b"before", partition=4)
        kafka_server.freeze()
        sent = await producer.send(f"{topic_prefix}spend.v1", b"during", partition=4)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(sent), 1)
        assert kafka_server.alive()
        kafka_server.thaw()
        await asyncio.wait_for(sent, 120)
    finally:
        kafka_server.thaw()
        await producer.stop()


async def test_a_topic_nobody_created_does_not_appear_by_being_used(kafka: str) -> None:
    with pytest.raises((UnknownTopicOrPartitionError, TimeoutError)):
        await asyncio.wait_for(_send(kafka, "misspelt.v1", b"x"), 3)
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        assert "misspelt.v1" not in await admin.list_topics()
    finally:
        await admin.close()


def test_topics_are_made_once_with_their_partitions(kafka: str, topic_prefix: str) -> None:
    again = ensure_topics(kafka, prefix=topic_prefix, partitions=5)
    assert [topic.name for topic in again] == [topic_prefix + name for name in RETENTION_MS]
    assert {(topic.created, topic.partitions) for topic in again} == {(False, 24)}
