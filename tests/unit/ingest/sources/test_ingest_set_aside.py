"""What was refused of a source: what counts, what settles it, how long it is waited for."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ingest.events.decode import Decoded, Shape, decode
from ingest.rejections.outstanding import ITEMS_MAX, NOTHING, Outstanding
from ingest.rejections.rejection import Rejection
from ingest.rejections.store import OpenSubject
from ingest.rejections.subjects import period_start_of, subject_of, subject_of_read
from tests.unit.ingest.ingest_builders import NOW, REMOVED, heartbeat, metrics, spend

SOURCE = "google-ads/123-456-7890"
PLACE = ("default", SOURCE)
DAY_S = 86_400.0


def refused(event: Any, code: str = "amount_not_decimal", source: str | None = SOURCE) -> Rejection:
    raw = event if isinstance(event, bytes) else json.dumps(event).encode()
    return Rejection(0, "g-1", source, code, "why", raw)


def decoded(*events: Any) -> Decoded:
    return decode(json.dumps(list(events)).encode(), Shape.EITHER, 100)


def new(*rejected: Rejection, zone: str = "UTC", now: datetime = NOW) -> Outstanding:
    aside = Outstanding(DAY_S)
    aside.add("default", rejected, {SOURCE: zone}, now)
    return aside


def stated(
    aside: Outstanding, workspace: str, found: Decoded, refused: list[Rejection]
) -> list[tuple[tuple[str, str], str]]:
    return aside.stated(workspace, found.events, found.places, refused)


def snapshot(**changes: Any) -> dict[str, Any]:
    stated = {"mode": "snapshot", "report": "daily", "period": "2025-11-03", "revision": 1}
    return spend(**{**{f"data_{name}": value for name, value in stated.items()}, **changes})


@pytest.mark.parametrize(
    ("rejection", "counts", "reason"),
    [
        (refused(spend(data_amount="1,5")), True, "money that could not be read"),
        (refused(metrics(), "revision_conflict"), True, "figures that contradict each other"),
        (refused(spend(), "not_money_report"), False, "another report states this money"),
        (refused(metrics(), "not_measures_report"), False, "another report states these measures"),
        (refused(spend(), "source_not_allowed"), False, "somebody used the source's name"),
        (
            refused(spend(), "out_of_reach"),
            True,
            "its key is limited to campaigns, and this one lacks it",
        ),
        (refused(heartbeat(), "future_time"), False, "a heartbeat is no figure"),
        (refused(spend(), source=None), False, "of no source"),
        (refused(b'{"cut'), False, "nothing can be recognised in it"),
        (refused(b"[1]"), False, "no event at all"),
        (refused(spend(id=REMOVED)), False, "without a name it cannot be settled"),
        (refused(snapshot(id=REMOVED)), True, "a snapshot has its fact as a name"),
    ],
)
def test_what_counts_against_a_source(rejection: Rejection, counts: bool, reason: str) -> None:
    standing = new(rejection).standing(*PLACE, NOW)
    assert (standing.subjects == 1) is counts, reason


def test_one_thing_that_is_refused_twice_is_one() -> None:
    twice = [refused(spend(data_amount="1,5")), refused(spend(data_amount="1;5"))]
    assert new(*twice).standing(*PLACE, NOW).subjects == 1
    apart = [*twice, refused(spend(id="g-2"))]
    assert new(*apart).standing(*PLACE, NOW).subjects == 2


def test_a_delta_is_settled_by_its_id_and_a_snapshot_by_its_fact() -> None:
    aside = new(
        refused(spend(data_amount="1,5")),
        refused(snapshot(id="row-1", data_amount="x")),
        refused(snapshot(id="row-2", data_amount="x", data_period="2025-11-02")),
    )
    again = decoded(spend(), snapshot(id="other-row", data_revision=2), spend(id="unrelated"))
    aside.settle(stated(aside, "default", again, []), NOW)
    assert aside.standing(*PLACE, NOW).subjects == 1
    other = decoded(snapshot(id="x", data_period="2025-11-02"))
    aside.settle(stated(aside, "default", other, []), NOW)
    assert aside.standing(*PLACE, NOW) == NOTHING


ENTITY = {"data_campaign": REMOVED, "data_line": REMOVED, "data_entity": {"ad": "a=1,b|c"}}


@pytest.mark.parametrize(
    "event",
    [
        spend(),
        snapshot(),
        snapshot(**ENTITY, data_dims={"device": "mobile", "age": "18,24"}),
        metrics(),
        metrics(data_mode="delta", data_report=REMOVED, data_period=REMOVED),
        heartbeat(),
    ],
)
def test_what_is_accepted_has_the_name_that_it_was_refused_by(event: dict[str, Any]) -> None:
    [read] = decoded(event).events
    assert subject_of_read(read) == subject_of(event)


def test_what_is_refused_again_settles_nothing() -> None:
    aside = new(refused(spend(data_amount="1,5")))
    again = decoded(spend())
    assert stated(aside, "default", again, [refused(spend())]) == []
    assert stated(aside, "other", again, []) == []


def test_it_is_waited_for_from_its_period_on_and_not_for_ever() -> None:
    aside = new(refused(spend(data_amount="1,5")))
    standing = aside.standing(*PLACE, NOW)
    assert standing.since == datetime(2025, 11, 1, 10, 0, tzinfo=UTC)
    assert standing.until == NOW + timedelta(days=1)
    late = aside.standing(*PLACE, NOW + timedelta(days=1))
    assert (late.subjects, late.since, late.until) == (1, None, None)


@pytest.mark.parametrize(
    ("event", "zone", "start", "reason"),
    [
        (spend(), "UTC", "2025-11-01T10:00:00", "a delta's pane"),
        (snapshot(), "Asia/Shanghai", "2025-11-02T16:00:00", "a day on the source's clock"),
        (metrics(), "UTC", "2025-11-01T10:00:00", "an hour"),
        (spend(data_period_start="2025-11-03T00:00:00Z"), "UTC", "2025-11-03T00:00:00", "stamped"),
        (spend(time="soon"), "UTC", "2025-11-03T07:00:00", "unreadable: a day before it came"),
        (spend(time="2999-01-01T00:00:00Z"), "UTC", "2025-11-03T07:00:00", "not yet"),
        (snapshot(data_period="2025-99-99"), "UTC", "2025-11-03T07:00:00", "no such day"),
        (snapshot(), "Mars/Olympus", "2025-11-03T07:00:00", "no such zone"),
    ],
)
def test_the_period_is_read_as_far_as_it_can(
    event: dict[str, Any], zone: str, start: str, reason: str
) -> None:
    expected = datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert period_start_of(event, zone, NOW) == expected, reason


def test_money_and_measures_of_one_fact_are_two_things() -> None:
    fact = snapshot()
    other = {**fact, "type": "paceline.metrics.v1"}
    assert subject_of(fact) != subject_of(other)
    assert subject_of({**fact, "id": "another"}) == subject_of(fact)


def test_what_the_table_says_is_taken_beside_what_was_noted_here() -> None:
    aside = new(refused(spend(data_amount="1,5")))
    row = OpenSubject("default", SOURCE, "s#elsewhere", NOW, NOW)
    aside.take([row])
    assert aside.standing(*PLACE, NOW).subjects == 2
    aside.settle([(PLACE, "s#elsewhere")], NOW)
    # The row may be read once more before the table knows that it is settled.
    aside.take([row])
    assert aside.standing(*PLACE, NOW).subjects == 1
    assert (PLACE, "s#elsewhere", NOW) in aside.to_settle()
    aside.confirm(*PLACE, NOW)
    assert aside.standing(*PLACE, NOW) == NOTHING


def test_what_is_refused_after_it_was_accepted_is_waited_for_again() -> None:
    aside = new(refused(spend(data_amount="1,5")))
    aside.settle(stated(aside, "default", decoded(spend()), []), NOW)
    row = OpenSubject("default", SOURCE, "s#g-1", NOW, NOW + timedelta(seconds=1))
    assert row.subject == subject_of(spend())
    aside.take([row])
    assert aside.standing(*PLACE, NOW).subjects == 1, "the ledger has refused it once more"
    assert aside.to_settle() == []


def test_what_is_kept_is_bounded_whatever_is_refused() -> None:
    long = refused(spend(id="x" * 1_000_000, data_amount="1,5"))
    assert new(long).standing(*PLACE, NOW) == NOTHING, "no event has such an id"
    aside = Outstanding(DAY_S)
    sources = [f"source-{number}" for number in range(ITEMS_MAX // 1000 + 1)]
    for source in sources:
        rejected = [
            refused(spend(id=f"g-{number}", source=source, data_amount="1,5"), source=source)
            for number in range(1000)
        ]
        aside.add("default", rejected, {}, NOW)
    counted = [aside.standing("default", source, NOW).subjects for source in sources]
    assert sum(counted) == ITEMS_MAX
    aside.confirm("default", sources[0], NOW)
    aside.add("default", [refused(spend(data_amount="1,5"))], {}, NOW)
    assert aside.standing(*PLACE, NOW).subjects == 1, "what was settled has made room"
