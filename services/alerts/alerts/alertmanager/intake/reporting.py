"""Reports become episodes, in one transaction with all that follows from them, and are durable when
their sender gets its answer.

Requests that wait while one is written are written together in the next transaction.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from secrets import token_hex
from typing import NamedTuple

from alerts.alertmanager.intake import store
from alerts.alertmanager.intake.activity import ActiveRange, change_of
from alerts.alertmanager.intake.signals import AlertStatement, Reason, signal_of
from alerts.alertmanager.intake.store import ForeignAlertRow
from alerts.alertmanager.intake.store_begin import BeginningEpisode, begin
from alerts.alertmanager.intake.wire import AlertReport
from alerts.episodes.joining import Joining
from alerts.episodes.merge import Touched, campaign_of, merge
from alerts.episodes.rules import Key
from alerts.incoming.signal import Signal
from shared.database.pool import Conn, Pool, transaction
from shared.database.together import Together

OURS = "/"
"""Before the ids of signals of ours: the name of a rule, before those of its breaches, begins with
a letter or a digit."""
REPORTS_MAX = 5000
"""Of one transaction; a larger request is one by itself."""


class ReportedAlerts(NamedTuple):
    """Those of one request, as it was taken at `now`."""

    workspace: str
    reports: Sequence[AlertReport]
    now: datetime


class Reporting:
    """`put` returns when the reports are durable. `wake` is called when something is to be told."""

    def __init__(self, pool: Pool, joining: Joining, wake: Callable[[], None]) -> None:
        self._pool = pool
        self._joining = joining
        self._wake = wake
        self._together = Together(
            self._write, size_max=REPORTS_MAX, size=lambda one: len(one.reports)
        )

    async def put(self, workspace: str, reports: Sequence[AlertReport], now: datetime) -> None:
        """Raises what the database does."""
        await self._together.put(ReportedAlerts(workspace, reports, now))

    def submit(self, taken: ReportedAlerts) -> asyncio.Future[None]:
        """The same for who has no task: done when they are durable."""
        return self._together.submit(taken)

    async def _write(self, taken: Sequence[ReportedAlerts]) -> None:
        told = False
        async with transaction(self._pool) as conn:
            for workspace in sorted({one.workspace for one in taken}):
                mine = [one for one in taken if one.workspace == workspace]
                reports = [report for one in mine for report in one.reports]
                now = max(one.now for one in mine)
                told |= await report_all(conn, self._joining, workspace, reports, now)
        if told:
            self._wake()


async def report_all(
    conn: Conn, joining: Joining, workspace: str, reports: Sequence[AlertReport], now: datetime
) -> bool:
    """Writes reports in their order, in the caller's transaction; whether there is news."""
    await store.lock(conn, workspace)
    told = False
    for wave in _waves(reports):
        extended = await store.extend(conn, workspace, wave, now)
        if rest := [one for one in wave if one.fingerprint not in extended]:
            told |= await _report(conn, joining, workspace, rest, now)
    return told


def _waves(reports: Iterable[AlertReport]) -> list[list[AlertReport]]:
    """Each alert once in each of them; of several reports of one, the first comes first."""
    waves: list[list[AlertReport]] = []
    counts: dict[str, int] = {}
    for one in reports:
        place = counts.get(one.fingerprint, 0)
        counts[one.fingerprint] = place + 1
        if place == len(waves):
            waves.append([])
        waves[place].append(one)
    return waves


async def _report(
    conn: Conn, joining: Joining, workspace: str, reports: Sequence[AlertReport], now: datetime
) -> bool:
    """What is not just one more report of what is open."""
    known = await store.find(conn, workspace, [one.fingerprint for one in reports])
    said: dict[tuple[str, str], list[Signal]] = {}
    former: list[tuple[int, int, datetime]] = []
    same: list[ForeignAlertRow] = []
    fresh: list[BeginningEpisode] = []
    for one in reports:
        before = known.get(one.fingerprint)
        activity, ended, begins = change_of(
            before.activity if before else None,
            one.activity,
            is_open=before is not None and before.is_open,
            now=now,
        )
        if activity is None:
            continue
        if before is not None and ended is not None:
            over = AlertStatement(before.signals, *_said(one), ended)
            silent: Reason = "timed_out" if before.times_out else "end_reached"
            reason: Reason = silent if begins else "ended_by_sender"
            said[workspace, before.signals] = [signal_of(over, reason, now)]
        if begins:
            if before is not None:
                last = ended or before.activity
                former.append((before.alert, before.episode, last.ends_at))
            name = f"{OURS}{one.fingerprint}/{token_hex(16)}"
            begun = AlertStatement(name, *_said(one), activity)
            fresh.append(_beginning(one.fingerprint, begun, now))
        elif before is not None:
            is_open = before.is_open and ended is None
            key = Key(before.alert, before.episode)
            same.append(_row(key, before.signals, one, activity, is_open=is_open))
    touched, _ = await merge(conn, said)
    if former:
        await store.supersede(conn, former)
    if same:
        await store.move_episodes(conn, same)
        await store.put(conn, workspace, same, now)
    if fresh:
        keys = await begin(conn, workspace, fresh, now)
        touched += [
            Touched(workspace, keys[one.signals], one.signal, is_open=True, begins=True)
            for one in fresh
        ]
    await joining.join(conn, touched, now)
    return bool(touched)


def _beginning(fingerprint: str, begun: AlertStatement, now: datetime) -> BeginningEpisode:
    signal = signal_of(begun, "reported", now)
    return BeginningEpisode(
        fingerprint=fingerprint,
        campaign=campaign_of(begun.labels),
        labels=begun.labels,
        signals=begun.signals,
        starts_at=begun.activity.starts_at,
        ends_at=begun.activity.ends_at,
        times_out=begun.activity.times_out,
        annotations=dict(begun.annotations),
        link=begun.link,
        severity=signal.severity,
        signal=signal,
    )


def _said(report: AlertReport) -> tuple[dict[str, str], dict[str, str], str]:
    return report.labels, report.annotations, report.link


def _row(
    key: Key, name: str, report: AlertReport, activity: ActiveRange, *, is_open: bool
) -> ForeignAlertRow:
    return ForeignAlertRow(
        alert=key.alert,
        episode=key.episode,
        fingerprint=report.fingerprint,
        signals=name,
        open=is_open,
        starts_at=activity.starts_at,
        ends_at=activity.ends_at,
        times_out=activity.times_out,
        annotations=report.annotations,
        link=report.link,
    )
