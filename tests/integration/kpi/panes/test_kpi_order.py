"""The order of catalog.v1 and metrics.v1 decides no figure, and no replica stands in another's way.

Against a model that knows every mapping and campaign from the beginning. The one thing that order
decides is conflicting input: a delta's id with two bodies, a revision with two values, a fact in
two periods because its source's time zone was changed.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpi_monitor.intake.handlers import Intake
from kpi_monitor.windows import HOUR_MS, to_ms
from shared.database.clock import ManualClock
from shared.database.pool import transaction
from shared.events import CatalogItem, MetricsEvent
from shared.kafka.consumer import Received
from tests.integration.kpi.kpi_world import World, empty_tables, world
from tests.unit.kpi.builders import at, heartbeat, metrics_event

CAMPAIGNS = {"cn": "CNY", "us": "USD"}
MAPPED = {"1": "cn", "2": "us"}
BUSY_ROUNDS = 25


class Told(NamedTuple):
    """`subject`: a campaign by its name, or the number of an entity that is mapped to one.

    `zone`: the hours by which the zone of the source at that time moves what a label means.
    """

    subject: str
    mode: str
    revision: int
    currency: str | None
    money: bool
    zone: int

    @property
    def is_foreign(self) -> bool:
        currency = CAMPAIGNS[MAPPED.get(self.subject, self.subject)]
        return self.money and self.currency not in (None, currency)

    def event(self, number: int) -> MetricsEvent:
        amounts = {"clicks": 10 + self.revision + number % 7}
        stated = {**amounts, "revenue": f"{100 * (number + 1)}.00"} if self.money else amounts
        mapped = self.subject in MAPPED
        place = {
            "campaign": None if mapped else self.subject,
            "line": None if mapped else "L1",
            "entity": {"ad": self.subject} if mapped else None,
        }
        return metrics_event(
            9,
            **place,
            id=f"e-{number}",
            source="ads/1" if self.mode == "snapshot" else "taps/1",
            mode=self.mode,
            revision=self.revision,
            measures=stated,
            currency=self.currency,
            period_start=at(9 + self.zone),
            period_end=at(10 + self.zone),
        )


Pane = tuple[str, str, int, int]
"""(campaign, measure, hour in which the period begins, mark as an hour or 0)."""


def model(told: Sequence[Told], heartbeats: set[int]) -> dict[Pane, int]:
    """Greatest revisions, each fact in its first period, and deltas; money in the campaign's
    currency, counts in any."""
    sums: dict[Pane, int] = {}
    facts: dict[str, tuple[int, dict[str, int], int]] = {}
    complete = 0
    for number, one in enumerate(told):
        complete = 10 + number if number - 1 in heartbeats else complete
        campaign = MAPPED.get(one.subject, one.subject)
        measures = dict(one.event(number).data.measures)
        if one.is_foreign:
            del measures["revenue"]
        stated = {name: int(str(value).removesuffix(".00")) for name, value in measures.items()}
        begin, known, old = 9 + one.zone, 0, {}
        if one.mode == "snapshot":
            revision, old, begin = facts.get(one.subject, (0, {}, begin))
            if one.revision <= revision:
                continue
            facts[one.subject] = one.revision, stated, begin
            known = complete if complete > begin else 0
        for name in {**old, **stated}:
            if (gained := stated.get(name, 0) - old.get(name, 0)) or name not in old:
                pane = campaign, name, begin, known
                sums[pane] = sums.get(pane, 0) + gained
    return sums


TOLD = st.builds(
    Told,
    subject=st.sampled_from([*CAMPAIGNS, *MAPPED]),
    mode=st.sampled_from(["snapshot", "snapshot", "delta"]),
    revision=st.integers(1, 5),
    currency=st.sampled_from([None, "CNY", "USD"]),
    money=st.booleans(),
    zone=st.sampled_from([0, 0, 2, -8]),
)


@pytest_asyncio.fixture(loop_scope="session")
async def kpi(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with world(database_url, tmp_path, at(24)) as made:
        yield made


def planning(kpi: World) -> list[list[Received]]:
    """What catalog.v1 tells, one message each."""
    mappings = [
        CatalogItem(
            kind="mapping",
            id=f"{source}-{ad}",
            version=1,
            effective_from=None,
            object={
                "source": source,
                "match": {"ad": ad},
                "campaign": campaign,
                "line": "L1",
                "effective_from": None,
            },
        )
        for ad, campaign in MAPPED.items()
        for source in ("ads/1", "taps/1")
    ]
    campaigns = [kpi.campaign(name, currency=currency) for name, currency in CAMPAIGNS.items()]
    return campaigns + [kpi.catalog(one) for one in mappings]


async def fold_all(
    kpi: World, polls: Sequence[Sequence[Received]]
) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """The panes after these polls, told to an empty service, and what is kept aside."""
    async with transaction(kpi.pool) as conn:
        await empty_tables(conn)
    handlers = Intake(kpi.settings, ManualClock())
    for poll in polls:
        await kpi.fold(poll, handlers)
    rows = await kpi.rows(
        "SELECT campaign, measure, start_ms, end_ms, known_ms, amount / 1000000 AS amount"
        " FROM kpi.panes JOIN kpi.series USING (series) ORDER BY 1, 2, 3, 4, 5"
    )
    held = await kpi.rows(
        "SELECT entity, period, start_ms, known_ms, measures, currency, told, amount"
        " FROM kpi.held ORDER BY 1, 2, 3, 4, 5, 6, 7"
    )
    return [tuple(row) for row in rows], [tuple(row) for row in held]


def hour(instant_ms: int) -> int:
    return (instant_ms - to_ms(at(0))) // HOUR_MS if instant_ms else 0


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    told=st.lists(TOLD, min_size=1, max_size=7),
    heartbeats=st.sets(st.integers(0, 6), max_size=2),
    planned=st.lists(st.integers(0, 7), min_size=6, max_size=6),
    joined=st.sets(st.integers(0, 16), max_size=8),
)
async def test_the_order_of_the_two_topics_and_their_polls_decides_nothing(
    kpi: World, told: list[Told], heartbeats: set[int], planned: list[int], joined: set[int]
) -> None:
    metrics = []
    for number, one in enumerate(told):
        metrics.append(kpi.metrics(one.event(number)))
        if number in heartbeats:
            metrics[-1] += kpi.metrics(heartbeat(11 + number))
    plans = planning(kpi)
    expected = await fold_all(kpi, [*plans, *metrics])
    assert {
        (campaign, measure, hour(start), hour(known)): amount
        for campaign, measure, start, _, known, amount in expected[0]
    } == model(told, heartbeats)
    assert all(end == start + HOUR_MS for _, _, start, end, _, _ in expected[0])
    assert {row[4] for row in expected[1]} == {"revenue" for one in told if one.is_foreign}
    mixed: list[list[Received]] = []
    for number, records in enumerate([*metrics, []]):
        mixed += [plan for plan, at_event in zip(plans, planned, strict=True) if at_event == number]
        mixed.append(records)
    mixed += [plan for plan, at_event in zip(plans, planned, strict=True) if at_event > len(told)]
    polls: list[list[Received]] = []
    for number, records in enumerate(mixed):
        if polls and number in joined:
            polls[-1] = polls[-1] + records
        else:
            polls.append(list(records))
    assert await fold_all(kpi, polls) == expected
    assert await fold_all(kpi, [*polls, *mixed]) == expected


def unmapped(workspace: str, number: int) -> MetricsEvent:
    return metrics_event(
        9,
        workspace=workspace,
        source=f"s/{number}",
        campaign=None,
        line=None,
        entity={"campaign": str(number)},
        report=f"r{number}",
    )


def unplanned_money(workspace: str, number: int) -> MetricsEvent:
    return metrics_event(
        9,
        workspace=workspace,
        source=f"m/{number}",
        campaign=f"c{number}",
        report=f"q{number}",
        measures={"revenue": "1.00"},
        currency="CNY",
    )


async def test_replicas_that_keep_things_aside_in_several_workspaces_take_turns(
    kpi: World,
) -> None:
    """Before, each locked a workspace for its mappings and then another one for its campaigns."""
    failed: list[asyncpg.PostgresError] = []

    async def replica(first: int, entities: str, money: str) -> None:
        handlers = Intake(kpi.settings, ManualClock())
        for number in range(first, first + BUSY_ROUNDS):
            events = unmapped(entities, number), unplanned_money(money, number)
            try:
                async with transaction(kpi.pool) as conn:
                    await handlers.on_batch(conn, kpi.metrics(*events))
            except asyncpg.PostgresError as error:
                failed.append(error)

    await asyncio.gather(replica(1000, "a", "b"), replica(2000, "b", "a"))
    assert failed == []
    assert len(await kpi.rows("SELECT FROM kpi.held")) == 4 * BUSY_ROUNDS
