"""`paceline load`: a platform's report file over HTTP, in parts, and what became of its rows.

A file is read three times and never held: once to understand it, once to find what it states twice
(only if it is sent in parts), and once to send it.
"""

import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec

from cli.access import make_token
from cli.commands.load.file import judge, opened, read_file
from cli.commands.load.outcome import LoadOptions, tell
from cli.commands.load.requests import (
    REQUEST_TIMEOUT_S,
    look_up,
    poll_counts,
    wait_for_counts,
    wait_for_measures,
)
from cli.commands.load.sending import Sending
from cli.errors import CommandError, Exit
from cli.output import tell_stderr
from cli.stack.state import RunInfo, load_run, require_run
from ingest.platforms.mapping import Platform, load_platforms
from ingest.reports.facts import CODE as CONFLICT_CODE
from ingest.reports.imports import Import, make_import_id
from ingest.reports.reading.report import Report
from ingest.reports.repeats import Repeats, TooManyConflictsError, find_repeats
from ingest.reports.splitting import LeftOut, split
from shared.events import Source

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
        sending = Sending(client, url, report, repeats, import_id, options)
        waits = options.wait and not options.dry_run
        outcome = sending.send(then_complete=not waits)
        ledger = measures = None
        if waits:
            imported = f"{info.urls['budget']}/v1/imports/{import_id}"
            wait_for_counts(
                lambda: poll_counts(client, imported, counts="true"), outcome.spend_rows
            )
            # Of a file without money the ledger knows nothing.
            ledger = look_up(client, imported) if outcome.spend_rows else {"rows": 0}
            measures = wait_for_measures(client, info, import_id, outcome.metrics_rows)
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
