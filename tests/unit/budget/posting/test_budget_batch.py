"""A poll decoded: what can be posted, what says how far a source is, what is set aside (I6)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from budget.posting.batch import SpendBatch, sort_batch
from shared.events import ENCODER
from shared.kafka.consumer import Received
from tests.integration.budget.spend import delta, heartbeat, snapshot

NOON = datetime(2025, 11, 3, 4, tzinfo=UTC)
LATEST = NOON + timedelta(minutes=5)


def sort(*values: bytes) -> SpendBatch:
    records = [Received("spend.v1", 3, n, b"key", value) for n, value in enumerate(values)]
    return sort_batch(records, LATEST)


def changed(event: Any, **changes: Any) -> bytes:
    """The event with other fields; those of `data` by the prefix `data_`, None takes one away."""
    told = msgspec.json.decode(ENCODER.encode(event))
    for name, value in changes.items():
        place = told["data"] if name.startswith("data_") else told
        place[name.removeprefix("data_")] = value
        if value is None:
            del place[name.removeprefix("data_")]
    return msgspec.json.encode(told)


DELTA = delta("ads", "1", NOON, "12.34")
SNAPSHOT = snapshot("ads", "11-02", 2, "12.34", NOON)


def test_what_is_sound_is_posted_in_the_order_in_which_it_came() -> None:
    batch = sort(changed(SNAPSHOT), changed(heartbeat("ads", NOON)), changed(DELTA))
    assert [(one.index, one.amount) for one in batch.postings] == [(0, 12_340_000), (2, 12_340_000)]
    [beat] = batch.beats
    told = beat.heartbeat
    assert (told.source, told.partition, told.complete_through) == ("ads", 3, NOON)
    assert beat.position == 1
    assert batch.refusals == []


@pytest.mark.parametrize(
    ("value", "code", "why"),
    [
        (b"{", "unparseable", "no JSON"),
        (b'{"type": "paceline.other.v1"}', "unparseable", "an event of another kind"),
        (changed(DELTA, data_campaign="c\0"), "unparseable", "PostgreSQL stores no NUL"),
        (changed(DELTA, id="x" * 257), "unparseable", "an index key has a bound"),
        (changed(DELTA, bodyhash="no hex"), "unparseable", "the hash is hexadecimal"),
        (changed(DELTA, time="2025-11-03T04:05:01Z"), "future_time", "later than the skew allows"),
        (
            changed(heartbeat("ads", LATEST + timedelta(seconds=1))),
            "future_time",
            "a heartbeat too",
        ),
        (changed(SNAPSHOT, data_revision=None), "snapshot_incomplete", "which statement is it"),
        (changed(SNAPSHOT, data_report=None), "snapshot_incomplete", "of which report"),
        (
            changed(DELTA, data_period="2025-11-03"),
            "snapshot_incomplete",
            "mode snapshot is missing",
        ),
        (changed(DELTA, data_line=None), "subject_missing", "a campaign without its line"),
        (
            changed(DELTA, data_entity={"ad": "1"}),
            "subject_missing",
            "our names and the platform's",
        ),
        (changed(DELTA, data_amount="1.0000001"), "amount_too_precise", "less than a micro"),
    ],
)
def test_what_is_not_is_set_aside_by_its_code_and_the_rest_goes_on(
    value: bytes, code: str, why: str
) -> None:
    batch = sort(value, changed(DELTA))
    assert [one.code for one in batch.refusals] == [code], why
    assert [one.index for one in batch.postings] == [1]
