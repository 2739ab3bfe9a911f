"""The locales that messages can be in.

Another one is a file of words, its line here, its name in `configuration/document.py`, and what
kpi-monitor calls its KPIs in it.
"""

from collections.abc import Mapping

from alerts.rendering.locales.en import ENGLISH
from alerts.rendering.locales.vocabulary import Vocabulary
from alerts.rendering.locales.zh_cn import MAINLAND_CHINESE
from alerts.rendering.locales.zh_tw import TAIWAN_CHINESE

VOCABULARIES: Mapping[str, Vocabulary] = {
    "en": ENGLISH,
    "zh-CN": MAINLAND_CHINESE,
    "zh-TW": TAIWAN_CHINESE,
}
