"""What a request does with a source."""

from datetime import UTC, datetime
from typing import Any

from ingest.faults import FaultError, check_strictly
from ingest.rejections import quarantines
from ingest.sources import store
from ingest.sources.schemas import SourceBody, SourceEdit, SourcePatch, settings_of, view
from ingest.sources.store import StoredSource
from ingest.wire import SourceWire
from shared.errors import ConflictError, InvalidError
from shared.events import SourceData
from shared.http.caller import Caller
from shared.http.edits import Same, as_time, equal, patched
from shared.names import TEXT_HAS_CONTROLS, control_character, controls_detail


def _not_later(sent: Any, shown: Any) -> bool:
    """Of a time that only grows: what was read a moment ago is no change."""
    first, second = as_time(sent), as_time(shown)
    return equal(sent, shown) or sent is None or bool(first and second and first <= second)


def _as_quarantined(sent: Any, shown: Any) -> bool:
    """Time makes a source live, late or silent; only people and its own faults quarantine it."""
    moving = ("live", "late", "silent")
    return equal(sent, shown) or (sent in moving and shown in moving)


_UNKNOWN = {
    "last_received": None,
    "complete_through": None,
    "state": "silent",
    "quarantine": None,
}
"""What a source tells of itself that nothing was ever heard of."""
_SAME: dict[str, Same] = {
    "last_received": _not_later,
    "complete_through": _not_later,
    "state": _as_quarantined,
}


async def require_source(caller: Caller, source: str, *, to_write: bool = False) -> StoredSource:
    """The source, locked for who writes. It is of no one campaign. Raises NotFoundError
    `source_unknown`, ForbiddenError `out_of_reach`."""
    read = store.lock_source if to_write else store.get_source
    found = await read(caller.conn, caller.workspace, source)
    if found is None or not caller.reach.is_whole:
        raise caller.reach.unknown("source", source, to_write=to_write)
    return found


def check_name(source: str) -> None:
    """Raises InvalidError for a name that no event could have."""
    character = control_character(source)
    if character is not None:
        raise InvalidError(TEXT_HAS_CONTROLS, f"source: {controls_detail(character)}")
    beat = SourceWire(
        specversion="1.0",
        id="name",
        source=source,
        data=SourceData(complete_through=datetime.now(UTC)),
    )
    try:
        check_strictly(beat)
    except FaultError as fault:
        raise InvalidError("source_invalid", fault.detail) from fault


async def put_settings(
    caller: Caller, source: str, body: SourceEdit, known: StoredSource | None
) -> StoredSource:
    """All settings. Raises InvalidError `field_read_only` for what the source tells of itself."""
    shown = _UNKNOWN | {"source": source} if known is None else view(known, caller.now)
    body.refuse_changes(shown, _SAME)
    return await store.put_source(caller.conn, caller.workspace, source, settings_of(body))


async def patch_settings(caller: Caller, known: StoredSource, body: SourcePatch) -> StoredSource:
    """What changes nothing makes no new version."""
    settings = settings_of(patched(SourceBody, view(known, caller.now), body, _SAME))
    if settings == known.settings:
        return known
    return await store.put_source(caller.conn, caller.workspace, known.source, settings)


async def release(caller: Caller, source: str, reason: str) -> StoredSource:
    """Ends a quarantine. Raises NotFoundError `source_unknown`, ConflictError `not_quarantined`."""
    caller.reach.require_whole()
    released = await quarantines.put_released(
        caller.conn,
        caller.workspace,
        source,
        now=caller.now,
        subject=caller.principal.subject,
        reason=reason,
    )
    found = await require_source(caller, source)
    if not released:
        raise ConflictError("not_quarantined", f"{source} is not in quarantine")
    return found
