"""An alert that opens and ends again and again (W14; alerting.md 3: flapping hides or repeats)."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.configuration.flapping import Flapping, Opening, Spell
from alerts.quiet.mute import Mute, MuteReason, flapping_mute
from tests.unit.alerts.builders import at

HOURLY = Flapping(4, timedelta(hours=1), timedelta(minutes=30))


def spell_of(minutes: Sequence[float], now: float, judge: Flapping = HOURLY) -> Spell | None:
    """Of an alert that opened at these minutes, its episodes counted from 1."""
    openings = [Opening(number, at(minute)) for number, minute in enumerate(minutes, start=1)]
    return judge.spell(openings, at(now))


@pytest.mark.parametrize(
    ("minutes", "now", "episode", "openings", "why"),
    [
        ((0, 10, 20), 20, None, None, "three times in an hour are not four"),
        ((0, 10, 20, 30), 30, 4, 4, "the fourth within an hour begins it"),
        ((0, 20, 40, 60), 60, 4, 4, "an hour apart, to the second, is within an hour"),
        ((0, 20, 40, 61), 61, None, None, "a minute later it is not"),
        ((0, 10, 20, 30, 50), 55, 4, 5, "one more goes on with it"),
        ((0, 10, 20, 30), 59, 4, 4, "it is not settled before half an hour without an opening"),
        ((0, 10, 20, 30), 60, None, None, "and is then"),
        ((0, 1, 2, 3, 28, 54, 80, 106), 110, 4, 8, "slower than it began, and never settled"),
        ((0, 1, 2, 3, 90), 90, None, None, "after it was settled one opening is one"),
        ((0, 1, 2, 3, 90, 91, 92, 93), 94, 8, 4, "another time of it begins anew"),
    ],
)
def test_an_alert_flaps_until_it_has_not_opened_for_a_while(
    minutes: tuple[float, ...], now: float, episode: int | None, openings: int | None, why: str
) -> None:
    found = spell_of(minutes, now)
    assert (found and found.episode, found and found.openings) == (episode, openings), why


def test_a_spell_says_since_when_and_until_when() -> None:
    found = spell_of((0, 10, 20, 30, 40), 45)
    assert found is not None
    assert (found.since, found.until) == (at(0), at(70))


@settings(max_examples=300)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=30), st.integers(0, 40))
def test_it_flaps_only_after_so_many_openings_and_is_settled_in_time(
    gaps: list[int], later: int
) -> None:
    minutes = [float(sum(gaps[:place])) for place in range(1, len(gaps) + 1)]
    found = spell_of(minutes, minutes[-1] + later)
    if found is None:
        return
    assert later < 30
    first = found.episode - 1
    assert minutes[first] - minutes[first - 3] <= 60
    assert all(b - a < 30 for a, b in zip(minutes[first:], minutes[first + 1 :], strict=False))


@pytest.mark.parametrize(
    ("episode", "severity", "told", "muted", "why"),
    [
        (4, "warning", {}, False, "the first since it began says that it flaps"),
        (5, "warning", {4: "warning"}, True, "the next says the same"),
        (5, "critical", {4: "warning"}, False, "a higher level is news"),
        (6, "warning", {4: "warning", 5: "critical"}, True, "a lower one is none"),
        (4, "warning", {4: "critical"}, False, "what was told goes on, at whatever level"),
    ],
)
def test_of_what_flaps_only_the_first_and_what_is_worse_is_told(
    episode: int, severity: str, told: dict[int, str], muted: bool, why: str
) -> None:
    spell = spell_of((0, 10, 20, 30), 40)
    found = flapping_mute(spell, episode, severity, told)
    by = "opened 4 times since 2025-11-03T04:00:00Z"
    assert found == (Mute(MuteReason.FLAPPING, (by,), at(60)) if muted else None), why
