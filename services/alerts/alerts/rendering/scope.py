"""What an alert is about, as people call it: names where they are known, ids where they are not."""

from alerts.channels.markup import one_line
from alerts.incoming.breaches import campaign_of
from shared.events import Breach

SUBJECT_WORDS = {
    "zh-CN": {
        "source": "数据源",
        "milestone": "里程碑",
        "risk": "风险",
        "target": "目标",
        "approval": "审批",
        "plan": "计划",
        "account": "账户",
    },
    "en": {
        "source": "source",
        "milestone": "milestone",
        "risk": "risk",
        "target": "target",
        "approval": "approval",
        "plan": "plan",
        "account": "account",
    },
}
"""What a breach may be about beside a campaign or a line; anything else stands for itself."""


def scope_of(breach: Breach, locale: str) -> str:
    """One alert's: "双十一大促 / 搜索广告（L03）", "数据源 erp/sales"."""
    campaign = one_line(breach.names.get("campaign", "")) or campaign_of(breach)
    parts = [campaign, _line(breach, locale)]
    subject = breach.subject or {}
    parts += [
        value
        for name, value in breach.group.items()
        if name not in ("campaign", "line") and name not in subject
    ]
    parts += [
        _subject(breach, name, value, locale)
        for name, value in subject.items()
        if name not in ("campaign", "line") or not breach.group.get(name)
    ]
    found = [one_line(part) for part in parts if part]
    return " / ".join(dict.fromkeys(found)) or one_line(breach.names.get("rule") or breach.rule)


def _subject(breach: Breach, name: str, value: str, locale: str) -> str:
    if name in ("campaign", "line"):
        return breach.names.get(name) or value
    word = SUBJECT_WORDS[locale].get(name, "")
    shown = breach.names.get(name) or value
    return f"{word} {shown}" if word else shown


def _line(breach: Breach, locale: str) -> str:
    """ "搜索广告（L03）" / "Search ads (search)": the id behind the name, where they differ."""
    line = breach.group.get("line", "")
    name = one_line(breach.names.get("line", ""))
    if not line or not name or name == line:
        return line
    return f"{name}（{line}）" if locale == "zh-CN" else f"{name} ({line})"
