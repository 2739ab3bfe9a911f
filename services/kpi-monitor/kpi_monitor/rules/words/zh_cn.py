"""Chinese as it is written on the mainland."""

from kpi_monitor.rules.words.kpi_words import KpiWords

MAINLAND_CHINESE = KpiWords(
    titles={
        "ctr": "点击率",
        "cvr": "转化率",
        "cpc": "单次点击成本",
        "cpm": "千次曝光成本",
        "cpa": "单次转化成本",
        "roas": "广告支出回报率",
        "budget.pacing_ratio": "花费进度（实际/计划）",
        "budget.used_ratio": "预算使用率",
        "actual": "实际花费",
        "planned_to_date": "计划应花",
        "allocated": "预算额度",
        "line_allocated": "预算项额度",
        "forecast_end": "按当前进度预计期末花费",
        "remaining": "剩余预算",
        "committed": "已承诺",
        "corrections": "更正",
        "used_ratio": "预算使用率",
        "pacing_ratio": "花费进度（实际/计划）",
        "spend": "花费",
        "revenue": "收入",
        "clicks": "点击",
        "impressions": "曝光",
        "conversions": "转化",
        "amount": "金额",
        "items": "笔数",
        "hours": "小时数",
    },
    sentences={
        "budget.pacing_ratio": {
            "short": "花费进度",
            "says_above": "花费过快，实际是计划的 {value}",
            "says_below": "花费过慢，实际只有计划的 {value}",
            "now": "实际花费现为计划的 {value}",
            "limit": "计划的 {limit}",
            "advice_above": "下调出价或日预算，或从其他预算项调入资金",
            "advice_below": "检查投放是否受限，放宽出价或定向，或把余额调给其他预算项",
        },
        "budget.used_ratio": {
            "says": "预算已用 {value}",
            "over": "预算超支，已用 {value}",
            "limit": "预算的 {limit}",
            "advice": "核对剩余预算与剩余天数，必要时提前申请调拨",
            "advice_over": "暂停该预算项的投放，并申请调拨或动用储备金",
        },
        "suspense": {
            "short": "有花费尚未归属到预算项",
            "says": "花费 {amounts} 未归属到预算项，最早一笔自 {since} 起等待",
            "recovered": "该数据源已没有超时未归属的花费",
            "advice": "补充映射，或把这些花费指定到预算项；确认无效的由财务核销",
        },
    },
)
