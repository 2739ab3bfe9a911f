"""Money that waits in suspense for too long is a breach, to the owner of the workspace. Pure.

The first watch that is due by time: budget tells what waits in each source's suspense, and since
when (catalog.v1, kind `suspense`); nothing has to happen for it to become too long.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from kpi_monitor.catalogue.objects import SuspenseObject
from shared.events import Breach, BreachFigures
from shared.money import format_ratio

RULE = "suspense"
"""Name of the rule in breaches; its groups are sources, which no rule of a person has."""


class Standing(NamedTuple):
    """What is stored of a source: what was told of it, and its breach. `seq` is the last one."""

    workspace: str
    source: str
    told: SuspenseObject
    episode: int
    seq: int
    is_open: bool


def judge(
    standing: Standing, firing: Breach | None, now: datetime, limit: timedelta, owner: str | None
) -> Breach | None:
    """The next transition; None when nothing changes. `firing`: how the open breach began.

    What began a breach is kept to its end, so that it ends for the same people.
    """
    since = standing.told.since
    too_long = since is not None and now - since >= limit
    if too_long == standing.is_open:
        return None
    if standing.is_open:
        # Another replica has begun it since this one looked: the end is told at the next look.
        if firing is None:
            return None
        return _breach(standing, (now, firing.since), limit, firing.owner, firing.labels)
    if since is not None:
        labels = {"rule": RULE, "source": standing.source}
        return _breach(standing, (now, since), limit, owner, labels)
    return None


def newer_figures(standing: Standing, now: datetime) -> BreachFigures | None:
    """What waits now, for reminders of the open breach; None without one."""
    told = standing.told
    if not standing.is_open or told.since is None:
        return None
    waited = now - told.since
    return BreachFigures(
        breach=_name(standing, standing.episode),
        seq=standing.seq,
        rule=RULE,
        group={"source": standing.source},
        value=_hours(waited),
        numbers=_numbers(told, waited),
        window=None,
        sources=[],
        plan_version=None,
        figures_at=now,
        decided_at=now,
    )


def _name(standing: Standing, episode: int) -> str:
    return f"{RULE}/source:{standing.source}/{episode}"


def _breach(
    standing: Standing,
    times: tuple[datetime, datetime],
    limit: timedelta,
    owner: str | None,
    labels: dict[str, str],
) -> Breach:
    now, began = times
    told, group = standing.told, {"source": standing.source}
    episode = standing.episode + (not standing.is_open)
    waited = now - told.since if told.since is not None else timedelta(0)
    currencies = [amount.currency for amount in told.amounts]
    return Breach(
        breach=_name(standing, episode),
        seq=standing.seq + 1 if standing.is_open else 1,
        rule=RULE,
        rule_version=1,
        kind="suspense",
        group=group,
        transition="resolved" if standing.is_open else "firing",
        reason="recovered" if standing.is_open else "threshold_crossed",
        severity="warning",
        previous_severity="warning" if standing.is_open else None,
        crossed=[] if standing.is_open else [_hours(limit)],
        value=_hours(waited),
        threshold=_hours(limit),
        op=">=",
        window=None,
        numbers=_numbers(told, waited),
        sources=[],
        plan_version=None,
        names={"source": standing.source},
        owner=owner,
        labels=labels,
        annotations={"names": ", ".join(told.names) or None, "runbook": None},
        corrects=None,
        event_time=now,
        decided_at=now,
        since=began,
        kpi="",
        currency=currencies[0] if len(currencies) == 1 else None,
        subject=group,
        figures_at=now,
    )


def _numbers(told: SuspenseObject, waited: timedelta) -> dict[str, str]:
    """Amounts of several currencies are told apart: they have no sum."""
    numbers = {"items": str(told.items)}
    if len(told.amounts) == 1:
        numbers["amount"] = told.amounts[0].amount
    else:
        numbers |= {f"amount {one.currency}": one.amount for one in told.amounts}
    if told.since is not None:
        numbers["hours"] = str(waited // timedelta(hours=1))
    return numbers


def _hours(span: timedelta) -> str:
    """With six decimals, as ratios are."""
    hours = format_ratio(span // timedelta(seconds=1), 3600)
    assert hours is not None, "an hour is not zero"
    return hours
