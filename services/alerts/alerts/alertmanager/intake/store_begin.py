"""SQL of alerts that begin: alert, episode, first transition and what is shown of it, in one
statement, for thousands may begin at once. It writes what `episodes.merge` would.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from alerts.episodes.rules import Key
from alerts.incoming.signal import Signal
from shared.database.pool import Conn, columns

BEGIN = """
WITH known AS (
  INSERT INTO alerts.alerts AS a (workspace, fingerprint, campaign, labels, episodes)
  SELECT $1, u.fingerprint, u.campaign, u.labels, 1
  FROM unnest($3::text[], $4::text[], $5::jsonb[]) AS u(fingerprint, campaign, labels)
  ON CONFLICT (workspace, fingerprint) DO UPDATE SET episodes = a.episodes + 1
  RETURNING alert, episodes AS episode, fingerprint),
begun AS MATERIALIZED (
  SELECT known.alert, known.episode, u.*
  FROM unnest($3::text[], $5::jsonb[], $6::text[], $7::timestamptz[], $8::timestamptz[],
    $9::boolean[], $10::jsonb[], $11::text[], $12::text[], $13::jsonb[])
    AS u(fingerprint, labels, signals, starts_at, ends_at, times_out, annotations, link, severity,
    signal)
  JOIN known USING (fingerprint)),
episodes AS (
  INSERT INTO alerts.episodes (alert, episode, workspace, breach, seq, state, severity,
    restated_at, starts_at, decided_at, routing_labels)
  SELECT alert, episode, $1, signals, 1, 'firing', severity, 0, starts_at, $2, labels FROM begun),
transitions AS (
  INSERT INTO alerts.transitions (alert, episode, seq, signal)
  SELECT alert, episode, 1, signal FROM begun),
shown AS (
  INSERT INTO alerts.foreign_alerts (alert, episode, workspace, fingerprint, signals, newest, open,
    starts_at, ends_at, times_out, check_at, updated_at, annotations, link)
  SELECT alert, episode, $1, fingerprint, signals, true, true, starts_at, ends_at, times_out,
    ends_at, $2, annotations, link FROM begun)
SELECT alert, episode, signals FROM begun
"""


class BeginningEpisode(NamedTuple):
    """An alert's next episode, with its first signal; none of the same alert is open."""

    fingerprint: str
    campaign: str | None
    labels: dict[str, str]
    signals: str
    starts_at: datetime
    ends_at: datetime
    times_out: bool
    annotations: dict[str, str]
    link: str
    severity: str
    signal: Signal


async def begin(
    conn: Conn, workspace: str, rows: Sequence[BeginningEpisode], now: datetime
) -> dict[str, Key]:
    """Writes them, each alert once; the episodes by the id of their signals."""
    values = columns(rows, len(BeginningEpisode._fields))
    found = await conn.fetch(BEGIN, workspace, now, *values)
    return {row["signals"]: Key(row["alert"], row["episode"]) for row in found}
