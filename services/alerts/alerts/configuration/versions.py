"""Configurations as versions in the database, which all replicas follow.

A file that says something new becomes the next version of its workspace, with who made it and when:
at a reload, and at a start, when it was changed while nothing ran. Every replica looks for newer
versions about once a second and puts them in force as it finds them, so one reload is one for all.
A file that is gone takes its workspace's configuration away at a reload only: a replica that starts
without it goes on with the version that is in force.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import NamedTuple

from alerts.configuration import store
from alerts.configuration.configurations import ConfigurationFile, Configurations, InForce
from alerts.configuration.store import NewVersion, Version
from alerts.configuration.yaml_reader import ConfigError
from shared import metrics
from shared.database.pool import Pool, transaction
from shared.errors import UnavailableError
from shared.logs import get_logger

log = get_logger(__name__)


class Author(NamedTuple):
    """Who has the files read: a person of one workspace, whose name is not told to the others."""

    name: str
    workspace: str | None = None

    def name_for(self, workspace: str) -> str:
        """The name that is kept with a version of this workspace."""
        return self.name if self.workspace in (None, workspace) else "reload"


AT_START = Author("start")
"""Makes the version of a file that was changed while nothing ran."""


class Versions:
    """Makes versions of files, and puts the newest in force in this process."""

    def __init__(self, pool: Pool, configurations: Configurations) -> None:
        self._pool = pool
        self._configurations = configurations
        self._following = asyncio.Lock()
        self._followed = 0
        """The newest revision that was looked at."""
        self._unusable: dict[str, int] = {}
        """Newest versions, by workspace, that this process cannot use."""

    async def publish(
        self, read: Callable[[], Mapping[str, ConfigurationFile]], by: Author, *, remove: bool
    ) -> list[NewVersion]:
        """Makes a version of each file that says something new, with `remove` also one without a
        text of each workspace that has no file any more. What is made is not yet in force. Raises
        what `read` does."""
        async with transaction(self._pool) as conn:
            await store.lock(conn)
            newest = await store.find_newest(conn)
            # Read before, and made a version after somebody else's, a file of old would be the
            # newest one.
            made = changes(newest, read(), by, remove=remove)
            if made:
                await store.add(conn, made)
        for one in made:
            log.info(
                "configuration_made",
                workspace=one.workspace,
                version=one.version,
                by=one.made_by,
                sha256=one.sha256,
                removed=one.text is None,
            )
        return made

    async def follow(self) -> bool:
        """Puts the newest versions in force; True when something is in force that was not."""
        # One at a time: an older look that ends later must not put an older version in force.
        async with self._following:
            return await self._follow()

    async def _follow(self) -> bool:
        async with self._pool.acquire() as conn:
            revision = await store.get_revision(conn)
            if revision == self._followed:
                return False
            newest = await store.find_newest(conn)
        current: dict[str, InForce] = {}
        unusable: dict[str, int] = {}
        for workspace, version in newest.items():
            if version.text is None:
                continue
            found = self._usable(version, version.text)
            before = self._configurations.in_force(workspace)
            if found is None:
                unusable[workspace] = version.version
            if kept := found or before:
                current[workspace] = kept
        changed = any(current.get(one) != self._configurations.in_force(one) for one in newest)
        self._configurations.put(current)
        self._followed, self._unusable = revision, unusable
        metrics.CONFIGURATION_REVISION.set(revision)
        metrics.CONFIGURATIONS_UNUSABLE.set(len(unusable))
        return changed

    async def check(self) -> None:
        """Raises when a newest version cannot be in force here."""
        if self._unusable:
            raise UnavailableError(
                "configuration_unusable",
                "the newest configuration of some workspace cannot be used by this replica: "
                "the log says why",
            )

    def _usable(self, version: Version, text: str) -> InForce | None:
        """The version read; None, loudly, when it cannot be used here."""
        before = self._configurations.in_force(version.workspace)
        file = self._configurations.files.get(version.workspace)
        if file is not None and file.sha256 == version.sha256:
            configuration = file.configuration
        elif before is not None and before.sha256 == version.sha256:
            configuration = before.configuration
        else:
            try:
                configuration = self._configurations.parse(version.workspace, text)
            except ConfigError as error:
                log.error(
                    "configuration_unusable",
                    workspace=version.workspace,
                    version=version.version,
                    line=error.line,
                    detail=error.detail,
                )
                return None
        made = (version.sha256, version.version, version.made_by, version.made_at)
        return InForce(configuration, *made)


def changes(
    newest: Mapping[str, Version],
    files: Mapping[str, ConfigurationFile],
    by: Author,
    *,
    remove: bool,
) -> list[NewVersion]:
    """The versions that make the files the newest ones."""
    made = []
    for workspace, file in sorted(files.items()):
        before = newest.get(workspace)
        if before is None or before.text is None or before.sha256 != file.sha256:
            number = before.version + 1 if before else 1
            made.append(
                NewVersion(workspace, number, file.text, file.sha256, by.name_for(workspace))
            )
    for workspace, before in sorted(newest.items()):
        if remove and before.text is not None and workspace not in files:
            made.append(NewVersion(workspace, before.version + 1, None, "", by.name_for(workspace)))
    return made
