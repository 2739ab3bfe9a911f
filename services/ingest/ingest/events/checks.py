"""Single checks of an event, each with its code; called by the hot path of stamping.py. Pure."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from ingest.faults import FaultError
from ingest.periods import EARLIEST, period_fields
from ingest.sources.owners import NOT_MEASURES_REPORT, NOT_MONEY_REPORT, Owners
from ingest.sources.settings import SourceSettings
from ingest.wire import SourceWire, SpendWire
from shared.currencies import CurrencyError, check_currency
from shared.events import MetricsSent, SourceSent, SpendSent
from shared.money import MoneyError, parse_micros
from shared.names import (
    SUBJECT_BYTES_MAX,
    TEXT_HAS_CONTROLS,
    control_character,
    controls_detail,
)

REVISION_MAX = 2**62


def check_instant(instant: datetime, latest: datetime) -> None:
    """Raises FaultError for an instant ahead of the clock or before 2000."""
    if not EARLIEST <= instant <= latest:
        refuse_instant(instant)


def refuse_instant(instant: datetime) -> None:
    """Raises FaultError `time_out_of_range` or `future_time`."""
    if instant < EARLIEST:
        raise FaultError("time_out_of_range", "the time is before the year 2000")
    raise FaultError("future_time", "the time lies in the future; check the sender's clock")


def snapshot_fields(
    event: SpendSent | MetricsSent, view: SourceSettings, zone: str, latest: datetime
) -> bytes:
    """The end of a snapshot's data, with the UTC bounds of its period on the source's clock.

    Raises FaultError `snapshot_incomplete`, `not_money_report`, `not_measures_report`,
    `period_invalid`, `future_time`.
    """
    data = event.data
    if data.mode == "delta":
        raise FaultError(
            "snapshot_incomplete", "period and revision belong to mode snapshot, which is missing"
        )
    if data.report is None or data.period is None or data.revision is None:
        raise FaultError("snapshot_incomplete", "a snapshot needs report, period and revision")
    if not 0 <= data.revision <= REVISION_MAX:
        raise FaultError("wrong_type", "revision is an integer from 0 to 2^62")
    if view.money_report is not None or view.measures_report is not None:
        refuse_other_report(event, view)
    start, fields = period_fields(data.period, view.time_zone or zone)
    check_instant(start, latest)
    return fields


def refuse_other_report(event: SpendSent | MetricsSent, view: SourceSettings) -> None:
    """Raises FaultError `not_money_report` or `not_measures_report` for a report without a right.

    Called when the settings of the source name one.
    """
    owners = Owners.of(view)
    if type(event) is SpendWire:
        owner, code = owners.money, NOT_MONEY_REPORT
    else:
        owner, code = owners.measures, NOT_MEASURES_REPORT
    if owner is not None and owner != event.data.report:
        raise FaultError(code, owners.detail(code))


def refuse_nul(event: SpendSent | MetricsSent | SourceSent) -> None:
    """PostgreSQL's text holds every character but U+0000; a consumer would stumble over it.

    Called when the encoded event seems to hold one (an escaped backslash looks alike).
    """
    data: Any = event.data
    texts = [event.id, event.source]
    if type(event) is not SourceWire:
        texts.append(data.report or "")
        for labels in (data.entity, data.dims):
            texts.extend(text for pair in (labels or {}).items() for text in pair)
    if any("\0" in text for text in texts):
        raise FaultError("nul_character", "a text contains U+0000")


def refuse_controls(field: str, *texts: str) -> None:
    """Raises FaultError `text_has_control_characters` for names that people would misread.

    U+0000 has a code of its own: see `refuse_nul`.
    """
    for text in texts:
        character = control_character(text.replace("\0", ""))
        if character is not None:
            raise FaultError(TEXT_HAS_CONTROLS, f"{field}: {controls_detail(character)}")


def refuse_control_names(data: Any) -> None:
    """`refuse_controls` for all names that an event's data states."""
    refuse_controls("report", data.report or "")
    for field, labels in (("entity", data.entity), ("dims", data.dims)):
        for name, text in (labels or {}).items():
            refuse_controls(f"{field}.{name}", name, text)


def refuse_long_subject(subject: str) -> None:
    """Raises FaultError `subject_too_long` for source, entity and dims no index could hold."""
    if len(subject.encode()) > SUBJECT_BYTES_MAX:
        raise FaultError(
            "subject_too_long", f"source, entity and dims together exceed {SUBJECT_BYTES_MAX} bytes"
        )


def refuse_reserved(measures: Collection[str]) -> None:
    """Raises FaultError `measure_reserved`: the ledger alone says what was spent."""
    if "spend" in measures:
        raise FaultError("measure_reserved", "spend comes from spend events, not from metrics")


def refuse_currency(currency: str | None) -> None:
    """Raises FaultError `currency_invalid` for what is no code of ISO 4217; None states none."""
    try:
        if currency is not None:
            check_currency(currency)
    except CurrencyError as error:
        raise FaultError("currency_invalid", str(error)) from None


def refuse_amount(text: str) -> None:
    """Raises FaultError for a text outside the common form, unless it is an amount after all."""
    try:
        parse_micros(text)
    except MoneyError as error:
        raise FaultError(error.code, error.detail) from None
