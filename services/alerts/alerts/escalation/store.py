"""SQL of escalations: where each stands, which are due, and whom they have called."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from alerts.episodes.rules import Key
from alerts.escalation.chain import Chain
from alerts.escalation.rules import CallKind, EscalationProgress
from shared.database.pool import Conn, columns
from shared.database.rows import fetch

# Of several groups that tell an alert the first one's; in one order, as groups may start the same.
START = """
INSERT INTO alerts.escalations (alert, episode, chain, workspace, kept, progress, due_at)
SELECT u.alert, u.episode, u.chain, u.workspace, u.kept, u.progress, u.due_at
FROM unnest($1::bigint[], $2::int[], $3::text[], $4::text[], $5::jsonb[], $6::jsonb[],
  $7::timestamptz[]) AS u(alert, episode, chain, workspace, kept, progress, due_at)
ORDER BY u.alert, u.episode, u.chain
ON CONFLICT (alert, episode, chain) DO NOTHING
"""
# With its alert, so that nobody answers to it and nothing happens to it meanwhile.
TAKE_DUE = """
SELECT x.alert, x.episode, x.chain FROM alerts.escalations x JOIN alerts.alerts a USING (alert)
WHERE x.due_at <= $1 ORDER BY x.due_at, x.alert LIMIT $2 FOR UPDATE OF a, x SKIP LOCKED
"""
FIND = """
SELECT x.alert, x.episode, x.chain, x.workspace, x.kept, x.progress, x.answered_at, a.fingerprint,
  a.labels, e.state NOT IN ('resolved', 'withdrawn') AS open, e.severity, e.routing_labels,
  r.response
FROM unnest($1::bigint[], $2::int[], $3::text[]) AS u(alert, episode, chain)
JOIN alerts.escalations x USING (alert, episode, chain)
JOIN alerts.episodes e USING (alert, episode)
JOIN alerts.alerts a USING (alert)
LEFT JOIN alerts.responses r USING (alert, episode)
ORDER BY x.alert, x.episode, x.chain
"""
PUT = """
UPDATE alerts.escalations x SET progress = u.progress, due_at = u.due_at
FROM unnest($1::bigint[], $2::int[], $3::text[], $4::jsonb[], $5::timestamptz[])
  AS u(alert, episode, chain, progress, due_at)
WHERE x.alert = u.alert AND x.episode = u.episode AND x.chain = u.chain
"""
PUT_DUE = """
UPDATE alerts.escalations SET due_at = $4 WHERE alert = $1 AND episode = $2 AND chain = $3
"""
ADD_CALLS = """
INSERT INTO alerts.escalation_calls (alert, episode, chain, kind, turn, round, step, called_at,
  severity, receivers)
SELECT * FROM unnest($1::bigint[], $2::int[], $3::text[], $4::text[], $5::int[], $6::int[],
  $7::int[], $8::timestamptz[], $9::text[], $10::jsonb[])
"""
COUNT_DUE = "SELECT count(*) FROM alerts.escalations WHERE due_at <= $1"
LIST = """
SELECT chain, progress, due_at FROM alerts.escalations WHERE alert = $1 AND episode = $2
ORDER BY chain
"""
LIST_CALLS = """
SELECT chain, kind, turn, round, step, called_at, severity, receivers FROM alerts.escalation_calls
WHERE alert = $1 AND episode = $2 ORDER BY call DESC LIMIT $3
"""


class StartedChain(NamedTuple):
    """An escalation of an episode that was told now."""

    alert: int
    episode: int
    chain: str
    workspace: str
    kept: Chain
    progress: EscalationProgress
    due_at: datetime


class DueChain(NamedTuple):
    alert: int
    episode: int
    chain: str


class ChainRow(Struct, frozen=True):
    """An escalation with its episode as it is under the lock; what is JSON is read later, so that
    one which cannot be read keeps no other back."""

    alert: int
    episode: int
    chain: str
    workspace: str
    kept: Any
    progress: Any
    answered_at: datetime | None
    fingerprint: str
    labels: dict[str, str]
    open: bool
    severity: str
    routing_labels: dict[str, str]
    response: Any

    @property
    def due(self) -> DueChain:
        return DueChain(self.alert, self.episode, self.chain)

    @property
    def key(self) -> Key:
        return Key(self.alert, self.episode)


class EscalationCall(NamedTuple):
    """Whom it called, or that it set the alert free; `step` is that of a round, from 1. The names
    are keys: an array of arrays would be one array for the database."""

    alert: int
    episode: int
    chain: str
    kind: CallKind
    turn: int
    round: int
    step: int | None
    called_at: datetime
    severity: str
    receivers: dict[str, bool]


class ChainStanding(NamedTuple):
    chain: str
    progress: EscalationProgress
    due_at: datetime | None


class CallRecord(NamedTuple):
    """`EscalationCall` of one episode, as it is on record."""

    chain: str
    kind: CallKind
    turn: int
    round: int
    step: int | None
    called_at: datetime
    severity: str
    receivers: dict[str, bool]

    def shown(self) -> dict[str, Any]:
        """As people read it below its escalation."""
        fields = {**self._asdict(), "receivers": sorted(self.receivers)}
        return {name: value for name, value in fields.items() if name != "chain"}


async def start(conn: Conn, found: Sequence[StartedChain]) -> None:
    """Those that an episode does not have yet."""
    if found:
        await conn.execute(START, *columns(found, len(StartedChain._fields)))


async def take_due(conn: Conn, now: datetime, limit: int) -> list[ChainRow]:
    """Locks up to `limit` that are due and that no other replica holds."""
    due = await fetch(conn, DueChain, TAKE_DUE, now, limit)
    return await fetch(conn, ChainRow, FIND, *columns(due, 3)) if due else []


async def put(
    conn: Conn, found: Sequence[tuple[DueChain, EscalationProgress, datetime | None]]
) -> None:
    """Where these stand now, and when they are due."""
    await conn.execute(PUT, *columns([(*one, progress, due) for one, progress, due in found], 5))


async def put_due(conn: Conn, one: DueChain, due_at: datetime) -> None:
    """One that could not be looked at is due again at `due_at`."""
    await conn.execute(PUT_DUE, *one, due_at)


async def add_calls(conn: Conn, found: Sequence[EscalationCall]) -> None:
    await conn.execute(ADD_CALLS, *columns(found, len(EscalationCall._fields)))


async def count_due(conn: Conn, now: datetime) -> int:
    return int(await conn.fetchval(COUNT_DUE, now))


async def list_of(conn: Conn, key: Key) -> list[ChainStanding]:
    """The escalations of an episode."""
    rows = await conn.fetch(LIST, *key)
    return [
        ChainStanding(
            row["chain"], msgspec.convert(row["progress"], EscalationProgress), row["due_at"]
        )
        for row in rows
    ]


async def list_calls(conn: Conn, key: Key, limit: int) -> list[CallRecord]:
    """Their calls, the newest first."""
    return await fetch(conn, CallRecord, LIST_CALLS, *key, limit)
