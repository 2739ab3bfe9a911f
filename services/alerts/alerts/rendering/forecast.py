"""Where spend is heading, and what to spend to land on the budget. Pure."""

from datetime import timedelta
from decimal import Decimal

from alerts.incoming.signal import Figures
from alerts.rendering.locales.table import VOCABULARIES
from alerts.rendering.numbers import Numbers, decimal_of
from alerts.rendering.view import AlertView

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
CENT = Decimal("0.01")


def in_role(figures: Figures, role: str) -> Decimal | None:
    """The number that has this role, if it is a figure."""
    return decimal_of(figures.numbers.get(figures.roles.get(role, "")))


def forecast_facts(view: AlertView, locale: str, numbers: Numbers) -> dict[str, str]:
    """What the forecast is beyond the budget, and what is left for each day that is left – "" where
    the figures do not say so, or the alert is over – and the reserve that the rule names."""
    return {
        "forecast": forecast(view, locale, numbers),
        "to_land": _to_land(view, locale, numbers),
        "bucket": view.signal.annotations.get("bucket") or "",
    }


def forecast(view: AlertView, locale: str, numbers: Numbers) -> str:
    """ "CNY 90,000.00 over budget at the end", of an alert that is open."""
    figures, words = view.signal.data, VOCABULARIES[locale]
    end, budget = in_role(figures, "expected"), in_role(figures, "limit")
    if end is None or budget is None or view.ends_at is not None:
        return ""
    if end == budget:
        return words.on_budget
    sentence = words.over_budget if end > budget else words.under_budget
    return sentence.format(amount=numbers.value("money", f"{abs(end - budget):f}"))


def _to_land(view: AlertView, locale: str, numbers: Numbers) -> str:
    """An average: the plan may want more on some days than on others."""
    figures, words = view.signal.data, VOCABULARIES[locale]
    budget, spent = in_role(figures, "limit"), in_role(figures, "spent")
    if view.ends_at is not None or view.runs is None or budget is None or spent is None:
        return ""
    left = in_role(figures, "left")
    left = budget - spent if left is None else left
    time_left = view.runs.end - view.signal.as_of
    if time_left <= timedelta(0):
        return ""
    if left <= 0:
        return words.nothing_left
    days = Decimal(time_left // SECOND) / (DAY // SECOND)
    a_day = (left / days).quantize(CENT) if days > 1 else left
    sentence = words.a_day if days > 1 else words.until_end
    amount = numbers.value("money", f"{a_day:f}")
    return sentence.format(amount=amount, end=numbers.instant(view.runs.end))
