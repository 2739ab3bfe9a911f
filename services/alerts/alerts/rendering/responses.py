"""What a message says of how people have answered to an alert: who, when, and what they said."""

from collections.abc import Mapping
from typing import Any

from alerts.rendering.locales.table import VOCABULARIES
from alerts.rendering.numbers import Numbers
from alerts.response.rules import BY_ESCALATION, BY_LINK, EpisodeResponse

OPENED = {"acknowledged": "given back", "snoozed": "unsnoozed"}
"""What is said of one that is open again, by what ended; else it is "open"."""


def response_facts(response: EpisodeResponse, numbers: Numbers) -> dict[str, Any]:
    """The newest answer, whether it still holds or not, who looks after the alert, and the newest
    comment; "" for what there is not."""
    remark = response.remark
    return {
        "state": _state(response) if response.made_at else "",
        "by": response.made_by.removeprefix(BY_LINK).removeprefix(BY_ESCALATION),
        "by_link": response.made_by.startswith(BY_LINK),
        "at": numbers.instant(response.made_at) if response.made_at else "",
        "until": numbers.instant(response.until) if response.until else "",
        "assignee": response.assignee or "",
        "comment": remark.text if remark else "",
        "commented_by": remark.made_by.removeprefix(BY_LINK) if remark else "",
        "commented_at": numbers.instant(remark.made_at) if remark else "",
    }


def _state(response: EpisodeResponse) -> str:
    if response.state != "open":
        return response.state
    if response.made_by.startswith(BY_ESCALATION):
        return "freed"
    return OPENED.get(response.ended, "open")


def call_text(reason: str, response: EpisodeResponse, locale: str) -> str:
    """Why an escalation calls who reads it; "" of any other message."""
    if reason == "escalated" and response.acknowledged_at is not None:
        reason = "escalated anew"
    return VOCABULARIES[locale].calls.get(reason, "")


def response_data(response: EpisodeResponse) -> Mapping[str, str]:
    """The same for machines, times RFC 3339; empty when nobody has answered."""
    remark = response.remark
    found = {
        "state": response.state if response.made_at else "",
        "by": response.made_by,
        "at": response.made_at.isoformat() if response.made_at else "",
        "until": response.until.isoformat() if response.until else "",
        "assignee": response.assignee or "",
        "comment": remark.text if remark else "",
        "commentedBy": remark.made_by if remark else "",
    }
    return {name: text for name, text in found.items() if text}
