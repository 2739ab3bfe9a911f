"""Is a plan sound, and what does it look like with every amount worked out (P2–P5, P18, P33)?

Hard faults refuse the plan, each with its place; findings are remarks that travel with it.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from budget.allocation.shapes import LocalFlight, PhasingShape
from shared.errors import ConflictError, ErrorItem, InvalidError
from shared.money import divide_half_even, format_micros

Bucket = Literal["flexible", "deferred", "alternative", "crisis_pr"]

CENT = 10_000
PERCENT_MICROS = 100 * 1_000_000


@dataclass(frozen=True, slots=True)
class Terms:
    """What of the campaign a plan must fit."""

    currency: str
    flight: LocalFlight
    targets: frozenset[str]


@dataclass(frozen=True, slots=True)
class LineDraft:
    """A line as proposed. Exactly one of `allocated` (micros), `percent` (micro-percent of the
    total) and `remainder` says how much."""

    line: str
    allocated: int | None
    percent: int | None
    remainder: bool
    cap: int | None
    key: bool
    targets: tuple[str, ...]
    shape: PhasingShape


@dataclass(frozen=True, slots=True)
class ReserveDraft:
    bucket: Bucket
    amount: int


@dataclass(frozen=True, slots=True)
class PlanFinding:
    """A remark that does not refuse the plan."""

    code: str
    line: str | None
    severity: Literal["info", "warning"]
    detail: str

    @property
    def document(self) -> dict[str, Any]:
        """As it is stored and shown."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A line with its amount worked out, in micros."""

    line: str
    allocated: int
    draft: LineDraft


@dataclass(frozen=True, slots=True)
class CheckedPlan:
    lines: tuple[PlanLine, ...]
    findings: tuple[PlanFinding, ...]


def check(
    terms: Terms,
    total: int,
    currency: str,
    lines: Sequence[LineDraft],
    reserve: Sequence[ReserveDraft],
) -> CheckedPlan:
    """The plan with its amounts, or InvalidError with every fault found in the first bad step.

    Codes: `currency_differs`, `duplicate`, `amount_unclear`, `plan_sum_differs`,
    `cap_below_allocated`, `target_unknown`, and those of shapes: `curve_not_rising`,
    `curve_end_differs`, `day_outside_flight`, `flight_too_long`, `phasing_empty`.
    """
    if currency != terms.currency:
        raise InvalidError(
            "currency_differs", f"the campaign is kept in {terms.currency}, the plan in {currency}"
        )
    _refuse(_duplicates([line.line for line in lines], "lines"))
    _refuse(_duplicates([item.bucket for item in reserve], "reserve"))
    _refuse(_unclear(lines))
    planned = allocate(total, lines, sum(item.amount for item in reserve))
    _refuse([fault for i, line in enumerate(planned) for fault in _line_faults(i, line, terms)])
    return CheckedPlan(planned, tuple(_findings(planned, reserve)))


def check_submit(status: str, *, targets: int) -> None:
    """A draft of a campaign with at least one target may be submitted (G1).

    Raises ConflictError `not_draft`, InvalidError `target_missing`.
    """
    if status != "draft":
        raise ConflictError("not_draft", f"the plan is {status}; only a draft can be submitted")
    if targets == 0:
        detail = "a campaign needs a target before its plan is judged: PATCH its targets"
        raise InvalidError("target_missing", detail)


def allocate(total: int, lines: Sequence[LineDraft], reserved: int) -> tuple[PlanLine, ...]:
    """Works out percent and remainder lines so that lines + reserve = total exactly (P33).

    A percent line is rounded to the nearest cent, ties to even; the remainder line takes the rest.
    Raises InvalidError `plan_sum_differs`, also when nothing is left for the remainder.
    """
    amounts = [_stated(total, line) for line in lines]
    rest = total - reserved - sum(amounts)
    remainder = next((i for i, line in enumerate(lines) if line.remainder), None)
    if remainder is not None:
        if rest < 0:
            raise InvalidError(
                "plan_sum_differs",
                f"the other lines and the reserve exceed the total by {format_micros(-rest)}",
            )
        amounts[remainder] = rest
    elif rest != 0:
        raise InvalidError(
            "plan_sum_differs",
            f"lines and reserve sum to {format_micros(total - rest)}, the total is "
            f"{format_micros(total)}",
        )
    return tuple(
        PlanLine(line.line, amount, replace(line, allocated=amount))
        for line, amount in zip(lines, amounts, strict=True)
    )


def without_echoes(lines: Sequence[LineDraft], read: Mapping[str, int]) -> list[LineDraft]:
    """Lines that were read, edited and sent again, each with one statement of how much.

    A line that is a percentage or the remainder is read with what that came to. Sent back unchanged
    (`read`: micros per line of the version that was read) it states nothing; changed, it stays and
    `check` finds the two statements unclear.
    """
    return [
        replace(line, allocated=None)
        if (line.remainder or line.percent is not None) and line.allocated == read.get(line.line)
        else line
        for line in lines
    ]


def _stated(total: int, line: LineDraft) -> int:
    if line.percent is not None:
        return divide_half_even(total * line.percent, PERCENT_MICROS * CENT) * CENT
    return line.allocated or 0


def _refuse(faults: Sequence[ErrorItem]) -> None:
    if faults:
        raise InvalidError(faults[0]["code"], faults[0]["detail"], errors=faults)


def _duplicates(names: Sequence[str], loc: str) -> list[ErrorItem]:
    return [
        ErrorItem(loc=loc, code="duplicate", detail=f"{name} is named {count} times")
        for name, count in Counter(names).items()
        if count > 1
    ]


def _unclear(lines: Sequence[LineDraft]) -> list[ErrorItem]:
    faults = [
        ErrorItem(
            loc=f"lines.{i}",
            code="amount_unclear",
            detail=f"{line.line} needs exactly one of allocated, percent, remainder",
        )
        for i, line in enumerate(lines)
        if (line.allocated is not None) + (line.percent is not None) + line.remainder != 1
    ]
    if sum(line.remainder for line in lines) > 1:
        faults.append(
            ErrorItem(loc="lines", code="amount_unclear", detail="only one line can be remainder")
        )
    return faults


def _line_faults(index: int, line: PlanLine, terms: Terms) -> list[ErrorItem]:
    loc = f"lines.{index}"
    faults = [
        ErrorItem(loc=f"{loc}.phasing", code=code, detail=f"{line.line}: {detail}")
        for code, detail in line.draft.shape.faults(terms.flight, line.allocated)
    ]
    if line.draft.cap is not None and line.draft.cap < line.allocated:
        faults.append(
            ErrorItem(
                loc=f"{loc}.cap",
                code="cap_below_allocated",
                detail=f"{line.line}: cap {format_micros(line.draft.cap)} is below allocated "
                f"{format_micros(line.allocated)}",
            )
        )
    faults += [
        ErrorItem(
            loc=f"{loc}.targets",
            code="target_unknown",
            detail=f"{line.line}: the campaign has no target {target}",
        )
        for target in line.draft.targets
        if target not in terms.targets
    ]
    return faults


def _findings(lines: Sequence[PlanLine], reserve: Collection[ReserveDraft]) -> list[PlanFinding]:
    """Remarks: G18 (unlinked line), P17 (key line without money), B18 (no reserve)."""
    found = [
        PlanFinding("line_without_target", line.line, "warning", "the line serves no target")
        for line in lines
        if not line.draft.targets
    ]
    found += [
        PlanFinding("key_line_unfunded", line.line, "warning", "a key line has no money")
        for line in lines
        if line.draft.key and line.allocated == 0
    ]
    if not reserve:
        found.append(PlanFinding("reserve_missing", None, "info", "no money is kept in reserve"))
    return found
