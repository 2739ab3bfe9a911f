"""A family that nobody foresaw: one object with its KPI, and all else follows from the table."""

from collections.abc import AsyncIterator, Iterable, Mapping, MutableMapping
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import pytest
import pytest_asyncio

from kpi_monitor.rules.episodes import Observation, Verdict
from kpi_monitor.rules.families.family import Family, Grounds, Observed
from kpi_monitor.rules.families.table import FAMILIES
from kpi_monitor.rules.formula import parse
from kpi_monitor.rules.kpis import KPIS, Kpi
from kpi_monitor.rules.rule import Span
from kpi_monitor.rules.unit import Group, Panes, StoredRule, Unit
from shared.errors import InvalidError
from shared.events import BreachNumber
from shared.money import MICROS
from tests.integration.kpi.kpi_world import World, world
from tests.unit.kpi.builders import at, budget_body, totals

TITLE = "Lines without an owner"
OWNERS = Kpi("lines.unowned", TITLE, parse("unowned"), "owners", "budget", "count")


class OwnersFamily(Family):
    """Rules over who owns the lines of a campaign."""

    kind = "owners"
    breach_kind = "owners"

    def span(self, body: Mapping[str, Any], kpi: Kpi) -> Span:
        if body.get("window") is not None:
            raise InvalidError("window_unexpected", "owners have no windows")
        return Span()

    def members(self, unit: Unit, stored: StoredRule) -> Iterable[str] | None:
        return unit.lines

    def observe(self, unit: Unit, group: Group, panes: Panes, now: int) -> Observed:
        unowned = sum(unit.lines[line].owner is None for line in group.members)
        seen = Observation(now, Fraction(unowned), sums={"unowned": unowned * MICROS})
        return Observed(group.standing, [seen])

    def grounds(self, unit: Unit, group: Group, verdict: Verdict) -> Grounds:
        lines = [unit.lines[line] for line in group.members]
        found = {"lines": str(len(lines)), "unowned": str(sum(one.owner is None for one in lines))}
        return Grounds(found, dict.fromkeys(found, "count"), shown=[BreachNumber(name="unowned")])


@pytest_asyncio.fixture
async def kpi(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with world(database_url, tmp_path, at(0)) as made:
        yield made


@pytest.fixture
def new_family(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a file of the family and its two lines in the tables would do."""
    monkeypatch.setitem(cast("MutableMapping[str, Family]", FAMILIES), "owners", OwnersFamily())
    monkeypatch.setitem(KPIS, OWNERS.name, OWNERS)


def body(**changes: Any) -> dict[str, Any]:
    levels = [{"severity": "warning", "value": "1"}, {"severity": "critical", "value": "2"}]
    own = {
        "rule": "unowned",
        "kpi": OWNERS.name,
        "group_by": ["campaign"],
        "condition": {"op": ">=", "levels": levels},
        "suppress": None,
    }
    return budget_body(**{**own, **changes})


@pytest.mark.usefixtures("new_family")
async def test_a_new_family_is_created_judged_and_explained(kpi: World) -> None:
    refused = await kpi.add_rule(body(window={"kind": "tumbling", "size": "60m"}))
    assert (refused.status_code, refused.json()["code"]) == (422, "window_unexpected")
    assert (await kpi.add_rule(body())).status_code == 201
    await kpi.fold(kpi.campaign())
    await kpi.fold(kpi.totals(totals(1, owner=None), totals(1, line="L11", owner=None)))
    await kpi.evaluate()
    (breach,) = await kpi.told()
    assert (breach.kind, breach.severity, breach.value) == ("owners", "critical", "2.000000")
    assert breach.numbers == {"lines": "2", "unowned": "2"}
    assert breach.numbers_shown == [BreachNumber(name="unowned")]
    assert (breach.kpi_title, breach.unit) == (TITLE, "count")

    await kpi.set_now(at(1))
    await kpi.fold(kpi.totals(totals(2), totals(2, line="L11")))
    await kpi.evaluate()
    assert [one.transition for one in await kpi.told()] == ["firing", "resolved"]

    asked = {"group": "campaign:double11-2025"}
    found = (await kpi.client.get("/v1/rules/unowned/explain", params=asked)).json()
    assert (found["value"], found["threshold"], found["crossed"]) == ("0.000000", "1", [])
    assert (found["formula"], found["numbers"]) == ("unowned", {"lines": "2", "unowned": "0"})
    assert (found["window"], found["as_of"][:13]) == (None, at(1).isoformat()[:13])
    stranger = await kpi.client.get("/v1/rules/unowned/explain", params={"group": "line:L10"})
    assert (stranger.status_code, stranger.json()["code"]) == (404, "group_unknown")
    series = await kpi.client.get(
        "/v1/series",
        params={
            "campaign": "double11-2025",
            "kpi": OWNERS.name,
            "window": "1h",
            "from": at(0).isoformat(),
            "to": at(1).isoformat(),
        },
    )
    assert (series.status_code, series.json()["code"]) == (422, "kpi_without_windows")
