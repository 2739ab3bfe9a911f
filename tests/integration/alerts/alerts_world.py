"""A whole alerts service over a real database, a local robot and a local inbox, moved by hand."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
from msgspec.structs import replace

from alerts.adoption.adoption import Adoption
from alerts.channels.contract import Channel, Tools
from alerts.channels.table import CHANNELS
from alerts.channels.web.http import http_client
from alerts.configuration.configurations import Configurations
from alerts.delivery.courier import Courier
from alerts.delivery.trials import Trials
from alerts.episodes.handlers import Handlers
from alerts.escalation.escalator import Escalator
from alerts.record import store as store_read
from alerts.record.audit import item
from alerts.record.states import UNSENT
from alerts.settings import AlertsSettings
from alerts.telling.flush import Flusher
from cli.fakes.dingtalk import FakeDingTalk
from cli.fakes.mail import FakeMail
from shared.database.clock import ManualClock, set_manual
from shared.database.pool import Pool, create_pool, transaction
from shared.events import Breach, BreachFigures
from shared.http.reach import Reach
from shared.kafka.consumer import Received
from tests.integration.emptying import empty
from tests.unit.alerts.builders import CONFIGURATION, encode, encode_campaign
from tests.unit.alerts.rendering.rendered import RENDERER
from tests.unit.alerts.sending import mail_server, make_tools

SECRET = "SEC-of-the-test"
TABLES = (
    "alerts, episodes, transitions, figures, groups, group_members, notify_log, told, deliveries, "
    "campaigns, configurations, destinations, notifications, outbox, idempotency, witness, "
    "spending, silences, muted, unsubscriptions, responses, actions, escalations, "
    "escalation_calls, foreign_alerts"
)


@dataclass
class World:
    """`tell` breaches, move the clock with `flush`, `deliver`, and read `rows`."""

    settings: AlertsSettings
    pool: Pool
    robot: FakeDingTalk
    inbox: FakeMail
    directory: Path
    environment: dict[str, str]
    configurations: Configurations
    handlers: Handlers
    flusher: Flusher
    escalator: Escalator
    courier: Courier
    tools: Tools
    adoption: Adoption
    offset: int = field(default=0)

    async def tell(self, *breaches: Breach, workspace: str = "default") -> None:
        """One poll with these breaches, committed."""
        async with transaction(self.pool) as conn:
            await self.handlers.on_breaches(conn, self.poll(*breaches, workspace=workspace))

    async def tell_figures(self, *figures: BreachFigures, workspace: str = "default") -> None:
        """One poll with newer figures, committed."""
        batch = [
            Received("breaches.figures.v1", 0, number, b"k", encode(one, workspace))
            for number, one in enumerate(figures)
        ]
        async with transaction(self.pool) as conn:
            assert await self.handlers.on_batch(conn, batch) == []

    async def announce(
        self, campaign: str, region: str | None, version: int = 1, **changes: str
    ) -> None:
        """One poll with what budget says of a campaign, committed."""
        value = encode_campaign(campaign, region, version, **changes)
        async with transaction(self.pool) as conn:
            batch = [Received("catalog.v1", 0, 0, b"k", value)]
            assert await self.handlers.on_batch(conn, batch) == []

    def poll(self, *breaches: Breach, workspace: str = "default") -> list[Received]:
        """The next records of the topic."""
        batch = []
        for breach in breaches:
            self.offset += 1
            value = encode(breach, workspace)
            batch.append(Received("breaches.v1", 0, self.offset, b"k", value))
        return batch

    async def flush(self, now: datetime) -> int:
        """Moves the clock and lets every due group speak; how many did."""
        async with transaction(self.pool) as conn:
            await set_manual(conn, now)
        async with transaction(self.pool) as conn:
            return await self.flusher.flush(conn)

    async def escalate(self, now: datetime) -> int:
        """Moves the clock, looks at what is due to be escalated, and lets due groups speak; how
        many escalations were looked at."""
        async with transaction(self.pool) as conn:
            await set_manual(conn, now)
        async with transaction(self.pool) as conn:
            looked = await self.escalator.look(conn)
        await self.flush(now)
        return looked

    async def deliver(self, courier: Courier | None = None) -> int:
        """Sends all that is due now; how many attempts were made."""
        attempts = 0
        while await (courier or self.courier).send_one():
            attempts += 1
            assert attempts < 100, "deliveries never end"
        return attempts

    def courier_with(
        self,
        channels: Mapping[str, Channel] | None = None,
        *,
        mail_port: int | None = None,
        **changes: Any,
    ) -> Courier:
        """A courier with other channels, another mail server or other settings."""
        tools = self.tools
        if mail_port is not None:
            tools = replace(tools, server=mail_server(mail_port))
        return Courier(
            self.settings.model_copy(update=changes),
            self.pool,
            self.configurations,
            tools,
            {**CHANNELS, **(channels or {})},
        )

    async def due_again(self, *states: str) -> None:
        """As if the pauses of messages in these states, by default all, and of the robot's budget
        had passed."""
        self.robot.forget_rate()
        await self.pool.execute(
            "UPDATE alerts.destinations SET blocked_until = NULL, throttled_until = NULL, "
            "sent_at = '{}'"
        )
        await self.pool.execute(
            "UPDATE alerts.deliveries SET next_attempt_at = now(), "
            "claimed_until = CASE WHEN state = 'sending' THEN now() END "
            "WHERE state = ANY($1::text[])",
            list(states or UNSENT),
        )

    async def rows(self, **wanted: Any) -> list[dict[str, Any]]:
        """Notification items, oldest first."""
        async with self.pool.acquire() as conn:
            filters = store_read.NotificationFilter(
                wanted.get("campaign"),
                wanted.get("alert"),
                wanted.get("receiver"),
                wanted.get("state"),
            )
            found = await store_read.list_notifications(
                conn, Reach(wanted.get("workspace", "default")), 0, filters, 500
            )
        items: list[dict[str, Any]] = msgspec.to_builtins(
            [item(row) for row in found], builtin_types=(datetime,)
        )
        return items

    async def told(self, channel: str = "dingtalk") -> list[tuple[str, str, str]]:
        """(transition, severity, state) over one channel."""
        return [
            (row["transition"], row["severity"], row["state"])
            for row in await self.rows()
            if row["channel"] == channel
        ]

    def configure(self, text: str, workspace: str = "default") -> None:
        """Writes a configuration file and puts the files in force in this process alone."""
        (self.directory / f"{workspace}.yml").write_text(text, encoding="utf-8")
        self.read_files()

    def read_files(self) -> None:
        """What the files say now is in force in this process."""
        self.configurations.put_files(self.configurations.read())

    def restart(self) -> None:
        """New objects over the same database, as a new process would have."""
        self.configurations = Configurations(self.directory, self.environment)
        clock, renderer = ManualClock(), RENDERER
        self.handlers = Handlers(self.configurations, clock)
        self.flusher = Flusher(self.settings, self.pool, clock, self.configurations, renderer)
        self.escalator = Escalator(self.settings, self.pool, clock, self.configurations)
        self.courier = self.courier_with()
        self.adoption = Adoption(
            self.settings, self.pool, self.configurations, self.handlers.joining, clock
        )

    @property
    def trials(self) -> Trials:
        """What sends test messages."""
        timeout_s = self.settings.send_timeout_s
        return Trials(self.configurations, RENDERER, self.tools, timeout_s, self.pool)

    async def until(self, ready: Callable[[], bool], timeout_s: float = 20.0) -> None:
        """Waits for something another task does."""
        deadline = time.monotonic() + timeout_s
        while not ready():
            assert time.monotonic() < deadline, "it did not happen in time"
            await asyncio.sleep(0.02)


@asynccontextmanager
async def make_world(
    database_url: str, tmp_path: Path, *, filled: bool = False, **changes: Any
) -> AsyncIterator[World]:
    """Empty tables, unless they are `filled` already, an empty robot and an empty inbox."""
    settings = AlertsSettings(
        database_url=database_url,
        clock="manual",
        alerts_dir=tmp_path,
        **{
            # Far longer than a slow machine needs: nothing is sent twice, or tried again before
            # `due_again`, for its sake.
            "send_timeout_s": 60,
            "claim_s": 120,
            "retry_first_s": 3600,
            "retry_max_s": 7200,
            "retry_refused_first_s": 3600,
            "retry_refused_max_s": 7200,
            **changes,
        },
    )
    (tmp_path / "default.yml").write_text(CONFIGURATION, encoding="utf-8")
    if not filled:
        conn = await asyncpg.connect(database_url)
        await empty(
            conn, ["runtime.clock", *(f"alerts.{name.strip()}" for name in TABLES.split(","))]
        )
        await conn.close()
    pool = await create_pool(settings)
    clock, renderer = ManualClock(), RENDERER
    with FakeDingTalk(SECRET) as robot, FakeMail() as inbox:
        environment = {"OPS_DINGTALK_URL": robot.url, "OPS_DINGTALK_SECRET": SECRET}
        configurations = Configurations(tmp_path, environment)
        async with http_client() as client:
            handlers = Handlers(configurations, clock)
            adoption = Adoption(settings, pool, configurations, handlers.joining, clock)
            tools = make_tools(
                client,
                environment=environment,
                server=mail_server(inbox.port),
                timeout_s=settings.send_timeout_s,
            )
            yield World(
                settings=settings,
                pool=pool,
                robot=robot,
                inbox=inbox,
                directory=tmp_path,
                environment=environment,
                configurations=configurations,
                handlers=handlers,
                flusher=Flusher(settings, pool, clock, configurations, renderer),
                escalator=Escalator(settings, pool, clock, configurations),
                courier=Courier(settings, pool, configurations, tools),
                tools=tools,
                adoption=adoption,
            )
    await pool.close()
