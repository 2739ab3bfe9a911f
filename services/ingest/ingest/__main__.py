"""Wiring of ingest: settings → pool → producer → app → run. Accepts without PostgreSQL."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

from ingest import SCHEMA
from ingest.events.accept import Acceptance
from ingest.events.body import BodyReader
from ingest.events.endpoint import PATH, Events, EventsFirst, Ingest
from ingest.events.rejection_log import RejectionLog
from ingest.keys.credentials import Credentials
from ingest.keys.keyring import Keyring
from ingest.platforms.mapping import load_platforms
from ingest.rejections.handlers import RejectedHandler
from ingest.routes import ROUTERS
from ingest.settings import IngestSettings
from ingest.sources.memory import Memory
from shared.database.sweep import Sweep, Sweeper, forget
from shared.events import REJECTED_TOPIC
from shared.http.app import create_app
from shared.http.auth import TokenVerifier
from shared.http.edge import BODY_BYTES_MAX
from shared.http.server.direct import DirectRoute
from shared.kafka.consumer import Consumer
from shared.service import process
from shared.service.process import BackgroundWork, Service
from shared.service.wiring import resources
from shared.settings import read_settings

TITLE = "Paceline ingest"


@asynccontextmanager
async def build(settings: IngestSettings) -> AsyncIterator[Service]:
    """The service, with its resources open for as long as the block lasts."""
    async with resources(settings) as (pool, producer, clock):
        credentials = Credentials(
            TokenVerifier(settings), settings.keys_max_age_s, settings.token_cache_s
        )
        keyring = Keyring(pool, credentials)
        memory = Memory(settings, pool, clock, keyring)
        rejection_log = RejectionLog(settings, producer)
        handler = RejectedHandler(
            settings, clock, lambda *place: memory.settings_of(*place).time_zone or "UTC"
        )
        consumer = Consumer(
            settings,
            pool,
            schema=SCHEMA,
            group="ingest-rejections",
            topics=[REJECTED_TOPIC],
            handler=handler.on_rejected,
        )
        acceptance = Acceptance(settings, producer, memory)
        ingest = Ingest(
            settings,
            keyring,
            memory,
            acceptance,
            rejection_log,
            BodyReader(settings.reading_bytes_max),
        )

        async def idle() -> Mapping[str, int]:
            waiting = memory.waiting + rejection_log.waiting
            return {"lag": await consumer.lag(), "outbox": waiting, "due": 0}

        app = create_app(
            settings,
            title=TITLE,
            pool=pool,
            # Not the database: without it ingest accepts all the same.
            checks={
                "kafka": acceptance.check,
                "settings": memory.check,
                "rejections": consumer.check,
            },
            idle=idle,
            schema=SCHEMA,
            # Reports have a bound of their own, which may be above the common one.
            body_bytes_max=max(BODY_BYTES_MAX, settings.report_bytes_max),
        )
        app.state.ingest, app.state.memory, app.state.keyring = ingest, memory, keyring
        app.state.platforms = load_platforms()
        for router in ROUTERS:
            app.include_router(router)
        keep = timedelta(days=settings.rejections_keep_days)
        rejections = partial(forget, f"{SCHEMA}.rejections", "rejected_at")
        sweeps = {"rejections": Sweep(keep, rejections)}
        sweeper = Sweeper(settings, pool, clock, SCHEMA, sweeps)
        parts: list[BackgroundWork] = [consumer, memory, rejection_log, sweeper.rounds]
        events = Events(ingest)
        direct = DirectRoute(b"POST", PATH.encode(), events.answer)
        yield Service(EventsFirst(app, events), parts, direct)


def main() -> None:
    """Reads the settings and serves until a signal."""
    settings = read_settings(IngestSettings)
    process.main(settings, lambda: build(settings))


if __name__ == "__main__":
    main()
