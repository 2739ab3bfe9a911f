"""The configuration files in use: all replaced by a reload, or none."""

from collections.abc import Mapping
from pathlib import Path

from alerts.config import Configuration, parse_configuration
from alerts.yaml_reader import ConfigError
from shared.logs import get_logger

log = get_logger(__name__)

FILE_BYTES_MAX = 1_000_000


def file_name(workspace: str) -> str:
    """Where a workspace's configuration is read from, inside the directory."""
    return f"{workspace}.yml"


class Configurations:
    """`directory`/<workspace>.yml by workspace. Reading happens at start and at `reload` only."""

    def __init__(self, directory: Path, environment: Mapping[str, str]) -> None:
        self._directory = directory
        self._environment = environment
        self._current = self._read()

    def get(self, workspace: str) -> Configuration | None:
        """The workspace's configuration; None when it has no file."""
        return self._current.get(workspace)

    def workspaces(self) -> list[str]:
        """Workspaces with a file, in order."""
        return sorted(self._current)

    def reload(self, caller: str | None = None) -> list[str]:
        """Reads all files again and answers the workspaces.

        Raises ConfigError with file and line, of the `caller` workspace's own file if that is
        among the bad ones; then the configuration in use stays as it was. All are logged.
        """
        self._current = self._read(caller)
        return self.workspaces()

    def _read(self, caller: str | None = None) -> dict[str, Configuration]:
        found: dict[str, Configuration] = {}
        bad: list[ConfigError] = []
        for path in sorted(self._directory.glob("*.yml")):
            try:
                found[path.stem] = self._parse(path)
            except ConfigError as error:
                log.error(
                    "configuration_refused", file=error.file, line=error.line, detail=error.detail
                )
                bad.append(error)
        own = [error for error in bad if caller is not None and error.file == file_name(caller)]
        if bad:
            raise (own or bad)[0]
        if not found:
            raise ConfigError(str(self._directory), 1, "holds no <workspace>.yml")
        return found

    def _parse(self, path: Path) -> Configuration:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise ConfigError(path.name, 1, f"is over {FILE_BYTES_MAX} bytes")
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise ConfigError(path.name, 1, "is not UTF-8") from error
        return parse_configuration(path.stem, path.name, text, self._environment)
