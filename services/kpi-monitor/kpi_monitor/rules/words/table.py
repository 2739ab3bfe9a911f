"""What people call the KPIs and the numbers behind them, and say of them, by locale. Pure.

A KPI or a number that is not here is called by its own name, and told as any other. Another locale
is a file of words and its line here.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from kpi_monitor.rules.words.en import ENGLISH
from kpi_monitor.rules.words.kpi_words import KpiWords
from kpi_monitor.rules.words.zh_cn import MAINLAND_CHINESE
from kpi_monitor.rules.words.zh_tw import TAIWAN_CHINESE

LOCALES: Mapping[str, KpiWords] = {
    "en": ENGLISH,
    "zh-CN": MAINLAND_CHINESE,
    "zh-TW": TAIWAN_CHINESE,
}


def titles_of(
    names: Iterable[str], called: Mapping[str, str] = MappingProxyType({})
) -> dict[str, dict[str, str]]:
    """By locale, what these are called; those of `called` by the words of another name."""
    wanted = {name: called.get(name, name) for name in names}
    return {
        locale: {
            name: words.titles[other] for name, other in wanted.items() if other in words.titles
        }
        for locale, words in LOCALES.items()
    }


def sentences_of(subject: str, *, upwards: bool) -> dict[str, dict[str, str]]:
    """By locale, what is said of a KPI or a kind by a rule whose limit is passed upwards or
    downwards; nothing of most."""
    side, other = ("_above", "_below") if upwards else ("_below", "_above")
    return {
        locale: {
            name.removesuffix(side): said
            for name, said in words.sentences[subject].items()
            if not name.endswith(other)
        }
        for locale, words in LOCALES.items()
        if subject in words.sentences
    }
