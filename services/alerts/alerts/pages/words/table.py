"""The words of the page of an alert, by the locales of messages."""

from collections.abc import Mapping

from alerts.pages.words.en import ENGLISH
from alerts.pages.words.zh_cn import MAINLAND_CHINESE
from alerts.pages.words.zh_tw import TAIWAN_CHINESE

PAGE_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": ENGLISH,
    "zh-CN": MAINLAND_CHINESE,
    "zh-TW": TAIWAN_CHINESE,
}
