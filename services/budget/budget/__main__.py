"""Wiring: settings → pool → producer → consumer, relay with sealer, HTTP → run."""

import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

from fastapi import FastAPI

from budget import SCHEMA
from budget.documents.plans.activation import Activator
from budget.documents.suspense.news import SuspenseNews
from budget.figures.seal import Sealer
from budget.handlers import SpendHandler
from budget.imports import store as imports
from budget.invariants import watch
from budget.invariants.look import Invariants
from budget.invariants.watch import LedgerWatch
from budget.routes import ROUTERS
from budget.settings import BudgetSettings
from shared import service
from shared.database.clock import make_clock
from shared.database.pool import Conn, Pool, create_pool
from shared.database.sweep import Sweep, Sweeper
from shared.events import SPEND_TOPIC
from shared.http.app import check_database, create_app
from shared.kafka.consumer import Consumer
from shared.kafka.outbox import Relay
from shared.kafka.producer import Producer
from shared.service import Part, Service
from shared.settings import read_settings

GROUP = "budget"
GC_OBJECTS = 50_000
"""A poll makes some 30,000 objects that live until its commit; collecting at the default of 700
walks them over and over (measured: 1 µs an event)."""


def build_app(
    settings: BudgetSettings,
    pool: Pool,
    consumer: Consumer,
    relay: Relay,
    count_due: Callable[[Conn], Awaitable[int]],
) -> FastAPI:
    """The HTTP side; `app.state.partitions` tells how many partitions spend.v1 has.

    `count_due`: what time has made due and nobody has done yet.
    """

    async def idle() -> dict[str, int]:
        # In the order of the flow: what has left one place is counted at the next.
        lag = await consumer.lag()
        async with pool.acquire() as conn:
            due = await count_due(conn)
        return {"lag": lag, "due": due, "outbox": await relay.unsent()}

    async def check_progress() -> None:
        consumer.check_progress()

    async def refresh_metrics() -> None:
        await relay.unsent()
        await watch.refresh(pool)

    app = create_app(
        settings,
        title="Paceline budget",
        pool=pool,
        checks={
            "database": lambda: check_database(pool),
            "consumer": check_progress,
            "outbox": relay.check_age,
        },
        idle=idle,
        refresh_metrics=refresh_metrics,
    )
    app.state.invariants = Invariants(pool, settings.invariants_timeout_s)
    app.state.partitions = lambda: consumer.partitions(SPEND_TOPIC) or settings.partitions
    for router in ROUTERS:
        app.include_router(router)
    return app


def sweeps(settings: BudgetSettings) -> dict[str, Sweep]:
    """What is deleted some day. The ledger, what is held and the audit never are."""
    days = {
        "imports": settings.imports_keep_days,
        "import_facts": settings.import_rows_keep_days,
        "import_progress": settings.imports_keep_days,
    }
    return {
        table: Sweep(timedelta(days=keep), partial(imports.sweep, table))
        for table, keep in days.items()
    }


@asynccontextmanager
async def build(settings: BudgetSettings) -> AsyncIterator[Service]:
    """Opens what the service needs and closes it when the block ends."""
    pool = await create_pool(settings)
    async with service.closing(pool.close):
        producer = Producer(settings)
        await producer.start()
        async with service.closing(producer.stop):
            clock = make_clock(settings.clock)

            def partitions() -> int:
                return consumer.partitions(SPEND_TOPIC) or settings.partitions

            sealer = Sealer(settings, clock, partitions)
            relay = Relay(settings, pool, producer, schema=SCHEMA, before=sealer.seal)
            consumer = Consumer(
                settings,
                pool,
                schema=SCHEMA,
                group=GROUP,
                topics=[SPEND_TOPIC],
                handler=SpendHandler(settings, clock).on_spend,
                wake=relay.wake,
            )
            activator = Activator(settings, pool, clock)
            news = SuspenseNews(settings, pool, clock)

            async def count_due(conn: Conn) -> int:
                counts = [await one.count_due(conn) for one in (activator, sealer, news)]
                return sum(counts)

            sweeper = Sweeper(settings, pool, clock, SCHEMA, sweeps(settings))
            watch = LedgerWatch(settings, pool)
            yield Service(
                app=build_app(settings, pool, consumer, relay, count_due),
                parts=[
                    Part("consumer", consumer.run, consumer.stop),
                    Part("relay", relay.run, relay.stop),
                    Part("activator", activator.run, activator.stop),
                    Part("sweeper", sweeper.run, sweeper.stop),
                    Part("suspense-news", news.run, news.stop),
                    Part("ledger-watch", watch.run, watch.stop),
                ],
            )


def main() -> None:
    """`python -m budget`."""
    settings = read_settings(BudgetSettings)
    gc.freeze()
    gc.set_threshold(GC_OBJECTS, 20, 20)
    service.main(settings, lambda: build(settings))


if __name__ == "__main__":
    main()
