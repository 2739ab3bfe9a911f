"""Wiring of alerts: settings → resources → consumer, adoption, flusher, courier → app → run."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
from fastapi import FastAPI

from alerts import SCHEMA
from alerts.adoption.adoption import Adoption
from alerts.alertmanager import routes as api_routes
from alerts.alertmanager.callers import Callers
from alerts.alertmanager.front import Front
from alerts.alertmanager.intake.endings import Endings
from alerts.alertmanager.intake.reporting import Reporting
from alerts.alertmanager.replicas import LiveReplicas
from alerts.alertmanager.routes import ApiParts, ApiV2
from alerts.campaigns.store import find_of_regions
from alerts.channels.contract import MailServer, Tools
from alerts.channels.pictures.drawing import start_drawing
from alerts.channels.web.http import http_client, resolve
from alerts.configuration.configurations import Configurations
from alerts.configuration.yaml_reader import ConfigError
from alerts.delivery import gauges
from alerts.delivery import store as delivery_store
from alerts.delivery.courier import Courier
from alerts.delivery.trials import Trials
from alerts.episodes.handlers import SERVICE, Handlers
from alerts.episodes.joining import Joining
from alerts.escalation.escalator import Escalator
from alerts.escalation.escalator import start_counters as escalator_counters
from alerts.pages.routes import add_pages
from alerts.record.sweep import sweeps
from alerts.rendering.render import Renderer
from alerts.response import commands as responses
from alerts.response.link_key import load_links
from alerts.response.routes import answer_rate
from alerts.routes import ROUTERS
from alerts.settings import AlertsSettings
from alerts.telling.flush import Flusher, start_counters
from shared.database.pool import Pool
from shared.database.sweep import Sweeper
from shared.events import BREACHES_TOPIC, CATALOG_TOPIC, FIGURES_TOPIC
from shared.http.app import Check, Idle, create_app
from shared.kafka.consumer import Consumer
from shared.kafka.outbox import Relay
from shared.service import process
from shared.service.process import BackgroundWork, Service
from shared.service.wiring import checks_of, idle_of, resources
from shared.settings import EXIT_NOT_READY, read_settings

COUNTERS = (
    gauges.start_counters,
    start_counters,
    api_routes.start_counters,
    responses.start_counters,
    escalator_counters,
)


@asynccontextmanager
async def build(settings: AlertsSettings, configurations: Configurations) -> AsyncIterator[Service]:
    """The running parts, in the order in which they stop; resources close after them."""
    for start in COUNTERS:
        start()
    configurations.say_doubts()
    async with (
        resources(settings) as (pool, producer, clock),
        http_client() as client,
    ):
        handlers = Handlers(configurations, clock)
        adoption = Adoption(settings, pool, configurations, handlers.joining, clock)
        links = await load_links(settings, pool)
        tools, renderer = await tools_of(settings, os.environ, client), Renderer(links)
        courier = Courier(settings, pool, configurations, tools)
        flusher = Flusher(
            settings, pool, clock, configurations, renderer, wake_courier=courier.rounds.wake
        )
        consumer = Consumer(
            settings,
            pool,
            schema=SCHEMA,
            group=SERVICE,
            topics=[CATALOG_TOPIC, BREACHES_TOPIC, FIGURES_TOPIC],
            handler=handlers.on_batch,
            wake=flusher.rounds.wake,
        )
        relay = Relay(settings, pool, producer, schema=SCHEMA)
        escalator = Escalator(settings, pool, clock, configurations, flusher.rounds.wake)
        wake = flusher.rounds.wake
        endings = Endings(settings, pool, clock, handlers.joining, wake)
        replicas = LiveReplicas(settings, pool)

        async def refresh_metrics() -> None:
            await relay.unsent()
            await gauges.refresh(pool, configurations)

        due = (
            endings.count_due,
            escalator.count_due,
            flusher.count_due,
            lambda conn: delivery_store.count_due(conn, configurations.budgets),
        )
        checks = checks_of(pool, consumer, relay)
        app = make_app(
            settings,
            pool,
            configurations,
            adoption,
            Trials(configurations, renderer, tools, settings.send_timeout_s, pool),
            checks={**checks, "configuration": adoption.versions.check},
            idle=idle_of(pool, consumer, relay, *due),
            refresh_metrics=refresh_metrics,
        )
        add_pages(app, links, renderer)
        keep = timedelta(days=settings.notifications_keep_days)
        sweeper = Sweeper(settings, pool, clock, SCHEMA, sweeps(keep))
        parts: list[BackgroundWork] = [
            consumer,
            adoption.rounds,
            endings.rounds,
            replicas.rounds,
            escalator.rounds,
            flusher.rounds,
            courier,
            relay,
            sweeper.rounds,
        ]
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, adoption.ask_reload)
        front = front_of(settings, app, handlers.joining, wake, replicas)
        yield Service(front, parts, front.direct)


def front_of(
    settings: AlertsSettings,
    app: FastAPI,
    joining: Joining,
    wake: Callable[[], None],
    replicas: LiveReplicas,
) -> Front:
    """Alertmanager's API before the app."""
    parts = ApiParts(
        app.state.pool,
        app.state.clock,
        app.state.configurations,
        Callers(settings, app.state.verifier),
        Reporting(app.state.pool, joining, wake),
        replicas,
    )
    return Front(ApiV2(parts), app, settings.alertmanager_prefix)


def make_app(
    settings: AlertsSettings,
    pool: Pool,
    configurations: Configurations,
    adoption: Adoption,
    trials: Trials,
    *,
    checks: Mapping[str, Check],
    idle: Idle,
    refresh_metrics: Check,
) -> FastAPI:
    """The HTTP app without its background work, so a test can call it too."""
    app = create_app(
        settings,
        title="Paceline alerts",
        pool=pool,
        schema=SCHEMA,
        checks=checks,
        idle=idle,
        refresh_metrics=refresh_metrics,
        campaigns_of_regions=find_of_regions,
    )
    app.state.configurations = configurations
    app.state.adoption = adoption
    app.state.trials = trials
    app.state.answer_rate = answer_rate()
    for router in ROUTERS:
        app.include_router(router)
    return app


async def tools_of(
    settings: AlertsSettings, environment: Mapping[str, str], client: httpx.AsyncClient
) -> Tools:
    """What channels send with."""
    password = settings.smtp_password
    server = MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        username=settings.smtp_username,
        password=password.get_secret_value() if password else None,
        sender=settings.mail_from,
    )
    draw = await start_drawing()
    return Tools(environment, client, server, settings.send_timeout_s, resolve, draw)


def main() -> None:
    """Runs alerts until a signal; a configuration that is wrong at start ends it at once."""
    settings = read_settings(AlertsSettings)
    try:
        configurations = Configurations(settings.alerts_dir, os.environ)
    except ConfigError as error:
        print(error, file=sys.stderr)  # noqa: T201 - before logs exist
        sys.exit(EXIT_NOT_READY)
    # httpx logs each request with its full address, and a robot's address is a secret.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    process.main(settings, lambda: build(settings, configurations))


if __name__ == "__main__":
    main()
