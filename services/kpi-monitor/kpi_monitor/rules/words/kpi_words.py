"""What is said of KPIs in one locale. Words alone."""

from collections.abc import Mapping

from msgspec import Struct


class KpiWords(Struct, frozen=True):
    """By name, what people call a KPI or a number behind it; and, of KPIs and of kinds without one
    that have more to say than a name and a figure, their sentences. The names of these are those
    of `Breach.sentences`; those that end in `_above` and `_below` are of rules with such a
    limit."""

    titles: Mapping[str, str]
    sentences: Mapping[str, Mapping[str, str]]
