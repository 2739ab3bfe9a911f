"""What a person says of a source's events: nothing is missing, whatever was refused."""

from datetime import datetime
from hashlib import blake2b

from ingest.events.context import Context
from ingest.events.endpoint import Ingest
from ingest.events.stamping import Stamped
from shared.events import ENCODER, SourceData, SourceEvent


async def repeat_heartbeat(
    ingest: Ingest, workspace: str, source: str, complete_through: datetime, now: datetime
) -> None:
    """Sends the last heartbeat once more, which says what is set aside now.

    Raises UnavailableError `broker_unavailable`.
    """
    data = SourceData(complete_through=complete_through)
    beat = SourceEvent(
        specversion="1.0",
        id=f"confirmed-{int(now.timestamp() * 1000)}",
        source=source,
        time=now,
        workspace=workspace,
        receivedat=now,
        bodyhash=blake2b(ENCODER.encode(data), digest_size=16).hexdigest(),
        data=data,
        expectedinterval=ingest.memory.settings_of(workspace, source).expected_interval_s,
    )
    context = Context(
        workspace,
        lambda _: True,
        lambda name: ingest.memory.settings_of(workspace, name),
        now,
        ingest.settings.future_skew_s,
    )
    await ingest.acceptance.send(
        Stamped(heartbeats={source: beat}), context, ingest.settings.ack_timeout_s
    )
