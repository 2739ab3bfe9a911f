"""What was in a workspace between two times, in words for who looks at it from above. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from msgspec import Struct

from alerts.channels.markup import one_line
from alerts.record.store_response_times import ResponseTimes
from alerts.rendering.locales.vocabulary import Vocabulary
from alerts.rendering.numbers import Numbers
from alerts.rendering.view import AlertView

CAMPAIGNS_MAX = 10
"""In full: with the longest open ones that has room in what a chat takes."""


class CampaignCounts(NamedTuple):
    """Alerts of a campaign, "" for none: open at the end, and that began and ended in between."""

    campaign: str
    open: int
    critical: int
    began: int
    ended: int


class Summary(Struct, frozen=True, kw_only=True):
    """What was from `begin` to `end`, by the clock of `location`. `campaigns` with the most that is
    open come first; `longest`: what is open for longer than all else."""

    begin: datetime
    end: datetime
    location: str
    campaigns: tuple[CampaignCounts, ...]
    longest: tuple[AlertView, ...]
    answers: ResponseTimes | None
    muted: int

    @property
    def is_empty(self) -> bool:
        return not self.campaigns and not self.muted and self.answers is None

    def total(self, name: str) -> int:
        """Of all campaigns."""
        return sum(getattr(one, name) for one in self.campaigns)


def summary_title(summary: Summary, words: Vocabulary) -> str:
    total = summary.total
    return words.summary.title.format(
        open=total("open"), began=total("began"), ended=total("ended")
    )


def summary_text(
    summary: Summary, words: Vocabulary, numbers: Numbers, longest: Sequence[str]
) -> str:
    """Its paragraphs; `longest` are the lines of those that are open for long."""
    own, total = words.summary, summary.total
    zone = numbers.zone([summary.begin, summary.end])
    start, end = numbers.instant(summary.begin), numbers.instant(summary.end)
    head = [
        own.span.format(start=start, end=end, zone=zone),
        own.open.format(open=total("open"), critical=total("critical")),
        own.moved.format(began=total("began"), ended=total("ended")),
    ]
    campaigns = [
        own.campaign.format(
            campaign=one_line(one.campaign) or own.no_campaign,
            open=one.open,
            began=one.began,
            ended=one.ended,
        )
        for one in summary.campaigns[:CAMPAIGNS_MAX]
    ]
    if left := len(summary.campaigns) - len(campaigns):
        campaigns.append(own.more_campaigns.format(n=left))
    answers = _answers(summary, words, numbers)
    if summary.muted:
        answers.append(own.muted.format(n=summary.muted))
    parts = (("", head), (own.by_campaign, campaigns), (own.longest, longest), ("", answers))
    return "\n\n".join(
        "\n".join([heading, *(f"- {line}" for line in lines)] if heading else lines)
        for heading, lines in parts
        if lines
    )


def _answers(summary: Summary, words: Vocabulary, numbers: Numbers) -> list[str]:
    """How people answered to what they were told of first in the period."""
    answers, own = summary.answers, words.summary
    if answers is None:
        return []
    found = [
        own.told.format(
            told=answers.told,
            acknowledged=answers.acknowledged,
            unanswered=answers.unanswered,
            unanswered_open=answers.unanswered_open,
        )
    ]
    times = (answers.p50_s, answers.p90_s, answers.max_s)
    half, most, all_ = (numbers.lasted(timedelta(seconds=one or 0)) for one in times)
    if answers.p50_s is not None:
        found.append(own.speed.format(half=half, most=most, all=all_))
    if answers.escalated:
        in_vain = answers.escalated_in_vain
        found.append(own.escalated.format(escalated=answers.escalated, in_vain=in_vain))
    return found
