"""Mappings from platforms' entities to lines: made, corrected, withdrawn (P30).

Making one moves what was held for it; what is on lines already stays. Correcting or withdrawing
one also moves what it brought to its line: to where the mappings that are left say, else back to
suspense. Each is one transaction that keeps polls out.
"""

from collections.abc import Mapping as Columns
from collections.abc import Sequence
from typing import Any

from budget import catalog, store_catalogue, store_placed, store_plans, store_registry
from budget.planning import Session
from budget.release import Moved, resolve
from budget.rules.posting import AccountKey, Catalogue, Destination
from budget.schemas import MappingBody, MappingTargetBody
from shared.errors import ConflictError, ErrorItem, InvalidError, NotFoundError
from shared.mapping import LEVELS, Mapping, match_of
from shared.money import format_micros

Row = dict[str, Any]


async def add_mapping(session: Session, body: MappingBody) -> Row:
    """Maps a platform's entity to a line and moves what it was held for.

    Raises ConflictError `mapping_overlaps`, InvalidError `match_empty` or `match_level_unknown`.
    """
    check_match(body.match)
    await session.stop_posting()
    mapping = Mapping(
        "", body.source, match_of(body.match), body.campaign, body.line, body.effective_from
    )
    name = await store_catalogue.add_mapping(
        session.conn,
        session.workspace,
        mapping,
        actor=session.principal.subject,
        now=session.now,
    )
    if name is None:
        other = await store_catalogue.overlapped(session.conn, session.workspace, mapping)
        detail = f"{other} maps this from the same time on; change or delete {other} instead"
        raise ConflictError("mapping_overlaps", detail)
    row = await find_mapping(session, name)
    moved = await session.release(f"mapping/{name}", touched=await _planned(session, body.campaign))
    await _tell(session, row, "mapping_created")
    return await _answer_with_findings(session, row, moved)


async def change_mapping(session: Session, row: Row, body: MappingTargetBody) -> Row:
    """Points a mapping to another line and moves what it has brought to the wrong one."""
    after = await store_catalogue.change_mapping(
        session.conn, session.workspace, row["mapping"], body.campaign, body.line
    )
    moved = await _move_placed(session, row, f"mapping/{row['mapping']}/{after['version']}")
    await _tell(session, after, "mapping_changed")
    return await _answer_with_findings(session, after, moved)


async def delete_mapping(session: Session, row: Row) -> Row:
    """Withdraws a mapping and moves what it has brought to its line."""
    version = await store_catalogue.delete_mapping(
        session.conn, session.workspace, row["mapping"], session.principal.subject, session.now
    )
    after = {**row, "version": version}
    moved = await _move_placed(session, row, f"mapping/{row['mapping']}/{version}")
    await _tell(session, after, "mapping_deleted", deleted=True)
    campaign = await store_plans.get_campaign(session.conn, session.workspace, row["campaign"])
    return _answer(after, moved, campaign, [])


async def find_mapping(session: Session, mapping: str) -> Row:
    """The mapping. Raises NotFoundError `mapping_unknown`, also for one that was withdrawn."""
    row = await store_catalogue.get_mapping(session.conn, session.workspace, mapping)
    if row is None:
        raise NotFoundError("mapping_unknown", f"there is no mapping {mapping}")
    return row


def check_match(match: Columns[str, str]) -> None:
    """Raises InvalidError `match_empty`, `match_level_unknown`."""
    if not match:
        raise InvalidError("match_empty", "match names at least one level of the entity")
    unknown = sorted(match.keys() - set(LEVELS))
    if unknown:
        items: list[ErrorItem] = [
            {"loc": f"match.{level}", "code": "match_level_unknown", "detail": "no such level"}
            for level in unknown
        ]
        detail = f"{', '.join(unknown)}: the levels are {', '.join(LEVELS)}"
        raise InvalidError("match_level_unknown", detail, errors=items)


async def _move_placed(session: Session, row: Row, cause: str) -> Moved:
    """Resolves again what `row` (as it was) has brought to its line, and all that is held."""
    conn, workspace = session.conn, session.workspace
    moving, catalogue = await session.begin_release(cause)
    line = await _line_account(session, row)
    if line is not None:
        account_id, currency, time_zone = line
        common = {
            "workspace": workspace,
            "source": row["source"],
            "account_id": account_id,
            "currency": currency,
            "account_currency": currency,
            "time_zone": time_zone,
        }
        async for items in store_placed.placed(conn, workspace, row["source"], account_id):
            wanted = [
                (item, destination)
                for item in ({**common, **one} for one in items)
                if (destination := _elsewhere(catalogue, row, item)) is not None
            ]
            if wanted:
                await moving.move(wanted)
        await store_placed.drop_feed(conn, workspace, row["source"], account_id)
        moving.touch(row["campaign"])
    return await moving.close()


def _elsewhere(catalogue: Catalogue, row: Row, item: Columns[str, Any]) -> Destination | None:
    """Where an item on the mapping's line goes; None if it was not this one that brought it."""
    entity, since = item["entity"], row["effective_from"]
    if any(entity.get(level) != name for level, name in row["match"].items()):
        return None
    if since is not None and item["period_start"] < since:
        return None
    said = catalogue.mappings.resolve(row["source"], entity, item["period_start"])
    if said == (row["campaign"], row["line"]):
        return None
    found = resolve(catalogue, item)
    if found.account.kind == "exception" and found.campaign == row["campaign"]:
        # It is on a line although its period is an exception: it was accepted for the campaign, or
        # posted before the close. Which line was meant does not undo that.
        return catalogue.on_line(row["campaign"], found.line) or found
    return found


async def _line_account(session: Session, row: Row) -> tuple[int, str, str] | None:
    """Account, currency and zone of the mapping's line; None as long as there is none."""
    campaign = await store_plans.get_campaign(session.conn, session.workspace, row["campaign"])
    if campaign is None:
        return None
    key = AccountKey(
        session.workspace, "line", row["campaign"], row["line"], "", campaign["currency"]
    )
    found = await store_registry.find_accounts(session.conn, [key])
    return (found[key], key.currency, campaign["time_zone"]) if key in found else None


async def _planned(session: Session, campaign: str) -> str | None:
    """The campaign if it has a plan in force: only then its lines are told."""
    row = await store_plans.get_campaign(session.conn, session.workspace, campaign)
    return campaign if row is not None and row["plan_version"] is not None else None


async def _tell(session: Session, row: Row, action: str, *, deleted: bool = False) -> None:
    item = catalog.mapping_item(row, deleted=deleted)
    await catalog.tell(session.conn, session.workspace, [item], session.now)
    await session.audit(action, f"mapping/{row['mapping']}", item.object)


async def _answer_with_findings(session: Session, row: Row, moved: Moved) -> Row:
    campaign = await store_plans.get_campaign(session.conn, session.workspace, row["campaign"])
    return _answer(row, moved, campaign, await _findings(session, row, campaign))


def _answer(
    row: Row, moved: Moved, campaign: Row | None, findings: Sequence[dict[str, str]]
) -> Row:
    return {
        "mapping": row["mapping"],
        "version": row["version"],
        "moved": moved,
        "currency": campaign["currency"] if campaign else None,
        "findings": [*findings, *_held(moved)],
    }


async def _findings(session: Session, row: Row, campaign: Row | None) -> list[dict[str, str]]:
    """A mapping may be ahead of its campaign or plan; a misspelt one looks the same, so say it."""
    code, detail = "", ""
    kept = "suspense until there is"
    if campaign is None:
        code, detail = "campaign_unknown", f"there is no campaign {row['campaign']} yet"
    elif campaign["status"] == "closed":
        code, detail = "campaign_closed", f"{row['campaign']} is closed"
        kept = "its exception account until it is accepted"
    elif campaign["plan_version"] is not None:
        lines = await store_plans.line_names(session.conn, session.workspace, row["campaign"])
        if row["line"] not in lines:
            detail = f"the plan in force of {row['campaign']} has no line {row['line']}"
            code = "line_unknown"
    if not code:
        return []
    detail += f"; its money stays in {kept}"
    return [{"code": code, "line": row["line"], "severity": "warning", "detail": detail}]


def _held(moved: Moved) -> list[dict[str, Any]]:
    """What was moved and is on no line: `moved` counts only what reached one."""
    return [
        {
            "code": "money_held",
            "line": held.line,
            "severity": "warning",
            "detail": f"{items} entries, {format_micros(amount)} {held.currency}, are in "
            f"{held.account} now: {held.reason}",
        }
        for held, (items, amount) in sorted(
            moved.held.items(), key=lambda one: (one[0].account, one[0].reason, str(one[0].line))
        )
    ]
