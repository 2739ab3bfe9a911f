"""Mappings from platforms' entities to lines: made, corrected, withdrawn (P30).

Making one moves what was held for it, and what a lesser one has brought to a line: figures do not
depend on whether a mapping or the data came first. Correcting or withdrawing one moves what it
brought to its line: to where the mappings that are left say, else back to suspense. What is on a
line by its own names, or by a person's decision, is never touched. Each is one transaction that
keeps polls out.
"""

from typing import Any

import msgspec

from budget import announcements
from budget.approval.commands import withdraw_moved
from budget.caller import add_audit, begin_release, stop_posting
from budget.documents.campaigns import store as campaigns
from budget.documents.mappings import placed, store
from budget.documents.mappings.findings import (
    Follows,
    answer_of,
    answer_with_findings,
    nothing_moved,
    source_unknown,
)
from budget.documents.mappings.rules import Place, check_match, losing_places
from budget.documents.mappings.schemas import MappingBody, MappingTargetBody
from budget.documents.mappings.store import MappingRecord
from budget.fields import plain
from budget.ledger import catalogues
from budget.ledger.held_items import HeldItem
from budget.ledger.moving import resolve
from budget.ledger.rules import Catalogue, Destination
from shared.entity_mapping import EntityMapping, MappingIndex, match_of
from shared.errors import ConflictError, ForbiddenError
from shared.events import CatalogItem
from shared.http.caller import Caller
from shared.http.reach import OUT_OF_REACH

TAKES = (
    "from then on it would take what mappings bring to campaigns that this credential does not "
    "reach; match more levels, or have it made with one that reaches the whole workspace"
)


async def add_mapping(caller: Caller, body: MappingBody) -> dict[str, Any]:
    """Maps a platform's entity to a line and moves what it was held for.

    Raises ConflictError `mapping_overlaps`, InvalidError `match_empty` or `match_level_unknown`,
    ForbiddenError `out_of_reach`, as all here, also where money of other campaigns would move, or
    what they have yet to spend would come to this one.
    """
    caller.reach.require(body.campaign)
    check_match(body.match)
    caller = await stop_posting(caller)
    before = await catalogues.find_mappings(caller.conn, caller.workspace, body.source)
    mapping = EntityMapping(
        "", body.source, match_of(body.match), body.campaign, body.line, body.effective_from
    )
    name = await store.add_mapping(
        caller.conn,
        caller.workspace,
        mapping,
        actor=caller.principal.subject,
        now=caller.now,
    )
    if name is None:
        raise await _overlap(caller, mapping)
    losing = losing_places(before, mapping)
    if not all(caller.reach.covers(campaign) for campaign, _ in losing):
        raise ForbiddenError(OUT_OF_REACH, TAKES)
    row = await find_mapping(caller, name)
    follows = await _follow(caller, row, MappingIndex(before), losing, f"mapping/{name}")
    await _tell(caller, row, "mapping_created")
    answer = await answer_with_findings(caller, row, follows.moved)
    answer["findings"] += await nothing_moved(caller, row, follows)
    answer["findings"] += await source_unknown(caller, row)
    return answer


async def change_mapping(
    caller: Caller, row: MappingRecord, body: MappingTargetBody
) -> dict[str, Any]:
    """Points a mapping to another line and moves what it has brought to the wrong one."""
    caller.reach.require(body.campaign)
    before = await catalogues.find_mappings(caller.conn, caller.workspace, row.source)
    after = await store.put_target(
        caller.conn, caller.workspace, row.mapping, body.campaign, body.line
    )
    cause, place = f"mapping/{row.mapping}/{after.version}", (row.campaign, row.line)
    follows = await _follow(caller, row, MappingIndex(before), {place}, cause)
    await _tell(caller, after, "mapping_changed")
    return await answer_with_findings(caller, after, follows.moved)


async def delete_mapping(caller: Caller, row: MappingRecord) -> dict[str, Any]:
    """Withdraws a mapping and moves what it has brought to its line."""
    before = await catalogues.find_mappings(caller.conn, caller.workspace, row.source)
    version = await store.delete_mapping(
        caller.conn, caller.workspace, row.mapping, caller.principal.subject, caller.now
    )
    after = msgspec.structs.replace(row, version=version)
    cause, place = f"mapping/{row.mapping}/{version}", (row.campaign, row.line)
    follows = await _follow(caller, row, MappingIndex(before), {place}, cause)
    await _tell(caller, after, "mapping_deleted", deleted=True)
    campaign = await campaigns.get_campaign(caller.conn, caller.workspace, row.campaign)
    return answer_of(after, follows.moved, campaign, [])


async def find_mapping(caller: Caller, mapping: str, *, to_write: bool = False) -> MappingRecord:
    """The mapping. Raises NotFoundError `mapping_unknown`, also for one that was withdrawn, and
    ForbiddenError `out_of_reach`."""
    row = await store.get_mapping(caller.conn, caller.workspace, mapping)
    if row is None or not caller.reach.covers(row.campaign):
        raise caller.reach.unknown("mapping", mapping, to_write=to_write)
    return row


async def _overlap(caller: Caller, mapping: EntityMapping) -> ConflictError:
    other, campaign = await store.get_overlapped(caller.conn, caller.workspace, mapping)
    detail = f"{other} maps this from the same time on; change or delete {other} instead"
    if not caller.reach.covers(campaign):
        detail = "this is mapped from the same time on, to what this credential does not reach"
    return ConflictError("mapping_overlaps", detail)


async def _follow(
    caller: Caller, row: MappingRecord, before: MappingIndex, places: set[Place], cause: str
) -> Follows:
    """Resolves again what is held, and what `before` has brought to lines of `places` and matches
    `row` (as it was)."""
    conn, workspace, source = caller.conn, caller.workspace, row.source
    moving, catalogue = await begin_release(caller, cause)
    follows = Follows(moving.moved)
    known = await placed.find_lines(conn, workspace, source)
    asked = {*places, (row.campaign, row.line)}
    lines = {one.account_id: one for one in known if (one.campaign, one.line) in asked}
    touched = {one for one in [await _planned(caller, row.campaign)] if one}
    match = row.match
    async for items in placed.find_items(conn, workspace, source, lines, match):
        wanted = []
        for item in items:
            line = lines[item.account_id]
            destination = _elsewhere(catalogue, before, (line.campaign, line.line), item)
            if destination is not None:
                wanted.append((item, destination))
                touched.add(line.campaign)
            elif caller.reach.covers(line.campaign):
                follows.stays += 1
                follows.early += _is_early(row, item)
        if wanted:
            await moving.move(wanted)
    # A line that one of them still leads to stays fed: after a new mapping all of them are.
    left = {(m.campaign, m.line) for m in await catalogues.find_mappings(conn, workspace, source)}
    gone = [one.account_id for one in lines.values() if (one.campaign, one.line) not in left]
    await placed.delete_feeds(conn, workspace, source, gone)
    for campaign in sorted(touched):
        moving.touch(campaign)
    await moving.close()
    await withdraw_moved(caller)
    return follows


def _is_early(row: MappingRecord, item: HeldItem) -> bool:
    since = row.effective_from
    return since is not None and item.period_start < since


def _elsewhere(
    catalogue: Catalogue, before: MappingIndex, place: Place, item: HeldItem
) -> Destination | None:
    """Where an item on a line goes; None if no mapping brought it there, or it still does."""
    asked = item.source, item.entity, item.period_start
    if before.resolve(*asked) != place or catalogue.mappings.resolve(*asked) == place:
        return None
    campaign = place[0]
    found = resolve(catalogue, item)
    if found.account.kind == "exception" and found.campaign == campaign:
        # It is on a line although its period is an exception: it was accepted for the campaign, or
        # posted before the close. Which line was meant does not undo that.
        return catalogue.on_line(campaign, found.line) or found
    return found


async def _planned(caller: Caller, campaign: str) -> str | None:
    """The campaign if it has a plan in force: only then its lines are told."""
    row = await campaigns.get_campaign(caller.conn, caller.workspace, campaign)
    return campaign if row is not None and row.plan_version is not None else None


def mapping_item(row: MappingRecord, *, deleted: bool = False) -> CatalogItem:
    """A mapping as stored → its catalogue item; one that was withdrawn says what it had been."""
    shown = ("mapping", "source", "match", "campaign", "line")
    body = {name: getattr(row, name) for name in shown}
    return CatalogItem(
        kind="mapping",
        id=row.mapping,
        version=row.version,
        effective_from=row.effective_from,
        object={**body, "effective_from": plain(row.effective_from)},
        deleted=deleted,
    )


async def _tell(caller: Caller, row: MappingRecord, action: str, *, deleted: bool = False) -> None:
    item = mapping_item(row, deleted=deleted)
    await announcements.add(caller, [item])
    await add_audit(caller, action, f"mapping/{row.mapping}", item.object)
