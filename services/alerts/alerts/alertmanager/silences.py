"""HTTP of silences in API v2, over the silences of the house."""

from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from alerts.alertmanager.answers import Endpoint, json_answer
from alerts.alertmanager.bodies import read_body
from alerts.alertmanager.callers import Callers
from alerts.alertmanager.filters import read_matchers
from alerts.alertmanager.silencing import (
    PostableSilence,
    has_all,
    in_order,
    read_silence,
    shown,
    terms_of,
)
from alerts.quiet import commands, store
from alerts.quiet.silences import Silence
from shared.database.clock import Clock
from shared.database.pool import Conn, Pool, transaction
from shared.http.reach import Reach

ROWS_AT_ONCE = 1000


class Silencing(NamedTuple):
    """What the routes work with."""

    pool: Pool
    clock: Clock
    callers: Callers

    @property
    def endpoints(self) -> dict[tuple[str, str], Endpoint]:
        """By method and path."""
        return {
            ("POST", "/api/v2/silences"): self.post_silence,
            ("GET", "/api/v2/silences"): self.get_silences,
            ("GET", "/api/v2/silence/{silence}"): self.get_silence,
            ("DELETE", "/api/v2/silence/{silence}"): self.delete_silence,
        }

    async def post_silence(self, request: Request) -> Response:
        """A new one, or another end or comment of one; with other matchers, or of one that is
        over, one with an id of its own."""
        workspace = await self.callers.writer(request)
        posted = read_silence(await read_body(request))
        async with transaction(self.pool) as conn:
            acting = await self._acting(conn, workspace, posted.created_by)
            before = await store.lock_silence(conn, workspace, posted.id) if posted.id else None
            if posted.id and before is None:
                return _unknown(posted.id)
            made = await _put(acting, posted, before)
        return json_answer({"silenceID": made.silence})

    async def get_silences(self, request: Request) -> Response:
        """All of them, those that are over as well."""
        workspace = await self.callers.reader(request)
        wanted = read_matchers(request.query_params.getlist("filter"))
        async with transaction(self.pool) as conn:
            now = await self.clock.now(conn)
            found: list[Silence] = []
            while len(found) % ROWS_AT_ONCE == 0:
                after = found[-1].silence if found else ""
                page = await store.list_silences(
                    conn, Reach(workspace), None, after=after, limit=ROWS_AT_ONCE, now=now
                )
                found += page
                if not page:
                    break
        asked = [one for one in found if has_all(one, wanted)]
        return json_answer([shown(one, now) for one in in_order(asked, now)])

    async def get_silence(self, request: Request) -> Response:
        """One of them, or 404."""
        workspace = await self.callers.reader(request)
        name = request.path_params["silence"]
        async with transaction(self.pool) as conn:
            now = await self.clock.now(conn)
            found = await store.get_silence(conn, workspace, name)
        return _unknown(name) if found is None else json_answer(shown(found, now))

    async def delete_silence(self, request: Request) -> Response:
        """It is over now, and stays."""
        workspace = await self.callers.writer(request)
        name = request.path_params["silence"]
        async with transaction(self.pool) as conn:
            found = await store.lock_silence(conn, workspace, name)
            if found is None:
                return _unknown(name)
            await commands.end_silence(await self._acting(conn, workspace, "api/v2"), found)
        return Response()

    async def _acting(self, conn: Conn, workspace: str, subject: str) -> commands.Acting:
        return commands.Acting(conn, workspace, subject, await self.clock.now(conn))


async def _put(acting: commands.Acting, posted: PostableSilence, before: Silence | None) -> Silence:
    terms = terms_of(posted, before)
    if before is None:
        return await commands.add_silence(acting, terms)
    return await commands.change_silence(acting, before, terms)


def _unknown(name: str) -> Response:
    return json_answer(f"silence {name[:80]} not found", 404)
