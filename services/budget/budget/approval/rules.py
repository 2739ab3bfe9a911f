"""Who may decide what, and what a decision leads to (B8, S12, A3): two roles, four eyes.

Four eyes see one thing: a decision is about an amount and a version, and one that was made about
another amount or version than what stands now does not count any more.

Pure: the caller reads the request and its decisions, and writes what comes back.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from shared.errors import ConflictError, ErrorItem, ForbiddenError, InvalidError
from shared.money import format_micros

Role = Literal["approver", "finance"]
Verdict = Literal["approve", "reject"]
Status = Literal["draft", "in_review", "approved", "rejected", "in_force", "superseded"]

ROLES_NEEDED: tuple[Role, ...] = ("approver", "finance")


class Subject(NamedTuple):
    """What is decided on: so much money (micros), in this version of the object."""

    amount: int
    version: int


@dataclass(frozen=True, slots=True)
class Decision:
    """One person's verdict in one role, about `subject`."""

    role: Role
    by: str
    verdict: Verdict
    at: datetime
    opinion: str
    subject: Subject


@dataclass(frozen=True, slots=True)
class Request:
    """What is decided on as it stands now: its status, the people behind it, all decisions."""

    status: Status
    subject: Subject
    authors: frozenset[str]
    decisions: tuple[Decision, ...] = ()

    @property
    def standing(self) -> tuple[Decision, ...]:
        """The decisions that count: those about what stands now."""
        return about(self.subject, self.decisions)


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
        detail = "a campaign needs a target before its plan is judged: PATCH its targets"
        raise InvalidError("target_missing", detail)


def about(subject: Subject, decisions: Sequence[Decision]) -> tuple[Decision, ...]:
    """Those of `decisions` that were made about `subject`."""
    return tuple(decision for decision in decisions if decision.subject == subject)


def check_subject(subject: Subject, amount: int | None, version: int | None) -> None:
    """A decision may name what it is about; then that must be what stands now.

    Raises ConflictError `subject_changed`, which says what it is.
    """
    faults = []
    if amount not in (None, subject.amount):
        faults.append(_changed("amount", format_micros(subject.amount)))
    if version not in (None, subject.version):
        faults.append(_changed("version", str(subject.version)))
    if faults:
        raise ConflictError(
            "subject_changed",
            f"it has changed: it is {format_micros(subject.amount)} in version "
            f"{subject.version} now; read it again and decide about that",
            errors=faults,
        )


def needs(decisions: Sequence[Decision]) -> tuple[Role, ...]:
    """The roles that have not decided yet."""
    decided = {decision.role for decision in decisions}
    return tuple(role for role in ROLES_NEEDED if role not in decided)


def judge(request: Request, decision: Decision, roles: AbstractSet[str]) -> Outcome:
    """The outcome of `decision` by a person who holds `roles`.

    The decision is about what stands now; earlier ones about something else do not count. One
    rejection ends the review; approval needs every role of ROLES_NEEDED. Raises ForbiddenError
    `role_missing` (the person does not hold the role) or `four_eyes` (created or submitted it, or
    has decided in the other role), ConflictError `already_decided` or `not_in_review`.
    """
    if decision.role not in roles:
        raise ForbiddenError("role_missing", f"deciding as {decision.role} needs that role")
    standing = request.standing
    if any(earlier.role == decision.role for earlier in standing):
        raise ConflictError("already_decided", f"{decision.role} has decided already")
    if request.status != "in_review":
        raise ConflictError("not_in_review", f"it is {request.status}, not in review")
    if decision.by in request.authors:
        raise ForbiddenError("four_eyes", "whoever created or submitted it cannot decide on it")
    if any(earlier.by == decision.by for earlier in standing):
        raise ForbiddenError("four_eyes", "one person cannot decide in two roles")
    decisions = (*standing, decision)
    if decision.verdict == "reject":
        return Outcome("rejected", (), decisions)
    open_roles = needs(decisions)
    return Outcome("in_review" if open_roles else "approved", open_roles, decisions)


def _changed(loc: str, now: str) -> ErrorItem:
    return ErrorItem(loc=loc, code="subject_changed", detail=f"it is {now} now")
