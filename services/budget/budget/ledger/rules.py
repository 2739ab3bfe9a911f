"""Where an event's money belongs, and what a stated figure changes (P30, B5, I6).

Resolution finds the account: a line, the suspense account of the source, or the exception account
of the campaign, with the reason. Facts turn revisions into differences. Both are pure; the store
does the same set-based and is checked against these by the property tests.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from shared.entity_mapping import EntityMapping, MappingIndex
from shared.money import NO_CURRENCY

Kind = Literal["line", "suspense", "exception", "written_off"]

PANE = timedelta(minutes=5)
"""The period of a delta is the 5-minute pane of its time (design.md section 4)."""
IN_TIME = 0
"""The mark of what a source told before its period was complete; else epoch ms."""

INVOICES = "invoices/"
"""Of the source of an invoice: its supplier stands behind it."""


class HeldReason(StrEnum):
    """Why money is held instead of being posted to a line."""

    UNMAPPED = "unmapped"
    CAMPAIGN_UNKNOWN = "campaign_unknown"
    LINE_UNKNOWN = "line_unknown"
    CURRENCY_DIFFERS = "currency_differs"
    NOT_APPROVED = "not_approved"
    BEFORE_APPROVAL = "before_approval"
    BEFORE_START = "before_start"
    AFTER_END = "after_end"
    AFTER_CLOSE = "after_close"


class AccountKey(NamedTuple):
    """One account. `source` is set for suspense and what of it was written
    off; `line` for lines only."""

    workspace: str
    kind: Kind
    campaign: str
    line: str
    source: str
    currency: str


@dataclass(frozen=True, slots=True)
class CampaignTerms:
    """What posting needs of a campaign. `effective_from` is None until a plan is approved."""

    campaign: str
    currency: str
    time_zone: str
    starts_at: datetime
    ends_at: datetime
    effective_from: datetime | None
    lines: frozenset[str]
    closed: bool = False


class SpendSubject(NamedTuple):
    """What an event says about where its money belongs; `entity` pairs are sorted by level."""

    source: str
    campaign: str | None
    line: str | None
    entity: tuple[tuple[str, str], ...]
    currency: str | None
    period_start: datetime
    period_end: datetime


class Destination(NamedTuple):
    """The account, why it is not a line (or None), the line meant, and the line's time zone."""

    account: AccountKey
    reason: HeldReason | None
    campaign: str | None
    line: str | None
    time_zone: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One workspace's campaigns and mappings at one version."""

    workspace: str
    version: int
    campaigns: Mapping[str, CampaignTerms]
    mappings: MappingIndex = field(default_factory=lambda: MappingIndex(()))

    def resolve(self, subject: SpendSubject) -> Destination:
        """The account of an event. The first reason that applies is the one named."""
        campaign, line = subject.campaign, subject.line
        if subject.entity:
            found = self.mappings.resolve(
                subject.source, dict(subject.entity), subject.period_start
            )
            if found is None:
                return self._suspense(subject, HeldReason.UNMAPPED, None, None, None)
            campaign, line = found
        terms = self.campaigns.get(campaign or "")
        if terms is None or campaign is None:
            return self._suspense(subject, HeldReason.CAMPAIGN_UNKNOWN, campaign, line, None)
        if subject.currency not in (None, terms.currency):
            return self._suspense(subject, HeldReason.CURRENCY_DIFFERS, campaign, line, None)
        reason = exception_reason(terms, subject.period_start, subject.period_end)
        if reason is not None:
            account = AccountKey(self.workspace, "exception", campaign, "", "", terms.currency)
            return Destination(account, reason, campaign, line, terms.time_zone)
        unknown = HeldReason.LINE_UNKNOWN
        return self.on_line(campaign, line) or self._suspense(
            subject, unknown, campaign, line, terms.currency
        )

    def on_line(self, campaign: str, line: str | None) -> Destination | None:
        """The account of a line whatever the period says: for what was accepted (B5). None: the
        campaign has no such line in force."""
        terms = self.campaigns.get(campaign)
        if terms is None or line is None or line not in terms.lines:
            return None
        account = AccountKey(self.workspace, "line", campaign, line, "", terms.currency)
        return Destination(account, None, campaign, line, terms.time_zone)

    def _suspense(
        self,
        subject: SpendSubject,
        reason: HeldReason,
        campaign: str | None,
        line: str | None,
        campaign_currency: str | None,
    ) -> Destination:
        currency = subject.currency or campaign_currency or NO_CURRENCY
        account = AccountKey(self.workspace, "suspense", "", "", subject.source, currency)
        return Destination(account, reason, campaign, line, "UTC")


def exception_reason(terms: CampaignTerms, start: datetime, end: datetime) -> HeldReason | None:
    """Why a period is no spend of the campaign (B5); one that overlaps the flight is inside."""
    if terms.effective_from is None:
        return HeldReason.NOT_APPROVED
    if end <= terms.effective_from:
        return HeldReason.BEFORE_APPROVAL
    if end <= terms.starts_at:
        return HeldReason.BEFORE_START
    if start >= terms.ends_at:
        return HeldReason.AFTER_END
    # Last: what it names would have been posted, had nobody closed the campaign.
    return HeldReason.AFTER_CLOSE if terms.closed else None


def make_catalogue(
    workspace: str,
    version: int,
    campaigns: Iterable[CampaignTerms],
    mappings: Iterable[EntityMapping],
) -> Catalogue:
    """A catalogue ready to be asked once per event."""
    by_name = {terms.campaign: terms for terms in campaigns}
    return Catalogue(workspace, version, by_name, MappingIndex(mappings))


def ledger_day(label: str | None, at: datetime, time_zone: str) -> date:
    """The day money is booked on: of the period's label as stated; for a delta, the local day.

    Raises ValueError for a label that begins with no date.
    """
    if label is not None:
        return date.fromisoformat(label[:10])
    return at.astimezone(ZoneInfo(time_zone)).date()


def is_manual(source: str) -> bool:
    """Whether people state its money: it never says how far it is complete, so no line waits for
    it."""
    return source.startswith(INVOICES)


def entity_json(entity: Mapping[str, str] | None) -> str | None:
    """A platform's ids as an entry keeps them; None for our own names."""
    return msgspec.json.encode(entity, order="deterministic").decode() if entity else None
