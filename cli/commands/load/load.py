"""`paceline load`: a platform's report file over HTTP, in parts, and what became of its rows.

A file is read three times and never held: once to understand it, once to find what it states twice
(only if it is sent in parts), and once to send it.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx
import msgspec

from cli.access import make_token
from cli.commands.load.file import judge, opened, read_file
from cli.commands.load.outcome import LoadOptions, Outcome, tell
from cli.errors import CommandError, Exit
from cli.output import tell_stderr
from cli.stack.state import RunInfo, load_run, require_run
from ingest.platforms.mapping import Platform, load_platforms
from ingest.reports.completeness import ROWS_REFUSED, why_unsettled
from ingest.reports.convert import Import
from ingest.reports.facts import CODE as CONFLICT_CODE
from ingest.reports.imports import make_import_id
from ingest.reports.reading.report import Report
from ingest.reports.repeats import Repeats, TooManyConflictsError, find_repeats
from ingest.reports.splitting import FilePart, LeftOut, empty, split
from shared.backoff import backoff_s
from shared.events import Source

REQUEST_TIMEOUT_S = 60.0
ATTEMPTS_MAX = 6
WAIT_STALLED_S = 120.0
LOOK_UP_TIMEOUT_S = 150.0
"""Longer than budget may take to look up what stands for a million rows."""
POLL_S = 0.2
LEFT_OUT_MAX = 1_000
"""Each may cost a request of its own."""


def load(file: Path, options: LoadOptions) -> Exit:
    """Loads one file; prints `accepted=N rejected=N`, with `wait` also what the ledger did.

    Returns OK or REJECTIONS. Raises CommandError: exit 2 (no such file, platform or source,
    `complete` without a time), 3 (a service is away), 4 (the file cannot be understood; nothing
    was sent).
    """
    platforms = load_platforms()
    platform = platforms.get(options.platform)
    if platform is None:
        known = ", ".join(platforms)
        raise CommandError(f"unknown platform {options.platform!r}; known: {known}", Exit.USAGE)
    try:
        msgspec.convert(options.source, Source | None)
    except msgspec.ValidationError as error:
        detail = (
            f"no source is called {options.source!r}: neither blanks nor |, at most 200 letters"
        )
        raise CommandError(detail, Exit.USAGE) from error
    if options.as_of is not None and options.as_of.tzinfo is None:
        raise CommandError("--as-of needs a time zone, such as 2025-11-03T12:00:00Z", Exit.USAGE)
    with opened(file) as opener:
        report = read_file(opener, platform, file, options)
        if options.completes and options.as_of is None and report.as_of is None:
            raise CommandError(
                "--complete needs --as-of, the time up to which the source is complete", Exit.USAGE
            )
        info = load_run(options.state) if options.dry_run else require_run(options.state)
        if info is None:
            tell_stderr(
                f"nothing is running in {options.state}: judged by the file alone,"
                " without the settings of its source"
            )
            return tell(judge(report, platform, options), None, options, platform.time_zone)
        return _load(file, report, platform, info, options)


def _load(
    file: Path, report: Report, platform: Platform, info: RunInfo, options: LoadOptions
) -> Exit:
    repeats = _find_repeats(file, report, platform, options)
    token = make_token(
        options.state, roles=["operator"], subject="paceline-load", workspace=options.workspace
    )
    with httpx.Client(
        timeout=REQUEST_TIMEOUT_S, headers={"Authorization": f"Bearer {token}"}
    ) as client:
        import_id = make_import_id(int(time.time() * 1000))
        url = f"{info.urls['ingest']}/v1/reports/{platform.platform}"
        sending = _Sending(client, url, report, repeats, import_id, options)
        waits = options.wait and not options.dry_run
        outcome = sending.send(then_complete=not waits)
        ledger = measures = None
        if waits:
            imported = f"{info.urls['budget']}/v1/imports/{import_id}"
            wait_for_counts(lambda: _poll(client, imported, counts="true"), outcome.spend_rows)
            # Of a file without money the ledger knows nothing.
            ledger = _look_up(client, imported) if outcome.spend_rows else {"rows": 0}
            measures = _wait_for_measures(client, info, import_id, outcome.metrics_rows)
            # What is refused later is missing as much as what the door refused; a row may be
            # refused for its money and for its measures.
            money = _rejected(ledger)
            alone = max(0, _rejected(measures) - money)
            sending.complete(Counter(the_ledger=money, kpi_monitor=alone))
    where = f"{info.urls['ingest']}/v1/rejections"
    if len(outcome.sources) == 1:
        where += f"?source={next(iter(outcome.sources))}"
    if count := _rejected(ledger):
        tell_stderr(f"the ledger refused {count} accepted rows; why: GET {where}")
    if count := _rejected(measures):
        tell_stderr(f"the measures of {count} accepted rows were refused; why: GET {where}")
    if report.next_page is not None:
        tell_stderr(
            f"the last page names a next one ({report.next_page}): the rest of the report is not"
            " in this file"
        )
    return tell(outcome, ledger, options, platform.time_zone, measures)


def _rejected(counts: Mapping[str, Any] | None) -> int:
    return (counts or {}).get("rejected") or 0


def _find_repeats(file: Path, report: Report, platform: Platform, options: LoadOptions) -> Repeats:
    """Of a file of several parts; of one part, the service sees all there is.

    Raises CommandError (exit 4) when far too many rows contradict earlier ones.
    """
    parts = split(report, options.batch)
    if next(parts, None) is None or next(parts, None) is None:
        return Repeats()
    load = Import("", datetime.now(UTC), 0, options.source, options.currency)
    try:
        repeats = find_repeats(report, platform, load)
    except TooManyConflictsError as error:
        raise _contradictory(file, str(error)) from error
    left_out = 0
    if repeats.conflicts:
        for part in split(report, options.batch, repeats.conflicts):
            left_out += isinstance(part, LeftOut)
            if left_out > LEFT_OUT_MAX and isinstance(part, LeftOut):
                raise _contradictory(file, repeats.conflicts[part.row].detail)
    return repeats


def _contradictory(file: Path, detail: str) -> CommandError:
    text = f"{file}: more than {LEFT_OUT_MAX} rows contradict earlier ones: {detail}"
    return CommandError(f"{text} ({CONFLICT_CODE})", Exit.REJECTIONS)


class _Sending:
    """One load under way: all its parts have one import and one revision."""

    def __init__(  # noqa: PLR0917 - one load's fixed parts
        self,
        client: httpx.Client,
        url: str,
        report: Report,
        repeats: Repeats,
        import_id: str,
        options: LoadOptions,
    ) -> None:
        self._client = client
        self._url = url
        self._report = report
        self._repeats = repeats
        self._equal = {equal.second: equal for equal in repeats.equal}
        self._options = options
        self._outcome = Outcome()
        moment = options.as_of or report.as_of
        self._query: dict[str, Any] = {
            "import": import_id,
            "revision": int((moment or datetime.now(UTC)).timestamp() * 1000),
            "decimal": report.notation.decimal,
            "dates": report.notation.dates,
        }
        if moment is not None:
            self._query["as_of"] = moment.isoformat()
        if options.dry_run:
            self._query["dry_run"] = "true"
        for name in ("source", "currency"):
            if getattr(options, name) is not None:
                self._query[name] = getattr(options, name)

    def send(self, *, then_complete: bool) -> Outcome:
        """The only part says itself that its source is complete; of several parts, none does:
        that is said when all are there, and how many rows they had refused. So it is of a part
        whose next page is missing, as a part has rows alone."""
        parts = split(self._report, self._options.batch, self._repeats.conflicts)
        first, second = next(parts, None), next(parts, None)
        alone = second is None and self._report.next_page is None
        if isinstance(first, FilePart) and alone and then_complete:
            self._send_part(first, self._wish())
            return self._outcome
        for part in chain((first, second), parts):
            if isinstance(part, FilePart):
                self._send_part(part, "false")
                self._name_equal(part)
            elif part is not None:
                detail = self._repeats.conflicts[part.row].detail
                self._outcome.refuse(part.row, part.line, CONFLICT_CODE, detail)
        if then_complete:
            self.complete()
        return self._outcome

    def _wish(self) -> str:
        if self._options.complete_anyway:
            return "anyway"
        return "true" if self._options.complete else "false"

    def _send_part(self, part: FilePart, complete: str) -> None:
        params = {"first_row": part.first_row, "complete": complete}
        reply = self._post(part.body, params)
        outcome = self._outcome
        outcome.accepted += reply["accepted"]
        outcome.spend_rows += reply["spend_rows"]
        outcome.metrics_rows += reply.get("metrics_rows", 0)
        outcome.not_complete += reply.get("not_complete", [])
        for one in reply["rejected"]:
            row = one["row"] + part.first_row - 1
            outcome.refuse(row, part.lines[one["row"] - 1], one["code"], one["detail"])
        for one in reply.get("equal", []):
            row, line = one["row"] + part.first_row - 1, part.lines[one["row"] - 1]
            outcome.equal.append({"row": row, "line": line, "detail": one["detail"]})
        outcome.equal_count += reply.get("equal_rows", 0)
        outcome.left_out.update(reply.get("left_out", {}))
        outcome.sources.update(reply.get("sources", []))
        outcome.unset.update(reply.get("unset_sources", []))

    def _name_equal(self, part: FilePart) -> None:
        """Rows that repeat one of an earlier part: the service cannot see that."""
        for row in range(part.first_row, part.first_row + part.rows):
            equal = self._equal.get(row)
            if equal is not None and equal.first < part.first_row:
                line = part.lines[row - part.first_row]
                self._outcome.equal.append({"row": row, "line": line, "detail": equal.detail})
                self._outcome.equal_count += 1

    def complete(self, refused_later: Mapping[str, int] = MappingProxyType({})) -> None:
        """Says of each source that it is complete, if that is asked, in reports without rows."""
        if not self._options.completes:
            return
        body, unsettled = empty(self._report), self._outcome.unsettled
        unsettled += sum(refused_later.values())
        for source in sorted(self._outcome.sources) or (self._options.source,):
            params = {"complete": self._wish(), "unsettled": unsettled}
            reply = self._post(body, params if source is None else {**params, "source": source})
            for beat in reply.get("not_complete", []):
                self._outcome.not_complete.append(self._explained(beat, refused_later))

    def _explained(self, beat: dict[str, Any], refused_later: Mapping[str, int]) -> dict[str, Any]:
        """The service knows how many rows are not settled, the load also which ones."""
        outcome = self._outcome
        codes = outcome.codes + Counter(refused_later)
        why = why_unsettled(self._report.rows_count, codes, outcome.equal_count)
        return {**beat, "detail": why} if why and beat["code"] == ROWS_REFUSED else beat

    def _post(self, body: bytes, params: dict[str, Any]) -> Any:
        headers = {"Content-Type": self._report.media_type}
        query = {**self._query, **params}
        return _post(self._client, self._url, params=query, content=body, headers=headers)


def _post(client: httpx.Client, url: str, **rest: Any) -> Any:
    """A part's reply; a service that is away is tried again, the same rows do no harm."""
    answer = ""
    for attempt in range(ATTEMPTS_MAX):
        if attempt:
            time.sleep(backoff_s(attempt, 5.0, 0.5))
        try:
            reply = client.post(url, **rest)
        except httpx.TransportError as error:
            answer = repr(error)
            continue
        if reply.status_code in (202, 422) and "import" in (body := reply.json()):
            return body
        answer = f"{reply.status_code} {reply.text[:300]}"
        if reply.status_code not in (429, 503):
            code = Exit.REJECTIONS if reply.status_code in (413, 422) else Exit.CHECK_FAILED
            raise CommandError(f"{url}: {answer}", code)
    raise CommandError(f"{url} does not take the report: {answer}")


def _poll(client: httpx.Client, url: str, **query: str) -> Any:
    try:
        reply = client.get(url, params=query, timeout=LOOK_UP_TIMEOUT_S)
    except httpx.TransportError:
        return None
    return reply.json() if reply.is_success else None


def _look_up(client: httpx.Client, url: str) -> dict[str, Any]:
    """What stands in the ledger for the rows, all of which are counted: of a large file it takes
    long, so it is asked once. Raises CommandError (exit 3)."""
    for attempt in range(ATTEMPTS_MAX):
        if attempt:
            time.sleep(backoff_s(attempt, 5.0, 0.5))
        if found := _poll(client, url):
            return dict(found)
    raise CommandError(f"all rows are counted, but {url} does not say what stands for them")


def _wait_for_measures(
    client: httpx.Client, info: RunInfo, import_id: str, rows: int
) -> dict[str, Any] | None:
    """kpi-monitor's counts of an import, once all its rows with measures are counted; None for a
    file without any. Raises CommandError (exit 3)."""
    if not rows:
        return None
    imported = f"{info.urls['kpi']}/v1/imports/{import_id}"
    return wait_for_counts(lambda: _poll(client, imported), rows, who="kpi-monitor")


def wait_for_counts(
    poll: Callable[[], Any],
    rows: int,
    *,
    who: str = "budget",
    stalled_s: float = WAIT_STALLED_S,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[str, Any]:
    """A service's counts of an import, once all its rows are counted; `poll` gives them.

    Raises CommandError (exit 3) when the count stands still for `stalled_s`.
    """
    counted, moved_s = -1, time.monotonic()
    while True:
        found = poll() or {"rows": 0}
        if found["rows"] >= rows:
            return dict(found)
        if found["rows"] > counted:
            counted, moved_s = found["rows"], time.monotonic()
        if time.monotonic() - moved_s > stalled_s:
            raise CommandError(f"{who} has counted {counted} of {rows} rows and no more")
        sleep(POLL_S)
