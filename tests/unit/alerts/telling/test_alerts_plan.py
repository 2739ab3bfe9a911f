"""What one flush tells one channel."""

from datetime import timedelta

from msgspec.structs import replace

from alerts.episodes.rules import Key, apply_all, begin
from alerts.incoming.signal import Signal
from alerts.telling.decide import DecisionReason, Entry, Told
from alerts.telling.plan import Member, Plan, plan_channel
from tests.unit.alerts.builders import at, make_newer, make_signals

FIRING = ("firing", "critical", "1.6")
LOWER = ("level_changed", "warning", "1.3")
RESOLVED = ("resolved", "warning", "1.1")
KEY = Key(1, 1)


def member(history: list[Signal], alert: int = 1) -> Member:
    episode, _, _ = apply_all(begin(alert, 1, history[0]), history)
    return Member(episode, f"f{alert}", "double11-2025", {"line": "L03"}, tuple(history))


def plan(members: list[Member], entry: Entry | None, *, send_resolved: bool = True) -> Plan:
    return plan_channel(
        members, entry, repeat=timedelta(hours=4), send_resolved=send_resolved, now=at(60)
    )


def told(seq: int, severity: str, *, firing: bool = True, minutes_ago: float = 5) -> Entry:
    rows = {KEY: Told(seq, severity)}
    return Entry(at(60 - minutes_ago), rows if firing else {}, {} if firing else rows)


def test_the_first_message_tells_a_firing() -> None:
    found = plan([member(make_signals(FIRING))], None)
    assert found.decision.reason is DecisionReason.FIRST
    assert [(one.transition, one.suppressed) for one in found.tellings] == [("firing", False)]
    assert found.told[KEY] == (Told(1, "critical"), True)


def test_a_change_of_level_names_the_level_that_was_told() -> None:
    found = plan([member(make_signals(FIRING, LOWER))], told(1, "critical"))
    assert (found.views[0].told, found.views[0].previous_severity) == ("level_changed", "critical")


def test_two_changes_of_one_interval_are_both_told() -> None:
    found = plan([member(make_signals(FIRING, LOWER, RESOLVED))], told(1, "critical"))
    assert [one.transition for one in found.tellings] == ["level_changed", "resolved"]
    assert [change.transition for change in found.views[0].history] == ["level_changed", "resolved"]
    assert found.told[KEY] == (Told(3, "warning"), False)


def test_an_unchanged_alert_is_shown_but_not_told_again() -> None:
    other = member(make_signals(FIRING), alert=2)
    found = plan([member(make_signals(FIRING)), other], told(1, "critical"))
    assert [(view.key.alert, view.told) for view in found.views] == [
        (1, "unchanged"),
        (2, "firing"),
    ]
    assert [one.key.alert for one in found.tellings] == [2]


def test_who_wants_no_resolves_gets_none_but_the_log_is_cleared() -> None:
    history = make_signals(FIRING, ("resolved", "critical", "1.1"))
    found = plan([member(history)], told(1, "critical"), send_resolved=False)
    assert (found.decision.send, found.decision.log) == (False, True)
    assert [(one.transition, one.suppressed) for one in found.tellings] == [("resolved", True)]
    assert found.told[KEY][1] is False


def test_a_resolve_beside_an_open_alert_is_on_record_for_who_wants_none() -> None:
    ended = member(make_signals(FIRING, ("resolved", "critical", "1.1")))
    entry = Entry(at(55), {KEY: Told(1, "critical"), Key(2, 1): Told(1, "critical")}, {})
    open_one = member(make_signals(FIRING), alert=2)
    found = plan([ended, open_one], entry, send_resolved=False)
    assert found.decision.reason is DecisionReason.NONE
    assert [(one.transition, one.suppressed) for one in found.tellings] == [("resolved", True)]


def test_what_came_and_went_unknown_is_withheld_with_a_record() -> None:
    found = plan([member(make_signals(FIRING, LOWER, RESOLVED))], None)
    assert found.views == ()
    assert [one.suppressed for one in found.tellings] == [True, True, True]


def test_a_reminder_repeats_the_firing() -> None:
    found = plan([member(make_signals(FIRING))], told(1, "critical", minutes_ago=300))
    assert found.decision.reason is DecisionReason.REPEAT
    assert [(one.transition, one.signal.seq) for one in found.tellings] == [("firing", 1)]
    assert found.views[0].told == "repeat"


def test_a_reminder_of_what_has_not_arrived_is_on_record_and_not_sent() -> None:
    entry = told(1, "critical", minutes_ago=300)
    late = {"repeat": timedelta(hours=4), "send_resolved": True, "now": at(60), "waiting": True}
    found = plan_channel([member(make_signals(FIRING))], entry, **late)
    assert found.decision.reason is DecisionReason.UNHEARD
    assert (found.decision.send, found.decision.log, found.views) == (False, True, ())
    assert [(one.transition, one.suppressed) for one in found.tellings] == [("firing", True)]
    news = plan_channel([member(make_signals(FIRING, LOWER))], entry, **late)
    assert (news.decision.reason, news.decision.send) == (DecisionReason.LEVEL, True)


def test_who_joins_later_sees_the_newest_figures_and_they_are_on_record() -> None:
    episode = member(make_signals(FIRING))
    known = replace(episode, figures=make_newer())
    late = {"repeat": timedelta(hours=4), "send_resolved": True, "now": at(60)}
    joined = plan_channel([known], None, **late, elsewhere={KEY})
    assert joined.decision.reason is DecisionReason.JOINED
    assert [view.signal.data.value for view in joined.views] == ["1.700000"]
    assert [one.signal.data.value for one in joined.tellings] == ["1.700000"]
    first = plan_channel([known], None, **late)
    assert [view.signal.data.value for view in first.views] == ["1.6"], "news is what was judged"


def test_missing_data_is_told_as_missing_data() -> None:
    found = plan([member(make_signals(FIRING, ("no_data", "critical", None)))], told(1, "critical"))
    assert found.decision.reason is DecisionReason.RESTATED
    assert found.views[0].told == "no_data"
    assert found.told[KEY][1] is True
