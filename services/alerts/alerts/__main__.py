"""Wiring of alerts: settings → pool → producer → consumer, flusher, courier, relay → app → run."""

import logging
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import httpx

from alerts import SCHEMA
from alerts.adoption.adoption import Adoption
from alerts.app import build_app
from alerts.channels.dingtalk import DingTalkSender
from alerts.channels.email import EmailSender, Server
from alerts.channels.result import SendClass
from alerts.configuration.configurations import Configurations
from alerts.configuration.yaml_reader import ConfigError
from alerts.delivery.courier import Courier
from alerts.episodes.handlers import SERVICE, Handlers
from alerts.record.sweep import sweeps
from alerts.rendering.render import Renderer
from alerts.settings import AlertsSettings
from alerts.telling.decide import Reason
from alerts.telling.flush import Flusher
from alerts.watch import CHANNELS, Watch, start_gauges
from shared import metrics, service
from shared.database.clock import make_clock
from shared.database.pool import create_pool
from shared.database.sweep import Sweeper
from shared.events import BREACHES_TOPIC, FIGURES_TOPIC
from shared.kafka.consumer import Consumer
from shared.kafka.outbox import Relay
from shared.kafka.producer import Producer
from shared.service import Part, Service
from shared.settings import EXIT_NOT_READY, read_settings


@asynccontextmanager
async def build(settings: AlertsSettings, configurations: Configurations) -> AsyncIterator[Service]:
    """The running parts, in the order in which they stop; resources close after them."""
    start_counters()
    configurations.say_doubts()
    async with AsyncExitStack() as stack:
        pool = await create_pool(settings)
        stack.push_async_callback(pool.close)
        producer = Producer(settings)
        await producer.start()
        stack.push_async_callback(producer.stop)
        client = await stack.enter_async_context(httpx.AsyncClient(trust_env=False))
        clock = make_clock(settings.clock)
        renderer = Renderer()
        handlers = Handlers(configurations, clock)
        adoption = Adoption(settings, pool, configurations, handlers, clock)
        courier = Courier(
            settings,
            pool,
            renderer,
            DingTalkSender(os.environ, client, settings.send_timeout_s),
            EmailSender(mail_server(settings)),
            on_refused=adoption.refused,
        )
        flusher = Flusher(
            settings, pool, clock, configurations, renderer, wake_courier=courier.wake
        )
        consumer = Consumer(
            settings,
            pool,
            schema=SCHEMA,
            group=SERVICE,
            topics=[BREACHES_TOPIC, FIGURES_TOPIC],
            handler=handlers.on_batch,
            wake=flusher.wake,
        )
        relay = Relay(settings, pool, producer, schema=SCHEMA)

        watch = Watch(pool, clock, consumer, relay, adoption.versions)
        app = build_app(
            settings,
            pool=pool,
            configurations=configurations,
            adoption=adoption,
            checks=watch.checks(),
            idle=watch.idle,
            refresh_metrics=watch.refresh_metrics,
        )
        keep = timedelta(days=settings.notifications_keep_days)
        sweeper = Sweeper(settings, pool, clock, SCHEMA, sweeps(keep))
        yield Service(
            app,
            [
                Part("consumer", consumer.run, consumer.stop),
                Part("adoption", adoption.run, adoption.stop),
                Part("flusher", flusher.run, flusher.stop),
                Part("courier", courier.run, courier.stop),
                Part("relay", relay.run, relay.stop),
                Part("sweeper", sweeper.run, sweeper.stop),
            ],
        )


def start_counters() -> None:
    """Every label value from 0, so that a first failure is a step a rate can see."""
    start_gauges()
    for channel in CHANNELS:
        metrics.DELIVERIES_FAILED.labels(channel)
        metrics.DELIVERY_DURATION.labels(channel)
        for kind in SendClass:
            metrics.DELIVERIES.labels(channel, kind.value)
    for step in ("flush", "send"):
        metrics.FAULTS.labels(step)
    for reason in Reason:
        metrics.DECISIONS.labels(reason.value)


def mail_server(settings: AlertsSettings) -> Server:
    """The mail server of the settings."""
    password = settings.smtp_password
    return Server(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        username=settings.smtp_username,
        password=password.get_secret_value() if password else None,
        timeout_s=settings.send_timeout_s,
    )


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
    service.main(settings, lambda: build(settings, configurations))


if __name__ == "__main__":
    main()
