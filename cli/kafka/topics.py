"""Creates the topics, with the partitions and retention they need. Never done on the fly."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaConnectionError, KafkaError, TopicAlreadyExistsError, for_code

from cli.errors import CommandError
from cli.helpers import run_coroutine
from shared import events

DAY_MS = 24 * 60 * 60 * 1000
UNLIMITED = -1

RETENTION_MS: Mapping[str, int] = {
    # Shorter than any dedupe horizon (design.md section 6).
    events.SPEND_TOPIC: 7 * DAY_MS,
    events.METRICS_TOPIC: 7 * DAY_MS,
    # A new reader needs every `seq` and every version since the beginning.
    events.TOTALS_TOPIC: UNLIMITED,
    events.CATALOG_TOPIC: UNLIMITED,
    events.BREACHES_TOPIC: UNLIMITED,
    # Newer ones follow; what a new reader tells without them is as old as the last transition.
    events.FIGURES_TOPIC: 7 * DAY_MS,
    # Ingest keeps the rejections in its table.
    events.REJECTED_TOPIC: 30 * DAY_MS,
    # An audit trail is not thrown away by a default.
    events.NOTIFICATIONS_TOPIC: UNLIMITED,
}
REPLICATION_MAX = 3
BROKERS_TIMEOUT_S = 10.0
_TIMEOUT_MS = 30_000


@dataclass(frozen=True)
class TopicState:
    """One topic after `ensure_topics`: whether it is new, and how many partitions it has."""

    name: str
    created: bool
    partitions: int


def ensure_topics(bootstrap: str, *, prefix: str = "", partitions: int = 24) -> list[TopicState]:
    """Creates those that are missing; what exists is left as it is, whatever its partitions.

    Partitions of an existing topic are never added: the key of an event would change its place
    and a heartbeat could overtake the data it covers. Raises CommandError when the broker is away
    or refuses.
    """
    try:
        return run_coroutine(_ensure(bootstrap, prefix, partitions))
    except (KafkaConnectionError, OSError) as error:
        raise CommandError(f"Kafka at {bootstrap} does not answer: {error}") from error


async def _ensure(bootstrap: str, prefix: str, partitions: int) -> list[TopicState]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=_TIMEOUT_MS)
    await admin.start()
    try:
        names = {prefix + topic: retention for topic, retention in RETENTION_MS.items()}
        existing = set(await admin.list_topics())
        missing = [name for name in names if name not in existing]
        if missing:
            brokers = await _count_brokers(admin)
            reply = await admin.create_topics(
                [
                    NewTopic(
                        name,
                        partitions,
                        min(REPLICATION_MAX, brokers),
                        topic_configs={
                            "cleanup.policy": "delete",
                            "retention.ms": str(names[name]),
                            "min.insync.replicas": "2" if brokers >= REPLICATION_MAX else "1",
                        },
                    )
                    for name in missing
                ]
            )
            _raise_for(reply.topic_errors)
        described = {
            topic["topic"]: len(topic["partitions"])
            for topic in await admin.describe_topics(list(names))
        }
        return [TopicState(name, name in missing, described.get(name, 0)) for name in names]
    finally:
        await admin.close()


async def _count_brokers(admin: AIOKafkaAdminClient) -> int:
    """At least one: a broker that has just started answers before the cluster counts it."""
    deadline = time.monotonic() + BROKERS_TIMEOUT_S
    while not (brokers := len((await admin.describe_cluster())["brokers"])):
        if time.monotonic() > deadline:
            raise CommandError("Kafka answers, but its cluster has no broker yet")
        await asyncio.sleep(0.1)
    return brokers


def _raise_for(topic_errors: list[tuple[str, int, str]]) -> None:
    for name, code, detail in topic_errors:
        error = for_code(code)
        # Somebody else created it in the same moment: that is what was wanted.
        if code != 0 and error is not TopicAlreadyExistsError:
            raise CommandError(f"topic {name} cannot be created: {error.__name__} {detail}")


async def delete_topics(bootstrap: str, names: list[str]) -> None:
    """Removes topics; tests use it to give back what they made."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=_TIMEOUT_MS)
    await admin.start()
    try:
        await admin.delete_topics(names)
    except KafkaError as error:
        raise CommandError(f"topics cannot be deleted: {error}") from error
    finally:
        await admin.close()
