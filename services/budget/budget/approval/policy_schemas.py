"""HTTP bodies of a workspace's policy: who decides on what."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from budget.approval.policy import PolicyDeputy, PolicyLimit, PolicyRule, Role
from budget.fields import Id, Label, Micros, ReasonBody, RequestBody, When
from shared.currencies import CurrencyCode

RULES_MAX = 100
PEOPLE_MAX = 200
"""Limits or deputies of a rule."""


class _OfRole(RequestBody):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    role: Role = Field(alias="as")


class PolicyLimitBody(_OfRole):
    """What is approved in a role at most; `subject` null: by whoever is not named."""

    amount: Micros | None
    subject: Label | None = None


class PolicyDeputyBody(_OfRole):
    """Who decides in a role without holding it, until then."""

    subject: Label
    until: When | None = None


class PolicyRuleBody(RequestBody):
    """Which documents it is for (null: any), and whose decisions they need."""

    kind: Id | None = None
    amount_up_to: Micros | None = None
    currency: CurrencyCode | None = None
    region: Label | None = None
    roles: Annotated[list[Role], Field(min_length=1, max_length=2)]
    decisions: Annotated[int, Field(ge=1, le=2)]
    within_hours: Annotated[int, Field(ge=1, le=8760)] | None = None
    limits: list[PolicyLimitBody] = Field(default_factory=list, max_length=PEOPLE_MAX)
    deputies: list[PolicyDeputyBody] = Field(default_factory=list, max_length=PEOPLE_MAX)

    def rule(self) -> PolicyRule:
        """The same, for who judges."""
        return PolicyRule(
            tuple(self.roles),
            self.decisions,
            kind=self.kind,
            amount_up_to=self.amount_up_to,
            region=self.region,
            time_limit=None if self.within_hours is None else timedelta(hours=self.within_hours),
            currency=self.currency,
            limits=tuple(PolicyLimit(one.role, one.amount, one.subject) for one in self.limits),
            deputies=tuple(PolicyDeputy(one.role, one.subject, one.until) for one in self.deputies),
        )


class PolicyBody(ReasonBody):
    """Rules, read from the top; the first that fits a document holds for it."""

    rules: Annotated[list[PolicyRuleBody], Field(min_length=1, max_length=RULES_MAX)]


class PolicyView(BaseModel):
    """Version 0 is the house's own, which holds until somebody states another."""

    version: int
    rules: list[PolicyRuleBody]
    created_by: str | None
    created_at: datetime | None


def read_rules(stated: Sequence[dict[str, Any]]) -> tuple[PolicyRule, ...]:
    """Rules as they are stored."""
    return tuple(PolicyRuleBody.model_validate(one).rule() for one in stated)


def stated_rules(policy: Sequence[PolicyRule]) -> list[dict[str, Any]]:
    """The way back, of rules without limits and deputies: the house's."""
    return [
        PolicyRuleBody(
            kind=rule.kind,
            roles=list(rule.roles),
            decisions=rule.decisions,
            within_hours=rule.time_limit and int(rule.time_limit.total_seconds() // 3600),
        ).model_dump(mode="json", by_alias=True)
        for rule in policy
    ]
