"""The newest figures are shown, and one message never has two figures for one thing."""

import itertools
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from alerts.episodes.rules import Key, apply_all, begin
from alerts.incoming.signal import NewerFigures, Signal
from alerts.telling.decide import Entry, Told
from alerts.telling.figures import Candidate, newest, shown
from alerts.telling.plan import Member, Plan, plan_channel
from shared.events import BreachWindow
from tests.unit.alerts.builders import at, make_newer, make_signal, make_signals
from tests.unit.alerts.rendering.rendered import render

USED: dict[str, Any] = {
    "breach": "budget-used/line:L03/1",
    "rule": "budget-used",
    "kpi": "budget.used_ratio",
    "severity": "info",
    "value": "0.320000",
    "threshold": "0.30",
    "numbers": {"actual": "48000.00", "pacing_ratio": "1.600000", "used_ratio": "0.320000"},
}


def candidate(
    breach: Signal, figures: NewerFigures | None = None, *, news: bool = False, ended: bool = False
) -> Candidate:
    return Candidate(breach, figures, news, ended)


def test_newer_figures_of_the_same_state_take_the_place_of_older_ones() -> None:
    found = newest(candidate(make_signal(), make_newer()))
    assert (found.data.value, found.data.at) == ("1.700000", at(30))
    assert (found.severity, found.data.threshold, found.since) == ("critical", "1.5", at(0))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"seq": 2}, "the transition they belong to has not come yet"),
        ({"decided_at": at(-1)}, "the transition is newer"),
    ],
)
def test_figures_of_another_state_wait(changes: dict[str, Any], reason: str) -> None:
    breach = make_signal()
    assert newest(candidate(breach, make_newer(**changes))) is breach, reason


def test_what_is_told_and_what_is_still_open_have_the_figures_of_one_statement() -> None:
    """846 % above and 188 % under "still open" were one line's pacing, hours apart."""
    news = make_signal(event_time=at(60), value="8.460000", numbers={"pacing_ratio": "8.460000"})
    older = make_signal(breach="second/line:L03/1", rule="second", value="1.880000")
    keys = Key(1, 1), Key(2, 1)
    found = shown({keys[0]: candidate(news, news=True), keys[1]: candidate(older)})
    assert [found[key].data.value for key in keys] == ["8.460000", "8.460000"]
    assert found[keys[1]].data.at == at(60)


def test_figures_of_a_reminder_do_not_differ_from_those_of_the_news_beside_it() -> None:
    news = make_signal(event_time=at(20), value="1.650000")
    open_one = candidate(make_signal(breach="second/line:L03/1"), make_newer())
    found = shown({Key(1, 1): candidate(news, news=True), Key(2, 1): open_one})
    assert {one.data.value for one in found.values()} == {"1.650000"}


def test_a_lines_budget_is_one_thing_whatever_is_watched_of_it() -> None:
    used = make_signal(**USED)
    found = shown({Key(1, 1): candidate(make_signal(), make_newer()), Key(2, 1): candidate(used)})
    assert found[Key(2, 1)].data.value == "0.340000"
    assert found[Key(2, 1)].data.numbers == found[Key(1, 1)].data.numbers
    assert found[Key(2, 1)].data.titles == used.data.titles, "its KPI is called as before"
    other = make_signal(**{**USED, "group": {"line": "L04"}})
    apart = shown({Key(1, 1): candidate(make_signal(), make_newer()), Key(2, 1): candidate(other)})
    assert apart[Key(2, 1)] is other


def test_windows_of_another_length_are_another_thing() -> None:
    def ctr(number: int, start: float, end: float, value: str) -> Candidate:
        window = BreachWindow(kind="tumbling", start=at(start), end=at(end))
        return candidate(
            make_signal(breach=f"ctr-{number}/line:L03/1", kpi="ctr", value=value, window=window)
        )

    hour, day = ctr(1, 0, 60, "0.01"), ctr(2, -1380, 60, "0.02")
    found = shown({Key(1, 1): hour, Key(2, 1): day})
    assert [one.data.value for one in found.values()] == ["0.01", "0.02"]


def test_what_is_over_keeps_the_figures_that_ended_it() -> None:
    ended = make_signal(transition="resolved", value="1.100000", event_time=at(10))
    again = make_signal(breach="pacing-high/line:L03/2", value="1.600000", event_time=at(20))
    found = shown(
        {
            Key(1, 1): candidate(ended, news=True, ended=True),
            Key(1, 2): candidate(again, news=True),
        }
    )
    assert [one.data.value for one in found.values()] == ["1.100000", "1.600000"]


def test_one_choice_is_made_whatever_the_order_of_the_alerts() -> None:
    candidates = {
        Key(1, 1): candidate(make_signal(event_time=at(5), value="1.610000"), news=True),
        Key(2, 1): candidate(make_signal(event_time=at(7), value="1.620000"), news=True),
        Key(3, 1): candidate(make_signal(value="1.630000"), make_newer()),
    }
    found = {
        tuple(sorted((key, one.data.value) for key, one in shown(dict(order)).items()))
        for order in itertools.permutations(candidates.items())
    }
    assert found == {tuple((Key(number, 1), "1.620000") for number in (1, 2, 3))}


def remind(figures: NewerFigures | None, breach: Signal | None = None) -> Plan:
    history = [breach or make_signal()]
    episode, _, _ = apply_all(begin(1, 1, history[0]), history)
    member = Member(episode, "f", "double11-2025", {}, tuple(history), figures)
    entry = Entry(at(-300), {Key(1, 1): Told(1, "critical")}, {})
    return plan_channel([member], entry, repeat=timedelta(hours=4), send_resolved=True, now=at(90))


def test_a_reminder_shows_and_records_the_newest_figures() -> None:
    """The figures of the last transition were days old, under the time of the message."""
    plan = remind(make_newer())
    [telling], [view] = plan.tellings, plan.views
    assert (telling.signal.data.value, view.signal.data.value) == ("1.700000", "1.700000")
    [message] = render(*plan.views)
    assert "花费过快，实际是计划的 170%（11月3日 12:30 的数据）" in message.title
    assert "- 实际花费：¥51,000.00\n" in message.text
    assert "- 数据截至：11月3日 12:30（数据已完整）\n" in message.text
    assert "- 开始时间：11月3日 12:00，已持续 1小时30分钟\n" in message.text


def test_figures_are_as_of_their_anchor_and_not_of_the_message() -> None:
    [view] = remind(None, make_signal(event_time=at(0), figures_at=at(-45))).views
    [message] = render(view, locale="en")
    assert "- Figures as of: Nov 3, 11:15 (complete)\n" in message.text


def test_an_alert_lasts_from_its_beginning_whatever_a_later_transition_says() -> None:
    """After an edit of its rule an alert open for minutes was said to have lasted 32 s."""
    firing, resolved = make_signals(("firing", "critical", "1.6"), ("resolved", "critical", "1.1"))
    late = replace(resolved, since=at(9), event_time=at(10))
    episode, applied, _ = apply_all(begin(1, 1, firing), [firing, late])
    member = Member(episode, "f", None, {}, tuple(applied))
    entry = Entry(at(0), {Key(1, 1): Told(1, "critical")}, {})
    plan = plan_channel([member], entry, repeat=timedelta(hours=4), send_resolved=True, now=at(11))
    [message] = render(*plan.views, locale="en", now=at(11))
    assert "- Lasted: 10 minutes (from Nov 3, 12:00 to Nov 3, 12:10)\n" in message.text
