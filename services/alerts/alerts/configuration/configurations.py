"""The configurations in use by workspace, and the files they come from: all are replaced, or none.

What is in use is what the newest versions in the database say (`versions`), which are made from the
files at start and at a reload; until the database is reached, what the files say.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import yaml

from alerts.configuration.limits import SendLimits
from alerts.configuration.tree import Configuration, parse_configuration
from alerts.configuration.yaml_reader import ConfigError
from shared.logs import get_logger

log = get_logger(__name__)

FILE_BYTES_MAX = 1_000_000
_COMMENT = re.compile(r"[ \t]*#[^\n]*")


class ConfigurationFile(NamedTuple):
    """A workspace's file, checked; `text` is what it says, without its comments."""

    workspace: str
    text: str
    sha256: str
    configuration: Configuration


class InForce(NamedTuple):
    """What a workspace is run by. `version` 0, made by nobody, is the file before the database
    was reached."""

    configuration: Configuration
    sha256: str
    version: int = 0
    made_by: str | None = None
    made_at: datetime | None = None


def file_name(workspace: str) -> str:
    """Where a workspace's configuration is read from, inside the directory."""
    return f"{workspace}.yml"


def without_comments(text: str) -> str:
    """The YAML text with each thing in its line and no comment: a file has no secret in it, but a
    comment may."""
    kept, end = [], 0
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        start = token.start_mark.index
        if start > end:
            kept.append(_COMMENT.sub("", text[end:start]))
        if token.end_mark.index > end:
            kept.append(text[max(start, end) : token.end_mark.index])
            end = token.end_mark.index
    return "".join(kept) + _COMMENT.sub("", text[end:])


def fingerprint(text: str) -> str:
    """SHA-256 of the lines that say something: a comment more or less is no other configuration."""
    lines = (line.rstrip() for line in text.split("\n"))
    return hashlib.sha256("\n".join(filter(None, lines)).encode()).hexdigest()


class Configurations:
    """`directory`/<workspace>.yml by workspace. Files are read when they are asked for only."""

    def __init__(self, directory: Path, environment: Mapping[str, str]) -> None:
        self._directory = directory
        self._environment = environment
        self.files: dict[str, ConfigurationFile] = {}
        """As they were read last."""
        self._doubted: dict[str, str] = {}
        self._current: dict[str, InForce] = {}
        self.in_use: Mapping[str, Configuration] = {}
        """By workspace; another mapping with each version. Who decides something by more than one
        look takes it once: another version may come in force between two."""
        self.budgets: Sequence[tuple[str, str, str]] = ()
        """(workspace, channel id, `Endpoint.budget`), made anew with each version only."""
        self.limits: Mapping[str, SendLimits] = {}
        """By destination, workspace and `Endpoint.budget`, of those to which the file gives any."""
        self.put_files(self.read())

    def get(self, workspace: str) -> Configuration | None:
        return self.in_use.get(workspace)

    def in_force(self, workspace: str) -> InForce | None:
        """The same with its version."""
        return self._current.get(workspace)

    def workspaces(self) -> list[str]:
        return sorted(self._current)

    def put(self, current: Mapping[str, InForce]) -> None:
        self._current = dict(current)
        self.in_use = {workspace: found.configuration for workspace, found in current.items()}
        self.budgets = [
            (workspace, name, key)
            for workspace, found in current.items()
            for name, key in found.configuration.budgets.items()
        ]
        self.limits = {
            f"{workspace}/{key}": limits
            for workspace, found in current.items()
            for key, limits in found.configuration.limits.items()
        }

    def put_files(self, files: Mapping[str, ConfigurationFile]) -> None:
        """Replaces what is in use by what the files say, without versions."""
        self.put({one.workspace: InForce(one.configuration, one.sha256) for one in files.values()})

    def parse(self, workspace: str, text: str) -> Configuration:
        """A stored text, for the variables of this process. Raises ConfigError."""
        return parse_configuration(workspace, file_name(workspace), text, self._environment)

    def read(self, caller: str | None = None) -> dict[str, ConfigurationFile]:
        """All files as they are now; what is in use stays.

        Raises ConfigError with file and line, of the `caller` workspace's own file if that is
        among the bad ones; all are logged.
        """
        found, bad = read_files(self._directory, self._environment)
        for error in bad:
            log.error(
                "configuration_refused", file=error.file, line=error.line, detail=error.detail
            )
        own = [error for error in bad if caller is not None and error.file == file_name(caller)]
        if bad:
            raise (own or bad)[0]
        self.files = found
        return found

    def say_doubts(self) -> None:
        """Logs each doubt about the files as they were read last, once for a text."""
        for workspace, file in self.files.items():
            if self._doubted.get(workspace) != file.sha256:
                for doubt in file.configuration.doubts:
                    log.warning("configuration_doubtful", workspace=workspace, detail=doubt)
        self._doubted = {workspace: file.sha256 for workspace, file in self.files.items()}


def read_files(
    directory: Path, environment: Mapping[str, str]
) -> tuple[dict[str, ConfigurationFile], list[ConfigError]]:
    """The files by workspace, checked, and what is wrong with the others or with the folder: with
    file and line."""
    found: dict[str, ConfigurationFile] = {}
    bad: list[ConfigError] = []
    for path in sorted(directory.glob("*.yml")):
        try:
            found[path.stem] = _read(path, environment)
        except ConfigError as error:
            bad.append(error)
    if not found and not bad:
        detail = "holds no <workspace>.yml" if directory.is_dir() else "does not exist"
        named = "PACELINE_ALERTS_DIR names the folder of the configurations"
        bad.append(ConfigError(str(directory), 0, f"{detail}: {named}"))
    return found, bad


def _read(path: Path, environment: Mapping[str, str]) -> ConfigurationFile:
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise ConfigError(path.name, 1, f"is over {FILE_BYTES_MAX} bytes")
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(path.name, 1, "is not UTF-8") from error
    except OSError as error:
        raise ConfigError(path.name, 0, f"cannot be read: {error.strerror}") from error
    configuration = parse_configuration(path.stem, path.name, text, environment)
    kept = without_comments(text)
    return ConfigurationFile(path.stem, kept, fingerprint(kept), configuration)
