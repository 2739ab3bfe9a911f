"""GET curve: each point says what totals say, marks say what changed the plan, and when."""

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.budget.budget_helpers import Caller, Service
from tests.integration.budget.documents.money_world import moving_money, settle
from tests.integration.budget.spend import at, delta, snapshot

CURVE = "/v1/campaigns/c1/curve"
TOTALS = "/v1/campaigns/c1/totals"
MOVE = {"from": {"line": "L5"}, "to": {"line": "L4"}, "amount": "10000.00", "reason": "pays more"}


@pytest.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    """Four days of spend on L4 and L5, one of them corrected, until 11-06 09:00."""
    async with moving_money(database_url, tmp_path) as made:
        await made.set_clock(at("11-05 09:00"))
        on_l5 = {"line": "L5"}
        await made.post(
            delta("ads", "e1", at("11-01 10:30"), "100.00", line="L4"),
            delta("ads", "e2", at("11-02 00:00"), "20.00", **on_l5),
            delta("ads", "e3", at("11-02 00:01"), "3.00", **on_l5),
            snapshot("web", "11-03", 1, "50.00", at("11-04 06:00"), **on_l5),
        )
        await made.set_clock(at("11-06 09:00"))
        await made.post(snapshot("web", "11-03", 2, "40.00", at("11-05 06:00"), **on_l5))
        yield made


async def point(viewer: Caller, when: str, **asked: Any) -> dict[str, Any]:
    points = (await viewer.get(CURVE, **asked))["points"]
    wanted = at(when).timestamp()
    [found] = [one for one in points if moment(one["at"]) == wanted]
    return dict(found)


def moment(text: str) -> float:
    return dt.datetime.fromisoformat(text).timestamp()


@pytest.mark.parametrize("step", ["hour", "day"])
@pytest.mark.parametrize("line", [None, "L5"])
async def test_every_point_says_what_totals_say_of_its_instant(
    service: Service, step: str, line: str | None
) -> None:
    async with service.caller("eve", "viewer") as viewer:
        asked = {"step": step, **({"line": line} if line else {})}
        told = await viewer.get(CURVE, **asked)
        spent = [one for one in told["points"] if one["actual"] is not None]
        assert spent[-1]["at"] == told["anchor"]
        for one in [*spent[:26], *spent[-3:]]:
            totals = await viewer.get(TOTALS, through=one["at"])
            lines = [each for each in totals["lines"] if each["line"] == line]
            figures = lines[0] if line else totals["total"]
            shown = (one["actual"], one["corrections"])
            assert shown == (figures["actual"], figures["corrections"]), one["at"]
        now = (await viewer.get(TOTALS))["lines"]
        last = sum(float(each["actual"]) for each in now if line in (None, each["line"]))
        assert float(spent[-1]["actual"]) == last == (63.0 if line else 163.0)
        instants = [moment(one["at"]) for one in told["points"]]
        assert instants == sorted(set(instants))
        assert (instants[0], instants[-1]) == (
            at("11-01 00:00").timestamp(),
            at("11-12 00:00").timestamp(),
        )
        edges = 11 * 24 + 1 if step == "hour" else 12
        assert len(instants) == edges + (told["anchor"] not in edge_texts(told))
        assert told["points"][-1]["planned"] == ("30000.00" if line else "330000.00")


def edge_texts(told: dict[str, Any]) -> list[str]:
    """The points that are no anchor, by their whole steps."""
    size = 3600 if told["step"] == "hour" else 86_400
    begin = moment(told["points"][0]["at"])
    return [one["at"] for one in told["points"] if (moment(one["at"]) - begin) % size == 0]


async def test_what_is_at_an_instant_belongs_to_it_and_a_later_time_is_not_yet_spent(
    service: Service,
) -> None:
    async with service.caller("eve", "viewer") as viewer:
        assert (await point(viewer, "11-02 00:00", line="L5"))["actual"] == "20.00"
        assert (await point(viewer, "11-03 00:00", line="L5"))["actual"] == "23.00"
        at_night = await point(viewer, "11-08 00:00", line="L5")
        assert (at_night["actual"], at_night["corrections"]) == (None, None)
        assert at_night["planned"] == "19090.909091"


async def test_a_curve_as_it_was_known_before_has_no_later_correction(service: Service) -> None:
    async with service.caller("eve", "viewer") as viewer:
        before = {"known_at": at("11-05 10:00").isoformat(), "line": "L5"}
        told = await viewer.get(CURVE, **before)
        spent = [one for one in told["points"] if one["actual"] is not None]
        assert (spent[-1]["actual"], spent[-1]["corrections"]) == ("73.00", "0.00")
        until = {"through": at("11-02 00:00").isoformat(), "line": "L5"}
        cut = await viewer.get(CURVE, **until)
        assert max(one["actual"] or "" for one in cut["points"]) == "20.00"


async def test_marks_say_which_document_changed_a_line_and_what_it_has_since(
    service: Service,
) -> None:
    async with service.caller("eve", "viewer") as viewer:
        before = await point(viewer, "11-06 00:00", line="L4")
        await settle(service, "transfers", MOVE)
        marks = (await viewer.get(CURVE, line="L4"))["marks"]
        assert [
            (one["kind"], one["document"], one["amount"], one["allocated"]) for one in marks
        ] == [
            ("plan", "plan/c1/1", "100000.00", "100000.00"),
            ("transfer", "transfer/c1/1", "10000.00", "110000.00"),
        ]
        assert moment(marks[1]["at"]) == at("11-06 09:00").timestamp()
        assert await point(viewer, "11-06 00:00", line="L4") == before
        assert (await point(viewer, "11-12 00:00", line="L4"))["planned"] == "110000.00"
        whole = (await viewer.get(CURVE))["marks"]
        assert [one["allocated"] for one in whole] == ["330000.00", "330000.00"]
        known_at = at("11-06 08:59").isoformat()
        assert (await viewer.get(CURVE, line="L4", known_at=known_at))["marks"] == []


async def test_who_has_the_curve_is_told_that_it_is_the_same(service: Service) -> None:
    async with service.caller("eve", "viewer") as viewer:
        first = await viewer.ask("GET", CURVE)
        tag = first.headers["etag"]
        for sent in (tag, f'"x", {tag}', tag.removeprefix("W/"), "*"):
            same = await viewer.ask("GET", CURVE, headers={"If-None-Match": sent})
            assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
        other = await viewer.ask("GET", CURVE, headers={"If-None-Match": '"x"'})
        assert (other.status_code, other.json()) == (200, first.json())
        await service.post(delta("ads", "e9", at("11-06 08:00"), "1.00", line="L4"))
        changed = await viewer.ask("GET", CURVE, headers={"If-None-Match": tag})
        assert changed.status_code == 200
        assert changed.headers["etag"] != tag


async def test_what_cannot_be_drawn_is_refused_by_name(service: Service) -> None:
    async with service.caller("eve", "viewer") as viewer:
        assert (await viewer.get(CURVE, 404, line="L9"))["code"] == "line_unknown"
        async with service.pool.acquire() as conn:
            await conn.execute("UPDATE budget.campaigns SET ends_at = '2045-01-01Z'")
        assert (await viewer.get(CURVE, 422, step="hour"))["code"] == "curve_too_fine"
        assert len((await viewer.get(CURVE))["points"]) > 19 * 365
