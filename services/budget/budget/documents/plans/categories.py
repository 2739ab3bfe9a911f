"""What kinds of cost there are (P7, P9–P13): a line may have another, which is remarked upon.

Data alone: a category that the house takes up is a word here.
"""

RISK = "risk"
"""What a risk may cost, held ready: market, competition, incidents."""
CATEGORIES = frozenset(
    (
        "advertising",
        "personnel",
        "material_production",
        "venue",
        "travel",
        "operations",
        "market_research",
        "marketing_software",
        RISK,
        "listing_fee",
        "barcode_fee",
        "display_fee",
        "end_cap_fee",
        "promotion_fee",
        "channel_rebate",
        "event",
        "technical",
        "creative",
        "partner_relations",
        "technical_support",
        "later_execution",
        "exhibition",
        "sponsorship",
        "co_promotion",
        "sales_expense",
    )
)
