"""Who may decide what, and what a decision leads to (B8, S12, A3): two roles, four eyes.

Pure: the caller reads the request and its decisions, and writes what comes back.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.errors import ConflictError, ForbiddenError, InvalidError

Role = Literal["approver", "finance"]
Verdict = Literal["approve", "reject"]
Status = Literal["draft", "in_review", "approved", "rejected"]

ROLES_NEEDED: tuple[Role, ...] = ("approver", "finance")


@dataclass(frozen=True, slots=True)
class Decision:
    """One person's verdict in one role."""

    role: Role
    by: str
    verdict: Verdict
    at: datetime
    opinion: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """What is decided on: its status, the people behind it, the decisions so far."""

    status: Status
    authors: frozenset[str]
    decisions: tuple[Decision, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """The status after a decision and the roles that still have to decide."""

    status: Status
    needs: tuple[Role, ...]
    decisions: tuple[Decision, ...]


def check_submit(status: Status, *, targets: int) -> None:
    """A draft of a campaign with at least one target may be submitted (G1).

    Raises ConflictError `not_draft`, InvalidError `target_missing`.
    """
    if status != "draft":
        raise ConflictError("not_draft", f"the plan is {status}; only a draft can be submitted")
    if targets == 0:
        raise InvalidError("target_missing", "a campaign needs a target before its plan is judged")


def needs(decisions: Sequence[Decision]) -> tuple[Role, ...]:
    """The roles that have not decided yet."""
    decided = {decision.role for decision in decisions}
    return tuple(role for role in ROLES_NEEDED if role not in decided)


def decide(request: Request, decision: Decision, roles: AbstractSet[str]) -> Outcome:
    """The outcome of `decision` by a person who holds `roles`.

    One rejection ends the review; approval needs every role of ROLES_NEEDED. Raises ForbiddenError
    `role_missing` (the person does not hold the role) or `four_eyes` (created or submitted it, or
    has decided in the other role), ConflictError `already_decided` or `not_in_review`.
    """
    if decision.role not in roles:
        raise ForbiddenError("role_missing", f"deciding as {decision.role} needs that role")
    if any(earlier.role == decision.role for earlier in request.decisions):
        raise ConflictError("already_decided", f"{decision.role} has decided already")
    if request.status != "in_review":
        raise ConflictError("not_in_review", f"it is {request.status}, not in review")
    if decision.by in request.authors:
        raise ForbiddenError("four_eyes", "whoever created or submitted it cannot decide on it")
    if any(earlier.by == decision.by for earlier in request.decisions):
        raise ForbiddenError("four_eyes", "one person cannot decide in two roles")
    decisions = (*request.decisions, decision)
    if decision.verdict == "reject":
        return Outcome("rejected", (), decisions)
    open_roles = needs(decisions)
    return Outcome("in_review" if open_roles else "approved", open_roles, decisions)
