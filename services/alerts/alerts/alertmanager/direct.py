"""POST /api/v2/alerts answered without a task (shared/http/server/direct.py): of one alert a time
the server's and the framework's way costs more than all else.

It is for who sends no credential, where a setting lets them in, as nearly all senders do; and it
says what the usual way says.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from time import perf_counter

from starlette.responses import Response

from alerts.alertmanager.answers import error_answer, json_answer
from alerts.alertmanager.callers import Callers
from alerts.alertmanager.intake.reporting import ReportedAlerts, Reporting
from alerts.alertmanager.intake.wire import AlertReader, AlertReport
from alerts.configuration.configurations import Configurations
from alerts.configuration.tree import RESOLVE_TIMEOUT
from shared import metrics
from shared.database.clock import Clock, SystemClock
from shared.http.server.direct import DirectRoute, Headers, Reply

PATH = "/api/v2/alerts"


class AlertsDoor:
    """Reads reports for both ways, and answers the short one."""

    def __init__(
        self, clock: Clock, configurations: Configurations, callers: Callers, reporting: Reporting
    ) -> None:
        self._clock = clock
        self._configurations = configurations
        self._callers = callers
        self._reporting = reporting
        self._reader = AlertReader()
        self.route = DirectRoute(b"POST", PATH.encode(), self.answer)

    def read(
        self, workspace: str, body: bytes, now: datetime
    ) -> tuple[list[AlertReport], list[str]]:
        """The reports that are right, and what is wrong with the others. Raises WireError."""
        configuration = self._configurations.get(workspace)
        timeout = configuration.resolve_timeout if configuration else RESOLVE_TIMEOUT
        reports, faults = self._reader.read(body, now, timeout)
        firing = sum(one.activity.ends_at > now for one in reports)
        metrics.ALERT_REPORTS.labels("firing").inc(firing)
        metrics.ALERT_REPORTS.labels("resolved").inc(len(reports) - firing)
        metrics.ALERT_REPORTS.labels("refused").inc(len(faults))
        return reports, faults

    def answer(self, headers: Headers, body: bytes, reply: Reply) -> bool:
        """Of a plain body; whatever else it is, or if nothing of it can be read, False."""
        began, now = perf_counter(), datetime.now(UTC)
        try:
            workspace = self._callers.anonymous(headers)
            if not workspace or not isinstance(self._clock, SystemClock):
                return False
            reports, faults = self.read(workspace, body, now)
        except Exception:
            return False

        def say(found: Response) -> None:
            reply(found.status_code, found.raw_headers, bytes(found.body))
            metrics.HTTP_REQUESTS.labels("POST", PATH, str(found.status_code)).inc()
            metrics.HTTP_DURATION.labels(PATH).observe(perf_counter() - began)

        def on_written(written: asyncio.Future[None]) -> None:
            if not written.cancelled():
                error = written.exception()
                assert error is None or isinstance(error, Exception)
                say(answer_of(faults) if error is None else error_answer(error))

        if not reports:
            say(answer_of(faults))
            return True
        taken = ReportedAlerts(workspace, reports, now)
        self._reporting.submit(taken).add_done_callback(on_written)
        return True


def answer_of(faults: Sequence[str]) -> Response:
    """What is wrong with some, or nothing."""
    return json_answer("; ".join(faults), 400) if faults else Response()
