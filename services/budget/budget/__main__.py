"""Wiring: resources → consumer, relay with sealer, background work → HTTP → run."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from budget import SCHEMA
from budget.documents.campaigns.store import find_campaigns_of_regions
from budget.documents.kinds import approvals
from budget.documents.plans.activation import Activator
from budget.documents.suspense.news import SuspenseNews
from budget.figures.seal import Sealer
from budget.handlers import SpendHandler
from budget.imports.sweeps import sweeps
from budget.invariants import watch
from budget.invariants.look import Invariants
from budget.invariants.watch import LedgerWatch
from budget.routes import ROUTERS
from budget.settings import BudgetSettings
from shared.database.sweep import Sweeper
from shared.events import SPEND_TOPIC
from shared.http.app import create_app
from shared.kafka.consumer import Consumer
from shared.kafka.outbox import Relay
from shared.service import process
from shared.service.process import Service
from shared.service.wiring import checks_of, idle_of, resources
from shared.settings import read_settings


@asynccontextmanager
async def build(settings: BudgetSettings) -> AsyncIterator[Service]:
    """Everything one process runs; closed in reverse when the block ends."""

    def partitions() -> int:
        return consumer.partitions(SPEND_TOPIC) or settings.partitions

    async def refresh_metrics() -> None:
        await relay.unsent()
        await watch.refresh(pool)

    async with resources(settings) as (pool, producer, clock):
        sealer = Sealer(settings, clock, partitions)
        relay = Relay(settings, pool, producer, schema=SCHEMA, before=sealer.seal)
        consumer = Consumer(
            settings,
            pool,
            schema=SCHEMA,
            group=settings.service,
            topics=[SPEND_TOPIC],
            handler=SpendHandler(settings, clock).on_spend,
            wake=relay.wake,
        )
        activator = Activator(settings, pool, clock)
        news = SuspenseNews(settings, pool, clock)
        app = create_app(
            settings,
            title="Paceline budget",
            pool=pool,
            checks=checks_of(pool, consumer, relay),
            idle=idle_of(
                pool, consumer, relay, activator.count_due, sealer.count_due, news.count_due
            ),
            refresh_metrics=refresh_metrics,
            campaigns_of_regions=find_campaigns_of_regions,
            schema=SCHEMA,
        )
        app.state.invariants = Invariants(pool, settings.invariants_timeout_s)
        app.state.partitions = partitions
        app.state.approvals = approvals(settings.approval_due_hours, partitions)
        for router in ROUTERS:
            app.include_router(router)
        sweeper = Sweeper(settings, pool, clock, SCHEMA, sweeps(settings))
        ledgers = LedgerWatch(settings, pool)
        yield Service(
            app,
            [
                consumer,
                relay,
                activator.rounds,
                sweeper.rounds,
                news.rounds,
                ledgers.rounds,
            ],
        )


def main() -> None:
    settings = read_settings(BudgetSettings)
    process.main(settings, partial(build, settings))


if __name__ == "__main__":
    main()
