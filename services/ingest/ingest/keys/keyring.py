"""Who sends a request: from the keys known here, else from the table, asked seldom."""

import asyncio
import time

from ingest.keys import store
from ingest.keys.credentials import Credentials
from ingest.keys.grant import Grant
from shared.database.pool import Conn, Pool, is_transient, transaction

READ_TIMEOUT_S = 5.0


class Keyring:
    """All keys in force, of all workspaces; one per process."""

    def __init__(self, pool: Pool, credentials: Credentials) -> None:
        self._pool = pool
        self._credentials = credentials
        self._database_away = False
        self._looking = asyncio.Lock()

    def known(self, authorization: bytes) -> Grant | None:
        """Who sends this, if it was seen a moment ago. Raises UnauthorizedError `key_expired`."""
        return self._credentials.known(authorization)

    async def identify(self, authorization: bytes | None) -> Grant:
        """Who sends this; asks the database only for a key it does not know.

        Raises what Credentials.identify raises, and UnauthorizedError `key_unknown`.
        """
        known = None if authorization is None else self._credentials.known(authorization)
        if known is not None:
            return known
        found = await self._credentials.identify(authorization)
        if found is None:
            await self._look_again(time.monotonic())
            found = await self._credentials.identify(authorization)
        if found is None:
            raise self._credentials.unknown(database_away=self._database_away)
        return found

    async def _look_again(self, since_s: float) -> None:
        """Asks the table after `since_s`: the key may be new. Many who wait share one look."""
        async with self._looking:
            if self._credentials.tried_s < since_s:
                await asyncio.sleep(self._credentials.reload_in_s())
                await self.refresh()

    async def refresh(self) -> None:
        """Reads the keys; while the database is away, those that are known stay in force.

        For who has just committed a change: that it is not seen here yet is no reason to report it
        as failed.
        """
        try:
            async with asyncio.timeout(READ_TIMEOUT_S), transaction(self._pool) as conn:
                await self.read(conn)
        except Exception as error:
            if not is_transient(error):
                raise
            self.fail()

    async def read(self, conn: Conn) -> None:
        """`refresh` in the caller's transaction; raises when the database is away."""
        began_s = time.monotonic()
        self._credentials.replace(await store.find_keys_in_force(conn), began_s)
        self._database_away = False

    def fail(self) -> None:
        """A reading was tried and failed."""
        self._credentials.tried()
        self._database_away = True

    def forget(self, digest: bytes) -> None:
        """A key revoked here ends here at once, elsewhere after `refresh_s`."""
        self._credentials.forget(digest)
