"""A KPI over spend is judged on what was told when its window closed, whatever polls and sealing.

The same statements and heartbeats, cut into polls, mixed between partitions and sealed at any
moments, against a model that only knows the order of each partition.
"""

import datetime as dt
import itertools
from collections.abc import AsyncIterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpi_monitor.rules.unit import Pane, Standing
from kpi_monitor.totals import figures as totals
from kpi_monitor.windows import HOUR_MS, to_ms
from shared.events import BudgetTotals
from shared.kafka.consumer import Received
from tests.integration.budget.budget_helpers import (
    PARTITIONS,
    Service,
    approve,
    create_campaign,
    line_body,
    plan_body,
    running_service,
)
from tests.integration.budget.spend import at, delta, heartbeat, snapshot
from tests.unit.kpi.builders import rule
from tests.unit.kpi.judging.judged import judge_windows

BEGIN = at("11-03 00:00")
HOURS = 4
M = 1_000_000
NUMBERS = itertools.count()
DEAR = {
    "op": ">",
    "levels": [{"severity": "warning", "value": "1"}, {"severity": "critical", "value": "2"}],
}


@pytest_asyncio.fixture(loop_scope="session")
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with running_service(database_url, tmp_path) as made:
        await made.set_clock(at("11-04 00:00"))
        yield made


class Spend(NamedTuple):
    """Money of an hour: added, or as a snapshot the whole of it in this partition."""

    hour: int
    amount: int
    mode: str


class Beat(NamedTuple):
    minutes: int


PARTITION = st.lists(
    st.one_of(
        st.builds(
            Spend,
            st.integers(0, HOURS - 1),
            st.integers(1, 20),
            st.sampled_from(["delta", "snapshot"]),
        ),
        # Before, at and after a window's end with and without its maturity of 3 minutes.
        st.builds(
            Beat,
            st.builds(
                lambda hour, late: 60 * hour + late, st.integers(1, HOURS), st.integers(0, 5)
            ),
        ),
    ),
    min_size=2,
    max_size=8,
)
PARTITIONED = st.lists(PARTITION, min_size=PARTITIONS, max_size=PARTITIONS)


def model(told: Sequence[Sequence[Spend | Beat]], maturity: int) -> dict[int, int]:
    """By hour, the spend of closed windows; `maturity` in minutes."""
    sums: dict[int, int] = {}
    heard = []
    for partition in told:
        complete = 0
        facts: dict[int, int] = {}
        for one in partition:
            if isinstance(one, Beat):
                complete = max(complete, one.minutes)
                continue
            gained = one.amount - (facts.get(one.hour, 0) if one.mode == "snapshot" else 0)
            if one.mode == "snapshot":
                facts[one.hour] = one.amount
            if complete < 60 * (one.hour + 1) + maturity:
                sums[one.hour] = sums.get(one.hour, 0) + gained
        heard.append(complete)
    closed = min(heard) - maturity
    return {hour: sums[hour] for hour in sorted(sums) if 60 * (hour + 1) <= closed}


def event(one: Spend | Beat, campaign: str, partition: int, number: int) -> Any:
    source = f"ads/{campaign}"
    if isinstance(one, Beat):
        return heartbeat(source, BEGIN + dt.timedelta(minutes=one.minutes))
    start = BEGIN + dt.timedelta(hours=one.hour)
    if one.mode == "delta":
        name, amount = f"{partition}-{number}", f"{one.amount}.00"
        return delta(source, name, start + dt.timedelta(minutes=59), amount, campaign=campaign)
    period = {
        "report": "hourly",
        "period": f"2025-11-03T{one.hour:02d}",
        "period_start": start,
        "period_end": start + dt.timedelta(hours=1),
        "dims": {"partition": str(partition)},
    }
    told = snapshot(source, "11-03", number + 1, f"{one.amount}.00", start, **period)
    return msgspec.structs.replace(told, data=msgspec.structs.replace(told.data, campaign=campaign))


class Line:
    """A line as kpi-monitor knows it, judged by cost per click over ten clicks an hour."""

    def __init__(self, maturity: int) -> None:
        self._rule = rule(kpi="cpc", min=None, maturity=f"{maturity}m", condition=DEAR)
        self._state = totals.LineState()
        self._standing = Standing(judged_through=to_ms(BEGIN), rule_version=1)
        hours = [to_ms(BEGIN) + hour * HOUR_MS for hour in range(HOURS)]
        self._panes = [Pane("L1", "clicks", one, one + HOUR_MS, 0, 10 * M) for one in hours]
        self.judged: dict[int, Fraction] = {}
        self.transitions: list[Any] = []

    def hear(self, messages: Sequence[dict[str, Any]]) -> None:
        told = [msgspec.convert(one, BudgetTotals) for one in messages]
        self._state, spent = totals.fold(self._state, told)
        self._panes += [
            Pane("L1", "spend", one.start, one.end, one.known, one.amount) for one in spent
        ]
        self._standing, verdicts = judge_windows(
            self._rule,
            self._standing,
            self._panes,
            self._state.complete or 0,
            zone="Asia/Shanghai",
        )
        for verdict in verdicts:
            seen = verdict.seen
            assert seen is not None
            assert seen.window is not None
            assert seen.value is not None
            self.judged[(seen.window.start - to_ms(BEGIN)) // HOUR_MS] = seen.value
            if verdict.judgement.transition is not None:
                self.transitions.append(verdict.judgement.transition)


async def judged(
    service: Service,
    told: Sequence[Sequence[Spend | Beat]],
    maturity: int,
    random: Any,
) -> Line:
    """Any interleaving, any polls, any sealing moments."""
    campaign = f"c{next(NUMBERS)}"
    await create_campaign(service, campaign)
    plan = plan_body(line_body("L1", "1000.00"))
    await approve(service, campaign, plan, effective_from="2025-11-01T00:00:00+08:00")
    waiting: list[list[Received]] = [
        service.receive(
            [event(one, campaign, n, number) for number, one in enumerate(part)], partition=n
        )
        for n, part in enumerate(told)
    ]
    line = Line(maturity)
    while any(waiting):
        poll = [
            random.choice(left).pop(0)
            for _ in range(random.randint(1, 10))
            if (left := [part for part in waiting if part])
        ]
        await service.post_records(poll)
        if random.random() < 0.3:
            await service.post_records(poll)
        if random.random() < 0.5:
            line.hear([one for one in await service.seal() if one["campaign"] == campaign])
    line.hear([one for one in await service.seal() if one["campaign"] == campaign])
    return line


@given(PARTITIONED, st.sampled_from([0, 3, 60]), st.randoms(use_true_random=False))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_polls_partitions_and_sealing_decide_no_judged_value(
    service: Service, told: list[list[Spend | Beat]], maturity: int, random: Any
) -> None:
    # In the end all is complete, so that every window is judged.
    told = [[*part, Beat(60 * HOURS + 60)] for part in told]
    one, other = [await judged(service, told, maturity, random) for _ in range(2)]
    expected = model(told, maturity)
    assert one.judged == {hour: Fraction(spent, 10) for hour, spent in expected.items()}
    assert (one.judged, one.transitions) == (other.judged, other.transitions)


async def test_what_was_told_in_time_and_later_is_told_apart_in_one_message(
    service: Service,
) -> None:
    """10.00 in time, 6.00 less after the heartbeat: sealed together, or before and after it."""
    told = [Spend(0, 10, "snapshot"), Beat(63), Spend(0, 4, "snapshot"), Beat(66)]
    campaign = f"c{next(NUMBERS)}"
    await create_campaign(service, campaign)
    plan = plan_body(line_body("L1", "1000.00"))
    await approve(service, campaign, plan, effective_from="2025-11-01T00:00:00+08:00")
    await service.post(*(event(one, campaign, 0, n) for n, one in enumerate(told)))
    (message,) = [one for one in await service.seal() if one["campaign"] == campaign]
    changes = [(one["amount"], one["known_through"]) for one in message["changes"]]
    assert changes == [("10.00", None), ("-6.00", "2025-11-02T17:03:00Z")]
