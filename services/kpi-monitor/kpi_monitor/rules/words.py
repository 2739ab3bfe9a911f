"""What people call the KPIs and the numbers behind them, by locale. Pure.

A KPI or a number that is not here is called by its own name.
"""

from collections.abc import Iterable, Mapping

LOCALES = ("en", "zh-CN")
WORDS: Mapping[str, tuple[str, str]] = {
    "ctr": ("Click-through rate", "点击率"),
    "cvr": ("Conversion rate", "转化率"),
    "cpc": ("Cost per click", "单次点击成本"),
    "cpm": ("Cost per thousand impressions", "千次曝光成本"),
    "cpa": ("Cost per conversion", "单次转化成本"),
    "roas": ("Return on ad spend", "广告支出回报率"),
    "budget.pacing_ratio": ("Spend against plan", "花费进度（实际/计划）"),
    "budget.used_ratio": ("Budget used", "预算使用率"),
    "actual": ("Actual spend", "实际花费"),
    "planned_to_date": ("Planned to date", "计划应花"),
    "allocated": ("Budget", "预算额度"),
    "forecast_end": ("Forecast at this pace", "按当前进度预计期末花费"),
    "remaining": ("Remaining budget", "剩余预算"),
    "committed": ("Committed", "已承诺"),
    "corrections": ("Corrections", "更正"),
    "used_ratio": ("Budget used", "预算使用率"),
    "pacing_ratio": ("Spend against plan", "花费进度（实际/计划）"),
    "spend": ("Spend", "花费"),
    "revenue": ("Revenue", "收入"),
    "clicks": ("Clicks", "点击"),
    "impressions": ("Impressions", "曝光"),
    "conversions": ("Conversions", "转化"),
    "amount": ("Amount", "金额"),
    "items": ("Items", "笔数"),
    "hours": ("Hours", "小时数"),
}


def titles_of(names: Iterable[str]) -> dict[str, dict[str, str]]:
    """By locale, what these are called."""
    known = [name for name in names if name in WORDS]
    return {
        locale: {name: WORDS[name][place] for name in known} for place, locale in enumerate(LOCALES)
    }
