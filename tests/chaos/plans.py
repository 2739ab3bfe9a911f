"""Campaigns and plans for the chaos runs, valid and as plain as possible."""

from datetime import datetime, timedelta
from typing import Any


def campaign(name: str, starts: datetime, days: int = 10) -> dict[str, Any]:
    """POST /v1/campaigns: UTC, CNY, one target."""
    ends = (starts + timedelta(days=days)).isoformat()
    return {
        "campaign": name,
        "name": name,
        "currency": "CNY",
        "time_zone": "UTC",
        "starts_at": starts.isoformat(),
        "ends_at": ends,
        "owner": "ops",
        "targets": [
            {
                "target": "sales",
                "measure": "revenue",
                "form": "absolute",
                "value": "1",
                "unit": "CNY",
                "deadline": ends,
                "relevance": "test",
                "primary": True,
                "parent": None,
            }
        ],
    }


def plan_of(lines: list[str], allocated: int) -> dict[str, Any]:
    """POST …/plans: each line gets `allocated`, evenly over the flight."""
    total = {"amount": f"{allocated * len(lines)}.00", "currency": "CNY"}
    return {"total": total, "lines": [_line(line, allocated) for line in lines], "reserve": []}


def _line(line: str, allocated: int) -> dict[str, Any]:
    return {
        "line": line,
        "name": line,
        "category": "advertising",
        "cost_nature": "direct",
        "cost_behavior": "variable",
        "channel": "search",
        "allocated": f"{allocated}.00",
        "targets": ["sales"],
        "phasing": {"kind": "even"},
    }
