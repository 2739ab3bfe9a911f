"""A member of a consumer group, as the client is asked to be one."""

from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor

from shared.settings import CommonSettings

FETCH_BYTES_MAX = 16 * 1024 * 1024
PARTITION_BYTES_MAX = 2 * 1024 * 1024


def make_member(
    settings: CommonSettings,
    group: str,
    topics: Sequence[str],
    listener: ConsumerRebalanceListener,
) -> AIOKafkaConsumer:
    """A client that is not started yet; `group` and `topics` are names on the broker."""
    member = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka_bootstrap,
        client_id=f"paceline-{settings.service}-{settings.replica}",
        group_id=group,
        group_instance_id=f"{group}-{settings.replica}",
        enable_auto_commit=False,
        auto_offset_reset="none",
        session_timeout_ms=int(settings.session_timeout_s * 1000),
        rebalance_timeout_ms=int(settings.rebalance_timeout_s * 1000),
        heartbeat_interval_ms=2000,
        fetch_max_bytes=FETCH_BYTES_MAX,
        max_partition_fetch_bytes=PARTITION_BYTES_MAX,
        fetch_max_wait_ms=100,
        partition_assignment_strategy=[RoundRobinPartitionAssignor],
        retry_backoff_ms=50,
        metadata_max_age_ms=30_000,
    )
    member.subscribe(topics, listener=listener)
    return member
