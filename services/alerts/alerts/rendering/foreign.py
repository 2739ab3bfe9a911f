"""What a message says of an alert that another system sent: its own words, for it has no figures.

`summary`, `description`, `runbook_url` are what Prometheus and Grafana call them. Pure.
"""

from collections.abc import Mapping
from typing import Any

from alerts.channels.markup import one_line
from alerts.channels.texts import shorten
from alerts.incoming.signal import Signal
from alerts.rendering.locales.table import VOCABULARIES

UNTOLD_LABELS = frozenset({"alertname", "severity"})
"""They are said in other places of a message."""
LABELS_CHARACTERS_MAX = 400
DESCRIPTION_CHARACTERS_MAX = 1500


def foreign_facts(signal: Signal, locale: str) -> dict[str, Any]:
    """What stands in the place of a KPI, its value and its campaign; of a breach nothing."""
    if not signal.is_foreign:
        return {"foreign": False, "description": "", "labels": "", "link": ""}
    said = {name: one_line(text or "") for name, text in signal.annotations.items()}
    labels = told_labels(signal.labels, locale)
    description = said.get("description") or said.get("message", "")
    summary = said.get("summary") or description or labels or one_line(signal.origin.rule)
    return {
        "foreign": True,
        "says": summary,
        "recovered_says": "",
        "description": (
            shorten(description, DESCRIPTION_CHARACTERS_MAX) if description != summary else ""
        ),
        "labels": labels if labels != summary else "",
        "link": signal.link,
        "runbook": said.get("runbook_url") or said.get("runbook", ""),
    }


def told_labels(labels: Mapping[str, str], locale: str) -> str:
    """The labels that tell one alert from another: "instance=node-1, job=api". Names that begin
    with two underscores are for machines, such as Grafana's `__alert_rule_uid__`."""
    told = [
        f"{name}={labels[name]}"
        for name in sorted(labels)
        if name not in UNTOLD_LABELS and not name.startswith("__")
    ]
    return shorten(one_line(VOCABULARIES[locale].comma.join(told)), LABELS_CHARACTERS_MAX)
