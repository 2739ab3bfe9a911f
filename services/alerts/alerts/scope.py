"""What an alert is about, as people call it: names where they are known, ids where they are not."""

from collections.abc import Sequence

from alerts.reading import campaign_of
from alerts.texts import one_line
from shared.events import Breach


def scope_of(breach: Breach, locale: str) -> str:
    """One alert's: "双十一大促 / 搜索广告（L03）"."""
    campaign = breach.names.get("campaign") or campaign_of(breach)
    parts = [campaign, _line(breach, breach.group, locale)]
    rest = [value for name, value in breach.group.items() if name not in ("campaign", "line")]
    found = [one_line(part) for part in [*parts, *rest] if part]
    return " / ".join(found) or one_line(breach.rule)


def shared_scope(breach: Breach, grouped_by: Sequence[str], locale: str) -> str:
    """What all alerts of a group have in common: "双十一大促" if they are grouped by campaign."""
    labels = {**breach.labels, **breach.group, "rule": breach.rule}
    shown = {
        "campaign": breach.names.get("campaign"),
        "rule": breach.names.get("rule"),
        "line": _line(breach, labels, locale),
    }
    # From the general to the particular, whatever order the file or the database has.
    ordered = sorted(grouped_by, key=lambda name: (name != "campaign", name != "line", name))
    parts = [shown.get(name) or labels.get(name) for name in ordered]
    return " / ".join(one_line(part) for part in parts if part) or one_line(
        shown["campaign"] or breach.rule
    )


def _line(breach: Breach, labels: dict[str, str], locale: str) -> str:
    """ "搜索广告（L03）" / "Search ads (search)": the id behind the name, where they differ."""
    line = labels.get("line", "")
    name = one_line(breach.names.get("line", ""))
    if not line or not name or name == line:
        return line
    return f"{name}（{line}）" if locale == "zh-CN" else f"{name} ({line})"
