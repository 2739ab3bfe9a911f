"""What both ways to propose a plan, as JSON and as a spreadsheet, do with a request."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Path, Query, Request

from budget.caller import calling
from budget.documents.plans.commands import create_plan, try_plan
from budget.documents.plans.document import plan_view
from budget.documents.plans.schemas import PlanBody
from shared.http.app import Json
from shared.http.auth import Principal
from shared.http.caller import Caller
from shared.http.conventions import Reply, etag

Version = Annotated[int, Path(ge=1, le=2**31 - 1)]
DryRun = Annotated[
    bool, Query(description="Only say what it would come to: nothing is stored, no key is needed.")
]


def proposing(campaign: str, body: PlanBody) -> Callable[[Caller], Awaitable[Reply]]:
    """Makes it the next version, a draft."""

    async def act(caller: Caller) -> Reply:
        plan = await create_plan(caller, campaign, body)
        version = plan.plan_version
        headers = {
            "Location": f"/v1/campaigns/{campaign}/plans/{version}",
            "ETag": etag(version),
        }
        answer = {"plan_version": version, "status": plan.status}
        return Reply(201, {**answer, "findings": plan.findings}, headers)

    return act


async def try_out(request: Request, principal: Principal, campaign: str, body: PlanBody) -> Json:
    """How it would be read, if it were proposed."""
    async with calling(request, principal) as caller:
        document, findings = await try_plan(caller, campaign, body)
    return Json({**plan_view(document), "findings": findings})
