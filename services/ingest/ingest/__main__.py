"""Wiring of ingest: settings → pool → producer → app → run. Accepts without PostgreSQL."""

import gc
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta

from ingest import store
from ingest.events.accept import Acceptance, RejectionLog
from ingest.events.body import BodyReader
from ingest.events.routes import Events, EventsFirst, Ingest
from ingest.keys.credentials import Credentials
from ingest.platforms.mapping import load_platforms
from ingest.rejections.handlers import RejectedHandler
from ingest.routes import make_router
from ingest.settings import IngestSettings
from ingest.sources.memory import Memory
from ingest.tables import SCHEMA
from shared.database.clock import make_clock
from shared.database.pool import create_pool
from shared.database.sweep import Sweep, Sweeper
from shared.errors import UnavailableError
from shared.events import REJECTED_TOPIC
from shared.http.app import create_app
from shared.http.auth import TokenVerifier
from shared.http.edge import BODY_BYTES_MAX
from shared.kafka.consumer import Consumer
from shared.kafka.producer import Producer
from shared.service import Part, Service, closing, main
from shared.settings import read_settings

GC_THRESHOLD = 50_000
TITLE = "Paceline ingest"


@asynccontextmanager
async def build(settings: IngestSettings) -> AsyncIterator[Service]:
    """The service, with its resources open for as long as the block lasts."""
    pool = await create_pool(settings)
    producer = Producer(settings)
    async with closing(pool.close), closing(producer.stop):
        await producer.start()
        credentials = Credentials(
            TokenVerifier(settings), settings.keys_max_age_s, settings.token_cache_s
        )
        clock = make_clock(settings.clock)
        memory = Memory(settings, pool, clock, credentials)
        rejection_log = RejectionLog(settings, producer)
        consumer = Consumer(
            settings,
            pool,
            schema=SCHEMA,
            group="ingest-rejections",
            topics=[REJECTED_TOPIC],
            handler=RejectedHandler(
                settings, clock, lambda *place: memory.view(*place).time_zone or "UTC"
            ),
        )
        ingest = Ingest(
            settings,
            memory,
            Acceptance(settings, producer, memory),
            rejection_log,
            BodyReader(settings.reading_bytes_max),
        )

        async def check_broker() -> None:
            if not producer.connected:
                raise UnavailableError("broker_unavailable", "Kafka cannot be reached")

        async def check_memory() -> None:
            memory.check_loaded()

        async def check_consumer() -> None:
            consumer.check_progress()

        async def idle() -> Mapping[str, int]:
            waiting = memory.waiting + rejection_log.waiting
            return {"lag": await consumer.lag(), "outbox": waiting, "due": 0}

        app = create_app(
            settings,
            title=TITLE,
            pool=pool,
            checks={
                "kafka": check_broker,
                "settings": check_memory,
                "rejections": check_consumer,
            },
            idle=idle,
            # Reports have a bound of their own, which may be above the common one.
            body_bytes_max=max(BODY_BYTES_MAX, settings.report_bytes_max),
        )
        app.include_router(make_router(ingest, load_platforms()))
        keep = timedelta(days=settings.rejections_keep_days)
        sweeps = {"rejections": Sweep(keep, store.forget_rejections)}
        sweeper = Sweeper(settings, pool, clock, SCHEMA, sweeps)
        parts = [
            Part("rejections", consumer.run, consumer.stop),
            Part("memory", memory.run, memory.stop),
            Part("rejection_log", rejection_log.run, rejection_log.stop),
            Part("sweeper", sweeper.run, sweeper.stop),
        ]
        yield Service(EventsFirst(app, Events(ingest)), parts)


def _quieten_collector() -> None:
    """What was made so far stays, and requests leave no cycles: walk the heap far less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD, 20, 50)


def run() -> None:
    """Reads the settings and serves until a signal."""
    _quieten_collector()
    settings = read_settings(IngestSettings)
    main(settings, lambda: build(settings))


if __name__ == "__main__":
    run()
