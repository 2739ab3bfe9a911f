"""Is a plan sound, and what does it look like with every amount worked out (P2–P5, P18, P33)?

Hard faults refuse the plan, each with its place; findings are remarks that travel with it.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from budget.allocation.shapes import LocalFlight, PhasingShape
from budget.documents.plans.categories import CATEGORIES, RISK
from shared.errors import ConflictError, ErrorItem, InvalidError
from shared.money import divide_half_even, format_micros

Severity = Literal["info", "warning"]
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
    total) and `remainder` says how much; `costs` are its details (micros), `mitigated` says that
    something is stated against a risk."""

    line: str
    allocated: int | None
    percent: int | None
    remainder: bool
    cap: int | None
    key: bool
    targets: tuple[str, ...]
    shape: PhasingShape
    category: str = "advertising"
    channel: str | None = None
    costs: tuple[int, ...] = ()
    mitigated: bool = False


@dataclass(frozen=True, slots=True)
class ReserveDraft:
    bucket: Bucket
    amount: int


@dataclass(frozen=True, slots=True)
class CapDraft:
    """Lines of a channel, or of a category, may have so much (micros) together (P5)."""

    of: Literal["channel", "category"]
    name: str
    amount: int


@dataclass(frozen=True, slots=True)
class PlanFinding:
    """A remark that does not refuse the plan."""

    code: str
    line: str | None
    severity: Severity
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
    *,
    caps: Sequence[CapDraft] = (),
) -> CheckedPlan:
    """The plan with its amounts, or InvalidError with every fault found in the first bad step.

    Codes: `currency_differs`, `duplicate`, `amount_unclear`, `plan_sum_differs`,
    `cap_below_allocated`, `cap_exceeded`, `target_unknown`, and those of shapes:
    `curve_not_rising`, `curve_end_differs`, `day_outside_flight`, `flight_too_long`,
    `phasing_empty`.
    """
    if currency != terms.currency:
        raise InvalidError(
            "currency_differs", f"the campaign is kept in {terms.currency}, the plan in {currency}"
        )
    _refuse(_duplicates([line.line for line in lines], "lines"))
    _refuse(_duplicates([item.bucket for item in reserve], "reserve"))
    _refuse(_duplicates([f"{cap.of} {cap.name}" for cap in caps], "caps"))
    _refuse(_unclear(lines))
    planned = allocate(total, lines, sum(item.amount for item in reserve))
    _refuse([fault for i, line in enumerate(planned) for fault in _line_faults(i, line, terms)])
    _refuse(_cap_faults(planned, caps))
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


def _cap_faults(lines: Sequence[PlanLine], caps: Sequence[CapDraft]) -> list[ErrorItem]:
    faults = []
    for index, cap in enumerate(caps):
        have = _sums(lines, cap.of).get(cap.name, 0)
        if have > cap.amount:
            detail = f"lines of the {cap.of} {cap.name} have {format_micros(have)}, their cap is "
            detail += format_micros(cap.amount)
            faults.append(ErrorItem(loc=f"caps.{index}", code="cap_exceeded", detail=detail))
    return faults


def _sums(lines: Iterable[PlanLine], of: Literal["channel", "category"]) -> dict[str, int]:
    """Micros of all lines of each channel or category."""
    sums: dict[str, int] = {}
    for line in lines:
        name = line.draft.category if of == "category" else line.draft.channel
        if name is not None:
            sums[name] = sums.get(name, 0) + line.allocated
    return sums


def _findings(lines: Sequence[PlanLine], reserve: Collection[ReserveDraft]) -> list[PlanFinding]:
    """Remarks of the plan: what each line says, then what they say together."""
    found = [
        PlanFinding(code, line.line, severity, detail)
        for code, severity, holds, detail in LINE_REMARKS
        for line in lines
        if holds(line)
    ]
    found += _short_channels(lines)
    if not reserve:
        found.append(PlanFinding("reserve_missing", None, "info", "no money is kept in reserve"))
    return found


def _costs_differ(line: PlanLine) -> bool:
    return bool(line.draft.costs) and sum(line.draft.costs) != line.allocated


LINE_REMARKS: tuple[tuple[str, Severity, Callable[[PlanLine], bool], str], ...] = (
    (
        "line_without_target",
        "warning",
        lambda ln: not ln.draft.targets,
        "the line serves no target",
    ),
    (
        "key_line_unfunded",
        "warning",
        lambda ln: ln.draft.key and ln.allocated == 0,
        "a key line has no money",
    ),
    ("costs_differ", "warning", _costs_differ, "its costs do not sum to what is allocated"),
    (
        "category_unknown",
        "info",
        lambda ln: ln.draft.category not in CATEGORIES,
        "its category is not in the list, so it is compared with no other plan's",
    ),
    (
        "risk_unmitigated",
        "warning",
        lambda ln: ln.draft.category == RISK and not ln.draft.mitigated,
        "nothing is stated against this risk but its cost: state a mitigation",
    ),
)
"""Code, severity, when, and what it says: of lines (G18, P4, P9, P10, P17)."""


def _short_channels(lines: Sequence[PlanLine]) -> list[PlanFinding]:
    """A channel with key lines has less than one without (P19)."""
    keyed = {line.draft.channel for line in lines if line.draft.key and line.draft.channel}
    sums = _sums(lines, "channel")
    other = max((name for name in sums if name not in keyed), key=lambda one: sums[one], default="")
    return [
        PlanFinding(
            "key_channel_short",
            None,
            "warning",
            f"{name} has key lines and {format_micros(sums[name])}, {other} has none and "
            f"{format_micros(sums[other])}",
        )
        for name in sorted(keyed)
        if other and sums[name] < sums[other]
    ]
