"""What people call the KPIs and the numbers behind them, and say of them, by locale. Pure.

A KPI or a number that is not here is called by its own name, and told as any other.
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
SENTENCES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "budget.pacing_ratio": {
        "short": ("Spend against plan", "花费进度"),
        "above": ("Spending too fast: {value} of plan", "花费过快，实际是计划的 {value}"),
        "below": ("Spending too slowly: only {value} of plan", "花费过慢，实际只有计划的 {value}"),
        "now": ("Spend is now {value} of plan", "实际花费现为计划的 {value}"),
        "limit": ("{value} of plan", "计划的 {value}"),
        "advice_above": (
            "lower bids or the daily budget, or move money in from another line",
            "下调出价或日预算，或从其他预算项调入资金",
        ),
        "advice_below": (
            "check what limits delivery, widen bids or targeting, or give the rest to another line",
            "检查投放是否受限，放宽出价或定向，或把余额调给其他预算项",
        ),
    },
    "budget.used_ratio": {
        "above": ("{value} of the budget is used", "预算已用 {value}"),
        "below": ("{value} of the budget is used", "预算已用 {value}"),
        "over": ("Over budget: {value} used", "预算超支，已用 {value}"),
        "limit": ("{value} of the budget", "预算的 {value}"),
        "advice_above": (
            "compare what is left with the days left, and ask for a transfer in time",
            "核对剩余预算与剩余天数，必要时提前申请调拨",
        ),
        "advice_below": (
            "compare what is left with the days left, and ask for a transfer in time",
            "核对剩余预算与剩余天数，必要时提前申请调拨",
        ),
        "advice_over": (
            "pause the line and ask for a transfer or a draw on the reserve",
            "暂停该预算项的投放，并申请调拨或动用储备金",
        ),
    },
}
"""Of KPIs that have more to say than a name and a figure: above and below the limit or over 100 %,
what it is now, the limit, and what to do when no rule says it. `{value}` stands for the figure."""


def titles_of(names: Iterable[str]) -> dict[str, dict[str, str]]:
    """By locale, what these are called; "amount USD" is an amount."""
    words = {name: WORDS.get(name.partition(" ")[0]) for name in names}
    return {
        locale: {name: word[place] for name, word in words.items() if word}
        for place, locale in enumerate(LOCALES)
    }


def sentences_of(kpi: str) -> dict[str, dict[str, str]]:
    """By locale, what is said of a KPI; nothing of most."""
    found = SENTENCES.get(kpi, {})
    return {
        locale: {name: said[place] for name, said in found.items()}
        for place, locale in enumerate(LOCALES)
        if found
    }
