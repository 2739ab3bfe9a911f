"""What a decision leads to (B8, S12, A3): as many people as the policy named, four eyes.

Four eyes see one thing: a decision is about an amount and a version, and one that was made about
another amount or version than what is asked for now does not count any more.

Pure: the caller reads the request and its decisions, and writes what comes back.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Literal, NamedTuple

from budget.approval.policy import PolicyRule, Role, rule_for
from shared.errors import ConflictError, ErrorItem, ForbiddenError, PacelineError
from shared.money import format_micros

Verdict = Literal["approve", "reject"]
RequestStatus = Literal["in_review", "approved", "rejected", "withdrawn"]


class ApprovalSubject(NamedTuple):
    """What is decided on: so much money (micros), in this version of the object."""

    amount: int
    version: int


class ApprovalDecision(NamedTuple):
    """One person's verdict in one role, about `subject`."""

    role: Role
    by: str
    verdict: Verdict
    at: datetime
    opinion: str
    subject: ApprovalSubject


class ApprovalRequest(NamedTuple):
    """What is decided on as it stands now, and whose decisions the policy asked for.

    `object` is its name in the audit, `<kind>/…`; `authors` may not decide; `decisions` of people
    in different ones of `roles` approve it. `asked_by`: the author who asked, None of what nobody
    asked for. `number`: of a stored one, unlike any other's.
    """

    object: str
    kind: str
    campaign: str | None
    subject: ApprovalSubject
    currency: str
    region: str | None
    authors: frozenset[str]
    roles: tuple[Role, ...]
    decisions: int
    status: RequestStatus
    asked_at: datetime
    due_at: datetime | None
    asked_by: str | None = None
    number: int = 0

    def needs(self, made: Sequence[ApprovalDecision]) -> tuple[Role, ...]:
        """The roles whose decision is still missing, of which enough may do."""
        if self.status != "in_review":
            return ()
        standing = about(self.subject, made)
        if len(standing) >= self.decisions:
            return ()
        decided = {decision.role for decision in standing}
        return tuple(role for role in self.roles if role not in decided)


class DecisionOutcome(NamedTuple):
    """The status after a decision, the roles that still have to decide, and what counts."""

    status: RequestStatus
    needs: tuple[Role, ...]
    decisions: tuple[ApprovalDecision, ...]


def about(
    subject: ApprovalSubject, decisions: Sequence[ApprovalDecision]
) -> tuple[ApprovalDecision, ...]:
    """Those of `decisions` that were made about `subject`."""
    return tuple(decision for decision in decisions if decision.subject == subject)


def check_subject(
    request: ApprovalRequest, amount: int | None, currency: str | None, version: int | None
) -> None:
    """A decision may name what it is about; then that must be what stands now.

    Raises ConflictError `subject_changed`, which says what it is.
    """
    subject = request.subject
    faults = []
    if amount not in (None, subject.amount):
        faults.append(_changed("amount", format_micros(subject.amount)))
    if currency not in (None, request.currency):
        faults.append(_changed("amount", f"in {request.currency}"))
    if version not in (None, subject.version):
        faults.append(_changed("version", str(subject.version)))
    if faults:
        raise ConflictError(
            "subject_changed",
            f"it has changed: it is {format_micros(subject.amount)} in version "
            f"{subject.version} now; read it again and decide about that",
            errors=faults,
        )


def judge(
    request: ApprovalRequest,
    earlier: Sequence[ApprovalDecision],
    decision: ApprovalDecision,
    roles: AbstractSet[str],
    *,
    limit: int | None = None,
) -> DecisionOutcome:
    """The outcome of `decision` by a person who may decide in `roles`, and in that of the decision
    approves `limit` micros at most (None: any amount).

    The decision is about what stands now; earlier ones about something else do not count. One
    rejection ends the review. Raises ForbiddenError `role_missing` (the person does not hold the
    role), `four_eyes` (created or submitted it, or has decided in another role) or
    `amount_above_limit` (who may reject it still), ConflictError `already_decided` or
    `not_in_review`.
    """
    if decision.role not in roles:
        raise ForbiddenError("role_missing", f"deciding as {decision.role} needs that role")
    standing = about(request.subject, earlier)
    if any(made.role == decision.role for made in standing):
        raise ConflictError("already_decided", f"{decision.role} has decided already")
    if request.status != "in_review":
        raise ConflictError("not_in_review", f"it is {request.status}, not in review")
    if decision.role not in request.roles:
        raise ForbiddenError("role_missing", f"nobody decides on it as {decision.role}")
    if decision.by in request.authors:
        raise ForbiddenError("four_eyes", "whoever created or submitted it cannot decide on it")
    if any(made.by == decision.by for made in standing):
        raise ForbiddenError("four_eyes", "one person cannot decide in two roles")
    amount = abs(request.subject.amount)
    if limit is not None and decision.verdict == "approve" and amount > limit:
        raise ForbiddenError(
            "amount_above_limit",
            f"{decision.by} approves up to {format_micros(limit)} {request.currency} as "
            f"{decision.role}, this is {format_micros(amount)}",
        )
    decisions = (*standing, decision)
    if decision.verdict == "reject":
        return DecisionOutcome("rejected", (), decisions)
    needs = request.needs(decisions)
    return DecisionOutcome("in_review" if needs else "approved", needs, decisions)


def judge_by(
    policy: Sequence[PolicyRule],
    request: ApprovalRequest,
    earlier: Sequence[ApprovalDecision],
    decision: ApprovalDecision,
    roles: AbstractSet[str],
) -> DecisionOutcome:
    """`judge`, with the deputies and limits that a policy has for the request now."""
    rule = rule_for(policy, request.kind, request.subject.amount, request.currency, request.region)
    holds = roles | rule.stood_in(decision.by, decision.at)
    limit = rule.limit(decision.role, decision.by)
    return judge(request, earlier, decision, holds, limit=limit)


def may_approve(
    policy: Sequence[PolicyRule],
    request: ApprovalRequest,
    earlier: Sequence[ApprovalDecision],
    by: str,
    roles: AbstractSet[str],
    *,
    now: datetime,
) -> bool:
    """Whether a person who holds `roles` could approve it in any role now."""
    for role in request.needs(earlier):
        decision = ApprovalDecision(role, by, "approve", now, "", request.subject)
        try:
            judge_by(policy, request, earlier, decision, roles)
        except PacelineError:
            continue
        return True
    return False


def _changed(loc: str, now: str) -> ErrorItem:
    return ErrorItem(loc=loc, code="subject_changed", detail=f"it is {now} now")
