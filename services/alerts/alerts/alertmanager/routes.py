"""Alertmanager's API v2 over HTTP: its paths, statuses and forms, which are not those of the house
(alertmanager.md section 2)."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from alerts.alertmanager.answers import answering, json_answer
from alerts.alertmanager.bodies import read_body
from alerts.alertmanager.callers import Callers
from alerts.alertmanager.direct import PATH, AlertsDoor, answer_of
from alerts.alertmanager.filters import read_query
from alerts.alertmanager.gettable import ReceiverName, instant
from alerts.alertmanager.intake.reporting import Reporting
from alerts.alertmanager.projection import projection
from alerts.alertmanager.reading import OpenAlerts
from alerts.alertmanager.replicas import LiveReplicas
from alerts.alertmanager.silences import Silencing
from alerts.configuration.configurations import Configurations
from alerts.quiet.load import load_quiet
from shared import metrics
from shared.database.clock import Clock, now_of
from shared.database.pool import Conn, Pool, transaction

VERSION = "0.34.0"
"""Of the Alertmanager whose API this is: clients look at it before they ask anything."""


class ApiParts(NamedTuple):
    """What the routes work with."""

    pool: Pool
    clock: Clock
    configurations: Configurations
    callers: Callers
    reporting: Reporting
    replicas: LiveReplicas


class ApiV2:
    """The routes; `started_at` is when this process began."""

    def __init__(self, parts: ApiParts) -> None:
        self._parts = parts
        self.door = AlertsDoor(parts.clock, parts.configurations, parts.callers, parts.reporting)
        self.started_at = datetime.now(UTC)

    def routes(self) -> list[Route]:
        """All of them, below no prefix."""
        found = {
            ("POST", PATH): self.post_alerts,
            ("GET", PATH): self.get_alerts,
            ("GET", "/api/v2/alerts/groups"): self.get_groups,
            ("GET", "/api/v2/receivers"): self.get_receivers,
            ("GET", "/api/v2/status"): self.get_status,
            ("GET", "/-/healthy"): alive,
            ("GET", "/-/ready"): alive,
            **Silencing(self._parts.pool, self._parts.clock, self._parts.callers).endpoints,
        }
        return [
            Route(path, answering(endpoint), methods=[method])
            for (method, path), endpoint in found.items()
        ]

    async def post_alerts(self, request: Request) -> Response:
        """Keeps the alerts that are right; 400 with what is wrong with the others."""
        parts = self._parts
        workspace = await parts.callers.writer(request)
        body = await read_body(request)
        now = await now_of(parts.clock, parts.pool)
        reports, faults = self.door.read(workspace, body, now)
        if reports:
            await parts.reporting.put(workspace, reports, now)
        return answer_of(faults)

    async def get_alerts(self, request: Request) -> Response:
        query = read_query(request.query_params)
        return await self._read(request, lambda found: found.find(query))

    async def get_groups(self, request: Request) -> Response:
        query = read_query(request.query_params)
        return await self._read(request, lambda found: found.find_groups(query))

    async def get_receivers(self, request: Request) -> Response:
        workspace = await self._parts.callers.reader(request)
        configuration = self._parts.configurations.get(workspace)
        names = configuration.receivers if configuration else ()
        return json_answer([ReceiverName(name) for name in names])

    async def get_status(self, request: Request) -> Response:
        """The replicas over one database are the peers of a cluster."""
        parts = self._parts
        workspace = await parts.callers.reader(request)
        configuration = parts.configurations.get(workspace)
        async with parts.pool.acquire() as conn:
            peers = await parts.replicas.alive(conn)
        return json_answer(
            {
                "cluster": {
                    "name": parts.replicas.own.name,
                    "peers": [one._asdict() for one in peers],
                    "status": "ready",
                },
                "config": {"original": projection(configuration) if configuration else ""},
                "uptime": instant(self.started_at),
                "versionInfo": {
                    "branch": "paceline",
                    "buildDate": "",
                    "buildUser": "paceline",
                    "goVersion": "",
                    "revision": "",
                    "version": VERSION,
                },
            }
        )

    async def _read(
        self, request: Request, find: Callable[[OpenAlerts], Awaitable[Any]]
    ) -> Response:
        parts = self._parts
        workspace = await parts.callers.reader(request)
        async with transaction(parts.pool) as conn:
            return json_answer(await find(await self._open(conn, workspace)))

    async def _open(self, conn: Conn, workspace: str) -> OpenAlerts:
        now = await self._parts.clock.now(conn)
        configuration = self._parts.configurations.get(workspace)
        quiet = await load_quiet(conn, workspace, configuration, now)
        return OpenAlerts(conn, workspace, configuration, quiet, now)


def start_counters() -> None:
    """Every label value from 0, so that a first one is a step a rate can see."""
    for outcome in ("firing", "resolved", "refused"):
        metrics.ALERT_REPORTS.labels(outcome)


async def alive(_: Request) -> Response:
    """As Alertmanager's own: it answers, so it is."""
    return PlainTextResponse("OK")
