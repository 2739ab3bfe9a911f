"""What people do with planning objects: every change is a version, audited and announced."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NoReturn, cast

import msgspec

from budget import announcements
from budget.caller import add_audit
from budget.objects import store
from budget.objects.kinds import KINDS, ObjectKind, read_attributes, references
from budget.objects.schemas import ObjectBody, ObjectEditBody
from budget.objects.store import ObjectChange, ObjectRecord
from shared.errors import ConflictError, ErrorItem, InvalidError, NotFoundError
from shared.events import CatalogItem
from shared.http.caller import Caller


def find_kind(kind: str) -> ObjectKind:
    """Raises NotFoundError `kind_unknown`."""
    if kind not in KINDS:
        raise NotFoundError("kind_unknown", f"no kind {kind}; there are {', '.join(KINDS)}")
    return KINDS[kind]


async def find_object(
    caller: Caller, kind: str, name: str, at: datetime | None = None, *, to_write: bool = False
) -> ObjectRecord:
    """The newest version, or the one that counted at an instant.

    Raises NotFoundError `kind_unknown` or `object_unknown`, ForbiddenError `out_of_reach`.
    """
    find_kind(kind)
    row = await store.get_object(caller.conn, caller.workspace, kind, name, at)
    if row is None or row.deleted or not caller.reach.covers(row.campaign):
        raise caller.reach.unknown("object", name, to_write=to_write)
    return row


async def create_object(caller: Caller, kind: str, body: ObjectBody) -> ObjectRecord:
    """Its first version. The caller has the workspace's lock.

    Raises what `find_kind`, `read_attributes` and `_check_campaign` raise, ConflictError
    `object_exists`, InvalidError `reference_unknown`.
    """
    known = find_kind(kind)
    await _check_campaign(caller, kind, known, body.campaign)
    attributes = await _checked(caller, known, body.campaign, body.attributes)
    before = await store.get_object(caller.conn, caller.workspace, kind, body.id)
    if before is not None:
        if not caller.reach.covers(before.campaign):
            raise caller.reach.unknown("object", body.id, to_write=True)
        was = f"there was a {kind} {body.id}, and an id is not given again: take another"
        detail = was if before.deleted else f"there is a {kind} {body.id}: change it by PUT"
        raise ConflictError("object_exists", detail)
    row = ObjectRecord(
        kind,
        body.id,
        body.campaign,
        1,
        body.since or caller.now,
        deleted=False,
        attributes=attributes,
        reason=body.reason,
        created_by=caller.principal.subject,
        created_at=caller.now,
    )
    await _add(caller, "object_created", row, {"after": attributes})
    return row


async def change_object(caller: Caller, row: ObjectRecord, body: ObjectEditBody) -> ObjectRecord:
    """Its next version; what changes nothing makes none. The caller has the workspace's lock.

    Raises what `read_attributes` raises, and InvalidError `reference_unknown`.
    """
    attributes = await _checked(caller, KINDS[row.kind], row.campaign, body.attributes)
    if attributes == row.attributes and body.since is None:
        return row
    changed = _next(caller, row, body.since, attributes=attributes, reason=body.reason)
    detail = {"before": row.attributes, "after": attributes}
    await _add(caller, "object_changed", changed, detail)
    return changed


async def delete_object(caller: Caller, row: ObjectRecord) -> ObjectRecord:
    """Its last version. The caller has the workspace's lock."""
    gone = _next(caller, row, None, deleted=True, reason=None)
    await _add(caller, "object_deleted", gone, {"before": row.attributes})
    return gone


async def put_objects(
    caller: Caller,
    new: ObjectChange,
    before: Mapping[str, dict[str, Any]],
    after: Mapping[str, dict[str, Any]],
) -> None:
    """The next version of each object, by id, that differs: for a kind that is part of a document,
    whose audit names the change. The caller has the workspace's lock."""
    for name in {**before, **after}:
        if before.get(name) == after.get(name):
            continue
        last = await store.get_object(caller.conn, caller.workspace, new.kind, name)
        row = ObjectRecord(
            new.kind,
            name,
            new.campaign,
            1 if last is None else last.version + 1,
            new.since or caller.now,
            deleted=name not in after,
            attributes=after.get(name, before.get(name, {})),
            reason=new.reason,
            created_by=caller.principal.subject,
            created_at=caller.now,
        )
        await _put(caller, row)


def object_item(row: ObjectRecord) -> CatalogItem:
    """A version → its catalogue item: its attributes, with its id under the name of its kind."""
    return CatalogItem(
        kind=cast("Any", row.kind),
        id=row.id,
        version=row.version,
        effective_from=row.effective_from,
        deleted=row.deleted,
        object={row.kind: row.id, "campaign": row.campaign, **row.attributes},
    )


def _next(
    caller: Caller, row: ObjectRecord, since: datetime | None, **changes: Any
) -> ObjectRecord:
    return msgspec.structs.replace(
        row,
        version=row.version + 1,
        effective_from=since or caller.now,
        created_by=caller.principal.subject,
        created_at=caller.now,
        **changes,
    )


async def _add(caller: Caller, action: str, row: ObjectRecord, detail: Mapping[str, Any]) -> None:
    await _put(caller, row)
    said = {"version": row.version, "campaign": row.campaign, "reason": row.reason, **detail}
    await add_audit(caller, action, f"{row.kind}/{row.id}", said)


async def _put(caller: Caller, row: ObjectRecord) -> None:
    await store.add_version(caller.conn, caller.workspace, row)
    await announcements.add(caller, [object_item(row)])


async def _check_campaign(
    caller: Caller, kind: str, known: ObjectKind, campaign: str | None
) -> None:
    """Raises InvalidError `campaign_missing` or `campaign_not_taken`, NotFoundError
    `campaign_unknown`, ForbiddenError `out_of_reach`."""
    if campaign is None:
        if known.of == "campaign":
            raise InvalidError("campaign_missing", f"state the campaign of this {kind}")
        caller.reach.require_whole()
        return
    if known.of == "workspace":
        raise InvalidError("campaign_not_taken", f"a {kind} is of no campaign: leave campaign out")
    known_there = await store.has_campaign(caller.conn, caller.workspace, campaign)
    if not known_there or not caller.reach.covers(campaign):
        raise caller.reach.unknown("campaign", campaign, to_write=True)


async def _checked(
    caller: Caller, kind: ObjectKind, campaign: str | None, sent: Mapping[str, Any]
) -> dict[str, Any]:
    """The attributes as stored, all of whose references are known."""
    attributes = read_attributes(kind, sent)
    named = list(references(kind, attributes))
    if named:
        asked = [(to, one) for _, to, one in named]
        known = await store.find_known(caller.conn, caller.workspace, campaign, asked)
        missing = [one for one in named if one[1:] not in known]
        if missing:
            _refuse_references(missing)
    return attributes


def _refuse_references(missing: list[tuple[str, str, str]]) -> NoReturn:
    errors: list[ErrorItem] = [
        {
            "loc": f"attributes.{name}",
            "code": "reference_unknown",
            "detail": f"there is no {to} {one} of the workspace or of the same campaign",
        }
        for name, to, one in missing
    ]
    raise InvalidError("reference_unknown", errors[0]["detail"], errors=errors)
