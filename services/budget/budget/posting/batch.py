"""One poll, decoded: what can be posted, what says how far a source is, what is set aside.

Pure. Bad data never raises: it becomes a Refusal that names the reason (rejected.v1).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from budget.posting.records import DECODER, Beat, SpendRecord, SpendRefusal
from budget.posting.route import Posting
from shared.bodies.words import words_of_error
from shared.database.progress import Heartbeat
from shared.events import SourceEvent, has_nul
from shared.kafka.consumer import Received
from shared.money import MoneyError, parse_micros


@dataclass(slots=True)
class SpendBatch:
    """A poll in its three parts, each in the order of arrival."""

    postings: list[Posting] = field(default_factory=list)
    beats: list[Beat] = field(default_factory=list)
    refusals: list[SpendRefusal] = field(default_factory=list)


def sort_batch(records: Sequence[Received], latest: datetime) -> SpendBatch:
    """Decodes a poll. `latest`: now + skew; anything later is refused as `future_time`.

    Codes: `unparseable`, `future_time`, `snapshot_incomplete`, `subject_missing`, and those of
    `parse_micros`.
    """
    batch = SpendBatch()
    decode = DECODER.decode
    postings, refusals = batch.postings, batch.refusals
    for index, received in enumerate(records):
        if has_nul(received.value):
            refusals.append(
                SpendRefusal("unparseable", "text with a NUL character", received, None)
            )
            continue
        try:
            event = decode(received.value)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            refusals.append(SpendRefusal("unparseable", words_of_error(str(error)), received, None))
            continue
        if type(event) is SourceEvent:
            _sort_beat(batch, event, received, index, latest)
            continue
        data = event.data
        if (
            event.time > latest
            or data.line is None
            or data.entity is not None
            or data.mode != "delta"
            or data.period is not None
        ):
            fault = _fault(event, latest)
            if fault is not None:
                refusals.append(SpendRefusal(*fault, received, event))
                continue
        try:
            postings.append(Posting(index, received, event, parse_micros(data.amount)))
        except MoneyError as error:
            refusals.append(SpendRefusal(error.code, error.detail, received, event))
        except ValueError:
            refusals.append(SpendRefusal("unparseable", "bodyhash is not hex", received, event))
    return batch


def _sort_beat(
    batch: SpendBatch, event: SourceEvent, received: Received, index: int, latest: datetime
) -> None:
    if event.data.complete_through > latest:
        detail = f"complete_through {event.data.complete_through.isoformat()} lies in the future"
        batch.refusals.append(SpendRefusal("future_time", detail, received, event))
        return
    batch.beats.append(Beat(index, Heartbeat.of(event, received)))


def _fault(event: SpendRecord, latest: datetime) -> tuple[str, str] | None:
    data = event.data
    if event.time > latest:
        return "future_time", f"time {event.time.isoformat()} lies in the future"
    if data.mode == "snapshot" and (
        data.period is None or data.report is None or data.revision is None
    ):
        return "snapshot_incomplete", "a snapshot states period, report and revision"
    if data.mode == "delta" and data.period is not None:
        return "snapshot_incomplete", "a period belongs to a snapshot; mode snapshot is missing"
    if data.entity is None:
        if data.campaign is None or data.line is None:
            return "subject_missing", "state campaign and line, or entity"
    elif not data.entity or data.campaign is not None:
        return "subject_missing", "state campaign and line, or entity, not both"
    return None
