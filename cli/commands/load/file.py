"""The file that `load` sends: opened as often as wanted, understood, judged by itself."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from cli.commands.load.outcome import LoadOptions, LoadOutcome
from cli.errors import CommandError, Exit
from cli.output import emit
from ingest.events.context import Context
from ingest.events.stamping import Stamper
from ingest.platforms.mapping import Platform
from ingest.reports.convert import convert
from ingest.reports.facts import StatedFacts
from ingest.reports.imports import Import
from ingest.reports.reading.encoding import Opener
from ingest.reports.reading.notation import Asked
from ingest.reports.reading.refusals import FileRefusedError
from ingest.reports.reading.report import Report, looks_like_json, understand
from ingest.reports.request import Wanted, plan_import
from ingest.settings import IngestSettings
from ingest.sources.settings import SourceSettings
from shared.errors import PacelineError

FILE_ROWS_MAX = 5_000_000


@contextmanager
def opened(file: Path) -> Iterator[Opener]:
    """What opens the file from its beginning, again and again.

    A pipe can be read only once, so it is put on disk first. Raises CommandError (exit 2).
    """
    with tempfile.NamedTemporaryFile() as copy:
        path = file
        try:
            if not file.is_file():
                with file.open("rb") as source:
                    shutil.copyfileobj(source, copy)
                copy.flush()
                path = Path(copy.name)
            path.open("rb").close()
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}", Exit.USAGE) from error
        yield lambda: path.open("rb")


def read_file(opener: Opener, platform: Platform, file: Path, options: LoadOptions) -> Report:
    """Raises CommandError (exit 4) for a file that is refused whole."""
    asked = Asked(options.decimal, options.dates)
    try:
        return understand(opener, platform, FILE_ROWS_MAX, asked, json=looks_like_json(opener))
    except FileRefusedError as error:
        reason = {"line": error.line, "code": error.code, "detail": error.detail}
        fields = {"accepted": 0, "rejected": 1, "reasons": [reason]}
        told = ""
        if options.completes:
            told = "; nothing was loaded, so no source is told complete"
            source = options.source or platform.platform
            detail = "nothing was loaded: the file was refused whole"
            fields["not_complete"] = [{"source": source, "code": "rows_refused", "detail": detail}]
        emit("accepted=0 rejected=1", fields, as_json=options.as_json)
        raise CommandError(f"{file}: {error} ({error.code}){told}", Exit.REJECTIONS) from error


def judge(report: Report, platform: Platform, options: LoadOptions) -> LoadOutcome:
    """What the file alone can tell, by the service's own checks.

    Raises CommandError (exit 4) `future_time` of the whole report.
    """
    now, skew_s = datetime.now(UTC), IngestSettings().future_skew_s
    wanted = Wanted(options.source, options.currency, options.as_of)
    try:
        load: Import = plan_import(report.as_of, wanted, now, skew_s)
    except PacelineError as error:
        raise CommandError(f"{error.detail} ({error.code})", Exit.REJECTIONS) from error
    context = Context(
        options.workspace, lambda _: True, _no_settings, now, skew_s, None, platform.time_zone
    )
    stamper, stated, outcome = Stamper(lambda _, __: 0, str), StatedFacts(), LoadOutcome()
    for table in report.tables():
        converted = convert(table, platform, load, _no_settings, stated)
        stamped = stamper.stamp(converted.decoded, context)
        # One reason per row, the first one, as the service tells it.
        found = {rejection.place: rejection for rejection in reversed(stamped.rejected)}
        first = table.rows[0].number
        for place in sorted(found):
            row = table.rows[place + 1 - first]
            outcome.refuse(row.number, row.line, found[place].code, found[place].detail)
        for equal in stated.equal[len(outcome.equal) :]:
            row = table.rows[equal.second - first]
            outcome.equal.append({"row": row.number, "line": row.line, "detail": equal.detail})
        outcome.accepted += len(table.rows) - len(found)
        outcome.spend_rows += len(converted.spend_rows - found.keys())
    outcome.equal_count = stated.equal_count
    return outcome


def _no_settings(_: str) -> SourceSettings:
    return SourceSettings()
