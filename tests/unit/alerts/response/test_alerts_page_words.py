"""The page of an alert has its words in every language of messages, for whatever it may show."""

import re
from typing import get_args

import pytest

from alerts.pages.history import told_lines
from alerts.pages.words.table import PAGE_WORDS
from alerts.quiet.mute import MuteReason
from alerts.rendering.locales.table import VOCABULARIES
from alerts.rendering.numbers import Numbers
from alerts.response.rules import ActionKind, ResponseState
from shared.events.notifications import State
from tests.unit.alerts.builders import at

ENGLISH = PAGE_WORDS["en"]


def test_it_speaks_the_languages_of_messages() -> None:
    assert PAGE_WORDS.keys() == VOCABULARIES.keys()


@pytest.mark.parametrize("locale", PAGE_WORDS)
def test_each_has_the_same_words_with_the_same_places(locale: str) -> None:
    words = PAGE_WORDS[locale]
    assert words.keys() == ENGLISH.keys()
    for name, text in words.items():
        places, expected = (set(re.findall(r"\{\w+\}", one)) for one in (text, ENGLISH[name]))
        assert places == expected, name


def test_there_is_a_word_for_every_state_answer_and_mute() -> None:
    wanted = {
        *get_args(ResponseState),
        *(f"state_{one}" for one in get_args(State)),
        *(f"did_{one}" for one in get_args(ActionKind)),
        *(f"mute_{one}" for one in MuteReason),
    }
    assert wanted - ENGLISH.keys() == set()


def test_a_receiver_without_a_channel_is_named_as_one() -> None:
    row = {"receiver": "room", "channel": "none", "state": "suppressed", "reason": ""}
    row |= {"delivered_at": None, "decided_at": at(0)}
    (line,) = told_lines([row], ENGLISH, Numbers("en", None, "Asia/Shanghai"))
    assert line == "room (no channel): not told: this receiver has no channel"
