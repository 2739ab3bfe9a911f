"""A proposal: a document that moves money once enough people agree; and what kinds there are of it.

A kind is a body, what it comes to now (`weigh`), and what follows when it is approved (`follow`).
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar

from msgspec import Struct

from budget.approval.rules import RequestStatus
from budget.documents.campaigns.store import CampaignRecord
from budget.documents.proposals.money import WeighedProposal
from budget.documents.proposals.schemas import ProposalBody, ProposalView
from shared.http.caller import Caller

Body = TypeVar("Body", bound=ProposalBody)


class Proposal(Struct, frozen=True):
    """A document as stored. `other`: the other campaign whose money it moves, if any; `effect`:
    before and after, as proposed and, once it is approved, as approved."""

    kind: str
    campaign: str
    number: int
    other: str | None
    status: RequestStatus
    amount: int
    currency: str
    body: dict[str, Any]
    effect: dict[str, Any]
    created_by: str
    created_at: datetime
    decided_at: datetime | None

    @property
    def name(self) -> str:
        """What its request, the audit and the journal call it."""
        return f"{self.kind}/{self.campaign}/{self.number}"


class ProposalContext(NamedTuple):
    """Who asks for what to be weighed: a campaign that is open, and how many partitions Kafka
    names, for its figures."""

    caller: Caller
    campaign: CampaignRecord
    partitions: int


class ProposalKind(NamedTuple, Generic[Body]):
    """One kind: `kind` in names, `plural` in paths.

    `weigh` raises what refuses the body; it is asked again at the approval, so that money spent
    meanwhile is seen. With `moves_entries` posting waits for the decisions.
    """

    kind: str
    plural: str
    body: type[Body]
    view: type[ProposalView]
    about: str
    weigh: Callable[[ProposalContext, Body], Awaitable[WeighedProposal]]
    follow: Callable[[Caller, Proposal, WeighedProposal], Awaitable[None]]
    moves_entries: bool = False
