"""Starts kpi-monitor: settings → pool, producer, consumer, evaluator, relay → app → run."""

import gc
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial

from kpi_monitor import SCHEMA, SERVICE
from kpi_monitor.intake import waiting
from kpi_monitor.intake.handlers import TOPICS, Handlers
from kpi_monitor.intake.mover import Mover
from kpi_monitor.judging.evaluator import Evaluator
from kpi_monitor.judging.suspense_watch import SuspenseWatch
from kpi_monitor.routes import ROUTERS
from kpi_monitor.settings import KpiSettings
from kpi_monitor.sources import store as store_sources
from kpi_monitor.sweeps import sweeps
from kpi_monitor.units.store import due
from shared.database.clock import Clock, make_clock
from shared.database.pool import Pool, create_pool
from shared.database.sweep import Sweeper
from shared.events import METRICS_TOPIC
from shared.http.app import check_database, create_app
from shared.kafka.consumer import Consumer
from shared.kafka.outbox import Relay
from shared.kafka.producer import Producer
from shared.service import Part, Service, closing, main
from shared.settings import read_settings


async def _count_due(pool: Pool, clock: Clock, watch: SuspenseWatch, mover: Mover) -> int:
    """What is to be judged, told or moved now, by touch or by time."""
    async with pool.acquire() as conn:
        given_up = await store_sources.count_given_up(conn, await clock.now(conn))
    moves = await mover.count_due()
    return moves + await due(pool) + given_up + await watch.count_due()


@asynccontextmanager
async def build(settings: KpiSettings) -> AsyncIterator[Service]:
    """Everything one process runs; closed in reverse when the block ends."""
    async with AsyncExitStack() as stack:
        pool = await create_pool(settings)
        await stack.enter_async_context(closing(pool.close))
        producer = Producer(settings)
        await producer.start()
        await stack.enter_async_context(closing(producer.stop))
        clock = make_clock(settings.clock)
        relay = Relay(settings, pool, producer, schema=SCHEMA)
        evaluator = Evaluator(
            settings,
            pool,
            clock,
            partitions=lambda: consumer.partitions(METRICS_TOPIC),
            wake_relay=relay.wake,
        )
        mover = Mover(settings, pool, clock)
        watch = SuspenseWatch(settings, pool, clock, wake_relay=relay.wake)
        consumer = Consumer(
            settings,
            pool,
            schema=SCHEMA,
            group=SERVICE,
            topics=TOPICS,
            handler=Handlers(settings, clock).on_batch,
            horizons={METRICS_TOPIC: timedelta(days=settings.metrics_horizon_days)},
            wake=evaluator.wake,
        )

        async def idle() -> dict[str, int]:
            # In the order of the flow: what has left one place is counted at the next.
            lag, due_now = await consumer.lag(), await _count_due(pool, clock, watch, mover)
            return {"lag": lag, "due": due_now, "outbox": await relay.unsent()}

        async def progress() -> None:
            consumer.check_progress()

        async def refresh_metrics() -> None:
            await relay.unsent()
            await waiting.refresh(pool)

        app = create_app(
            settings,
            title="Paceline kpi-monitor",
            pool=pool,
            checks={
                "database": partial(check_database, pool),
                "consumer": progress,
                "evaluation": partial(waiting.check, pool),
                "outbox": relay.check_age,
            },
            idle=idle,
            refresh_metrics=refresh_metrics,
        )
        for router in ROUTERS:
            app.include_router(router)
        sweeper = Sweeper(settings, pool, clock, SCHEMA, sweeps(settings))
        yield Service(
            app,
            [
                Part("consumer", consumer.run, consumer.stop),
                Part("evaluator", evaluator.run, evaluator.stop),
                Part("mover", mover.run, mover.stop),
                Part("relay", relay.run, relay.stop),
                Part("suspense-watch", watch.run, watch.stop),
                Part("sweeper", sweeper.run, sweeper.stop),
            ],
        )


if __name__ == "__main__":
    # A batch makes some 100,000 short-lived objects and no cycles: at the default threshold of 700
    # the collector took a third of folding's time.
    gc.set_threshold(100_000, 20, 20)
    _settings = read_settings(KpiSettings)
    main(_settings, partial(build, _settings))
