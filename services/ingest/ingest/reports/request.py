"""What a request about a report wants: its body, its query, and the load that these make."""

import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from ingest.periods import as_utc
from ingest.platforms.mapping import Platform
from ingest.reports.completeness import Wish
from ingest.reports.imports import Import, make_import_id
from ingest.reports.reading.notation import NOTHING_ASKED, Asked
from ingest.reports.reading.refusals import FileRefusedError
from ingest.reports.reading.report import Report, understand
from shared.errors import InvalidError, UnsupportedMediaError
from shared.http.json_keys import json_fault

_CSV_TYPES = ("text/csv", "text/tab-separated-values", "text/plain", "application/csv")
_JSON_TYPES = ("application/json",)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The query of a request. `revision` and `import_id` let one load span several requests, and
    `unsettled` says how many rows of the others were refused or counted once."""

    source: str | None = None
    currency: str | None = None
    as_of: datetime | None = None
    complete: Wish = "no"
    asked: Asked = NOTHING_ASKED
    import_id: str | None = None
    revision: int | None = None
    first_row: int = 1
    unsettled: int = 0
    dry_run: bool = False


class Sent(NamedTuple):
    body: bytes
    media_type: str


def read_report(
    sent: Sent, platform: Platform, rows_max: int, asked: Asked = NOTHING_ASKED
) -> Report:
    """A body by its media type → a report that can be read.

    Raises UnsupportedMediaError, FileRefusedError, UnparseableError for a key stated twice.
    """
    kind = sent.media_type.partition(";")[0].strip().lower()
    if kind not in _JSON_TYPES + _CSV_TYPES:
        known = ", ".join(_JSON_TYPES + _CSV_TYPES[:1])
        raise UnsupportedMediaError("unsupported_media_type", f"send one of: {known}")
    is_json = kind in _JSON_TYPES
    try:
        return understand(lambda: io.BytesIO(sent.body), platform, rows_max, asked, json=is_json)
    except FileRefusedError as error:
        # A key that is stated twice has one code and one wording at every door.
        if is_json and (fault := json_fault(sent.body)) is not None:
            raise fault from error
        raise


def plan_import(stated: datetime | None, wanted: Wanted, now: datetime, skew_s: float) -> Import:
    """The report's time: `as_of`, else what its preamble has `stated`, else its receipt.

    Raises InvalidError `future_time`.
    """
    time = as_utc(wanted.as_of or stated or now)
    if time > now + timedelta(seconds=skew_s):
        raise InvalidError("future_time", "as_of lies in the future")
    import_id = wanted.import_id or make_import_id(int(datetime.now(UTC).timestamp() * 1000))
    revision = wanted.revision
    if revision is None:
        revision = int(time.timestamp() * 1000)
    return Import(import_id, time, revision, wanted.source, wanted.currency, wanted.first_row)
