"""HTTP: rules (contracts.md section 4). Writes touch the campaign; the evaluator does the rest."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from kpi_monitor import SCHEMA
from kpi_monitor.callers import Operator, Reader
from kpi_monitor.rules import store as store_rules
from kpi_monitor.rules.rule import Rule, compile_rule, compile_stored
from kpi_monitor.rules.schemas import RuleBody, RuleEdit, RulePatch, RuleView
from kpi_monitor.rules.store import Condition
from kpi_monitor.units import store as units
from kpi_monitor.windows import Windows, from_ms, grain_fits, nominal_grain, to_ms
from shared.database.pool import Conn, transaction
from shared.durations import duration_text
from shared.errors import ConflictError, InvalidError, NotFoundError
from shared.http.answers import Page, answers
from shared.http.app import Json
from shared.http.auth import Principal
from shared.http.conventions import (
    PAGE_MAX,
    Reply,
    check_if_match,
    decode_cursor,
    encode_cursor,
    etag,
    idempotent,
)
from shared.http.edits import patched

router = APIRouter(prefix="/v1", tags=["rules"])


@router.post("/rules", **answers(RuleView, 201, keyed=True), summary="Add a rule")
async def post_rule(request: Request, body: RuleBody, principal: Operator) -> Response:
    """Judges windows from the one that holds the present on, and budget figures at once.

    Errors: 422 kpi_unknown, grain_too_coarse, reset_inside_threshold, measure_not_additive,
    unsupported, invalid_rule; 409 rule_exists.
    """
    async with transaction(request.app.state.pool) as conn:

        async def produce() -> Reply:
            await store_rules.lock(conn, principal.workspace, body.rule)
            known = await store_rules.get(conn, principal.workspace, body.rule)
            if known is not None and not known["deleted"]:
                raise ConflictError("rule_exists", f"{body.rule} exists; edit it with PUT")
            version = known["version"] + 1 if known is not None else 1
            row = await _save(request, conn, principal, body, version)
            if known is not None:
                await _begin_again(conn, row)
            headers = {"Location": f"/v1/rules/{body.rule}", "ETag": etag(version)}
            return Reply(201, await view(conn, row), headers)

        return await idempotent(request, conn, SCHEMA, principal, produce)


@router.get("/rules", **answers(Page[RuleView]), summary="List rules")
async def list_rules(
    request: Request,
    principal: Reader,
    campaign: str | None = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 100,
    cursor: str | None = None,
) -> Response:
    """Rules in force, by name."""
    after = decode_cursor(cursor, str)
    async with transaction(request.app.state.pool) as conn:
        rows = await store_rules.list_rules(
            conn, principal.workspace, after[0] if after else "", campaign, limit + 1
        )
        items = await views(conn, principal.workspace, rows[:limit])
    following = encode_cursor([items[-1]["rule"]]) if len(rows) > limit else None
    return Json({"items": items, "next": following})


@router.get("/rules/{rule}", **answers(RuleView, headers=["ETag"]), summary="Read a rule")
async def get_rule(request: Request, rule: str, principal: Reader) -> Response:
    """The rule in force, with its version as ETag."""
    async with transaction(request.app.state.pool) as conn:
        row = await existing(conn, principal, rule)
        return Json(await view(conn, row), headers={"ETag": etag(row["version"])})


@router.put(
    "/rules/{rule}",
    **answers(RuleView, headers=["ETag"], if_match="required"),
    summary="Edit a rule",
)
async def put_rule(request: Request, rule: str, body: RuleEdit, principal: Operator) -> Response:
    """Makes a new rule_version. Open breaches stay and are judged again by it. A rule as it was
    read is accepted. Errors: field_read_only for what is told and not set, as POST otherwise."""
    async with transaction(request.app.state.pool) as conn:
        await store_rules.lock(conn, principal.workspace, rule)
        row = await existing(conn, principal, rule)
        check_if_match(request, row["version"])
        body.refuse_changes(await view(conn, row))
        _check_same_subject(row["body"], body)
        row = await _save(request, conn, principal, body, row["version"] + 1)
        return Json(await view(conn, row), headers={"ETag": etag(row["version"])})


@router.patch(
    "/rules/{rule}",
    **answers(RuleView, headers=["ETag"], if_match="optional"),
    summary="Change a part of a rule",
)
async def patch_rule(request: Request, rule: str, body: RulePatch, principal: Operator) -> Response:
    """A JSON merge patch: what changes makes a new rule_version, what changes nothing makes none.
    If-Match is honoured when sent. Errors: rule_unknown, field_read_only, as POST otherwise."""
    async with transaction(request.app.state.pool) as conn:
        await store_rules.lock(conn, principal.workspace, rule)
        row = await existing(conn, principal, rule)
        if "if-match" in request.headers:
            check_if_match(request, row["version"])
        changed = patched(RuleBody, await view(conn, row), body)
        _check_same_subject(row["body"], changed)
        if changed.as_json() != row["body"]:
            row = await _save(request, conn, principal, changed, row["version"] + 1)
        return Json(await view(conn, row), headers={"ETag": etag(row["version"])})


@router.delete("/rules/{rule}", **answers(None, 204, if_match="optional"), summary="Remove a rule")
async def delete_rule(request: Request, rule: str, principal: Operator) -> Response:
    """Open breaches are resolved with the reason rule_removed. If-Match is honoured when sent."""
    async with transaction(request.app.state.pool) as conn:
        await store_rules.lock(conn, principal.workspace, rule)
        row = await existing(conn, principal, rule)
        if "if-match" in request.headers:
            check_if_match(request, row["version"])
        await store_rules.save(
            conn,
            principal.workspace,
            row["body"],
            version=row["version"] + 1,
            deleted=True,
            effective_from=row["effective_from_ms"],
            subject=principal.subject,
            now=await request.app.state.clock.now(conn),
        )
        await units.touch(conn, [(principal.workspace, row["campaign"], None)])
    return Response(status_code=204)


async def existing(conn: Conn, principal: Principal, rule: str) -> Any:
    """The row of a rule in force. Raises NotFoundError `rule_unknown`."""
    row = await store_rules.get(conn, principal.workspace, rule)
    if row is None or row["deleted"]:
        raise NotFoundError("rule_unknown", f"there is no rule {rule}")
    return row


async def view(conn: Conn, row: Any) -> dict[str, Any]:
    """A rule as answered: its body, version, status and where it begins."""
    [one] = await views(conn, row["workspace"], [row])
    return one


async def views(conn: Conn, workspace: str, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Rules as answered, in their order; one statement however many there are."""
    conditions = await store_rules.conditions(conn, workspace, rows)
    return [_view(row, conditions[row["rule"]]) for row in rows]


def _view(row: Any, condition: Condition) -> dict[str, Any]:
    compiled = compile_stored(row["version"], row["body"])
    zone = condition.zone
    begin = None
    if compiled.size is not None and zone is not None:
        begin = from_ms(Windows(compiled.size, zone).containing(row["effective_from_ms"]).start)
    status = "active" if zone is not None else "campaign_unknown"
    if condition.too_coarse:
        status = "grain_too_coarse"
    if condition.closed:
        status = "campaign_closed"
    return {
        **row["body"],
        "rule_version": row["version"],
        "status": status,
        "effective_from_window": begin,
        "created_by": row["created_by"],
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }


async def compile_checked(conn: Conn, workspace: str, body: RuleBody, version: int) -> Rule:
    """A body compiled and held against stored data. Raises InvalidError as `compile_rule` does,
    and `grain_too_coarse` when a source of the rule reports in longer periods than its window."""
    not_additive = await store_rules.not_additive(conn, workspace)
    rule = compile_rule(version, body.as_json(), not_additive)
    if rule.size is None:
        return rule
    for feed in await store_rules.grains(conn, workspace, rule.campaign, sorted(rule.measures)):
        # A line that no plan has, by a mapping that was wrong, concerns rules that name it.
        concerned = rule.covers(feed["line"]) and (feed["planned"] or rule.lines is not None)
        if concerned and not any(grain_fits(grain, rule.size) for grain in feed["grains"]):
            least = duration_text(timedelta(milliseconds=nominal_grain(min(feed["grains"]))))
            raise InvalidError(
                "grain_too_coarse",
                f"{feed['source']} reports {feed['measure']} of {feed['line']} in periods of "
                f"{least}; take a window of {least}, or name other lines in scope.lines",
            )
    return rule


async def _begin_again(conn: Conn, row: Any) -> None:
    """A name used before: episode numbers go on, windows begin anew."""
    if await store_rules.has_open(conn, row["workspace"], row["rule"]):
        raise ConflictError("rule_exists", "the removed rule's breaches are still being resolved")
    begin = (await view(conn, row))["effective_from_window"]
    through = row["effective_from_ms"] if begin is None else to_ms(begin)
    await store_rules.begin_again(conn, row["workspace"], row["rule"], row["campaign"], through)


async def _save(
    request: Request, conn: Conn, principal: Principal, body: RuleBody, version: int
) -> Any:
    rule = await compile_checked(conn, principal.workspace, body, version)
    now = await request.app.state.clock.now(conn)
    row = await store_rules.save(
        conn,
        principal.workspace,
        body.as_json(),
        version=version,
        deleted=False,
        effective_from=to_ms(now),
        subject=principal.subject,
        now=now,
    )
    await units.touch(conn, [(principal.workspace, rule.campaign, None)])
    return row


def _check_same_subject(stored: dict[str, Any], body: RuleBody) -> None:
    """A rule's episodes are about one KPI of one campaign in one grouping, for all versions."""
    sent = body.as_json()
    same = (
        sent["rule"] == stored["rule"]
        and sent["scope"]["campaign"] == stored["scope"]["campaign"]
        and sent["kpi"] == stored["kpi"]
        and sent["group_by"] == stored["group_by"]
    )
    if not same:
        raise InvalidError(
            "unsupported", "rule, campaign, kpi and group_by stay; make another rule instead"
        )
