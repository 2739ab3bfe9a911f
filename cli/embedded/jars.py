"""The broker's jars: fetched once through jgo, checked against the sha256 in jgo.lock.toml."""

import concurrent.futures
import fcntl
import hashlib
import os
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from cli.errors import CommandError
from cli.paths import ROOT

LOCK = ROOT / "deploy" / "kafka" / "jgo.lock.toml"
_FETCHES_MAX = 8
_FETCH_TIMEOUT_S = 60
_RETRIES_AFTER_S = (1.0, 3.0, 9.0)

T = TypeVar("T")


@dataclass(frozen=True)
class Jar:
    """One locked jar: its Maven coordinate and the only content accepted for it."""

    group: str
    artifact: str
    version: str
    classifier: str
    sha256: str

    @property
    def name(self) -> str:
        suffix = f"-{self.classifier}" if self.classifier else ""
        return f"{self.artifact}-{self.version}{suffix}.jar"


def locked_jars(lock: Path = LOCK) -> list[Jar]:
    """The lock's jars; a dependency without a checksum is refused, for it could be anything."""
    jars = []
    for entry in tomllib.loads(lock.read_text(encoding="utf-8"))["dependencies"]:
        if "sha256" not in entry:
            raise CommandError(f"{lock.name}: {entry['artifactId']} has no sha256")
        jars.append(
            Jar(
                entry["groupId"],
                entry["artifactId"],
                entry["version"],
                entry.get("classifier", ""),
                entry["sha256"],
            )
        )
    return jars


def cache_directory() -> Path:
    """Where jars are kept: PACELINE_CACHE, else `.paceline/cache` beside the launcher."""
    return Path(os.environ.get("PACELINE_CACHE") or ROOT / ".paceline" / "cache")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def ensure_jars(cache: Path, tell: Callable[[str], None], lock: Path = LOCK) -> list[Path]:
    """The jars' paths, in the lock's order, each with the locked content.

    What is missing or differs is fetched. Raises CommandError when a jar cannot be had or what
    came is not what was locked.
    """
    jars = locked_jars(lock)
    folder = cache / "kafka-jars"
    folder.mkdir(parents=True, exist_ok=True)
    if _missing(jars, folder):
        # One of those who start at the same time fetches, the others wait for it.
        with (folder / ".lock").open("w") as alone:
            fcntl.flock(alone, fcntl.LOCK_EX)
            if missing := _missing(jars, folder):
                _fetch_all(missing, folder, tell)
    return [folder / jar.name for jar in jars]


def _missing(jars: Iterable[Jar], folder: Path) -> list[Jar]:
    return [
        jar
        for jar in jars
        if not (folder / jar.name).is_file() or _sha256(folder / jar.name) != jar.sha256
    ]


def _fetch_all(jars: list[Jar], folder: Path, tell: Callable[[str], None]) -> None:
    # Imported here: only the first start needs the resolver and what it brings along.
    from jgo.config import GlobalSettings
    from jgo.maven import MavenContext

    tell(f"fetching Apache Kafka, {len(jars)} jars, once")
    repositories = GlobalSettings.load().repositories or None
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        context = MavenContext(
            repo_cache=Path(scratch), remote_repos=repositories, timeout=_FETCH_TIMEOUT_S
        )

        def fetch(jar: Jar) -> None:
            component = context.project(jar.group, jar.artifact).at_version(jar.version)
            path = Path(_persistently(component.artifact(jar.classifier).resolve))
            if _sha256(path) != jar.sha256:
                raise CommandError(f"{jar.name} is not the locked file: its sha256 differs")
            # Renamed into place: a run that is killed here leaves no half a jar behind.
            os.replace(path, folder / jar.name)

        with concurrent.futures.ThreadPoolExecutor(_FETCHES_MAX) as pool:
            running = {pool.submit(fetch, jar): jar for jar in jars}
            for done, future in enumerate(concurrent.futures.as_completed(running), 1):
                _check(future, running[future])
                if done % 10 == 0 or done == len(jars):
                    tell(f"fetched {done} of {len(jars)} jars")


def _persistently(fetch: Callable[[], T]) -> T:
    """What a server refuses for a moment is asked for again."""
    for wait_s in _RETRIES_AFTER_S:
        try:
            return fetch()
        except Exception:
            time.sleep(wait_s)
    return fetch()


def _check(future: concurrent.futures.Future[None], jar: Jar) -> None:
    try:
        future.result()
    except CommandError:
        raise
    except Exception as error:
        raise CommandError(f"{jar.name} cannot be fetched: {error}") from error
