"""One alert as people read it: how it stands, who answered what, who was told, what mutes it."""

from datetime import datetime
from typing import Any

import msgspec

from alerts.configuration.flapping import Spell
from alerts.configuration.tree import Configuration
from alerts.episodes.rules import Key
from alerts.escalation import store as store_escalations
from alerts.quiet import store_flapping
from alerts.quiet.load import load_quiet
from alerts.quiet.mute import Mute, flapping_mute
from alerts.record import audit, store, store_alert
from alerts.response import schemas as responses
from alerts.response import store as store_responses
from alerts.response.past import find_past
from alerts.response.rules import NO_RESPONSE, EpisodeResponse
from alerts.response.store import NewestEpisode
from alerts.routing import snapshot
from shared.database.pool import Conn
from shared.http.reach import Reach

HISTORY_MAX = 200
"""Newest actions that are shown of an alert."""


def alert_view(row: store.AlertRecord, now: datetime) -> dict[str, Any]:
    """An alert of a list."""
    fields = msgspec.structs.asdict(row)
    explain = audit.explain(fields.pop("signal"))
    response: EpisodeResponse = fields.pop("response") or NO_RESPONSE
    shown = responses.view(_subject(row), now)
    state, made_by = shown["state"], shown["made_by"]
    return {
        **fields,
        "alert": str(row.alert),
        "explain": explain,
        "acknowledged_by": made_by if state == "acknowledged" else None,
        "closed_by": made_by if state == "closed" else None,
        "snoozed_until": shown["until"],
        "assignee": response.assignee,
        "acknowledged_after_s": response.acknowledged_after_s,
    }


async def read_alert(
    conn: Conn, reach: Reach, configuration: Configuration | None, alert: int, now: datetime
) -> dict[str, Any]:
    """Everything of one. Raises NotFoundError `alert_unknown`."""
    rows = await store.list_alerts(conn, reach, alert - 1, store.AlertFilter(None, None), 1)
    row = next((one for one in rows if one.alert == alert), None)
    if row is None:
        raise reach.unknown("alert", alert)
    key = Key(row.alert, row.episode)
    spell = await _find_spell(conn, configuration, alert, now)
    return {
        **alert_view(row, now),
        "response": responses.view(_subject(row), now),
        "actions": await store_responses.list_actions(conn, alert, HISTORY_MAX),
        "escalations": await _escalations(conn, key),
        "past": [one.shown() for one in await find_past(conn, key)],
        "told": [one._asdict() for one in await store_alert.find_told(conn, key)],
        "mutes": await _mutes(conn, reach.workspace, configuration, row, now, spell=spell),
        "flapping": spell
        and {"since": spell.since, "openings": spell.openings, "until": spell.until},
    }


async def _escalations(conn: Conn, key: Key) -> list[dict[str, Any]]:
    calls = await store_escalations.list_calls(conn, key, HISTORY_MAX)
    return [
        {
            "escalation": one.chain,
            "state": one.progress.state,
            "turn": one.progress.turn,
            "next_at": one.due_at,
            "calls": [call.shown() for call in calls if call.chain == one.chain],
        }
        for one in await store_escalations.list_of(conn, key)
    ]


async def _find_spell(
    conn: Conn, configuration: Configuration | None, alert: int, now: datetime
) -> Spell | None:
    """The time of flapping that an alert is in."""
    if configuration is None or configuration.flapping is None:
        return None
    openings = await store_flapping.find_openings(conn, [alert])
    return configuration.flapping.spell(openings[alert], now)


async def _mutes(
    conn: Conn,
    workspace: str,
    configuration: Configuration | None,
    row: store.AlertRecord,
    now: datetime,
    *,
    spell: Spell | None,
) -> list[dict[str, Any]]:
    """What keeps an open one from each of its receivers now."""
    subject = _subject(row)
    if not subject.open:
        return []
    routes = await store_alert.find_routes(conn, subject.key)
    asked_of = [one.routing_labels for one in routes]
    quiet = await load_quiet(conn, workspace, configuration, now, asked_of)
    snooze = subject.response.mute(now, row.severity)
    first = {row.alert: spell.episode} if spell else {}
    told = await store_flapping.find_told(conn, [one.group_id for one in routes], first)
    found: list[tuple[str, Mute]] = []
    for route in routes:
        kept = snapshot.from_json(route.snapshot)
        times = snapshot.times_of(configuration, kept)
        mute = quiet.mute_of(row.fingerprint, route.routing_labels, times) or snooze
        if mute is None and kept.intervals.digest is None:
            known = told.get((route.group_id, row.alert), {})
            mute = flapping_mute(spell, row.episode, row.severity, known)
        if mute is not None and (route.receiver, mute) not in found:
            found.append((route.receiver, mute))
    return [
        {"receiver": receiver, "reason": mute.reason, "muted_by": mute.by, "until": mute.until}
        for receiver, mute in found
    ]


def _subject(row: store.AlertRecord) -> NewestEpisode:
    return NewestEpisode(
        row.alert,
        row.campaign,
        row.episode,
        row.state,
        row.severity,
        row.response or NO_RESPONSE,
    )
