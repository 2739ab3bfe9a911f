"""What an accepted event carries into Kafka (contracts.md 1), for every way to say it."""

import hashlib
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.events.decode import Shape, decode
from ingest.sources.settings import SourceSettings
from shared.errors import TooLargeError, UnparseableError
from shared.events import (
    METRICS_TOPIC_DECODER,
    SENT_DECODER,
    SORTED_ENCODER,
    SPEND_TOPIC_DECODER,
    MetricsEvent,
    SourceData,
    SpendEvent,
    SpendSent,
)
from tests.unit.ingest.ingest_builders import (
    NOW,
    REMOVED,
    context,
    heartbeat,
    metrics,
    new_stamper,
    spend,
    stamp,
    values,
)


def stored_spend(**changes: object) -> SpendEvent:
    (value,) = values(stamp(spend(**changes)))
    event = SPEND_TOPIC_DECODER.decode(value)
    assert isinstance(event, SpendEvent)
    return event


def test_a_delta_is_stored_with_workspace_receipt_and_its_five_minute_pane() -> None:
    event = stored_spend(time="2025-11-01T18:04:59.999+08:00")

    assert (event.id, event.source, event.workspace) == (
        "g-1",
        "google-ads/123-456-7890",
        "default",
    )
    assert event.time == datetime(2025, 11, 1, 10, 4, 59, 999_000, UTC)
    assert event.receivedat == NOW
    assert event.importid is None
    assert (event.data.campaign, event.data.line) == ("double11-2025", "L03")
    assert (event.data.amount, event.data.currency) == ("12.345678", "CNY")
    assert event.data.period_start == datetime(2025, 11, 1, 10, 0, tzinfo=UTC)
    assert event.data.period_end == datetime(2025, 11, 1, 10, 5, tzinfo=UTC)


def test_the_body_hash_is_that_of_the_typed_data_as_sent() -> None:
    sent = msgspec.json.decode(msgspec.json.encode(spend()), type=SpendSent)
    expected = hashlib.blake2b(SORTED_ENCODER.encode(sent.data), digest_size=16).hexdigest()

    assert stored_spend().bodyhash == expected


@pytest.mark.parametrize(
    ("reason", "changes", "same"),
    [
        ("another id", {"id": "g-2"}, True),
        ("another time", {"time": "2025-11-01T11:00:00Z"}, True),
        ("a default said aloud", {"data_mode": "delta"}, True),
        ("an extension", {"traceparent": "00-1"}, True),
        ("another amount", {"data_amount": "12.345679"}, False),
        ("another currency", {"data_currency": "USD"}, False),
        ("another line", {"data_line": "L04"}, False),
    ],
)
def test_the_body_hash_covers_the_data_and_nothing_else(
    reason: str, changes: dict[str, object], same: bool
) -> None:
    assert (stored_spend().bodyhash == stored_spend(**changes).bodyhash) is same, reason


IN_DOLLARS = {"settings": lambda _: SourceSettings(currency="USD")}


def test_spend_without_a_currency_is_in_its_sources() -> None:
    """contracts.md section 2: the event's own, else the source's, else the line's."""
    (value,) = values(stamp(spend(data_currency=REMOVED), **IN_DOLLARS))
    event = SPEND_TOPIC_DECODER.decode(value)

    assert isinstance(event, SpendEvent)
    assert event.data.currency == "USD"
    assert event.bodyhash == stored_spend(data_currency=REMOVED).bodyhash
    assert stored_spend(data_currency=REMOVED).data.currency is None


@pytest.mark.parametrize(
    ("reason", "sent", "expected"),
    [
        ("its own comes first", spend(data_currency="CNY"), "CNY"),
        ("null states none", spend(data_currency=None), "USD"),
        ("a snapshot has its period behind it",
         spend(data_currency=REMOVED, data_mode="snapshot", data_report="daily",
               data_period="2025-11-01", data_revision=1), "USD"),
        ("measures with money", metrics(data_measures={"clicks": 1, "revenue": "9.5"}), "USD"),
        ("measures with money of their own",
         metrics(data_measures={"revenue": "9.5"}, data_currency="CNY"), "CNY"),
        ("measures without money have none", metrics(), None),
        ("measures without money keep what they state", metrics(data_currency="CNY"), "CNY"),
    ],
)  # fmt: skip
def test_the_sources_currency_is_that_of_money_which_states_none(
    reason: str, sent: dict[str, Any], expected: str | None
) -> None:
    for _ in range(2):
        (value,) = values(stamp(sent, **IN_DOLLARS))
        decoder = SPEND_TOPIC_DECODER if "spend" in sent["type"] else METRICS_TOPIC_DECODER
        data = decoder.decode(value).data
        assert not isinstance(data, SourceData)
        assert data.currency == expected, reason
        assert data.period_start < data.period_end


def test_what_is_remembered_of_names_is_bounded_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.events.names.CACHED_BYTES_MAX", 100_000)
    stamper = new_stamper()
    for number in range(100):
        entity = {str(level): f"{number}-" + "x" * 190 for level in range(9)}
        assert stamp(metrics(data_entity=entity), stamper=stamper).accepted == 1
    (names,) = stamper.names._sources.values()

    assert 0 < len(names.routes) < 100_000 / (9 * 190)


def test_a_snapshots_period_is_bounded_on_the_sources_clock() -> None:
    (value,) = values(
        stamp(metrics(), settings=lambda _: SourceSettings(time_zone="Asia/Shanghai"))
    )
    event = METRICS_TOPIC_DECODER.decode(value)

    assert isinstance(event, MetricsEvent)
    assert event.data.period == "2025-11-01T10"
    assert event.data.period_start == datetime(2025, 11, 1, 2, tzinfo=UTC)
    assert event.data.period_end == datetime(2025, 11, 1, 3, tzinfo=UTC)
    assert event.data.measures == {"impressions": 1200, "clicks": 33, "conversions": "1.5"}
    assert event.data.dims == {"device": "mobile"}


def test_a_snapshot_without_a_time_is_stated_when_it_arrives() -> None:
    (value,) = values(stamp(metrics(time=REMOVED)))

    assert METRICS_TOPIC_DECODER.decode(value).time == NOW


def test_a_source_that_no_table_can_hold_is_not_noted_as_heard_of() -> None:
    """Noting it ended the service: PostgreSQL's text holds no U+0000."""
    stamped = stamp(spend(source="a\0b"), heartbeat(source="a\0b"))

    assert [rejection.code for rejection in stamped.rejected] == ["nul_character"] * 2
    assert not stamped.sources


def test_records_are_keyed_by_workspace_source_and_entity() -> None:
    stamped = stamp(spend(), metrics(), workspace="acme")
    keys = {key for batch in stamped.batches.values() for key, _ in batch}

    assert keys == {
        b"acme|google-ads/123-456-7890|double11-2025/L03",
        b"acme|google-ads/123-456-7890|account=123,campaign=9935249409",
    }


def test_an_entity_goes_to_one_partition_however_its_levels_are_ordered() -> None:
    stamped = stamp(
        metrics(data_entity={"campaign": "9", "account": "1"}),
        metrics(data_entity={"account": "1", "campaign": "9"}),
    )

    assert len(stamped.batches) == 1


def test_order_within_a_partition_is_the_order_of_the_request() -> None:
    stamped = stamp(*(spend(id=f"g-{number}") for number in range(50)))
    (batch,) = stamped.batches.values()

    assert [SPEND_TOPIC_DECODER.decode(value).id for _, value in batch] == [
        f"g-{number}" for number in range(50)
    ]


def test_the_greatest_heartbeat_of_a_source_is_kept_with_the_interval_it_promises() -> None:
    stamped = stamp(
        heartbeat("2025-11-01T10:00:00Z"),
        heartbeat("2025-11-01T12:00:00Z", id="h-2"),
        heartbeat("2025-11-01T11:00:00Z"),
        heartbeat("2025-11-01T09:00:00Z", source="meta-ads/1"),
        settings=lambda _: SourceSettings(expected_interval_s=600),
    )

    assert stamped.accepted == 4
    assert {source: beat.id for source, beat in stamped.heartbeats.items()} == {
        "google-ads/123-456-7890": "h-2",
        "meta-ads/1": "g-1",
    }
    assert stamped.heartbeats["meta-ads/1"].expectedinterval == 600


def test_a_backslash_that_only_looks_like_a_nul_is_a_text_like_any_other() -> None:
    assert stored_spend(id=r"a\u0000b").id == r"a\u0000b"


@pytest.mark.parametrize("amount", ["0", "-0.5", "00012.5", "999999999999.999999", "1.50000000"])
def test_amounts_are_kept_as_they_were_written(amount: str) -> None:
    assert stored_spend(data_amount=amount).data.amount == amount


@pytest.mark.parametrize(
    ("reason", "body", "shape"),
    [
        ("no JSON", b"hello", Shape.EITHER),
        ("nothing", b"", Shape.EITHER),
        ("an array cut short", b'[{"specversion":"1.0"', Shape.EITHER),
        ("text behind the event", b"{} x", Shape.EITHER),
        ("bytes that are no UTF-8", b'["\xff"]', Shape.EITHER),
        ("one event where a batch was promised", b"{}", Shape.BATCH),
        ("a batch where one event was promised", b"[]", Shape.ONE),
        ("nesting without end", b"[" * 100_000, Shape.EITHER),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_whole(
    reason: str, body: bytes, shape: Shape
) -> None:
    with pytest.raises(UnparseableError, match="unparseable"):
        decode(body, shape, 10_000)


def test_more_events_than_allowed_are_refused_whole() -> None:
    with pytest.raises(TooLargeError):
        decode(msgspec.json.encode([spend()] * 4), Shape.EITHER, 3)
    with pytest.raises(TooLargeError):
        decode(msgspec.json.encode([5] * 4), Shape.EITHER, 3)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
FIELDS = ["specversion", "id", "source", "type", "time", "workspace", "data"]
DATA_FIELDS = ["campaign", "line", "entity", "mode", "report", "period", "revision", "dims"]


@st.composite
def nearly_events(draw: st.DrawFn) -> object:
    """A valid event with some fields replaced by any JSON, or no event at all."""
    event = draw(st.sampled_from([spend, metrics, heartbeat]))()
    for name in draw(st.lists(st.sampled_from(FIELDS), max_size=2)):
        event[name] = draw(JSON)
    if isinstance(event["data"], dict):
        for name in draw(st.lists(st.sampled_from(DATA_FIELDS), max_size=2)):
            event["data"][name] = draw(JSON | st.text(alphabet="0123456789-T", max_size=13))
    return draw(st.just(event) | JSON)


KNOWING = new_stamper()
"""Keeps what it learns from one example to the next, as a process does."""


@given(st.lists(nearly_events(), max_size=6))
def test_any_json_is_accepted_or_refused_by_name_and_the_counts_add_up(
    events: list[object],
) -> None:
    stamped = new_stamper().stamp(decode(msgspec.json.encode(events), Shape.EITHER, 100), context())

    assert stamped.accepted + len(stamped.rejected) == len(events)
    refused = {rejection.place for rejection in stamped.rejected}
    for place in set(range(len(events))) - refused:
        SENT_DECODER.decode(msgspec.json.encode(events[place]))
    assert all(rejection.code and rejection.detail for rejection in stamped.rejected)
    for (topic, _), batch in stamped.batches.items():
        decoder = SPEND_TOPIC_DECODER if topic == "spend.v1" else METRICS_TOPIC_DECODER
        for _, value in batch:
            decoder.decode(value)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_by_name(body: bytes) -> None:
    try:
        decoded = decode(body, Shape.EITHER, 100)
    except UnparseableError:
        return
    stamped = new_stamper().stamp(decoded, context())

    assert stamped.accepted + len(stamped.rejected) == len(decoded.places) + len(decoded.rejected)
