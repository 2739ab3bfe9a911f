"""What a poll does: transitions become episodes of alerts (`merge`), episodes join groups
(`joining`). What it sets aside is on record.
"""

from collections.abc import Sequence

from alerts import SCHEMA
from alerts.campaigns import store as store_campaigns
from alerts.configuration.configurations import Configurations
from alerts.episodes import store_figures
from alerts.episodes.joining import Joining
from alerts.episodes.merge import MissingSignals, merge
from alerts.incoming.breaches import read_breach, read_figures
from alerts.incoming.campaigns import read_campaign
from alerts.incoming.reading import read_all
from alerts.incoming.signal import Signal
from shared import metrics
from shared.database.clock import Clock
from shared.database.pool import Conn
from shared.events import BREACHES_TOPIC, CATALOG_TOPIC, FIGURES_TOPIC
from shared.kafka import rejections
from shared.kafka.brake import SetAside
from shared.kafka.consumer import Received
from shared.logs import get_logger

log = get_logger(__name__)

SERVICE = "alerts"


class Handlers:
    """`on_batch` is the consumer's handler; the clock is read at each poll."""

    def __init__(self, configurations: Configurations, clock: Clock) -> None:
        self._clock = clock
        self.joining = Joining(configurations)

    async def on_batch(self, conn: Conn, batch: Sequence[Received]) -> list[SetAside]:
        """The consumer's handler: a poll of all topics, in one transaction."""
        poison: list[SetAside] = []
        for topic, on_topic in (
            (CATALOG_TOPIC, self.on_catalog),
            (BREACHES_TOPIC, self.on_breaches),
            (FIGURES_TOPIC, self.on_figures),
        ):
            if received := [one for one in batch if one.topic == topic]:
                poison += await on_topic(conn, received)
        return poison

    async def on_catalog(self, conn: Conn, batch: Sequence[Received]) -> list[SetAside]:
        """Keeps in which region each campaign is. Returns the poison, which is set aside."""
        found, poison = read_all(batch, read_campaign)
        await store_campaigns.put(conn, [campaign for _, campaign in found if campaign is not None])
        await rejections.add(conn, SCHEMA, SERVICE, poison, await self._clock.now(conn))
        return poison

    async def on_figures(self, conn: Conn, batch: Sequence[Received]) -> list[SetAside]:
        """Keeps the newest figures of each breach for the next message about it; nobody is told of
        them by themselves. Returns the poison, which is set aside."""
        found, poison = read_all(batch, read_figures)
        await store_figures.put(conn, [figures for _, figures in found])
        await rejections.add(conn, SCHEMA, SERVICE, poison, await self._clock.now(conn))
        return poison

    async def on_breaches(self, conn: Conn, batch: Sequence[Received]) -> list[SetAside]:
        """Merges a poll of breaches.v1 in the caller's transaction; returns the poison, which is
        set aside. A transition that is missing (`seq_gap`) is no poison."""
        now = await self._clock.now(conn)
        found, poison = read_all(batch, read_breach)
        wanted: dict[tuple[str, str], list[Signal]] = {}
        for _, (workspace, signal) in found:
            wanted.setdefault((workspace, signal.id), []).append(signal)
        touched, missing = await merge(conn, wanted)
        gaps = [
            _gap(received, missing[workspace, signal.id])
            for received, (workspace, signal) in found
            if (workspace, signal.id) in missing and signal in missing[workspace, signal.id].signals
        ]
        await rejections.add(conn, SCHEMA, SERVICE, [*poison, *gaps], now)
        await self.joining.join(conn, touched, now)
        return poison


def _gap(received: Received, gap: MissingSignals) -> SetAside:
    """A transition is missing: this breach stops, loudly, rather than tell half of it."""
    metrics.BREACH_GAPS.inc()
    before, first = gap.episode, min(signal.seq for signal in gap.signals)
    detail = f"{before.breach}: seq {before.seq} is followed by {first}"
    log.error("breach_gap", breach=before.breach, last=before.seq, got=first)
    return SetAside(received, "seq_gap", detail)
