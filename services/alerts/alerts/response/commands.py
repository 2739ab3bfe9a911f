"""What people do about alerts, one or many at once, in one transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, get_args

from msgspec.structs import replace

from alerts.episodes.rules import Key
from alerts.episodes.store import wake_escalations
from alerts.quiet.store import put_muted_due
from alerts.response import store
from alerts.response.rules import Action, ActionKind, EpisodeResponse, respond
from alerts.response.store import NewestEpisode
from shared import metrics
from shared.database.clock import Clock
from shared.database.pool import Conn
from shared.errors import ConflictError, InvalidError, PacelineError
from shared.http.reach import Reach
from shared.logs import get_logger

log = get_logger(__name__)

SNOOZE_MAX = timedelta(days=30)
ALWAYS: frozenset[ActionKind] = frozenset({"comment"})
"""What can be done about an alert that is over, too."""


class Answering(NamedTuple):
    """Who answers, how far they reach, and the transaction; the moment is that of `clock`."""

    conn: Conn
    reach: Reach
    made_by: str
    clock: Clock


class ActionTerms(NamedTuple):
    """An action as somebody asks for it; a snooze ends at `until` or after `duration`."""

    kind: ActionKind
    comment: str = ""
    until: datetime | None = None
    duration: timedelta | None = None
    assignee: str | None = None


def start_counters() -> None:
    """Every label value from 0, so that a first one is a step a rate can see."""
    for kind in get_args(ActionKind):
        metrics.RESPONSES.labels(kind)


async def answer_one(
    answering: Answering, alert: int, terms: ActionTerms
) -> tuple[NewestEpisode, datetime]:
    """The alert as answered to, and when. Raises what `answer` says of it."""
    found, now = await answer(answering, [alert], terms)
    outcome = found[alert]
    if isinstance(outcome, PacelineError):
        raise outcome
    return outcome, now


async def answer(
    answering: Answering, alerts: Sequence[int], terms: ActionTerms
) -> tuple[dict[int, NewestEpisode | PacelineError], datetime]:
    """Does it to each of these; by alert what came of it, and when. Refused of one are
    `alert_unknown`, `out_of_reach`, `alert_over`. Raises InvalidError `snooze_over`,
    `snooze_too_long`."""
    conn, reach = answering.conn, answering.reach
    groups = await store.lock(conn, reach.workspace, alerts)
    now = await answering.clock.now(conn)
    known = await store.find(conn, reach.workspace, alerts)
    action = _action(terms, answering.made_by, now)
    outcomes: dict[int, NewestEpisode | PacelineError] = {}
    changed: list[tuple[Key, EpisodeResponse]] = []
    for alert in dict.fromkeys(alerts):
        subject = known.get(alert)
        if subject is None or not reach.covers(subject.campaign):
            outcomes[alert] = _known(reach.unknown("alert", alert, to_write=True))
            continue
        if not subject.open and terms.kind not in ALWAYS:
            outcomes[alert] = ConflictError(
                "alert_over", f"alert {alert} is over: only a comment can be added to it"
            )
            continue
        after = respond(subject.response, action, subject.severity)
        is_changed = after != subject.response
        outcomes[alert] = subject._replace(response=after, changed=is_changed)
        if is_changed:
            changed.append((subject.key, after))
    answered = [known[alert].key for alert in outcomes if _is_done(outcomes[alert])]
    await wake_escalations(conn, answered, now, answered=True)
    if changed:
        written = await _timed(conn, known, changed)
        await store.put(conn, written)
        await store.add_actions(conn, [(key, action) for key, _ in written])
        await store.put_due(conn, groups, now)
        if terms.kind == "unsnooze":
            await put_muted_due(conn, reach.workspace, now, groups)
        metrics.RESPONSES.labels(terms.kind).inc(len(written))
        log.info("answered", action=terms.kind, by=answering.made_by, alerts=len(written))
        for key, after in written:
            outcomes[key.alert] = known[key.alert]._replace(response=after, changed=True)
    return outcomes, now


def _is_done(outcome: NewestEpisode | PacelineError) -> bool:
    return isinstance(outcome, NewestEpisode)


def _action(terms: ActionTerms, made_by: str, now: datetime) -> Action:
    until = terms.until
    if terms.kind == "snooze":
        if terms.duration is not None:
            until = now + terms.duration
        assert until is not None
        if until <= now:
            raise InvalidError(
                "snooze_over", "the snooze would be over already: choose a later end"
            )
        if until > now + SNOOZE_MAX:
            raise InvalidError(
                "snooze_too_long",
                f"a snooze lasts at most {SNOOZE_MAX.days} days: for longer make a silence",
            )
    return Action(
        kind=terms.kind,
        made_by=made_by,
        made_at=now,
        comment=terms.comment,
        until=until,
        assignee=terms.assignee,
    )


async def _timed(
    conn: Conn, known: dict[int, NewestEpisode], changed: Sequence[tuple[Key, EpisodeResponse]]
) -> list[tuple[Key, EpisodeResponse]]:
    """Those that are acknowledged for the first time with how long people took to it."""
    first = [
        key
        for key, after in changed
        if after.acknowledged_at is not None and known[key.alert].response.acknowledged_at is None
    ]
    waited = await store.find_since_delivered(conn, first) if first else {}
    for seconds in waited.values():
        metrics.ACKNOWLEDGED_AFTER.observe(seconds)
    return [
        (key, replace(after, acknowledged_after_s=waited[key]) if key in waited else after)
        for key, after in changed
    ]


def _known(error: Exception) -> PacelineError:
    assert isinstance(error, PacelineError)
    return error
