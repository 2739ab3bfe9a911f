"""Metrics follow mappings: whatever the order of both, they lie where the mappings in force say.

Against a model that knows nothing of order: it places all that was told at the end.
"""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest_asyncio
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kpi_monitor.intake.handlers import Intake
from kpi_monitor.windows import HOUR_MS, to_ms
from shared.database.clock import ManualClock
from shared.database.pool import transaction
from shared.entity_mapping import EntityMapping, MappingIndex, match_of
from shared.events import CatalogItem, MetricsEvent
from shared.kafka.consumer import Received
from tests.integration.kpi.kpi_world import World, empty_tables, world
from tests.unit.kpi.builders import at, heartbeat, metrics_event

M = 1_000_000
CURRENCIES = {"cn": "CNY", "us": "USD"}
FIRST_HOUR = 4
Line = tuple[str, str]


class Told(NamedTuple):
    """An event about an ad of a campaign of the platform's, in one of two hours.

    `late`: after its source was complete past the end of that hour.
    """

    ad: str
    hour: int
    mode: str
    revision: int
    currency: str | None
    money: bool
    device: str | None
    late: bool

    @property
    def entity(self) -> dict[str, str]:
        return {"campaign": "9", "ad": self.ad}

    def event(self, number: int) -> MetricsEvent:
        measures: dict[str, int | str] = {"clicks": 10 + self.revision + number % 7}
        if self.money:
            measures["revenue"] = f"{100 * (number + 1)}.00"
        hour = FIRST_HOUR + self.hour
        return metrics_event(
            hour,
            campaign=None,
            line=None,
            entity=self.entity,
            id=f"e-{number}",
            source="ads/1" if self.mode == "snapshot" else "taps/1",
            mode=self.mode,
            revision=self.revision,
            measures=measures,
            currency=self.currency,
            dims=None if self.device is None else {"device": self.device},
            time=at(hour + 1),
        )


class Change(NamedTuple):
    """A mapping as it stands from now on: where it leads, or None when it is withdrawn."""

    name: str
    leads: Line | None


LESSER, SPECIFIC, SINCE = "lesser", "specific", "since"
MATCHES: dict[str, tuple[dict[str, str], int | None]] = {
    LESSER: ({"campaign": "9"}, None),
    SPECIFIC: ({"ad": "1"}, None),
    SINCE: ({"campaign": "9"}, FIRST_HOUR + 1),
}
SOURCES = ("ads/1", "taps/1")

TOLD = st.builds(
    Told,
    ad=st.sampled_from(["1", "2"]),
    hour=st.integers(0, 1),
    mode=st.sampled_from(["snapshot", "snapshot", "delta"]),
    revision=st.integers(1, 4),
    currency=st.sampled_from([None, "CNY", "USD"]),
    money=st.booleans(),
    device=st.sampled_from([None, "a"]),
    late=st.booleans(),
)
CHANGE = st.builds(
    Change,
    name=st.sampled_from(list(MATCHES)),
    leads=st.sampled_from([None, ("cn", "L1"), ("cn", "L2"), ("us", "L1")]),
)


@pytest_asyncio.fixture(loop_scope="session")
async def kpi(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with world(database_url, tmp_path, at(24)) as made:
        yield made


def mapping_items(change: Change, version: int) -> list[CatalogItem]:
    """One per source; what is withdrawn is told with what it was."""
    match, hour = MATCHES[change.name]
    campaign, line = change.leads or ("cn", "L1")
    since = None if hour is None else at(hour).isoformat()
    return [
        CatalogItem(
            kind="mapping",
            id=f"{change.name}-{source}",
            version=version,
            effective_from=None,
            deleted=change.leads is None,
            object={
                "source": source,
                "match": match,
                "campaign": campaign,
                "line": line,
                "effective_from": since,
            },
        )
        for source in SOURCES
    ]


def index_of(changes: Sequence[Change]) -> MappingIndex:
    """The mappings that are left after these."""
    last = {change.name: change.leads for change in changes}
    return MappingIndex(
        EntityMapping(
            name,
            source,
            match_of(MATCHES[name][0]),
            *leads,
            None if MATCHES[name][1] is None else at(MATCHES[name][1] or 0),
        )
        for name, leads in last.items()
        if leads is not None
        for source in SOURCES
    )


Pane = tuple[str, str, str, int, int]
"""(campaign, line, measure, hour, hours of the mark)."""
Held = tuple[str, int, str]
"""(ad, hour, measure)."""


class Model(NamedTuple):
    """All that was told, placed at once by the mappings that are left."""

    panes: dict[Pane, int]
    held: set[Held]


def model(told: Sequence[Told], index: MappingIndex) -> Model:
    panes: dict[Pane, int] = {}
    held: set[Held] = set()
    facts: dict[tuple[Any, ...], tuple[int, dict[str, int]]] = {}
    for number, one in enumerate(told):
        hour = FIRST_HOUR + one.hour
        source = "ads/1" if one.mode == "snapshot" else "taps/1"
        place = index.resolve(source, one.entity, at(hour))
        stated = {
            name: int(str(value).removesuffix(".00"))
            for name, value in one.event(number).data.measures.items()
        }
        if place is None:
            held |= {(one.ad, hour, name) for name in stated}
            continue
        if "revenue" in stated and one.currency not in (None, CURRENCIES[place[0]]):
            held.add((one.ad, hour, "revenue"))
            del stated["revenue"]
        known = 12 if one.late else 0
        old: dict[str, int] = {}
        if one.mode == "snapshot":
            fact = one.ad, hour, one.device
            revision, old = facts.get(fact, (0, {}))
            if one.revision <= revision:
                continue
            facts[fact] = one.revision, stated
        for name in {**old, **stated}:
            pane = (*place, name, hour, known)
            panes[pane] = panes.get(pane, 0) + stated.get(name, 0) - old.get(name, 0)
    return Model({pane: amount for pane, amount in panes.items() if amount}, held)


async def stored(kpi: World) -> Model:
    rows = await kpi.rows(
        "SELECT campaign, line, measure, start_ms, known_ms, amount / 1000000 AS amount"
        " FROM kpi.panes JOIN kpi.series USING (series) WHERE amount <> 0"
    )
    panes = {
        (row[0], row[1], row[2], hour_of(row["start_ms"]), hour_of(row["known_ms"])): row["amount"]
        for row in rows
    }
    aside = await kpi.rows("SELECT levels, start_ms, measures FROM kpi.held")
    held = {
        (row["levels"]["ad"], hour_of(row["start_ms"]), name)
        for row in aside
        for name in row["measures"].split("\n")
    }
    return Model(panes, held)


def hour_of(instant_ms: int) -> int:
    return (instant_ms - to_ms(at(0))) // HOUR_MS if instant_ms else 0


async def begin(kpi: World) -> Intake:
    async with transaction(kpi.pool) as conn:
        await empty_tables(conn)
    handlers = Intake(kpi.settings, ManualClock())
    for name, currency in CURRENCIES.items():
        await kpi.fold(kpi.campaign(name, currency=currency), handlers)
    return handlers


def ordered(told: Sequence[Told]) -> list[Told]:
    """Who was in time before those who were late; ids and revisions as the stream has them."""
    return sorted(told, key=lambda one: one.late)


def distinct(told: Sequence[Told]) -> list[Told]:
    """One value for each revision of a fact, and all revisions with money, in one currency, or
    none: what contradicts itself is decided by order."""
    money: dict[tuple[Any, ...], tuple[str | None, bool]] = {}
    kept, revisions = [], set()
    for one in told:
        fact = one.ad, one.hour, one.device
        if one.mode == "delta":
            kept.append(one)
        elif (*fact, one.revision) not in revisions:
            revisions.add((*fact, one.revision))
            currency, has_money = money.setdefault(fact, (one.currency, one.money))
            kept.append(one._replace(currency=currency, money=has_money))
    return kept


@settings(
    max_examples=60,
    phases=[Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    told=st.lists(TOLD, min_size=1, max_size=7).map(distinct).map(ordered),
    changes=st.lists(CHANGE, min_size=1, max_size=6),
    places=st.lists(st.integers(0, 8), min_size=6, max_size=6),
    joined=st.sets(st.integers(0, 16), max_size=8),
)
async def test_metrics_lie_where_the_mappings_that_are_left_say(
    kpi: World,
    told: list[Told],
    changes: list[Change],
    places: list[int],
    joined: set[int],
) -> None:
    handlers = await begin(kpi)
    in_time = sum(not one.late for one in told)
    steps: list[tuple[int, list[Received]]] = []
    for number, one in enumerate(told):
        if number == in_time:
            beats = [heartbeat(12, source=source) for source in SOURCES]
            steps.append((number, kpi.metrics(*beats)))
        steps.append((number, kpi.metrics(one.event(number))))
    for version, (change, place) in enumerate(
        zip(changes, sorted(places[: len(changes)]), strict=True), start=1
    ):
        steps.append((place, kpi.catalog(*mapping_items(change, version))))
    polls: list[list[Received]] = []
    for number, (_, records) in enumerate(sorted(steps, key=lambda step: step[0])):
        if polls and number in joined:
            polls[-1] = polls[-1] + records
        else:
            polls.append(list(records))
    for poll in polls:
        await kpi.fold(poll, handlers)
    assert await kpi.rejected() == []
    assert await stored(kpi) == model(told, index_of(changes))
    for poll in polls:
        await kpi.fold(poll, handlers)
    assert await stored(kpi) == model(told, index_of(changes))
