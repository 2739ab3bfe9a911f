"""What people do to silences: make, change and end them. Whatever was muted asks again then."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import uuid4

from msgspec.structs import replace

from alerts.configuration.matchers import Matcher
from alerts.quiet import store
from alerts.quiet.silences import Silence, can_change, check_silence
from shared.database.pool import Conn


class SilenceTerms(NamedTuple):
    """A silence as somebody asks for it; a start that is past is now. `by_exception` as in
    `check_silence`."""

    matchers: Sequence[Matcher]
    starts_at: datetime
    ends_at: datetime
    comment: str
    by_exception: bool = False

    def check(self, now: datetime) -> None:
        """Raises InvalidError as `check_silence`."""
        check_silence(
            self.matchers, self.starts_at, self.ends_at, now, by_exception=self.by_exception
        )


class Acting(NamedTuple):
    """Who does it, in which workspace, when, and the transaction."""

    conn: Conn
    workspace: str
    subject: str
    now: datetime


async def add_silence(acting: Acting, wanted: SilenceTerms) -> Silence:
    """A new one. Raises InvalidError as `check_silence`."""
    wanted.check(acting.now)
    made = Silence(
        silence=str(uuid4()),
        matchers=tuple(wanted.matchers),
        starts_at=max(wanted.starts_at, acting.now),
        ends_at=wanted.ends_at,
        created_by=acting.subject,
        comment=wanted.comment,
        updated_at=acting.now,
        updated_by=acting.subject,
    )
    await store.put_silence(acting.conn, acting.workspace, made)
    return made


async def change_silence(acting: Acting, before: Silence, wanted: SilenceTerms) -> Silence:
    """A locked one as it is wanted now: the same where that is only another end or comment, else
    another one in its place. Raises InvalidError as `check_silence`."""
    wanted.check(acting.now)
    if can_change(before, wanted.matchers, wanted.starts_at, acting.now):
        changed = replace(
            before,
            starts_at=wanted.starts_at,
            ends_at=wanted.ends_at,
            comment=wanted.comment,
            updated_at=acting.now,
            updated_by=acting.subject,
            version=before.version + 1,
        )
        await store.put_silence(acting.conn, acting.workspace, changed)
    else:
        await end_silence(acting, before)
        changed = await add_silence(acting, wanted)
    await store.put_muted_due(acting.conn, acting.workspace, acting.now)
    return changed


async def end_silence(acting: Acting, before: Silence) -> None:
    """Ends a locked one now; one that is over stays as it is."""
    if before.state(acting.now) == "expired":
        return
    ended = replace(
        before,
        starts_at=min(before.starts_at, acting.now),
        ends_at=acting.now,
        updated_at=acting.now,
        updated_by=acting.subject,
        version=before.version + 1,
    )
    await store.put_silence(acting.conn, acting.workspace, ended)
    await store.put_muted_due(acting.conn, acting.workspace, acting.now)
