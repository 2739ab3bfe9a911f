"""The samples of contracts.md section 1 decode; what is misspelt or wrong is refused."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import events
from shared.events import has_nul

SPEND_DELTA: dict[str, Any] = {
    "specversion": "1.0",
    "id": "g-20251101-10-987",
    "source": "google-ads/123-456-7890",
    "type": "paceline.spend.v1",
    "time": "2025-11-01T10:03:02Z",
    "data": {
        "campaign": "double11-2025",
        "line": "L03",
        "amount": "12.345678",
        "currency": "CNY",
    },
}
ENVELOPE = {name: SPEND_DELTA[name] for name in ("specversion", "id", "source", "time")}
SPEND_SNAPSHOT = {
    **ENVELOPE,
    "type": "paceline.spend.v1",
    "time": "2025-11-03T04:05:00Z",
    "data": {
        "campaign": "double11-2025",
        "line": "L03",
        "amount": "20000.00",
        "currency": "CNY",
        "mode": "snapshot",
        "report": "daily",
        "period": "2025-11-03",
        "revision": 1,
    },
}
METRICS = {
    **ENVELOPE,
    "type": "paceline.metrics.v1",
    "data": {
        "entity": {"account": "123", "campaign": "9935249409", "ad_group": "77"},
        "currency": "CNY",
        "measures": {"impressions": 1200, "clicks": 33, "conversions": "1.5", "revenue": "120.00"},
        "mode": "snapshot",
        "report": "campaign-daily",
        "period": "2025-11-01T10",
        "revision": 3,
        "dims": {"device": "mobile"},
    },
}
HEARTBEAT = {
    **ENVELOPE,
    "type": "paceline.source.v1",
    "data": {"complete_through": "2025-11-01T10:00:00Z"},
}
TOTALS = {
    "campaign": "double11-2025",
    "line": "L03",
    "seq": 97,
    "plan_version": 1,
    "currency": "CNY",
    "allocated": "150000.00",
    "actual": "48000.00",
    "corrections": "0.00",
    "committed": "0.00",
    "remaining": "102000.00",
    "planned_to_date": "30000.00",
    "used_ratio": "0.320000",
    "pacing_ratio": "1.600000",
    "forecast_end": "240000.00",
    "complete_through": "2025-11-03T04:00:00Z",
    "freshness": "live",
    "names": {"campaign": "双十一大促", "line": "search ads"},
    "changes": [
        {
            "period_start": "2025-11-02T16:00:00Z",
            "period_end": "2025-11-03T16:00:00Z",
            "amount": "20000.00",
            "native": {"amount": "20000.00", "currency": "CNY"},
            "correction": False,
        }
    ],
    "as_of": "2025-11-03T04:05:01Z",
}
CATALOG = {
    "kind": "mapping",
    "id": "m-1",
    "version": 2,
    "effective_from": None,
    "deleted": False,
    "object": {"line": "L03"},
}
BREACH = {
    "breach": "pacing-high/line:L03/1",
    "seq": 1,
    "rule": "pacing-high",
    "rule_version": 1,
    "kind": "budget",
    "group": {"line": "L03"},
    "transition": "firing",
    "reason": "threshold",
    "severity": "critical",
    "previous_severity": None,
    "crossed": ["1.2", "1.5"],
    "value": "1.600000",
    "threshold": "1.5",
    "op": ">=",
    "window": None,
    "numbers": {"actual": "48000.00", "planned_to_date": "30000.00"},
    "sources": [{"source": "google-ads/1", "complete_through": "2025-11-03T04:00:00Z"}],
    "plan_version": 1,
    "names": {"line": "search ads"},
    "owner": "wang.lei",
    "labels": {"team": "search"},
    "annotations": {"lever": "keyword", "runbook": None, "bucket": None},
    "corrects": None,
    "event_time": "2025-11-03T04:00:00Z",
    "decided_at": "2025-11-03T04:05:02Z",
    "since": "2025-11-03T04:00:00Z",
}
REJECTED = {
    "code": "id_reused",
    "detail": "the same id with another body",
    "topic": "spend.v1",
    "partition": 3,
    "offset": 17,
    "workspace": "default",
    "source": "google-ads/1",
    "id": "g-1",
    "event": SPEND_DELTA,
}


def is_refused(sent: dict[str, Any]) -> bool:
    try:
        events.SENT_DECODER.decode(msgspec.json.encode(sent))
    except msgspec.ValidationError:
        return True
    return False


def enveloped(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    return {**ENVELOPE, "type": kind, "workspace": "default", "data": data}


@pytest.mark.parametrize(
    ("sample", "shape"),
    [
        (SPEND_DELTA, events.SpendSent),
        (SPEND_SNAPSHOT, events.SpendSent),
        (METRICS, events.MetricsSent),
        (HEARTBEAT, events.SourceSent),
    ],
    ids=["spend delta", "spend snapshot", "metrics", "heartbeat"],
)
def test_what_callers_send_decodes_alone_and_in_an_array(
    sample: dict[str, Any], shape: type
) -> None:
    raw = msgspec.json.encode(sample)
    assert isinstance(events.SENT_DECODER.decode(raw), shape)
    (one,) = events.SENT_LIST_DECODER.decode(b"[" + raw + b"]")
    assert isinstance(one, shape)


@pytest.mark.parametrize(
    ("kind", "sample", "decoder"),
    [
        ("paceline.budget.totals.v1", TOTALS, events.TOTALS_DECODER),
        ("paceline.catalog.v1", CATALOG, events.CATALOG_DECODER),
        ("paceline.breaches.v1", BREACH, events.BREACH_DECODER),
        ("paceline.rejected.v1", REJECTED, events.REJECTED_DECODER),
    ],
)
def test_what_services_write_decodes_and_is_written_the_same_again(
    kind: str, sample: dict[str, Any], decoder: msgspec.json.Decoder[Any]
) -> None:
    event = decoder.decode(msgspec.json.encode(enveloped(kind, sample)))
    assert event.type == kind
    written = msgspec.json.decode(events.ENCODER.encode(event))
    assert {name: written["data"][name] for name in sample} == sample
    assert decoder.decode(events.ENCODER.encode(event)) == event


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"ammount": "1"}, "a misspelt field would silently lose money"),
        ({"amount": 12.5}, "a JSON number is no exact amount"),
        ({"amount": 12}, "not even a whole one"),
        ({"currency": "yuan"}, "no ISO 4217 code"),
        ({"mode": "total"}, "an unknown mode"),
        ({"campaign": "no spaces"}, "not an id of ours"),
        ({"campaign": "x" * 65}, "longer than an id may be"),
        ({"revision": -1}, "revisions begin at 0"),
        ({"revision": "3"}, "a revision is a number"),
        ({"period": "2025-11"}, "a period is a day or an hour"),
        ({"entity": {"account": 5}}, "platform ids are text"),
    ],
)
def test_wrong_spend_data_is_refused(changes: dict[str, Any], why: str) -> None:
    wrong = {**SPEND_DELTA, "data": {**SPEND_DELTA["data"], **changes}}
    assert is_refused(wrong), why


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"specversion": "0.3"}, "another version of CloudEvents"),
        ({"type": "paceline.spend.v2"}, "a type we do not know"),
        ({"id": ""}, "no id, no dedupe"),
        ({"source": "a|b"}, "the bar separates the parts of a key"),
        ({"source": "a b"}, "a blank"),
        ({"time": "2025-11-01T10:03:02"}, "a time without an offset"),
        ({"time": 1761991382}, "a number is no RFC 3339 time"),
        ({"data": None}, "no data"),
    ],
)
def test_a_wrong_envelope_is_refused(changes: dict[str, Any], why: str) -> None:
    assert is_refused({**SPEND_DELTA, **changes}), why


@pytest.mark.parametrize("measure", [1.5, True, None, {"sum": 3}, []])
def test_a_measure_is_an_integer_or_decimal_text(measure: object) -> None:
    wrong = {**METRICS, "data": {"entity": {"account": "1"}, "measures": {"clicks": measure}}}
    with pytest.raises(msgspec.ValidationError):
        events.SENT_DECODER.decode(msgspec.json.encode(wrong))


def test_extensions_we_do_not_know_are_tolerated() -> None:
    event = events.SENT_DECODER.decode(
        msgspec.json.encode({**SPEND_DELTA, "traceparent": "00-1", "datacontenttype": "x/json"})
    )
    assert event.id == SPEND_DELTA["id"]


def test_events_are_frozen() -> None:
    event = events.SENT_DECODER.decode(msgspec.json.encode(SPEND_DELTA))
    with pytest.raises(AttributeError):
        event.id = "another"  # type: ignore[misc]


def test_a_stored_event_carries_what_ingest_adds_and_survives_the_topic() -> None:
    stored = {
        **SPEND_DELTA,
        "workspace": "default",
        "receivedat": "2025-11-01T10:03:03Z",
        "bodyhash": "0" * 32,
        "importid": "01J",
        "data": {
            **SPEND_DELTA["data"],
            "period_start": "2025-11-01T10:00:00Z",
            "period_end": "2025-11-01T10:05:00Z",
        },
    }
    event = events.SPEND_TOPIC_DECODER.decode(msgspec.json.encode(stored))
    assert msgspec.json.decode(events.ENCODER.encode(event)) == stored
    assert events.SPEND_TOPIC_DECODER.decode(events.ENCODER.encode(event)) == event


def test_heartbeats_are_read_from_both_topics() -> None:
    stored = {
        **HEARTBEAT,
        "workspace": "default",
        "receivedat": "2025-11-01T10:03:03Z",
        "bodyhash": "0" * 32,
        "expectedinterval": 3600,
    }
    for decoder in (events.SPEND_TOPIC_DECODER, events.METRICS_TOPIC_DECODER):
        event = decoder.decode(msgspec.json.encode(stored))
        assert isinstance(event, events.SourceEvent)
        assert event.expectedinterval == 3600


def test_keys_name_workspace_source_and_entity_in_one_order() -> None:
    ours = events.SpendData(campaign="c", line="L1", amount="1")
    assert events.subject_key("w", "google-ads/1", ours) == "w|google-ads/1|c/L1"
    theirs = events.SpendData(entity={"campaign": "9", "account": "1"}, amount="1")
    assert events.subject_key("w", "s", theirs) == "w|s|account=1,campaign=9"


def test_every_topic_is_listed_once() -> None:
    assert len(set(events.TOPICS)) == len(events.TOPICS) == 8


@pytest.mark.parametrize(
    ("text", "poison", "reason"),
    [
        ("\0", True, "the character itself, which JSON writes as an escape"),
        ("a\0b", True, "within a text"),
        ("\\u0000", False, "six characters: a backslash, a u and four zeros"),
        ("\\\0", True, "a backslash, then the character"),
        ("\\\\u0000", False, "two backslashes and a word"),
        ("\\\\\0", True, "two backslashes, then the character"),
        ("u0000", False, "no escape at all"),
    ],
)
@pytest.mark.parametrize("place", ["value", "name"])
def test_the_character_nul_is_told_from_text_that_looks_like_it(
    text: str, poison: bool, reason: str, place: str
) -> None:
    event = {"label": text} if place == "value" else {text: "x"}
    assert has_nul(msgspec.json.encode(event)) is poison, reason


@given(st.text(st.sampled_from('\\u0\0"/'), max_size=12))
def test_nul_is_found_exactly_where_it_is(text: str) -> None:
    assert has_nul(msgspec.json.encode({text: [text]})) is ("\0" in text)
