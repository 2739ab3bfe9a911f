"""What is open gets the words that alerts said of it before they came with each breach.

alerts had names, units, sentences and advice of the KPIs and kinds of that time in tables of its
own; without them what began before the upgrade would be told by bare names and plain numbers until
its next change, which may be weeks away. What kpi-monitor has not sent yet gets them as well.
"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0028_words_of_alerts"
down_revision = "0027_dues"
branch_labels = None
depends_on = None

LOCALES = ("en", "zh-CN")
BUDGET = {
    "actual": ("money", "Actual spend", "实际花费"),
    "planned_to_date": ("money", "Planned to date", "计划应花"),
    "allocated": ("money", "Budget", "预算额度"),
    "forecast_end": ("money", "Forecast at this pace", "按当前进度预计期末花费"),
    "remaining": ("money", "Remaining budget", "剩余预算"),
    "committed": ("money", "Committed", "已承诺"),
    "corrections": ("money", "Corrections", "更正"),
    "used_ratio": ("percent", "Budget used", "预算使用率"),
    "pacing_ratio": ("percent", "Spend against plan", "花费进度（实际/计划）"),
}
WINDOWS = {
    "spend": ("money", "Spend", "花费"),
    "revenue": ("money", "Revenue", "收入"),
    "clicks": ("count", "Clicks", "点击"),
    "impressions": ("count", "Impressions", "曝光"),
    "conversions": ("count", "Conversions", "转化"),
}
SUSPENSE = {
    "amount": ("money", "Amount", "金额"),
    "items": ("count", "Items", "笔数"),
    "hours": ("hours", "Hours", "小时数"),
}
SUBJECTS = {
    "ctr": ("percent", "Click-through rate", "点击率", WINDOWS),
    "cvr": ("percent", "Conversion rate", "转化率", WINDOWS),
    "cpc": ("money", "Cost per click", "单次点击成本", WINDOWS),
    "cpm": ("money", "Cost per thousand impressions", "千次曝光成本", WINDOWS),
    "cpa": ("money", "Cost per conversion", "单次转化成本", WINDOWS),
    "roas": ("ratio", "Return on ad spend", "广告支出回报率", WINDOWS),
    "budget.pacing_ratio": ("percent", "Spend against plan", "花费进度（实际/计划）", BUDGET),
    "budget.used_ratio": ("percent", "Budget used", "预算使用率", BUDGET),
    "suspense": ("hours", "", "", SUSPENSE),
}
PACING = {
    "short": ("Spend against plan", "花费进度"),
    "now": ("Spend is now {value} of plan", "实际花费现为计划的 {value}"),
    "limit": ("{limit} of plan", "计划的 {limit}"),
}
TOO_FAST = {
    "says": ("Spending too fast: {value} of plan", "花费过快，实际是计划的 {value}"),
    "advice": (
        "lower bids or the daily budget, or move money in from another line",
        "下调出价或日预算，或从其他预算项调入资金",
    ),
}
TOO_SLOW = {
    "says": ("Spending too slowly: only {value} of plan", "花费过慢，实际只有计划的 {value}"),
    "advice": (
        "check what limits delivery, widen bids or targeting, or give the rest to another line",
        "检查投放是否受限，放宽出价或定向，或把余额调给其他预算项",
    ),
}
USED = {
    "says": ("{value} of the budget is used", "预算已用 {value}"),
    "over": ("Over budget: {value} used", "预算超支，已用 {value}"),
    "limit": ("{limit} of the budget", "预算的 {limit}"),
    "advice": (
        "compare what is left with the days left, and ask for a transfer in time",
        "核对剩余预算与剩余天数，必要时提前申请调拨",
    ),
    "advice_over": (
        "pause the line and ask for a transfer or a draw on the reserve",
        "暂停该预算项的投放，并申请调拨或动用储备金",
    ),
}
WAITS = {
    "short": ("Money waits that belongs to no line yet", "有花费尚未归属到预算项"),
    "says": (
        "{amounts} spent and not assigned to any line, the oldest waits since {since}",
        "花费 {amounts} 未归属到预算项，最早一笔自 {since} 起等待",
    ),
    "recovered": (
        "No money of this source waits for its line for too long any more",
        "该数据源已没有超时未归属的花费",
    ),
    "advice": (
        "add the mapping that is missing, assign this money to a line, "
        "or have finance write it off",
        "补充映射，或把这些花费指定到预算项；确认无效的由财务核销",
    ),
}
SENTENCES = {
    ("budget.pacing_ratio", "above"): PACING | TOO_FAST,
    ("budget.pacing_ratio", "below"): PACING | TOO_SLOW,
    ("budget.used_ratio", "above"): USED,
    ("budget.used_ratio", "below"): USED,
    ("suspense", "above"): WAITS,
}
ALERTS = """
UPDATE alerts.transitions AS t
SET signal = jsonb_set(t.signal, '{figures}', (t.signal->'figures') || (w.said
  -> CASE WHEN starts_with(t.signal#>>'{figures,op}', '>') THEN 'above' ELSE 'below' END))
FROM alerts.episodes AS e, jsonb_each(CAST(:words AS jsonb)) AS w (subject, said)
WHERE (t.alert, t.episode, t.seq) = (e.alert, e.episode, e.seq)
  AND (e.state NOT IN ('resolved', 'withdrawn') OR EXISTS (
    SELECT FROM alerts.group_members AS m
    WHERE m.alert = e.alert AND m.episode = e.episode AND m.active))
  AND w.subject = coalesce(nullif(t.signal#>>'{figures,kpi}', ''), t.signal#>>'{origin,kind}')
"""
UNSENT = """
UPDATE kpi.outbox AS o
SET value = convert_to(jsonb_set(b.event, '{data}', (b.event->'data') || jsonb_build_object(
  'unit', b.said->'unit', 'numbers_units', b.said->'units', 'titles', b.said->'titles',
  'sentences', b.said->'sentences'))::text, 'UTF8')
FROM (
  SELECT id, event, w.said
    -> CASE WHEN starts_with(event#>>'{data,op}', '>') THEN 'above' ELSE 'below' END AS said
  FROM (
    SELECT id, convert_from(value, 'UTF8')::jsonb AS event FROM kpi.outbox
    WHERE topic = 'breaches.v1') AS unsent, jsonb_each(CAST(:words AS jsonb)) AS w (subject, said)
  WHERE w.subject = coalesce(nullif(event#>>'{data,kpi}', ''), event#>>'{data,kind}')) AS b
WHERE o.id = b.id
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    words = json.dumps(
        {
            subject: {side: _words(subject, side) for side in ("above", "below")}
            for subject in SUBJECTS
        }
    )
    for statement in (ALERTS, UNSENT):
        op.execute(sa.text(statement).bindparams(words=words))


def downgrade() -> None:
    """The words stay: before, nobody reads them."""


def _words(subject: str, side: str) -> dict[str, Any]:
    unit, *names, numbers = SUBJECTS[subject]
    named = {**numbers, subject: (unit, *names)} if names[0] else numbers
    said = SENTENCES.get((subject, side), {})
    return {
        "unit": unit,
        "units": {name: one[0] for name, one in numbers.items()},
        "titles": {
            locale: {name: one[place + 1] for name, one in named.items()}
            for place, locale in enumerate(LOCALES)
        },
        "sentences": {
            locale: {name: one[place] for name, one in said.items()}
            for place, locale in enumerate(LOCALES)
            if said
        },
    }
