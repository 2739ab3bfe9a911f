"""What keeps an open alert from being told, and until when (alerting.md 2.4, W14)."""

from datetime import timedelta

import pytest

from alerts.configuration.inhibition import InhibitRule
from alerts.configuration.intervals import TimeInterval
from alerts.configuration.matchers import parse_matchers
from alerts.quiet.inhibitor import (
    PATTERNS_MAX,
    Inhibitor,
    OpenAlert,
    freed_by,
    source_patterns,
)
from alerts.quiet.mute import Mute, MuteReason, Quiet, RouteTimes
from alerts.quiet.silences import Silence, can_change, check_silence
from shared.errors import InvalidError
from tests.unit.alerts.builders import at

CAMPAIGN = {"campaign": "d11", "line": "L03", "severity": "warning"}
CRITICAL = {**CAMPAIGN, "severity": "critical"}
STANDS_FOR = InhibitRule(
    parse_matchers('severity="critical"'), parse_matchers('severity=~"warning|info"'), ("campaign",)
)


def silence(text: str = 'campaign="d11"', name: str = "s1", until: float = 60) -> Silence:
    return Silence(
        silence=name,
        matchers=parse_matchers(text),
        starts_at=at(0),
        ends_at=at(until),
        created_by="li.na",
        comment="maintenance",
        updated_at=at(0),
        updated_by="li.na",
    )


@pytest.mark.parametrize(
    ("minute", "mutes"),
    [(-1, False), (0, True), (59, True), (60, False)],
    ids=["not begun", "begins", "last minute", "over"],
)
def test_a_silence_holds_from_its_start_until_before_its_end(minute: float, mutes: bool) -> None:
    quiet = Quiet(at(minute), silences=[silence()])
    expected = Mute(MuteReason.SILENCED, ("s1",), at(60)) if mutes else None
    assert quiet.mute_of("f", CAMPAIGN, RouteTimes()) == expected


def test_all_matchers_of_a_silence_must_match() -> None:
    both = silence('campaign="d11",line!="L03"')
    assert Quiet(at(1), silences=[both]).mute_of("f", CAMPAIGN, RouteTimes()) is None


def test_of_several_silences_the_last_end_counts() -> None:
    quiet = Quiet(at(1), silences=[silence(until=30), silence('line="L03"', "s2", until=90)])
    mute = quiet.mute_of("f", CAMPAIGN, RouteTimes())
    assert mute == Mute(MuteReason.SILENCED, ("s1", "s2"), at(90))


def test_sources_are_looked_for_by_what_they_have_in_common_with_the_alerts_at_hand() -> None:
    loose = InhibitRule(
        parse_matchers('severity=~"critical|page"'), STANDS_FOR.target, ("campaign", "region")
    )
    asked = {"severity": "critical", "campaign": "d11"}
    assert source_patterns([STANDS_FOR], [CAMPAIGN, CAMPAIGN]) == [dict(sorted(asked.items()))]
    # Without a matcher of equality by the common labels alone; one that is absent is not asked for.
    assert source_patterns([loose], [CAMPAIGN]) == [{"campaign": "d11"}]
    # For what is no target nothing is read, and of very many the rules are asked alone.
    assert source_patterns([STANDS_FOR, loose], [CRITICAL]) == []
    many = [{**CAMPAIGN, "campaign": f"d{number}"} for number in range(PATTERNS_MAX + 1)]
    assert source_patterns([STANDS_FOR], many) == [{"severity": "critical"}]
    # Its own rule asks for another campaign than the target has.
    own = InhibitRule(parse_matchers('campaign="d12"'), STANDS_FOR.target, ("campaign",))
    assert source_patterns([own], [CAMPAIGN]) == []


def test_what_stands_for_others_no_more_frees_those_with_its_values() -> None:
    assert freed_by([STANDS_FOR], CRITICAL, CAMPAIGN) == [{"campaign": "d11"}]
    assert freed_by([STANDS_FOR], CRITICAL, None) == [{"campaign": "d11"}]
    assert freed_by([STANDS_FOR], CRITICAL, CRITICAL) == []
    assert freed_by([STANDS_FOR], CAMPAIGN, None) == []


def test_an_open_alert_stands_for_others_with_the_same_values() -> None:
    inhibitor = Inhibitor([STANDS_FOR], [OpenAlert("big", CRITICAL)])
    assert inhibitor.sources_of("small", CAMPAIGN) == ("big",)
    assert inhibitor.sources_of("other", {**CAMPAIGN, "campaign": "d12"}) == ()
    assert inhibitor.sources_of("big", CRITICAL) == ()


def test_an_absent_label_equals_an_empty_one() -> None:
    rule = InhibitRule(parse_matchers('a="1"'), parse_matchers('b="1"'), ("zone",))
    inhibitor = Inhibitor([rule], [OpenAlert("source", {"a": "1", "zone": ""})])
    assert inhibitor.sources_of("target", {"b": "1"}) == ("source",)


def test_two_that_are_source_and_target_do_not_silence_each_other() -> None:
    rule = InhibitRule(parse_matchers('a="1"'), parse_matchers('b="1"'))
    both = {"a": "1", "b": "1"}
    inhibitor = Inhibitor([rule], [OpenAlert("one", both), OpenAlert("two", both)])
    assert inhibitor.sources_of("one", both) == ()
    # A target that is no source is inhibited by both of them.
    assert inhibitor.sources_of("three", {"b": "1"}) == ("one", "two")
    # And a pure source inhibits who is both.
    pure = Inhibitor([rule], [OpenAlert("pure", {"a": "1"})])
    assert pure.sources_of("one", both) == ("pure",)


def test_nothing_is_its_own_source() -> None:
    rule = InhibitRule(parse_matchers('a="1"'), parse_matchers('a=~".+"'))
    assert Inhibitor([rule], [OpenAlert("one", {"a": "1"})]).sources_of("one", {"a": "1"}) == ()


def test_a_route_is_silent_outside_its_active_and_within_its_mute_times() -> None:
    morning = TimeInterval(times=((0, 720),))
    times = {"morning": (morning,)}
    # `at(0)` is 04:00.
    before_noon, after_noon = Quiet(at(0), times=times), Quiet(at(660), times=times)
    noon = at(480)
    active, mute = RouteTimes(active=("morning",)), RouteTimes(mute=("morning",))
    assert before_noon.mute_of("f", {}, active) is None
    assert after_noon.mute_of("f", {}, active) == Mute(
        MuteReason.INACTIVE, ("morning",), noon + timedelta(hours=12)
    )
    assert before_noon.mute_of("f", {}, mute) == Mute(MuteReason.MUTE_TIME, ("morning",), noon)
    assert after_noon.mute_of("f", {}, mute) is None


def test_the_order_of_reasons_is_alertmanagers() -> None:
    always = {"always": (TimeInterval(),)}
    inhibitor = Inhibitor([STANDS_FOR], [OpenAlert("big", CRITICAL)])
    route = RouteTimes(mute=("always",))
    reasons = [
        Quiet(at(1), silences=[silence()], times=always, inhibitor=inhibitor),
        Quiet(at(1), silences=[silence()], times=always),
        Quiet(at(1), silences=[silence()]),
    ]
    mutes = [quiet.mute_of("small", CAMPAIGN, route) for quiet in reasons]
    assert [mute.reason if mute else None for mute in mutes] == [
        MuteReason.INHIBITED,
        MuteReason.MUTE_TIME,
        MuteReason.SILENCED,
    ]


@pytest.mark.parametrize(
    ("matchers", "start", "end", "code"),
    [
        ('a="b"', 5, 5, "silence_ends_before_it_starts"),
        ('a="b"', -9, -5, "silence_over"),
        ('a=~".*"', 0, 5, "silence_matches_all"),
        ('a="", b!="c"', 0, 5, "silence_matches_all"),
    ],
)
def test_a_silence_that_could_not_be_meant_is_refused(
    matchers: str, start: float, end: float, code: str
) -> None:
    with pytest.raises(InvalidError) as refused:
        check_silence(parse_matchers(matchers), at(start), at(end), at(0))
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("now", "matchers", "start", "same"),
    [
        (-5, 'campaign="d11"', 3, True),  # not begun: its start may move
        (-5, 'campaign="d11"', -9, False),  # not into the past
        (5, 'campaign="d11"', 0, True),  # begun: only its end
        (5, 'campaign="d11"', 1, False),
        (5, 'campaign="d12"', 0, False),  # another one
        (70, 'campaign="d11"', 0, False),  # over
    ],
)
def test_what_was_muted_and_why_is_never_rewritten(
    now: float, matchers: str, start: float, same: bool
) -> None:
    assert can_change(silence(), parse_matchers(matchers), at(start), at(now)) is same
