"""Which report of a source carries its money, and which one its measures. Pure.

Reports of one source state the same clicks again, by campaign, by ad, by hour: were all counted,
80 clicks would stand for 40. The rights are independent: a row keeps the half it may state.
"""

from typing import NamedTuple, Self

from ingest.sources.settings import SourceSettings

NOT_MONEY_REPORT = "not_money_report"
NOT_MEASURES_REPORT = "not_measures_report"


class Owners(NamedTuple):
    """The two reports; None where nothing says which, so that every report may."""

    money: str | None
    measures: str | None

    @classmethod
    def of(cls, view: SourceSettings, default: str | None = None) -> Self:
        """By the settings of a source; `default` is what its platform says of the money."""
        money = view.money_report or default
        return cls(money, view.measures_report or money)

    def detail(self, code: str) -> str:
        """Why a figure of another report is refused, and what would let it in."""
        what, owner, setting = (
            ("money", self.money, "money_report")
            if code == NOT_MONEY_REPORT
            else ("measures", self.measures, "measures_report")
        )
        return (
            f"report {owner!r} carries this source's {what};"
            f" another one is named by {setting} (PUT /v1/sources/…)"
        )
