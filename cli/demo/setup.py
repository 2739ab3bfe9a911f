"""What exists before the campaign starts: sources, campaign, approved plan, rules, receivers."""

from datetime import datetime
from typing import Any

from cli.demo import scenario as s


def campaign() -> dict[str, Any]:
    """POST /v1/campaigns."""
    return {
        "campaign": s.CAMPAIGN,
        "name": "双十一大促",
        "currency": "CNY",
        "time_zone": "Asia/Shanghai",
        "starts_at": s.STARTS.isoformat(),
        "ends_at": s.ENDS.isoformat(),
        "owner": "li.na",
        "region": "hq",
        "management_mode": "project",
        "stages": [],
        "attributes": {},
        "targets": [
            {
                "target": "sales",
                "measure": "revenue",
                "form": "absolute",
                "value": "12000000",
                "unit": "CNY",
                "deadline": s.ENDS.isoformat(),
                "relevance": "annual growth plan",
                "primary": True,
                "parent": None,
            }
        ],
    }


def plan() -> dict[str, Any]:
    """POST /v1/campaigns/{campaign}/plans: ten lines and the reserve of four buckets."""
    reserve = [("flexible", 40_000), ("deferred", 20_000), ("alternative", 20_000)]
    return {
        "total": {"amount": "1000000.00", "currency": "CNY"},
        "lines": [_line(line) for line in s.LINES],
        "reserve": [
            {"bucket": bucket, "amount": f"{amount}.00", "draw_condition": "competitor price cut"}
            for bucket, amount in [*reserve, ("crisis_pr", 20_000)]
        ],
    }


def _line(line: str) -> dict[str, Any]:
    name, allocated, channel = s.LINES[line]
    return {
        "line": line,
        "name": name,
        "category": "advertising",
        "cost_nature": "direct",
        "cost_behavior": "variable",
        "channel": channel,
        "allocated": f"{allocated}.00",
        "cap": f"{allocated}.00",
        "priority": 1,
        "key": line in s.CURVES,
        "targets": ["sales"],
        "owner": "wang.lei",
        "phasing": _phasing(line),
    }


def _phasing(line: str) -> dict[str, Any]:
    if line not in s.CURVES:
        return {"kind": "even"}
    points = [
        {"at": datetime.fromisoformat(f"2025-{day}T00:00:00+08:00").isoformat(), "amount": f"{v}"}
        for day, v in s.CURVES[line]
    ]
    return {"kind": "curve", "points": points}


def _budget_rule(
    rule: tuple[str, str], kpi: str, op: str, levels: list[tuple[str, str]], lever: str
) -> dict[str, Any]:
    return {
        "rule": rule[0],
        "name": rule[1],
        "scope": {"campaign": s.CAMPAIGN},
        "group_by": ["line"],
        "kpi": kpi,
        "window": None,
        "condition": {
            "op": op,
            "levels": [{"severity": severity, "value": value} for severity, value in levels],
        },
        "labels": {"team": "budget"},
        "annotations": {"lever": lever, "runbook": None, "bucket": None},
    }


def rules() -> list[dict[str, Any]]:
    """POST /v1/rules, one each."""
    used, pacing = "budget.used_ratio", "budget.pacing_ratio"
    steps = [("info", "0.80"), ("warning", "0.95"), ("critical", "1.00")]
    budget_used = _budget_rule(("budget-used", "预算使用"), used, ">=", steps, "调整预算分配")
    budget_used["suppress"] = {"to": "info", "while": {"kpi": pacing, "between": ["0.7", "1.2"]}}
    return [
        _budget_rule(
            ("pacing-high", "花费过快"),
            pacing,
            ">=",
            [("warning", "1.2"), ("critical", "1.5")],
            "调整出价或日预算",
        ),
        _budget_rule(
            ("pacing-low", "花费过慢"),
            pacing,
            "<=",
            [("warning", "0.7")],
            "检查投放或出价",
        ),
        budget_used,
        _budget_rule(
            ("overspend", "超支"),
            used,
            ">",
            [("critical", "1.00")],
            "暂停投放或申请追加",
        ),
        _ctr_rule(),
    ]


def _ctr_rule() -> dict[str, Any]:
    return {
        "rule": "ctr-low",
        "name": "点击率偏低",
        "scope": {"campaign": s.CAMPAIGN, "lines": ["L02"]},
        "group_by": ["line"],
        "kpi": "ctr",
        "window": {"kind": "tumbling", "size": "60m"},
        "condition": {
            "op": "<",
            "levels": [
                {"severity": "warning", "value": "0.015"},
                {"severity": "critical", "value": "0.010"},
            ],
            "reset": "0.015",
        },
        "for": 0,
        "keep_firing": 0,
        "min": {"impressions": "50000"},
        "baseline": None,
        "maturity": "0m",
        "suppress": None,
        "labels": {"team": "social"},
        "annotations": {
            "lever": "调整关键词或文案",
            "runbook": None,
            "bucket": None,
        },
    }


ALERTS_CONFIG = """\
route:
  receiver: ops
  group_by: [campaign, line]
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 30d
receivers:
  - name: ops
    locale: zh-CN
    dingtalk_configs:
      - {url_env: OPS_DINGTALK_URL, secret_env: OPS_DINGTALK_SECRET}
    email_configs:
      - {to: [ops@example.com], from: paceline@example.com}
"""
