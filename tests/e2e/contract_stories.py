"""What happens under which rule, and what must be told of it: tables, and the playing of them."""

from datetime import timedelta
from typing import Any

from tests.e2e.contract_world import HOUR, World

W, C = ("warning", "0.01"), ("critical", "0.005")
K = 1000
"""Impressions an hour, so that clicks are thousandths."""

Told = tuple[str, str, str, list[str]]
"""transition, severity, value, crossed"""

# One line each; clicks of 1,000 impressions hour by hour. None: nothing came in that hour.
STORIES: dict[str, tuple[dict[str, Any], list[int | None], list[Told], str]] = {
    "lt": (
        {"op": "<", "levels": [W]},
        [10, 9, 10],
        [("firing", "warning", "0.009000", ["0.01"]), ("resolved", "warning", "0.010000", [])],
        "< does not hold at the limit, and at the limit it is over",
    ),
    "le": (
        {"op": "<=", "levels": [W]},
        [11, 10, 11],
        [("firing", "warning", "0.010000", ["0.01"]), ("resolved", "warning", "0.011000", [])],
        "<= holds at the limit",
    ),
    "gt": (
        {"op": ">", "levels": [W]},
        [10, 11, 10],
        [("firing", "warning", "0.011000", ["0.01"]), ("resolved", "warning", "0.010000", [])],
        "> does not hold at the limit",
    ),
    "ge": (
        {"op": ">=", "levels": [W]},
        [9, 10, 9],
        [("firing", "warning", "0.010000", ["0.01"]), ("resolved", "warning", "0.009000", [])],
        ">= holds at the limit",
    ),
    "levels": (
        {"op": "<", "levels": [W, C]},
        [4, 8, 4, 4, 20],
        [
            ("firing", "critical", "0.004000", ["0.01", "0.005"]),
            ("level_changed", "warning", "0.008000", ["0.01"]),
            ("level_changed", "critical", "0.004000", ["0.01", "0.005"]),
            ("resolved", "critical", "0.020000", []),
        ],
        "levels go up and down, all that were passed are named, the same level is not told again",
    ),
    "reset": (
        {"op": "<", "levels": [W], "reset": "0.015"},
        [9, 12, 9, 15, 12, 9],
        [
            ("firing", "warning", "0.009000", ["0.01"]),
            ("resolved", "warning", "0.015000", []),
            ("firing", "warning", "0.009000", ["0.01"]),
        ],
        "between limit and reset an open breach stays open and a closed one stays closed",
    ),
    "min": (
        {"op": "<", "levels": [W], "min": {"impressions": "1001"}},
        [1, 1],
        [],
        "below the minimum there is no value",
    ),
    "min-met": (
        {"op": "<", "levels": [W], "min": {"impressions": "1000"}},
        [1, None, 20],
        [("firing", "warning", "0.001000", ["0.01"]), ("resolved", "warning", "0.020000", [])],
        "the minimum is met at its figure; an hour without data changes nothing",
    ),
    "mature": (
        {"op": "<", "levels": [W], "maturity": "240m"},
        [20, 1, 20, 20],
        [("firing", "warning", "0.001000", ["0.01"])],
        "six hours in, only windows that ended four hours ago have been judged",
    ),
}

# Spent of 1,000.00 after five of ten days (planned: 500.00), the source complete or not.
PACING = [("warning", "1.2"), ("critical", "1.5")]
USED = [("info", "0.80"), ("warning", "0.95"), ("critical", "1.00")]
SPENT: dict[str, tuple[str, bool, set[tuple[str, str, str]], str]] = {
    "B1": ("350.00", True, {("low", "warning", "0.700000")}, "<= 0.7 holds at 0.7"),
    "B2": ("350.00", False, set(), "a source that is not complete has not spent too little"),
    "B3": ("600.00", True, {("high", "warning", "1.200000")}, ">= 1.2 holds at 1.2"),
    "B4": (
        "950.00",
        True,
        {("high", "critical", "1.900000"), ("used", "warning", "0.950000")},
        "the highest level that was passed",
    ),
    "B5": (
        "1000.00",
        True,
        {("high", "critical", "2.000000"), ("used", "critical", "1.000000")},
        "all of it is used; over is only above",
    ),
    "B6": (
        "1000.01",
        True,
        {
            ("high", "critical", "2.000020"),
            ("used", "critical", "1.000010"),
            ("over", "critical", "1.000010"),
        },
        "a cent more is overspent",
    ),
}

# Spent after eight of ten days (planned: 800.00); the rule is quiet while pacing is in 0.7–1.2.
SUPPRESSED: dict[str, tuple[str, str, list[str], str]] = {
    "S1": ("960.00", "info", ["0.40", "0.55"], "pacing 1.2 is inside; what was passed is named"),
    "S2": ("960.01", "warning", ["0.40", "0.55"], "just above 1.2"),
    "S3": ("560.00", "info", ["0.40", "0.55"], "pacing 0.7 is inside"),
    "S4": ("559.99", "warning", ["0.40", "0.55"], "just below 0.7"),
}
LINES = [*STORIES, *SPENT, *SUPPRESSED]


def condition_of(op: str, levels: Any, **more: Any) -> dict[str, Any]:
    rows = [{"severity": severity, "value": value} for severity, value in levels]
    return {"op": op, "levels": rows, **more}


def play_hours(world: World) -> None:
    """Six hours of metrics under the rules of STORIES."""
    for name, (story, *_) in STORIES.items():
        more = {one: story[one] for one in ("min", "maturity") if one in story}
        reset = {"reset": story["reset"]} if "reset" in story else {}
        condition = condition_of(story["op"], story["levels"], **reset)
        world.add_rule(world.ctr_rule(name, [name], condition=condition, **more))
    for hour in range(6):
        clicks = {name: story[1][hour] for name, story in STORIES.items() if hour < len(story[1])}
        world.pass_hour({name: (K, seen) for name, seen in clicks.items() if seen is not None})


def play_spending(world: World) -> None:
    """Five days, then eight: each line has its own source."""
    for name, kpi, op, levels in [
        ("high", "pacing_ratio", ">=", PACING),
        ("low", "pacing_ratio", "<=", [("warning", "0.7")]),
        ("used", "used_ratio", ">=", USED),
        ("over", "used_ratio", ">", [("critical", "1.00")]),
    ]:
        body = world.ctr_rule(name, list(SPENT), kpi=f"budget.{kpi}", window=None)
        world.add_rule(body | {"condition": condition_of(op, levels)})
    body = world.ctr_rule("capped", list(SUPPRESSED), kpi="budget.used_ratio", window=None)
    body["condition"] = condition_of(
        ">=", [("info", "0.40"), ("warning", "0.55"), ("critical", "1.00")]
    )
    pacing = {"kpi": "budget.pacing_ratio", "between": ["0.7", "1.2"]}
    world.add_rule(body | {"suppress": {"to": "info", "while": pacing}})
    half, later = world.starts + timedelta(days=5), world.starts + timedelta(days=8)
    world.go_to(half)
    events = []
    for line, (amount, complete, *_) in SPENT.items():
        at = half if complete else half - HOUR
        through = half if complete else half - 2 * HOUR
        source = f"{line}/x"
        events += [world.spend(line, amount, at, source), world.heartbeat(source, through)]
    world.send(*events)
    world.go_to(later)
    events = []
    for line, (amount, *_) in SUPPRESSED.items():
        source = f"{line}/x"
        events += [world.spend(line, amount, later, source), world.heartbeat(source, later)]
    world.send(*events)
