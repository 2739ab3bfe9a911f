"""What ingest knows without asking PostgreSQL: keys, settings of sources, and what to write back.

One task refreshes and writes back; while the database is away it goes on with what it has, and
what waits to be written is bounded by the number of sources.
"""

import asyncio
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ingest import store
from ingest.events.context import SourceView
from ingest.keys.credentials import Caller, Credentials
from ingest.rejections import quarantines
from ingest.rejections.set_aside import SetAside
from ingest.settings import IngestSettings
from shared import metrics
from shared.database.clock import Clock
from shared.database.pool import Pool, is_transient, transaction
from shared.errors import UnavailableError
from shared.logs import get_logger

log = get_logger(__name__)

WRITE_BACK_S = 0.5
REFRESH_TIMEOUT_S = 5.0
ACTIVITIES_MAX = 100_000
SUBJECTS_KEPT = timedelta(days=30)
SUBJECTS_READ_MAX = 100_000

Place = tuple[str, str]
Settings = tuple[int, SourceView]
"""The version of a source's settings, and what they say."""
_DEFAULTS: Settings = 0, SourceView()


class Memory:
    """Shared by all requests of the process; what an accepted event needs is instant."""

    def __init__(
        self, settings: IngestSettings, pool: Pool, clock: Clock, credentials: Credentials
    ) -> None:
        self._settings = settings
        self._pool = pool
        self._clock = clock
        self._credentials = credentials
        self.set_aside = SetAside(settings.set_aside_wait_s)
        self._views: dict[Place, Settings] = {}
        self._quarantined: frozenset[Place] = frozenset()
        self._received: dict[Place, datetime] = {}
        self._complete: dict[Place, datetime] = {}
        self._loaded = False
        self._database_away = False
        self._manual_now: datetime | None = None
        self._set_here: dict[Place, Settings] = {}
        self._refreshing = asyncio.Lock()
        self._stopping = asyncio.Event()
        self._looking = asyncio.Lock()
        self._writing = asyncio.Lock()

    @property
    def waiting(self) -> int:
        """Activities not yet written back."""
        return len(self._received.keys() | self._complete.keys())

    def check_loaded(self) -> None:
        """Raises UnavailableError until settings were read once: zones decide periods."""
        if not self._loaded:
            raise UnavailableError("settings_unavailable", "keys and sources were not read yet")

    def view(self, workspace: str, source: str) -> SourceView:
        return self._views.get((workspace, source), _DEFAULTS)[1]

    def set_view(self, workspace: str, source: str, view: SourceView, version: int) -> None:
        """A change made here is in force here at once, elsewhere after `refresh_s`."""
        place = workspace, source
        if version > self._views.get(place, _DEFAULTS)[0]:
            self._views[place] = self._set_here[place] = version, view

    def forget_key(self, digest: bytes) -> None:
        """A key revoked here ends here at once, elsewhere after `refresh_s`."""
        self._credentials.forget(digest)

    def quarantined(self, workspace: str, source: str) -> bool:
        """Of the copy read last: while the database is away nothing begins and nothing ends."""
        return (workspace, source) in self._quarantined

    def note(self, workspace: str, source: str, received: datetime) -> None:
        if len(self._received) < ACTIVITIES_MAX:
            self._received[workspace, source] = received

    def note_complete(self, workspace: str, source: str, complete_through: datetime) -> None:
        known = self._complete.get((workspace, source))
        if known is None and len(self._complete) >= ACTIVITIES_MAX:
            return
        if known is None or known < complete_through:
            self._complete[workspace, source] = complete_through

    async def now(self) -> datetime:
        """The clock of decisions; a manual one is read each time, its last value if it cannot."""
        if self._settings.clock == "system":
            return datetime.now(UTC)
        try:
            async with self._pool.acquire() as conn:
                self._manual_now = await self._clock.now(conn)
        except Exception as error:
            if not is_transient(error) or self._manual_now is None:
                raise
        return self._manual_now

    async def identify(self, authorization: bytes | None) -> Caller:
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
                await self.refresh_or_wait()

    async def run(self) -> None:
        """Refreshes and writes back until `stop`; faults that pass by themselves are waited out."""
        refreshed_s = float("-inf")
        while not self._stopping.is_set():
            now_s = time.monotonic()
            if now_s - refreshed_s >= (self._settings.refresh_s if self._loaded else 0):
                await self.refresh_or_wait()
                refreshed_s = now_s
            await self.write_back()
            try:
                await asyncio.wait_for(self._stopping.wait(), WRITE_BACK_S)
            except TimeoutError:
                continue
        await self.write_back()

    async def stop(self) -> None:
        """Asks `run` to end after it has written back once more."""
        self._stopping.set()

    async def refresh(self) -> None:
        """Reads keys and settings; raises when the database is away."""
        # One at a time: of two, the one that read first could be the last to be believed.
        async with self._refreshing:
            self._set_here = {}
            began_s = time.monotonic()
            async with transaction(self._pool) as conn:
                keys = await store.load_keys(conn)
                rows = await store.load_settings(conn)
                quarantined = await quarantines.load_open(conn)
                since = await self._clock.now(conn) - SUBJECTS_KEPT
                subjects = await store.open_subjects(conn, since, SUBJECTS_READ_MAX)
            self._credentials.replace(keys, began_s)
            self._take_views(rows)
            self._quarantined = quarantined
            self.set_aside.take(subjects)
            metrics.INGEST_QUARANTINED.set(len(quarantined))
            self._loaded = True

    def _take_views(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """The settings as read, but for what was changed here while they were being read."""
        read = {(row["workspace"], row["source"]): _settings_of(row) for row in rows}
        for place, settings in self._set_here.items():
            if settings[0] > read.get(place, _DEFAULTS)[0]:
                read[place] = settings
        self._views = read

    async def refresh_or_wait(self) -> None:
        """`refresh`; while the database is away, what is known stays in force.

        For who has just committed a change: that it is not seen here yet is no reason to report it
        as failed.
        """
        try:
            async with asyncio.timeout(REFRESH_TIMEOUT_S):
                await self.refresh()
        except Exception as error:
            if not is_transient(error):
                raise
            self._credentials.tried()
            if not self._database_away:
                log.warning("database_away", error=repr(error))
            self._database_away = True
        else:
            if self._database_away:
                log.info("database_back")
            self._database_away = False

    async def write_back(self) -> None:
        """Stores what was noted until now; kept for the next time while the database is away.

        Whoever shows a source asks for it first, so that an accepted heartbeat is seen at once by
        its sender; what another replica took is seen after at most WRITE_BACK_S.
        """
        async with self._writing:
            await self._write_noted()

    async def _write_noted(self) -> None:
        await self._write_settled()
        if not self._received and not self._complete:
            return
        received, self._received = self._received, {}
        complete, self._complete = self._complete, {}
        seen = [
            store.Activity(*place, received.get(place), complete.get(place))
            for place in received.keys() | complete.keys()
        ]
        try:
            async with transaction(self._pool) as conn:
                await store.note_activity(conn, seen)
        except Exception as error:
            if not is_transient(error):
                raise
            self._received = received | self._received
            for place, value in complete.items():
                self.note_complete(*place, value)

    async def _write_settled(self) -> None:
        settled = self.set_aside.to_settle()
        if not settled:
            return
        try:
            async with transaction(self._pool) as conn:
                now = await self._clock.now(conn)
                rows = [(*place, subject, at) for place, subject, at in settled]
                await store.settle(conn, rows, now)
        except Exception as error:
            if not is_transient(error):
                raise


def _settings_of(row: Mapping[str, Any]) -> Settings:
    return row["version"], SourceView(
        row["time_zone"],
        row["currency"],
        row["expected_interval_s"],
        row["money_report"],
        row["measures_report"],
    )
