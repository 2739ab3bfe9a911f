"""Whether targets are complete and fit together (G2, G4, G5)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from budget.documents.campaigns.schemas import TargetBody
from shared.errors import InvalidError
from shared.money import MICROS, format_quantity

PERCENT_WHOLE = 100 * MICROS


def check_targets(targets: Sequence[TargetBody]) -> None:
    """Raises InvalidError `duplicate`, `primary_target`, `target_incomplete`, `target_days` or
    `target_tree`."""
    named = {target.target: target for target in targets}
    if len(named) < len(targets):
        raise InvalidError("duplicate", "two targets have the same id")
    if targets and sum(target.primary for target in targets) != 1:
        raise InvalidError("primary_target", "exactly one target is the primary one")
    for target in targets:
        _check_whole(target)
        _check_parents(target, named)
    _check_sums(targets, named)


def _check_whole(target: TargetBody) -> None:
    name = target.target
    if not target.relevance.strip():
        detail = f"{name}: state its relevance, which goal or strategy it serves"
        raise InvalidError("target_incomplete", detail)
    if target.form == "relative" and target.baseline is None:
        detail = f"{name}: a relative target needs the baseline it starts from"
        raise InvalidError("target_incomplete", detail)
    dates = [day.date for day in target.days]
    if dates != sorted(set(dates)):
        raise InvalidError("target_days", f"{name}: each day once, the earlier first")
    total = sum(day.percent for day in target.days)
    if dates and total != PERCENT_WHOLE:
        detail = f"{name}: its days are {format_quantity(total)} %, not 100 %"
        raise InvalidError("target_days", detail)


def _check_parents(target: TargetBody, named: Mapping[str, TargetBody]) -> None:
    """Up to the root, at most once past each target."""
    child, seen = target, {target.target}
    while child.parent is not None:
        parent = named.get(child.parent)
        if parent is None:
            detail = f"{child.target}: there is no target {child.parent}, its parent"
            raise InvalidError("target_tree", detail)
        if parent.target in seen:
            raise InvalidError("target_tree", f"{parent.target} would be above itself")
        if child.deadline > parent.deadline:
            detail = f"{child.target}: its deadline lies after that of its parent {parent.target}"
            raise InvalidError("target_tree", detail)
        seen.add(parent.target)
        child = parent


def _check_sums(targets: Sequence[TargetBody], named: Mapping[str, TargetBody]) -> None:
    """Parts that are counted as their parent is, add up to it; other parts have measures of their
    own."""
    parts: dict[str, int] = defaultdict(int)
    for target in targets:
        parent = named.get(target.parent or "")
        if parent is not None and _counted(target) == _counted(parent):
            parts[parent.target] += target.value
    for name, total in parts.items():
        if total != named[name].value:
            whole, found = format_quantity(named[name].value), format_quantity(total)
            detail = f"the parts of {name} add up to {found}, not to {whole}"
            raise InvalidError("target_tree", detail)


def _counted(target: TargetBody) -> tuple[str, str, str | None]:
    return target.measure, target.form, target.unit
