"""Why an alert began, changed or ended is said in words, whatever the reason; no key is shown."""

import re
from typing import Any, get_args

import pytest

from alerts.configuration.document import Locale
from alerts.rendering.locales.table import VOCABULARIES
from alerts.rendering.view import Change, Saying
from kpi_monitor.rules.episodes import Reason
from shared.events import BreachCause, Transition
from tests.unit.alerts.builders import at
from tests.unit.alerts.rendering.rendered import render, view

LOCALES = sorted(VOCABULARIES)
REASONS = [one.value for one in Reason]
AGREED = ["restated", "plan_changed", "recovered", "condition_failed"]
"""Reasons that the contract of breaches.v1 names beside those of kpi-monitor's rules."""
KEY = re.compile(r"[a-z]+(?:_[a-z]+)+")


def test_the_locales_are_those_that_can_be_configured() -> None:
    assert sorted(get_args(Locale)) == LOCALES


@pytest.mark.parametrize("locale", LOCALES)
def test_every_reason_and_transition_has_a_word(locale: str) -> None:
    words = VOCABULARIES[locale]
    assert set(REASONS + AGREED) - words.reasons.keys() == set()
    assert set(get_args(Transition)) - words.transitions.keys() == set()


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("reason", [*REASONS, *AGREED, "a_reason_of_a_later_version"])
@pytest.mark.parametrize("told", [one for one in get_args(Saying) if one != "unchanged"])
def test_no_message_shows_a_key(locale: str, reason: str, told: str) -> None:
    history = tuple(Change(one, "warning", None, at(5)) for one in get_args(Transition))
    ends_at = at(60) if told in ("resolved", "withdrawn") else None
    message = render(view(told, reason=reason, ends_at=ends_at, history=history), locale=locale)[0]
    assert not KEY.findall(message.plain + message.title)
    assert "()" not in message.plain
    assert "：，" not in message.plain


@pytest.mark.parametrize(
    ("cause", "zh", "en"),
    [
        (
            BreachCause(kind="plan", version=3),
            "计划已变更（第 3 版）",
            "the plan changed (version 3)",
        ),
        (None, "计划已变更", "the plan changed"),
        (
            BreachCause(kind="transfer", document="t7"),
            "预算已调拨（t7）",
            "budget was transferred (t7)",
        ),
        (
            BreachCause(kind="draw", document="d1"),
            "已动用储备金（d1）",
            "reserve was drawn on (d1)",
        ),
        (BreachCause(kind="something"), "计划额度已变更", "the planned amount changed"),
    ],
)
def test_a_plan_that_moved_is_told_as_such_and_not_as_money_that_did(
    cause: BreachCause | None, zh: str, en: str
) -> None:
    slow: dict[str, Any] = {"op": "<=", "value": "0.625", "reason": "plan_changed", "cause": cause}
    chinese, english = render(view(**slow))[0], render(view(**slow), locale="en")[0]
    assert f"：{zh}，花费过慢，实际只有计划的 62.5%" in chinese.title
    assert f"- 原因：{zh}，不是花费本身的变化\n" in chinese.text
    assert f"{en}. Spending too slowly: only 62.5% of plan".casefold() in english.title.casefold()
    assert f"{en}, not the money\n" in english.text
    ended = view("resolved", **{**slow, "value": "1"}, ends_at=at(60))
    assert f"提醒结束：{zh}，实际花费现为计划的 100%" in render(ended)[0].title
    assert "[Ended]" in render(ended, locale="en")[0].title


@pytest.mark.parametrize("reason", ["plan_changed", "restated"])
def test_a_reminder_does_not_explain_newer_figures_by_an_older_cause(reason: str) -> None:
    cause = BreachCause(kind="plan", version=3) if reason == "plan_changed" else None
    again = view("repeat", reason=reason, cause=cause)
    chinese, english = render(again)[0].text, render(again, locale="en")[0].text
    assert "不是花费本身的变化" not in chinese
    assert "not the money" not in english
    assert "- 上次变化的原因：" in chinese
    assert "- Last change: " in english


def test_a_level_lowered_by_the_rule_says_why() -> None:
    lowered = view("level_changed", severity="info", previous_severity="critical")
    kept = view("level_changed", severity="info", previous_severity="critical", reason="suppressed")
    assert "原因：" not in render(lowered)[0].text
    assert "- 原因：其他指标正常，按规则降低等级\n" in render(kept)[0].text
    restated = view("withdrawn", reason="restated", ends_at=at(60))
    assert render(restated)[0].text.count("平台更正了数据") == 1, "the headline has said it"


@pytest.mark.parametrize(
    ("count", "zh", "en"),
    [
        (0, "", ""),
        (
            1,
            "数据源有 1 条数据被搁置，数字可能变化",
            "1 event of the source is set aside; figures may change",
        ),
        (
            7,
            "数据源有 7 条数据被搁置，数字可能变化",
            "7 events of the source are set aside; figures may change",
        ),
    ],
)
def test_figures_over_events_that_are_set_aside_say_so(count: int, zh: str, en: str) -> None:
    chinese = render(view(set_aside=count))[0].text
    english = render(view(set_aside=count), locale="en")[0].text
    assert (zh in chinese, en in english) == (True, True)
    assert ("搁置" in chinese) == ("set aside" in english) == bool(count)


@pytest.mark.parametrize(
    ("kind", "subject", "zh", "en"),
    [
        ("source_silence", {"source": "shop/main"}, "数据源 shop/main", "source shop/main"),
        ("milestone", {"milestone": "live-room"}, "里程碑 live-room", "milestone live-room"),
        ("something", {"thing": "T1"}, "T1", "T1"),
    ],
)
def test_a_breach_of_a_kind_nobody_knew_is_told_from_its_fields(
    kind: str, subject: dict[str, str], zh: str, en: str
) -> None:
    changes: dict[str, Any] = {
        "kind": kind,
        "kpi": "",
        "group": {},
        "subject": subject,
        "value": "36",
        "threshold": "24",
        "op": ">",
        "numbers": {"amount": "22.75", "hours": "36"},
        "names": {"rule": "Money waits"},
        "labels": {"rule": "money-waits"},
        "annotations": {"lever": "add a mapping", "runbook": None, "bucket": None},
        "sources": [],
    }
    chinese, english = render(view(**changes))[0], render(view(**changes), locale="en")[0]
    assert chinese.title == f"【严重】{zh}：Money waits：36"
    assert english.title == f"[Critical] {en}: Money waits: 36"
    assert "- 金额：¥22.75\n- 小时数：36\n" in chinese.text
    assert "- 触发条件：高于 24 即为严重\n- 开始时间：" in chinese.text
    assert "- What you can do: add a mapping\n" in english.text
    nameless = render(view(**{**changes, "names": {}}), locale="en")[0]
    said = "Money waits that belongs to no line yet" if kind == "suspense" else None
    assert said is None or nameless.title == f"[Critical] {en}: {said}: 36"
    bare = render(view(**{**changes, "value": None, "numbers": {}}), locale="en")[0]
    assert bare.title == f"[Critical] {en}: Money waits"
