"""English."""

from kpi_monitor.rules.words.kpi_words import KpiWords

ENGLISH = KpiWords(
    titles={
        "ctr": "Click-through rate",
        "cvr": "Conversion rate",
        "cpc": "Cost per click",
        "cpm": "Cost per thousand impressions",
        "cpa": "Cost per conversion",
        "roas": "Return on ad spend",
        "budget.pacing_ratio": "Spend against plan",
        "budget.used_ratio": "Budget used",
        "actual": "Actual spend",
        "planned_to_date": "Planned to date",
        "allocated": "Budget",
        "line_allocated": "Budget of this line",
        "forecast_end": "Forecast at this pace",
        "remaining": "Remaining budget",
        "committed": "Committed",
        "corrections": "Corrections",
        "used_ratio": "Budget used",
        "pacing_ratio": "Spend against plan",
        "spend": "Spend",
        "revenue": "Revenue",
        "clicks": "Clicks",
        "impressions": "Impressions",
        "conversions": "Conversions",
        "amount": "Amount",
        "items": "Items",
        "hours": "Hours",
    },
    sentences={
        "budget.pacing_ratio": {
            "short": "Spend against plan",
            "says_above": "Spending too fast: {value} of plan",
            "says_below": "Spending too slowly: only {value} of plan",
            "now": "Spend is now {value} of plan",
            "limit": "{limit} of plan",
            "advice_above": "lower bids or the daily budget, or move money in from another line",
            "advice_below": (
                "check what limits delivery, widen bids or targeting, "
                "or give the rest to another line"
            ),
        },
        "budget.used_ratio": {
            "says": "{value} of the budget is used",
            "over": "Over budget: {value} used",
            "limit": "{limit} of the budget",
            "advice": "compare what is left with the days left, and ask for a transfer in time",
            "advice_over": "pause the line and ask for a transfer or a draw on the reserve",
        },
        "suspense": {
            "short": "Money waits that belongs to no line yet",
            "says": "{amounts} spent and not assigned to any line, the oldest waits since {since}",
            "recovered": "No money of this source waits for its line for too long any more",
            "advice": (
                "add the mapping that is missing, assign this money to a line, "
                "or have finance write it off"
            ),
        },
    },
)
