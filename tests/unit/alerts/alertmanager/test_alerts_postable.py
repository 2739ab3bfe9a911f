"""What POST /api/v2/alerts is sent: which alerts are right, and what each of them says."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from alerts.alertmanager.intake.activity import ActiveRange
from alerts.alertmanager.intake.wire import AlertReader, AlertReport, WireError
from alerts.routing.fingerprints import label_fingerprint
from tests.unit.alerts.builders import START, at

TIMEOUT = timedelta(minutes=5)
NEVER = "0001-01-01T00:00:00.000Z"


def read(*alerts: dict[str, Any]) -> tuple[list[AlertReport], list[str]]:
    return AlertReader().read(json.dumps(list(alerts)).encode(), START, TIMEOUT)


@pytest.mark.parametrize(
    ("labels", "fingerprint"),
    [
        ({"alertname": "test1", "severity": "warning"}, "8f14a41207c8456c"),
        ({"00": "b", "a": "a", "Σ": "c", "🙂": "dΘ"}, "d90789cf54ff7ca7"),
        ({}, "cbf29ce484222325"),
    ],
)
def test_a_fingerprint_is_that_of_alertmanager(labels: dict[str, str], fingerprint: str) -> None:
    assert label_fingerprint(labels) == fingerprint
    assert label_fingerprint(dict(reversed(labels.items()))) == fingerprint


@pytest.mark.parametrize(
    ("said", "starts_at", "ends_at", "times_out", "why"),
    [
        ({}, at(0), at(5), True, "nothing: from now on, until nobody says more"),
        ({"startsAt": NEVER, "endsAt": NEVER}, at(0), at(5), True, "Go's instant for nothing"),
        ({"startsAt": "", "endsAt": None}, at(0), at(5), True, "empty is absent"),
        ({"startsAt": "2025-11-03T03:58:00Z"}, at(-2), at(5), True, "a start"),
        ({"endsAt": "2025-11-03T03:58:00Z"}, at(-2), at(-2), False, "an end is a start as well"),
        (
            {"startsAt": "0001-01-01T00:00:01.000Z"},
            datetime(1, 1, 1, 0, 0, 1, tzinfo=UTC),
            at(5),
            True,
            "one second later is an instant like any other",
        ),
        (
            {"startsAt": "2025-11-03T12:00:00.123456789+08:00", "endsAt": "2025-11-03T04:10:00"},
            START.replace(microsecond=123456),
            at(10),
            False,
            "nanoseconds, an offset, and none",
        ),
    ],
)
def test_instants(
    said: dict[str, Any], starts_at: datetime, ends_at: datetime, times_out: bool, why: str
) -> None:
    [report], faults = read({"labels": {"alertname": "a"}, **said})
    assert faults == []
    assert report.activity == ActiveRange(starts_at, ends_at, times_out), why


@pytest.mark.parametrize(
    ("alert", "fault"),
    [
        ({"labels": {}}, "at least one label pair required"),
        ({"labels": {"a": ""}}, "at least one label pair required"),
        ({"labels": {"": "a"}}, 'invalid label set: invalid name ""'),
        ({"labels": {"a": "\0"}}, "U+0000"),
        ({"labels": {"a": "b"}, "annotations": {"": "x"}}, 'invalid annotations: invalid name ""'),
        ({"labels": {"a": "b"}, "annotations": {"x": "\0"}}, "U+0000"),
        ({"labels": {"a": "b"}, "generatorURL": "http://x/\0"}, "U+0000"),
        (
            {
                "labels": {"a": "b"},
                "startsAt": "2025-11-03T05:00:00Z",
                "endsAt": "2025-11-03T04:59Z",
            },
            "start time must be before end time",
        ),
    ],
)
def test_a_bad_alert_is_named_and_the_others_are_kept(alert: dict[str, Any], fault: str) -> None:
    reports, faults = read({"labels": {"alertname": "good"}}, alert)
    assert [one.labels for one in reports] == [{"alertname": "good"}]
    assert len(faults) == 1
    assert fault in faults[0]


def test_empty_labels_are_dropped_and_are_no_part_of_the_fingerprint() -> None:
    [one], [other] = (read({"labels": {"a": "b", **more}})[0] for more in ({}, {"c": ""}))
    assert one.labels == other.labels == {"a": "b"}
    assert one.fingerprint == other.fingerprint


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"{}",
        b"[{}]",
        b'[{"labels":{"a":1}}]',
        b'[{"labels":{"a":"b"},"annotations":{"a":[]}}]',
        b'[{"labels":{"a":"b"},"startsAt":"soon"}]',
        b'[{"labels":{"a":"b"},"startsAt":"0001-01-01T00:00:00+08:00"}]',
        b'[{"labels":{"a":"\xff"}}]',
    ],
)
def test_a_body_that_cannot_be_read_is_refused_as_a_whole(body: bytes) -> None:
    with pytest.raises(WireError):
        AlertReader().read(body, START, TIMEOUT)


def test_a_label_set_that_was_seen_is_the_same_one() -> None:
    reader = AlertReader()
    body = json.dumps([{"labels": {"alertname": "a", "b": "c"}}]).encode()
    first, second = (reader.read(body, START, TIMEOUT)[0][0] for _ in range(2))
    assert first.labels is second.labels
    assert first == second


def test_a_long_label_set_is_not_remembered() -> None:
    reader = AlertReader()
    body = json.dumps([{"labels": {"alertname": "a" * 2000}}]).encode()
    first, second = (reader.read(body, START, TIMEOUT)[0][0] for _ in range(2))
    assert first.labels is not second.labels
    assert first == second


def test_label_sets_are_forgotten_once_all_their_bytes_are_too_many() -> None:
    reader = AlertReader(label_sets_bytes_max=100)
    body, other = (
        json.dumps([{"labels": {"alertname": name * 40}}]).encode() for name in ("a", "b")
    )
    first, _, again = (reader.read(one, START, TIMEOUT)[0][0] for one in (body, other, body))
    assert first.labels is not again.labels
    assert first == again
