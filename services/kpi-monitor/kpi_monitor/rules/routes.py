"""HTTP: rules (contracts.md section 4). Writes touch the campaign; the evaluator does the rest."""

from typing import Any

from fastapi import APIRouter, Request, Response

from kpi_monitor.rules import commands, store
from kpi_monitor.rules.schemas import RuleBody, RuleEdit, RulePatch, RuleView, view
from kpi_monitor.rules.store import RuleRow
from shared.http.answers import Page, answers
from shared.http.app import Json
from shared.http.caller import Caller, Operator, Reader, calling, once
from shared.http.conventions import Reply, check_if_match, etag
from shared.http.edits import patched
from shared.http.paging import Paged

router = APIRouter(prefix="/v1/rules", tags=["rules"])


@router.post("", **answers(RuleView, 201, keyed=True), summary="Add a rule")
async def post_rule(request: Request, body: RuleBody, principal: Operator) -> Response:
    """Judges windows from the one that holds the present on, and budget figures at once.

    Errors: 422 kpi_unknown, grain_too_coarse, reset_inside_threshold, measure_not_additive,
    levels_out_of_order, lines_missing, group_by_unknown, label_reserved; rule_reserved for a name
    that the house itself uses; window_missing, window_size_missing, window_size_invalid,
    hop_unexpected, maturity_invalid of a window; window_unexpected, maturity_unexpected,
    figure_unknown of totals; suppress_kpi_differs, bounds_out_of_order; and of what this version
    has not for_unavailable, keep_firing_unavailable, baseline_unavailable,
    window_kind_unavailable. 409 rule_exists.
    """

    async def act(caller: Caller) -> Reply:
        row = await commands.add_rule(caller, body)
        headers = {"Location": f"/v1/rules/{body.rule}", "ETag": etag(row.version)}
        return Reply(201, await _shown(caller, row), headers)

    return await once(request, principal, act)


@router.get("", **answers(Page[RuleView]), summary="List rules")
async def list_rules(
    request: Request, principal: Reader, paging: Paged, campaign: str | None = None
) -> Response:
    """Rules in force, by name."""
    async with calling(request, principal) as caller:
        rows = await store.list_rules(
            caller.conn, caller.reach, campaign, after=paging.after(""), limit=paging.rows
        )
        conditions = await store.find_conditions(caller.conn, caller.workspace, rows)
    return paging.page([view(row, conditions[row.rule]) for row in rows], "rule")


@router.get("/{rule}", **answers(RuleView, headers=["ETag"]), summary="Read a rule")
async def get_rule(request: Request, rule: str, principal: Reader) -> Response:
    """The rule in force, with its version as ETag."""
    async with calling(request, principal) as caller:
        return await _answer(caller, await commands.require_rule(caller, rule))


@router.put(
    "/{rule}",
    **answers(RuleView, headers=["ETag"], if_match="required"),
    summary="Edit a rule",
)
async def put_rule(request: Request, rule: str, body: RuleEdit, principal: Operator) -> Response:
    """Makes a new rule_version. Open breaches stay and are judged again by it. A rule as it was
    read is accepted. Errors: field_read_only for what is told and not set, and for rule, campaign,
    kpi and group_by; as POST otherwise."""
    async with calling(request, principal) as asking:
        caller, row = await commands.lock_rule(asking, rule)
        check_if_match(request, row.version)
        body.refuse_changes(await _shown(caller, row))
        return await _answer(caller, await commands.edit_rule(caller, row, body))


@router.patch(
    "/{rule}",
    **answers(RuleView, headers=["ETag"], if_match="optional"),
    summary="Change a part of a rule",
)
async def patch_rule(request: Request, rule: str, body: RulePatch, principal: Operator) -> Response:
    """A JSON merge patch: what changes makes a new rule_version, what changes nothing makes none.
    If-Match is honoured when sent. Errors: rule_unknown, field_read_only, as POST otherwise."""
    async with calling(request, principal) as asking:
        caller, row = await commands.lock_rule(asking, rule)
        check_if_match(request, row.version, required=False)
        changed = patched(RuleBody, await _shown(caller, row), body)
        if changed.as_json() != row.body:
            row = await commands.edit_rule(caller, row, changed)
        return await _answer(caller, row)


@router.delete("/{rule}", **answers(None, 204, if_match="optional"), summary="Remove a rule")
async def delete_rule(request: Request, rule: str, principal: Operator) -> Response:
    """Open breaches are resolved with the reason rule_removed. If-Match is honoured when sent."""
    async with calling(request, principal) as asking:
        caller, row = await commands.lock_rule(asking, rule)
        check_if_match(request, row.version, required=False)
        await commands.remove_rule(caller, row)
    return Response(status_code=204)


async def _shown(caller: Caller, row: RuleRow) -> dict[str, Any]:
    return view(row, await commands.condition_of(caller, row))


async def _answer(caller: Caller, row: RuleRow) -> Response:
    return Json(await _shown(caller, row), headers={"ETag": etag(row.version)})
