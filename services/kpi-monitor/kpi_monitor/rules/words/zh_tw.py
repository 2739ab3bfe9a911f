"""Chinese as it is written in Taiwan."""

from kpi_monitor.rules.words.kpi_words import KpiWords

TAIWAN_CHINESE = KpiWords(
    titles={
        "ctr": "點閱率",
        "cvr": "轉換率",
        "cpc": "單次點擊成本",
        "cpm": "千次曝光成本",
        "cpa": "單次轉換成本",
        "roas": "廣告投資報酬率",
        "budget.pacing_ratio": "花費進度（實際／計畫）",
        "budget.used_ratio": "預算使用率",
        "actual": "實際花費",
        "planned_to_date": "截至目前的計畫花費",
        "allocated": "預算額度",
        "line_allocated": "預算項目額度",
        "forecast_end": "依目前進度預估的期末花費",
        "remaining": "剩餘預算",
        "committed": "已承諾金額",
        "corrections": "更正金額",
        "used_ratio": "預算使用率",
        "pacing_ratio": "花費進度（實際／計畫）",
        "spend": "花費",
        "revenue": "營收",
        "clicks": "點擊次數",
        "impressions": "曝光次數",
        "conversions": "轉換次數",
        "amount": "金額",
        "items": "筆數",
        "hours": "時數",
    },
    sentences={
        "budget.pacing_ratio": {
            "short": "花費進度",
            "says_above": "花費過快，實際已達計畫的 {value}",
            "says_below": "花費過慢，實際僅達計畫的 {value}",
            "now": "實際花費目前為計畫的 {value}",
            "limit": "計畫的 {limit}",
            "advice_above": "調降出價或每日預算，或從其他預算項目調入資金",
            "advice_below": ("檢查廣告投放是否受限，放寬出價或受眾設定，或將餘額調給其他預算項目"),
        },
        "budget.used_ratio": {
            "says": "預算已使用 {value}",
            "over": "預算超支，已使用 {value}",
            "limit": "預算的 {limit}",
            "advice": "比對剩餘預算與剩餘天數，必要時及早申請調撥",
            "advice_over": "暫停此預算項目的廣告投放，並申請調撥或動支預備金",
        },
        "suspense": {
            "short": "有花費尚未歸屬到預算項目",
            "says": "{amounts} 的花費尚未歸屬到預算項目，最早一筆自 {since} 起待處理",
            "recovered": "此資料來源已沒有逾期未歸屬的花費",
            "advice": "補上缺少的對應設定，或將這些花費指定到預算項目；確認無效者請財務沖銷",
        },
    },
)
