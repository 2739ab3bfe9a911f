"""What ingest knows of sources without asking PostgreSQL, and what it has to write back.

One task refreshes and writes back; while the database is away it goes on with what it has, and
what waits to be written is bounded by the number of sources.
"""

import asyncio
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from ingest.keys.keyring import Keyring
from ingest.rejections import quarantines
from ingest.rejections import store as rejections
from ingest.rejections.outstanding import Outstanding
from ingest.settings import IngestSettings
from ingest.sources import store
from ingest.sources.settings import SourceSettings
from ingest.sources.store import StoredSettings
from shared import metrics
from shared.database.clock import Clock
from shared.database.pool import Pool, is_transient, transaction
from shared.errors import UnavailableError
from shared.logs import get_logger
from shared.rounds import Rounds

log = get_logger(__name__)

WRITE_BACK_S = 0.5
REFRESH_TIMEOUT_S = 5.0
ACTIVITIES_MAX = 100_000
SUBJECTS_KEPT = timedelta(days=30)
SUBJECTS_READ_MAX = 100_000

Place = tuple[str, str]
Settings = tuple[int, SourceSettings]
"""The version of a source's settings, and what they say."""
_DEFAULTS: Settings = 0, SourceSettings()


class Memory:
    """Shared by all requests of the process; what an accepted event needs is instant."""

    name = "memory"

    def __init__(
        self, settings: IngestSettings, pool: Pool, clock: Clock, keyring: Keyring
    ) -> None:
        self._settings = settings
        self._pool = pool
        self._clock = clock
        self._keyring = keyring
        self.outstanding = Outstanding(settings.set_aside_wait_s)
        self._views: dict[Place, Settings] = {}
        self._quarantined: frozenset[Place] = frozenset()
        self._received: dict[Place, datetime] = {}
        self._complete: dict[Place, datetime] = {}
        self._loaded = False
        self._database_away = False
        self._manual_now: datetime | None = None
        self._set_here: dict[Place, Settings] = {}
        self._refreshing = asyncio.Lock()
        self._refreshed_s = float("-inf")
        self._rounds = Rounds(settings, self.name, self.step, rest_s=WRITE_BACK_S)
        self._writing = asyncio.Lock()

    @property
    def waiting(self) -> int:
        """Activities not yet written back."""
        return len(self._received.keys() | self._complete.keys())

    async def check(self) -> None:
        """`check_loaded` as a readiness check."""
        self.check_loaded()

    def check_loaded(self) -> None:
        """Raises UnavailableError until settings were read once: zones decide periods."""
        if not self._loaded:
            raise UnavailableError("settings_unavailable", "keys and sources were not read yet")

    def settings_of(self, workspace: str, source: str) -> SourceSettings:
        return self._views.get((workspace, source), _DEFAULTS)[1]

    def set_settings(self, stored: StoredSettings) -> None:
        """A change made here is in force here at once, elsewhere after `refresh_s`."""
        place = stored.workspace, stored.source
        if stored.version > self._views.get(place, _DEFAULTS)[0]:
            self._views[place] = self._set_here[place] = stored.version, stored.settings

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

    def instant(self) -> datetime | None:
        """`now` where no database has to be asked for it."""
        return datetime.now(UTC) if self._settings.clock == "system" else None

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

    async def run(self) -> None:
        """Refreshes and writes back until `stop`, and then once more."""
        await self._rounds.run()
        await self.write_back()

    async def stop(self) -> None:
        await self._rounds.stop()

    async def step(self) -> bool:
        """One round; faults that pass by themselves are waited out."""
        now_s = time.monotonic()
        if now_s - self._refreshed_s >= (self._settings.refresh_s if self._loaded else 0):
            await self.refresh_or_wait()
            self._refreshed_s = now_s
        await self.write_back()
        return False

    async def refresh(self) -> None:
        """Reads keys and settings; raises when the database is away."""
        # One at a time: of two, the one that read first could be the last to be believed.
        async with self._refreshing:
            self._set_here = {}
            async with transaction(self._pool) as conn:
                await self._keyring.read(conn)
                settings = await store.find_settings(conn)
                quarantined = await quarantines.find_quarantined(conn)
                since = await self._clock.now(conn) - SUBJECTS_KEPT
                subjects = await rejections.find_open_subjects(conn, since, SUBJECTS_READ_MAX)
            self._take_settings(settings)
            self._quarantined = quarantined
            self.outstanding.take(subjects)
            metrics.INGEST_QUARANTINED.set(len(quarantined))
            self._loaded = True

    def _take_settings(self, stored: Iterable[StoredSettings]) -> None:
        """The settings as read, but for what was changed here while they were being read."""
        read = {(one.workspace, one.source): (one.version, one.settings) for one in stored}
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
            self._keyring.fail()
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
                await store.put_activities(conn, seen)
        except Exception as error:
            if not is_transient(error):
                raise
            self._received = received | self._received
            for place, value in complete.items():
                self.note_complete(*place, value)

    async def _write_settled(self) -> None:
        settled = self.outstanding.to_settle()
        if not settled:
            return
        try:
            async with transaction(self._pool) as conn:
                now = await self._clock.now(conn)
                rows = [(*place, subject, at) for place, subject, at in settled]
                await rejections.put_settled(conn, rows, now)
        except Exception as error:
            if not is_transient(error):
                raise
