"""What has moved since the plan in force, and a next plan would set back without a word.

Pure: a plan states everything anew, so one that was edited from an older reading undoes transfers,
draws and returns. That may be meant; who decides has to know it.
"""

from collections.abc import Mapping
from typing import Any

from budget.allocation.journal import TOTAL, Holder
from budget.documents.plans.rules import PlanFinding
from shared.money import format_micros, parse_micros


def stated_by(plan: Mapping[str, Any]) -> dict[Holder, int]:
    """What a plan as stored gives to each line and bucket, in micros."""
    lines = {Holder("line", one["line"]): one["allocated"] for one in plan["lines"]}
    buckets = {Holder("bucket", one["bucket"]): one["amount"] for one in plan["reserve"]}
    return {place: parse_micros(amount) for place, amount in (lines | buckets).items()}


def find_moved(
    plan: Mapping[str, Any], before: Mapping[str, Any], holds: Mapping[Holder, int]
) -> list[PlanFinding]:
    """Findings of a plan that follows the one in force, `before`, while places hold `holds`.

    `line_moved_since` and `bucket_moved_since`: it says what the plan before said of a place that
    holds something else since. `total_after_transfers`: its total is not what the campaign has
    after transfers to and from others.
    """
    old = stated_by(before)
    found = [
        PlanFinding(
            "line_moved_since" if place.kind == "line" else "bucket_moved_since",
            place.name if place.kind == "line" else None,
            "warning",
            f"{place.name} has {format_micros(holds.get(place, 0))} by transfers, draws or returns "
            f"since the plan in force; this one sets it back to {format_micros(wanted)}",
        )
        for place, wanted in stated_by(plan).items()
        if old.get(place) == wanted != holds.get(place, 0)
    ]
    given = sum(amount for place, amount in holds.items() if place.kind == "campaign")
    has, total = -holds.get(TOTAL, 0) - given, parse_micros(plan["total"]["amount"])
    if given and total != has:
        detail = f"after transfers to and from other campaigns there are {format_micros(has)}"
        detail += f" in all, the plan states {format_micros(total)}"
        found.append(PlanFinding("total_after_transfers", None, "warning", detail))
    return found
