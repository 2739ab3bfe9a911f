"""What became of a load, and how it is told: to people, to scripts, as an exit code."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from cli.errors import Exit
from cli.output import emit, tell_stderr
from cli.paths import DEFAULT_STATE
from ingest.reports.reading.days import Order
from ingest.reports.reading.numbers import Mark

ROWS_PER_PART = 5_000
SHOWN_REJECTIONS_MAX = 20
MEASURES_NAMES = ("inserted", "updated", "unchanged", "outdated", "rejected", "suspense")
REASONS_KEPT_MAX = 10_000
"""What --json shows; a file of five million refused rows would not fit into memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadOptions:
    """What the command line says. `batch` is rows per request."""

    platform: str
    source: str | None = None
    wait: bool = False
    dry_run: bool = False
    batch: int = ROWS_PER_PART
    currency: str | None = None
    as_of: datetime | None = None
    complete: bool = False
    complete_anyway: bool = False
    decimal: Mark | None = None
    dates: Order | None = None
    workspace: str = "default"
    state: Path = DEFAULT_STATE
    as_json: bool = False

    @property
    def completes(self) -> bool:
        """Whether the source is to be told complete."""
        return self.complete or self.complete_anyway


@dataclass(slots=True)
class LoadOutcome:
    """Counts of all rows, and the reasons of those that are shown."""

    accepted: int = 0
    spend_rows: int = 0
    metrics_rows: int = 0
    refused: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    reasons: list[dict[str, Any]] = field(default_factory=list)
    equal: list[dict[str, Any]] = field(default_factory=list)
    equal_count: int = 0
    not_complete: list[dict[str, Any]] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    sources: set[str] = field(default_factory=set)
    unset: set[str] = field(default_factory=set)

    @property
    def unsettled(self) -> int:
        """Rows that were refused, or counted once although they stand there twice."""
        return self.refused + self.equal_count

    def refuse(self, row: int, line: int, code: str, detail: str) -> None:
        self.refused += 1
        self.codes[code] += 1
        if len(self.reasons) < REASONS_KEPT_MAX:
            self.reasons.append({"row": row, "line": line, "code": code, "detail": detail})


def tell(
    outcome: LoadOutcome,
    ledger: Mapping[str, Any] | None,
    options: LoadOptions,
    zone: str,
    measures: Mapping[str, Any] | None = None,
) -> Exit:
    """Prints it all, the measures first and the ledger's line last. REJECTIONS when anything was
    refused, equal, or not told complete."""
    _tell_rows(outcome)
    for beat in outcome.not_complete:
        tell_stderr(f"{beat['source']} is not told complete: {beat['code']}: {beat['detail']}")
    for source in sorted(outcome.unset)[:SHOWN_REJECTIONS_MAX]:
        tell_stderr(
            f"{source} has no settings: its days are read as days of {zone} (default); if its"
            f' clock is another one, PUT /v1/sources/{source} {{"time_zone": "…"}} before more is'
            " loaded: periods that have been told stay where they are"
        )
    if options.dry_run:
        tell_stderr("a dry run: nothing was sent")
    line = f"accepted={outcome.accepted} rejected={outcome.refused}"
    fields: dict[str, Any] = {
        "accepted": outcome.accepted,
        "rejected": outcome.refused,
        "reasons": outcome.reasons,
        "not_complete": outcome.not_complete,
        "equal": outcome.equal,
        "equal_rows": outcome.equal_count,
        "left_out": dict(outcome.left_out),
        "unset_sources": sorted(outcome.unset),
        "dry_run": options.dry_run,
    }
    refused = outcome.refused
    if measures is not None:
        counts = {name: measures.get(name) or 0 for name in MEASURES_NAMES}
        # Above the two lines that scripts take from the end.
        told = " ".join(f"{name}={count}" for name, count in counts.items())
        line = f"measures {told}\n{line}"
        fields["measures"] = counts
    if ledger is not None:
        refused += ledger.get("rejected") or 0
        shown, more = _ledger_fields(ledger, refused, options)
        line += "\n" + " ".join(f"{name}={value}" for name, value in shown.items())
        fields |= {**shown, **more}
        _tell_missing(ledger.get("missing") or [], ledger.get("missing_count"))
    emit(line, fields, as_json=options.as_json)
    refused += (measures or {}).get("rejected") or 0
    settled = not (refused or outcome.equal_count or outcome.not_complete)
    return Exit.OK if settled else Exit.REJECTIONS


def _tell_rows(outcome: LoadOutcome) -> None:
    outcome.reasons.sort(key=lambda reason: reason["row"])
    for reason in outcome.reasons[:SHOWN_REJECTIONS_MAX]:
        place = f"row {reason['row']}, line {reason['line']}"
        tell_stderr(f"{place}: {reason['code']}: {reason['detail']}")
    _tell_hidden(outcome.refused)
    outcome.equal.sort(key=lambda equal: equal["row"])
    for equal in outcome.equal[:SHOWN_REJECTIONS_MAX]:
        tell_stderr(f"row {equal['row']}, line {equal['line']}: {equal['detail']}")
    _tell_hidden(outcome.equal_count)
    for code, count in sorted(outcome.left_out.items()):
        what = "money" if code == "not_money_report" else "measures"
        tell_stderr(
            f"the {what} of {count} rows belong to another report of the source and do not count"
            f" ({code}; PUT /v1/sources/… says which report carries them)"
        )


def _tell_hidden(count: int) -> None:
    if count > SHOWN_REJECTIONS_MAX:
        tell_stderr(
            f"and {count - SHOWN_REJECTIONS_MAX} more; --json shows up to {REASONS_KEPT_MAX:,}"
        )


def _ledger_fields(
    ledger: Mapping[str, Any], refused: int, options: LoadOptions
) -> tuple[dict[str, Any], dict[str, Any]]:
    """(the fields of the closing line in their order, what --json says besides)."""
    # One amount in almost all files; those of several currencies are told side by side.
    amounts = ledger.get("amounts") or [{"amount": "0.00", "currency": options.currency or ""}]
    shown = {
        **{name: ledger.get(name) or 0 for name in ("inserted", "updated", "unchanged")},
        "rejected": refused,
        "suspense": ledger.get("suspense") or 0,
        "amount": ",".join(one["amount"] for one in amounts),
        "currency": ",".join(one["currency"] for one in amounts),
    }
    if outdated := ledger.get("outdated"):
        shown["outdated"] = outdated
    one = amounts[0] if len(amounts) == 1 else {"amount": None, "currency": None}
    missing = ledger.get("missing") or []
    count = ledger.get("missing_count") or len(missing)
    return shown, {**one, "amounts": amounts, "missing": missing, "missing_count": count}


def _tell_missing(missing: list[Any], count: int | None) -> None:
    """Rows that the periods had in an earlier import of the report and this one has not."""
    for row in missing[:SHOWN_REJECTIONS_MAX]:
        tell_stderr(f"missing: {_named(row)}: an earlier load of that period had it")
    hidden = (count or len(missing)) - len(missing[:SHOWN_REJECTIONS_MAX])
    if hidden > 0:
        tell_stderr(f"and {hidden} missing rows more")


def _named(row: Any) -> str:
    if not isinstance(row, Mapping):
        return str(row)
    return " ".join(f"{name}={_text(value)}" for name, value in row.items() if value)


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return ",".join(f"{name}:{_text(inner)}" for name, inner in value.items())
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ",".join(_text(inner) for inner in value)
    return str(value)
