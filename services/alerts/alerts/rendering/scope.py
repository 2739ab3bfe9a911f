"""What an alert is about, as people call it: names where they are known, ids where they are not."""

from alerts.channels.markup import one_line
from alerts.incoming.signal import Signal
from alerts.rendering.foreign import told_labels
from alerts.rendering.locales.table import VOCABULARIES


def scope_of(signal: Signal, locale: str) -> str:
    """One alert's: "双十一大促 / 搜索广告（L03）", "数据源 erp/sales"; of another system's its
    name."""
    if signal.is_foreign:
        return one_line(signal.origin.rule) or told_labels(signal.labels, locale)
    campaign = one_line(signal.names.get("campaign", "")) or signal.campaign
    parts = [campaign, _line(signal, locale)]
    subject = signal.subject or {}
    parts += [
        value
        for name, value in signal.group.items()
        if name not in ("campaign", "line") and name not in subject
    ]
    parts += [
        _subject(signal, name, value, locale)
        for name, value in subject.items()
        if name not in ("campaign", "line") or not signal.group.get(name)
    ]
    found = [one_line(part) for part in parts if part]
    rule = signal.names.get("rule") or signal.origin.rule
    return " / ".join(dict.fromkeys(found)) or one_line(rule)


def _subject(signal: Signal, name: str, value: str, locale: str) -> str:
    if name in ("campaign", "line"):
        return signal.names.get(name) or value
    word = VOCABULARIES[locale].subjects.get(name, "")
    shown = signal.names.get(name) or value
    return f"{word} {shown}" if word else shown


def _line(signal: Signal, locale: str) -> str:
    """ "搜索广告（L03）" / "Search ads (search)": the id behind the name, where they differ."""
    line = signal.group.get("line", "")
    name = one_line(signal.names.get("line", ""))
    if not line or not name or name == line:
        return line
    return name + VOCABULARIES[locale].brackets.format(line)
