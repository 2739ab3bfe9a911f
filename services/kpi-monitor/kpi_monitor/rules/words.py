"""What people call the KPIs and the numbers behind them, and say of them, by locale. Pure.

A KPI or a number that is not here is called by its own name, and told as any other.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

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
    "line_allocated": ("Budget of this line", "预算项额度"),
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
        "says_above": ("Spending too fast: {value} of plan", "花费过快，实际是计划的 {value}"),
        "says_below": (
            "Spending too slowly: only {value} of plan",
            "花费过慢，实际只有计划的 {value}",
        ),
        "now": ("Spend is now {value} of plan", "实际花费现为计划的 {value}"),
        "limit": ("{limit} of plan", "计划的 {limit}"),
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
    },
    "suspense": {
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
    },
}
"""Of KPIs, and of kinds without one, that have more to say than a name and a figure; the names are
those of `Breach.sentences`. Those that end in `_above` and `_below` are of rules with such a
limit."""


def titles_of(
    names: Iterable[str], called: Mapping[str, str] = MappingProxyType({})
) -> dict[str, dict[str, str]]:
    """By locale, what these are called; those of `called` by the words of another name."""
    words = {name: WORDS.get(called.get(name, name)) for name in names}
    return {
        locale: {name: found[place] for name, found in words.items() if found}
        for place, locale in enumerate(LOCALES)
    }


def sentences_of(subject: str, *, upwards: bool) -> dict[str, dict[str, str]]:
    """By locale, what is said of a KPI or a kind by a rule whose limit is passed upwards or
    downwards; nothing of most."""
    side, other = ("_above", "_below") if upwards else ("_below", "_above")
    found = {
        name.removesuffix(side): said
        for name, said in SENTENCES.get(subject, {}).items()
        if not name.endswith(other)
    }
    return {
        locale: {name: said[place] for name, said in found.items()}
        for place, locale in enumerate(LOCALES)
        if found
    }
