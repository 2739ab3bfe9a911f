"""Starts kpi-monitor: settings → resources, consumer, evaluator, relay → app → run."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

from kpi_monitor import SCHEMA, SERVICE
from kpi_monitor.catalogue.store import find_campaigns_of_regions
from kpi_monitor.intake import waiting
from kpi_monitor.intake.handlers import TOPICS, Intake
from kpi_monitor.intake.mover import Mover
from kpi_monitor.judging.evaluator import Evaluator
from kpi_monitor.routes import ROUTERS
from kpi_monitor.settings import KpiSettings
from kpi_monitor.sweeps import sweeps
from shared.database.sweep import Sweeper
from shared.events import METRICS_TOPIC
from shared.http.app import create_app
from shared.kafka.consumer import Consumer
from shared.kafka.outbox import Relay
from shared.service import process
from shared.service.process import Service
from shared.service.wiring import checks_of, idle_of, resources
from shared.settings import read_settings


@asynccontextmanager
async def build(settings: KpiSettings) -> AsyncIterator[Service]:
    """Everything one process runs; closed in reverse when the block ends."""
    async with resources(settings) as (pool, producer, clock):
        relay = Relay(settings, pool, producer, schema=SCHEMA)
        evaluator = Evaluator(
            settings,
            pool,
            clock,
            partitions=lambda: consumer.partitions(METRICS_TOPIC),
            wake_relay=relay.wake,
        )
        mover = Mover(settings, pool, clock)
        consumer = Consumer(
            settings,
            pool,
            schema=SCHEMA,
            group=SERVICE,
            topics=TOPICS,
            handler=Intake(settings, clock).on_batch,
            horizons={METRICS_TOPIC: timedelta(days=settings.metrics_horizon_days)},
            wake=evaluator.rounds.wake,
        )

        async def refresh_metrics() -> None:
            await relay.unsent()
            await waiting.refresh(pool)

        app = create_app(
            settings,
            title="Paceline kpi-monitor",
            pool=pool,
            checks={
                **checks_of(pool, consumer, relay),
                "evaluation": partial(waiting.check, pool),
            },
            idle=idle_of(pool, consumer, relay, mover.count_due, evaluator.count_due),
            refresh_metrics=refresh_metrics,
            campaigns_of_regions=find_campaigns_of_regions,
            schema=SCHEMA,
        )
        for router in ROUTERS:
            app.include_router(router)
        sweeper = Sweeper(settings, pool, clock, SCHEMA, sweeps(settings))
        yield Service(
            app,
            [
                consumer,
                evaluator.rounds,
                mover.rounds,
                relay,
                sweeper.rounds,
            ],
        )


def main() -> None:
    """Runs one process until it is stopped."""
    settings = read_settings(KpiSettings)
    process.main(settings, partial(build, settings))


if __name__ == "__main__":
    main()
