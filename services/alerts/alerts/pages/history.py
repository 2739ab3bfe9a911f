"""What the page says of what happened: who was told, what keeps it quiet, who did what. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from alerts.channels.destinations import NOBODY
from alerts.channels.markup import one_line
from alerts.incoming.signal import Signal
from alerts.quiet.silences import Silence
from alerts.rendering.facts import NOT_RECOVERED
from alerts.rendering.locales.table import VOCABULARIES
from alerts.rendering.numbers import Numbers
from alerts.response.rules import BY_ESCALATION, BY_LINK

ENTRIES_MAX = 30
Words = Mapping[str, str]


def person(made_by: str, words: Words) -> str:
    """Nobody has checked the name of who followed a link."""
    name = one_line(made_by.removeprefix(BY_LINK))
    return words["by_link"].format(by=name) if made_by.startswith(BY_LINK) else name


def told_lines(told: Sequence[Mapping[str, Any]], words: Words, numbers: Numbers) -> list[str]:
    """The newest that each channel was told, or that was kept from it."""
    return [
        words["entry"].format(
            at=_place(one, words),
            text=words["state_no_channel" if _is_nobody(one) else f"state_{one['state']}"].format(
                at=numbers.instant(one["delivered_at"] or one["decided_at"]),
                why=words.get(f"mute_{one['reason']}", one["reason"]),
            ),
        )
        for one in told
    ]


def _is_nobody(told: Mapping[str, Any]) -> bool:
    """Of a receiver that has no channel."""
    return bool(told["channel"] == NOBODY.name and told["state"] == "suppressed")


def _place(told: Mapping[str, Any], words: Words) -> str:
    channel = words["no_channel"] if _is_nobody(told) else told["channel"]
    return f"{one_line(told['receiver'])} ({channel})"


def mute_lines(
    mutes: Sequence[Mapping[str, Any]],
    silences: Sequence[Silence],
    words: Words,
    numbers: Numbers,
) -> list[str]:
    """What keeps it from whom now, until when, and who wanted that why."""
    known = {one.silence: one for one in silences}
    lines = []
    for one in mutes:
        parts = [words[f"mute_{one['reason']}"]]
        if one["until"] is not None:
            parts.append(words["until"].format(at=numbers.instant(one["until"])))
        for silence in (known[name] for name in one["muted_by"] if name in known):
            said = words["remark"].format(text=one_line(silence.comment))
            parts.append(f"{person(silence.created_by, words)} {said}")
        lines.append(words["entry"].format(at=one_line(one["receiver"]), text=" · ".join(parts)))
    return lines


def history_lines(
    signals: Sequence[Signal],
    actions: Sequence[Any],
    locale: str,
    words: Words,
    numbers: Numbers,
) -> list[str]:
    """What the alert and people did, the newest first."""
    found = [*_actions(actions, words, numbers), *_transitions(signals, locale, numbers)]
    found.sort(key=lambda one: one[0], reverse=True)
    return [
        words["entry"].format(at=numbers.instant(at), text=text) for at, text in found[:ENTRIES_MAX]
    ]


def _transitions(
    signals: Sequence[Signal], locale: str, numbers: Numbers
) -> Iterator[tuple[datetime, str]]:
    vocabulary = VOCABULARIES[locale]
    for one in signals:
        figures = one.data
        ended = one.transition == "resolved" and one.reason in NOT_RECOVERED
        what = vocabulary.states["ended"] if ended else vocabulary.transitions[one.transition]
        parts = [what.lower(), vocabulary.levels[one.severity]]
        value = numbers.value(figures.unit, figures.value, figures.threshold)
        yield one.event_time, " · ".join([*parts, value] if value else parts)


def _actions(
    actions: Sequence[Any], words: Words, numbers: Numbers
) -> Iterator[tuple[datetime, str]]:
    for one in actions:
        nobody = one.kind == "assign" and not one.assignee
        freed = one.made_by.startswith(BY_ESCALATION)
        variant = "_nobody" if nobody else "_freed" if freed else ""
        text = words[f"did_{one.kind}{variant}"].format(
            by=person(one.made_by.removeprefix(BY_ESCALATION), words),
            until=numbers.instant(one.until) if one.until else "",
            assignee=one_line(one.assignee or ""),
        )
        if one.comment:
            text += " " + words["remark"].format(text=one_line(one.comment))
        yield one.made_at, text
