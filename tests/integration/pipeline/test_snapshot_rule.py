"""Money and measures follow one rule of revisions, whatever the polls (contracts.md section 1)."""

import json
from collections import Counter
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest

from budget.ledger.revisions import Fact, RowOutcome, Stated, restate
from shared.events import MetricsEvent
from shared.money import MICROS
from tests.integration.kpi.kpi_world import World, world
from tests.unit.kpi.builders import at, metrics_event

FACTS, STATEMENTS_MAX = 40, 6


class Statement(NamedTuple):
    """Of a fact, by its number: what a revision says it came to."""

    fact: int
    revision: int
    value: int


def statements(random: Random) -> list[Statement]:
    """Few revisions and values, so that they repeat, conflict and come in any order."""
    told = [
        Statement(fact, random.randint(1, 3), random.randint(0, 2))
        for fact in range(FACTS)
        for _ in range(random.randint(1, STATEMENTS_MAX))
    ]
    random.shuffle(told)
    return told


def of_money(told: list[Statement]) -> tuple[dict[str, tuple[int, int]], int]:
    """(revision, value) of each fact by the ledger's rule, and how many statements conflict."""
    facts: dict[str, Fact] = {}
    conflicts = 0
    for number, one in enumerate(told):
        stated = Stated(one.revision, one.value * MICROS, "CNY", at(11), number, at(10), at(11))
        facts[str(one.fact)], step = restate(facts.get(str(one.fact)), stated)
        conflicts += step.outcome is RowOutcome.REVISION_CONFLICT
    return {name: (fact.revision, fact.amount // MICROS) for name, fact in facts.items()}, conflicts


async def of_measures(kpi: World) -> dict[str, tuple[int, int]]:
    """(revision, value) of each fact as it is stored of its measure."""
    rows = await kpi.rows("SELECT dims, revision, measures FROM kpi.facts")
    return {
        row["dims"].partition("=")[2]: (
            row["revision"],
            json.loads(row["measures"]).get("clicks", 0) // MICROS,
        )
        for row in rows
    }


def event(one: Statement, number: int) -> MetricsEvent:
    return metrics_event(
        10,
        id=f"s-{number}",
        dims={"fact": str(one.fact)},
        revision=one.revision,
        measures={"clicks": one.value},
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_measures_are_restated_as_money_is(
    seed: int, database_url: str, tmp_path: Path
) -> None:
    random = Random(seed)
    told = statements(random)
    async with world(database_url, tmp_path, at(24)) as kpi:
        await kpi.fold(kpi.campaign(time_zone="UTC"))
        records = kpi.metrics(*(event(one, number) for number, one in enumerate(told)))
        while records:
            size = random.randint(1, 20)
            await kpi.fold(records[:size])
            records = records[size:]
        expected, conflicts = of_money(told)
        assert await of_measures(kpi) == expected
        assert Counter(await kpi.rejected()) == Counter({"revision_conflict": conflicts})
