"""Every kind of message in every locale: nothing is missing, and no word is of another locale."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_args

import pytest
from msgspec import structs, to_builtins

from alerts.alertmanager.intake.activity import ActiveRange
from alerts.alertmanager.intake.signals import AlertStatement
from alerts.alertmanager.intake.signals import Reason as ForeignReason
from alerts.alertmanager.intake.signals import signal_of as foreign_signal
from alerts.channels.dingtalk import DingTalk
from alerts.channels.message import Message, brief, plain
from alerts.rendering.locales.table import VOCABULARIES
from alerts.rendering.render import OPEN_LINES_MAX, TITLE_CHARACTERS_MAX
from alerts.rendering.view import AlertView, Change, Saying
from alerts.response.rules import BY_LINK, EpisodeResponse, Remark, ResponseState
from kpi_monitor.rules.episodes import Reason
from kpi_monitor.rules.kpis import KPIS
from kpi_monitor.rules.words.table import LOCALES as KPI_LOCALES
from shared.events import BreachCause, BreachSource, BreachWindow, Transition
from tests.unit.alerts.builders import START, at
from tests.unit.alerts.rendering.rendered import RENDERER, heading, render, view
from tests.unit.alerts.rendering.test_alerts_suspense import SUSPENSE

LOCALES = sorted(VOCABULARIES)
TOLD = [one for one in get_args(Saying) if one != "unchanged"]
ENDED = ("resolved", "withdrawn")
OURS: dict[str, Any] = {
    "names": {"campaign": "qsale", "line": "qads", "rule": "qrule", "source": "q"},
    "rule": "qr",
    "owner": "qli",
    "annotations": {"lever": None, "runbook": "https://q.example/q", "bucket": None},
}
"""Names of ours, which are of no language, begin with q."""
NAMES = re.compile(r"https?://\S+|\bq[\w.-]*|Asia/Shanghai|UTC|Paceline|\bCN\b¥?|US\$")
IDEOGRAPH = re.compile(r"[\u3400-\u9fff]")
HOLES = re.compile(r"[{}]|\(\)|（）|None|[：，、；] *[：，、；。）]|[:,;] *[:,;.)]|[a-z]+_[a-z]+")
BIG5_HAS_TOO = set("与于价余划据体几复范后")
"""Simplified characters that Big5 knows as others."""
OF_THE_MAINLAND = re.compile("數據源|渠道|告警|排期|投放期|儲備金|轉化|回報率|信息|計劃|賬")


def is_in(charset: str) -> Callable[[str], bool]:
    def found(character: str) -> bool:
        return character.encode(charset, "ignore") != b""

    return found


CHARACTERS: Mapping[str, Callable[[str], bool]] = {
    "en": lambda _: False,
    "zh-CN": is_in("gb2312"),
    "zh-TW": lambda character: is_in("big5")(character) and character not in BIG5_HAS_TOO,
}


def misplaced(locale: str, text: str) -> list[str]:
    """Characters and words that are of another locale."""
    own = CHARACTERS[locale]
    found = [one for one in IDEOGRAPH.findall(text) if not own(one)]
    if locale == "en":
        return found + re.findall(r"[，、；：。（）【】]", text)
    return found + re.findall(r"[A-Za-z]{2,}|[,;!?] |\): ", NAMES.sub("", text))


def views(told: Any) -> Iterator[AlertView]:
    """Alerts of all kinds, told so."""
    own: dict[str, Any] = {**OURS, "ends_at": at(60) if told in ENDED else None}
    for reason in Reason:
        yield view(told, **own, reason=reason.value)
        yield view(told, **own, reason=reason.value, value=None)
    for kind in ("plan", "rule", "transfer", "draw", "return", "q"):
        cause = BreachCause(kind=kind, version=3, document="q7")
        yield view(told, **own, reason="plan_changed", cause=cause)
    history = tuple(Change(one, "warning", "1.3", at(5)) for one in get_args(Transition))
    window = BreachWindow(kind="tumbling", start=at(-60), end=at(0))
    numbers = {"actual": "7", "committed": "2", "corrections": "3", "clicks": "4"}
    for kpi in KPIS:
        for op in ("<", "<=", ">", ">=") if kpi == "ctr" else ("<", ">="):
            for value in ("0.5", "1.6", None):
                yield view(told, **own, kpi=kpi, op=op, value=value, window=window, numbers=numbers)
    for before, severity in (("info", "warning"), ("critical", "info")):
        changed = {"previous_severity": before, "severity": severity, "history": history}
        yield view(told, **own, **changed)
    for through in (None, at(-90), at(0)):
        source = BreachSource(source="q", complete_through=through)
        for value in ("1.6", None):
            figures = {"value": value, "numbers": {} if value is None else numbers}
            yield view(told, **own, **figures, sources=[source], set_aside=1 + (through is None))
    yield view(told, **{**SUSPENSE, **own, "group": {"source": "q"}, "subject": {"source": "q"}})
    for subject in ("source", "milestone", "risk", "target", "approval", "plan", "account"):
        for unit in ("hours", "minutes", "money", "percent"):
            about = {"kind": "q", "kpi": "", "group": {}, "subject": {subject: "q"}, "unit": unit}
            yield view(told, **own, **about, op=">", numbers={}, labels={"rule": "q"})
    yield from foreign(told)
    remark = Remark("qq", "qli", at(20))
    for state in get_args(ResponseState):
        for by in ("qli", f"{BY_LINK}qli"):
            response = EpisodeResponse(
                state=state, severity="critical", made_by=by, made_at=at(10), until=at(99),
                assignee="qli", remark=remark,
            )  # fmt: skip
            yield structs.replace(view(told, **own), response=response)


def foreign(told: Any) -> Iterator[AlertView]:
    """What another system sent, with and without words of its own."""
    said = {"summary": "qdown", "description": "qqq", "runbook_url": "https://q.example/q"}
    for reason in get_args(ForeignReason):
        for annotations in ({}, said):
            statement = AlertStatement(
                "q", {"alertname": "q", "q": "q"}, annotations, "https://q.example/q",
                ActiveRange(START, at(60), times_out=True),
            )  # fmt: skip
            shown = view(told, ends_at=at(60) if told in ENDED else None)
            yield structs.replace(shown, signal=foreign_signal(statement, reason, at(61)))


def rendered(locale: str, *said: AlertView, digest: bool = False) -> list[Message]:
    now = structs.replace(heading(locale), digest=digest)
    return [one.message for one in RENDERER.render(said, now, DingTalk(), at(90))]


def check(locale: str, message: Message) -> None:
    """All that people read of it."""
    assert 0 < len(message.title) <= TITLE_CHARACTERS_MAX
    assert len(message.preheader) <= TITLE_CHARACTERS_MAX
    for block in message.blocks:
        assert block.headline
        assert all(fact.label.strip() and fact.text.strip() for fact in block.facts)
    texts = [message.title, message.preheader, message.zone, brief(message).written]
    for line in "\n".join([*texts, plain(message)]).splitlines():
        assert not HOLES.findall(line), line
        assert misplaced(locale, line) == [], line


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("told", TOLD)
def test_every_kind_of_message_is_whole_and_of_its_locale(locale: str, told: str) -> None:
    kinds = list(views(told))
    assert len(kinds) > 100
    for one in kinds:
        for message in rendered(locale, one):
            check(locale, message)
            assert message.blocks[0].facts


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("digest", [False, True])
def test_what_is_only_still_open_is_said_in_its_locale(locale: str, digest: bool) -> None:
    still = [structs.replace(one, told="unchanged") for one in views("firing")]
    elsewhere = view("resolved", 2, **OURS, ends_at=at(60), time_zone="UTC")
    for said in ([view(**OURS), *still[:OPEN_LINES_MAX]], [elsewhere, *still[OPEN_LINES_MAX:]]):
        [*_, last] = rendered(locale, *said, digest=digest)
        check(locale, last)
        assert last.still_open
    check(locale, rendered(locale, *still, view(**OURS))[-1])
    for part in rendered(locale, *views("firing")):
        assert misplaced(locale, part.title + plain(part)) == []


@pytest.mark.parametrize("locale", LOCALES)
def test_a_test_message_is_of_its_locale(locale: str) -> None:
    message = RENDERER.trial("q", locale, "q")
    check(locale, message)
    assert message.title not in {
        RENDERER.trial("q", other, "q").title for other in LOCALES if other != locale
    }


def texts(said: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """All of a vocabulary, by the way to each."""
    if not isinstance(said, dict):
        yield name, said
        return
    for part, inner in said.items():
        yield from texts(inner, f"{name}.{part}".lstrip("."))


@pytest.mark.parametrize("locale", LOCALES)
def test_no_word_is_empty_or_written_otherwise(locale: str) -> None:
    """Also those that no message above has."""
    words = to_builtins(VOCABULARIES[locale])
    assert dict(texts(words)).keys() == dict(texts(to_builtins(VOCABULARIES["en"]))).keys()
    assert {name for name, text in texts(words) if text == ""} <= {"instead", "between_units"}
    own = CHARACTERS[locale]
    ours = f"{words}{to_builtins(KPI_LOCALES[locale])}".replace("(重发/resent)", "")
    assert [one for one in IDEOGRAPH.findall(ours) if not own(one)] == []
    assert locale != "zh-TW" or OF_THE_MAINLAND.findall(ours) == []


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "已恢复"),
        ("en", "a: b；"),
        ("zh-CN", "已恢復"),
        ("zh-CN", "Still 未恢复"),
        ("zh-TW", "已恢复"),
        ("zh-TW", "与計畫"),
        ("zh-TW", "qads is low"),
    ],
)
def test_a_word_of_another_locale_is_found(locale: str, text: str) -> None:
    assert misplaced(locale, text)


def test_a_breach_of_before_is_told_in_words_that_stand_in() -> None:
    """It brought words of two locales, and another rule's none at all."""
    fresh = view().signal
    assert fresh.figures is not None
    of_before = {
        field: {locale: said for locale, said in words.items() if locale != "zh-TW"}
        for field, words in (
            ("titles", fresh.figures.titles),
            ("sentences", fresh.figures.sentences),
        )
    }
    [message] = render(view(**of_before), locale="zh-TW")
    assert message.title == "【嚴重】双十一大促 / 搜索广告（L03）：花费过快，实际是计划的 160%"
    assert "- 实际花费：CN¥48,000.00\n" in message.text
    assert "- 觸發條件：達到计划的 150% 即為嚴重\n" in message.text
    [bare] = render(view(titles={}, sentences={}), locale="zh-TW")
    assert bare.title.endswith("：Spend against plan偏高：160%")
    [english] = render(view(titles={}, sentences={"zh-CN": {"says": "花费"}}), locale="en")
    assert english.title.endswith(": Spend against plan is high: 160%")


def test_a_marketer_in_taiwan_reads_what_happened() -> None:
    names = {"campaign": "雙11檔期", "line": "關鍵字廣告"}
    [message] = render(view(names=names, currency="TWD", time_zone="Asia/Taipei"), locale="zh-TW")
    assert message.title == "【嚴重】雙11檔期 / 關鍵字廣告（L03）：花費過快，實際已達計畫的 160%"
    assert message.plain.splitlines()[1:] == [
        "花費過快，實際已達計畫的 160%",
        "  花費進度（實際／計畫）：160%",
        "  實際花費：$48,000.00",
        "  截至目前的計畫花費：$30,000.00",
        "  預算項目額度：$150,000.00",
        "  依目前進度預估的期末花費：$240,000.00",
        "  數據截至：11月3日 12:00（資料已完整）",
        "  觸發條件：達到計畫的 150% 即為嚴重",
        "  開始時間：11月3日 12:00",
        "  預計結果：期末將超出預算 $90,000.00",
        "  建議做法：調降出價或每日預算，或從其他預算項目調入資金",
        "  負責人：wang.lei",
        "  規則：pacing-high",
        "",
        "時間皆為 Asia/Taipei（UTC+08:00）",
    ]
