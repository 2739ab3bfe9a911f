"""What a source states in numbers: measures by name, in micros. Pure."""

from collections.abc import Mapping

from shared.money import LIMIT_MICROS, MICROS, MoneyError, parse_micros

SPEND = "spend"
"""The one measure that comes from the ledger (budget.totals.v1), never from metrics.v1."""
Measures = dict[str, int]


class Refusal(Exception):  # noqa: N818 - a decision about one event, not a failure of ours
    """An event that cannot be folded: `code` is stable, `detail` for people."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def parse_measures(stated: Mapping[str, int | str]) -> Measures:
    """Integers or decimal strings by name → micros.

    Raises Refusal: `measure_reserved` (spend comes from the ledger only), `measure_not_decimal`.
    """
    measures: Measures = {}
    for name, value in stated.items():
        if name == SPEND:
            raise Refusal("measure_reserved", "spend comes from spend events, not from metrics")
        if isinstance(value, str):
            try:
                measures[name] = parse_micros(value)
            except MoneyError as error:
                raise Refusal("measure_not_decimal", f"{name}: {error.detail}") from error
        else:
            measures[name] = value * MICROS
            if abs(measures[name]) >= LIMIT_MICROS:
                raise Refusal("measure_not_decimal", f"{name}: {value} is not below 10^12")
    return measures
