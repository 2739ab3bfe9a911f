"""What people decide: campaigns, plans, approvals. Each is one transaction of its own.

All take the workspace's lock first: it orders the audit chain and the catalogue's versions. What
changes where money belongs also keeps polls out, before it locks anything a poll could want.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from budget import (
    catalog,
    store_audit,
    store_catalogue,
    store_decisions,
    store_plans,
)
from budget.documents import (
    campaign_values,
    plan_document,
    read_lines,
    read_reserve,
)
from budget.release import Moved, Release
from budget.rules import approval
from budget.rules.approval import Decision, Outcome, Request, Status, Subject
from budget.rules.plan import Terms, check, without_echoes
from budget.rules.posting import Catalogue
from budget.schemas import CampaignBody, DecisionBody, TargetBody
from budget.schemas_plans import PlanBody, SubmitBody
from budget.store_audit import Act
from shared.database.pool import Conn
from shared.errors import ConflictError, InvalidError, NotFoundError
from shared.http.auth import Principal
from shared.money import format_micros, parse_micros


@dataclass(frozen=True, slots=True)
class Session:
    """One caller's transaction: the connection, who it is, and the moment it happens."""

    conn: Conn
    principal: Principal
    now: datetime

    @property
    def workspace(self) -> str:
        """The workspace of the credential."""
        return self.principal.workspace

    async def lock(self) -> None:
        """Takes the workspace's lock."""
        await store_catalogue.lock(self.conn, self.workspace)

    async def stop_posting(self) -> None:
        """Takes the workspace's lock and keeps polls out: for what moves booked money."""
        await self.lock()
        await store_catalogue.stop_posting(self.conn, self.workspace)

    async def audit(self, action: str, about: str, detail: dict[str, Any]) -> None:
        """Appends to the audit."""
        act = Act(self.principal.subject, action, about, detail)
        await store_audit.add(self.conn, self.workspace, act, self.now)

    async def begin_release(self, cause: str) -> tuple[Release, Catalogue]:
        """Makes the catalogue's change seen and moves what it frees; the caller closes it.

        The caller has stopped posting before it changed the catalogue.
        """
        await store_catalogue.bump(self.conn, self.workspace)
        moving = Release(self.conn, self.workspace, cause, self.now)
        catalogue = await moving.catalogue()
        await moving.move_held(catalogue)
        return moving, catalogue

    async def release(self, cause: str, *, touched: str | None = None) -> Moved:
        """A release of held money alone, after which a campaign's lines are told again."""
        moving, _ = await self.begin_release(cause)
        if touched is not None:
            moving.touch(touched)
        return await moving.close()


def check_targets(targets: Sequence[TargetBody]) -> None:
    """Raises InvalidError `duplicate` or `primary_target`."""
    names = [target.target for target in targets]
    if len(set(names)) < len(names):
        raise InvalidError("duplicate", "two targets have the same id")
    if targets and sum(target.primary for target in targets) != 1:
        raise InvalidError("primary_target", "exactly one target is the primary one")


async def create_campaign(session: Session, body: CampaignBody) -> dict[str, Any]:
    """A draft (G29). Raises ConflictError `campaign_exists`, InvalidError `flight_invalid`,
    `primary_target` or `time_zone_unknown`."""
    if body.ends_at <= body.starts_at:
        raise InvalidError("flight_invalid", "ends_at must lie after starts_at")
    check_targets(body.targets)
    if not await store_plans.reads_zone(session.conn, body.time_zone):
        # One that was built without the older names: days and entries could not be read.
        raise InvalidError("time_zone_unknown", f"the database knows no zone {body.time_zone}")
    await session.stop_posting()
    values = campaign_values(body, session.principal.subject, session.now)
    row = await store_plans.add_campaign(session.conn, session.workspace, values)
    if row is None:
        raise ConflictError("campaign_exists", f"there is a campaign {body.campaign}")
    await session.release(f"campaign/{body.campaign}")
    await catalog.tell(session.conn, session.workspace, [catalog.campaign_item(row)], session.now)
    await session.audit("campaign_created", f"campaign/{body.campaign}", {"version": 1})
    return row


async def create_plan(session: Session, campaign: str, body: PlanBody) -> dict[str, Any]:
    """The next plan version as a draft, with its findings; see `rules.plan.check` for the codes.

    Raises ConflictError `campaign_closed`, as do submitting and deciding."""
    await session.lock()
    row = await find_open(session, campaign)
    checked = check(
        _terms(row),
        body.total.amount,
        body.total.currency,
        without_echoes(read_lines(body), await _read_before(session, campaign, body.plan_version)),
        read_reserve(body),
    )
    plan = await store_plans.add_plan(
        session.conn,
        session.workspace,
        (
            campaign,
            body.total.amount,
            plan_document(body, checked),
            [_finding(finding) for finding in checked.findings],
            session.principal.subject,
            session.now,
        ),
    )
    await session.audit("plan_created", plan_name(plan), {"total": body.total.amount})
    return plan


async def submit_plan(
    session: Session, campaign: str, version: int, body: SubmitBody, due: timedelta
) -> dict[str, Any]:
    """Draft → in review (B8). Raises NotFoundError, ConflictError `not_draft`, InvalidError
    `target_missing`."""
    await session.lock()
    row = await find_open(session, campaign)
    plan = await find_plan(session.conn, session.workspace, campaign, version, lock=True)
    approval.check_submit(plan["status"], targets=len(row["body"]["targets"]))
    due_at = session.now + due
    await store_plans.submit_plan(
        session.conn,
        plan,
        (session.principal.subject, session.now, body.comment, body.effective_from, due_at),
    )
    if row["plan_version"] is None:
        await store_plans.set_campaign_status(
            session.conn, session.workspace, campaign, "in_review"
        )
        changed = await find_campaign(session.conn, session.workspace, campaign)
        await catalog.tell(
            session.conn, session.workspace, [catalog.campaign_item(changed)], session.now
        )
    await session.audit(
        "plan_submitted",
        plan_name(plan),
        {"comment": body.comment, "effective_from": body.effective_from},
    )
    return {"status": "in_review", "needs": list(approval.ROLES_NEEDED), "due_at": due_at}


class Decidable(NamedTuple):
    """An object that needs several people, as it stands: its name in the audit, status, what is
    decided on, its currency, and who may not decide."""

    name: str
    status: Status
    subject: Subject
    currency: str
    authors: frozenset[str] = frozenset()


async def decide(session: Session, on: Decidable, body: DecisionBody) -> Outcome:
    """Judges and stores one decision; see `approval.decide` and `check_subject` for the codes."""
    made = Decision(
        body.role,
        session.principal.subject,
        body.decision,
        session.now,
        body.opinion,
        on.subject,
    )
    known = await store_decisions.decisions(session.conn, session.workspace, [on.name])
    request = Request(on.status, on.subject, on.authors, known[on.name])
    outcome = approval.decide(request, made, session.principal.roles)
    amount, currency = body.named
    approval.check_subject(on.subject, amount, body.version)
    if currency not in (None, on.currency):
        raise ConflictError("subject_changed", f"its amount is in {on.currency}")
    await store_decisions.add(session.conn, session.workspace, on.name, made)
    await session.audit(
        "decided",
        on.name,
        {
            "as": made.role,
            "decision": made.verdict,
            "opinion": made.opinion,
            "amount": format_micros(on.subject.amount),
            "currency": on.currency,
            "version": on.subject.version,
            "status": outcome.status,
        },
    )
    return outcome


async def find_campaign(conn: Conn, workspace: str, campaign: str) -> dict[str, Any]:
    """The campaign. Raises NotFoundError `campaign_unknown`."""
    row = await store_plans.get_campaign(conn, workspace, campaign)
    if row is None:
        raise NotFoundError("campaign_unknown", f"there is no campaign {campaign}")
    return row


async def find_plan(
    conn: Conn, workspace: str, campaign: str, version: int, *, lock: bool = False
) -> dict[str, Any]:
    """The plan version. Raises NotFoundError `plan_unknown`."""
    plan = await store_plans.get_plan(conn, workspace, campaign, version, lock=lock)
    if plan is None:
        raise NotFoundError("plan_unknown", f"{campaign} has no plan {version}")
    return plan


def decisions_view(decisions: Sequence[Decision]) -> list[dict[str, Any]]:
    """Decisions as the API shows them."""
    return [
        {"as": d.role, "by": d.by, "decision": d.verdict, "at": d.at, "opinion": d.opinion}
        for d in decisions
    ]


def decision_view(outcome: Outcome) -> dict[str, Any]:
    """The answer to a decision, without what depends on its object."""
    return {
        "status": outcome.status,
        "decisions": decisions_view(outcome.decisions),
        "needs": list(outcome.needs),
    }


async def find_open(session: Session, campaign: str) -> dict[str, Any]:
    """The campaign, which may be planned. Raises ConflictError `campaign_closed`."""
    row = await find_campaign(session.conn, session.workspace, campaign)
    if row["status"] == "closed":
        raise ConflictError("campaign_closed", f"{campaign} is closed: its plan is final")
    return row


async def _read_before(session: Session, campaign: str, version: int | None) -> dict[str, int]:
    """What the lines came to in the version that somebody has read and edited."""
    if version is None:
        return {}
    plan = await store_plans.get_plan(session.conn, session.workspace, campaign, version)
    lines = plan["body"]["lines"] if plan else []
    return {line["line"]: parse_micros(line["allocated"]) for line in lines}


def _terms(row: dict[str, Any]) -> Terms:
    targets = frozenset(target["target"] for target in row["body"]["targets"])
    return Terms(row["currency"], row["starts_at"], row["ends_at"], targets)


def plan_name(plan: dict[str, Any]) -> str:
    return f"plan/{plan['campaign']}/{plan['plan_version']}"


def _finding(finding: Any) -> dict[str, Any]:
    return {
        "code": finding.code,
        "line": finding.line,
        "severity": finding.severity,
        "detail": finding.detail,
    }
