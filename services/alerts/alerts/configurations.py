"""The configuration files in use: all replaced by a reload, or none."""

from collections.abc import Mapping
from pathlib import Path

from alerts.config import Configuration, parse_configuration
from alerts.yaml_reader import ConfigError

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

    def reload(self) -> list[str]:
        """Reads all files again and answers the workspaces.

        Raises ConfigError with file and line; then the configuration in use stays as it was.
        """
        self._current = self._read()
        return self.workspaces()

    def _read(self) -> dict[str, Configuration]:
        found: dict[str, Configuration] = {}
        for path in sorted(self._directory.glob("*.yml")):
            if path.stat().st_size > FILE_BYTES_MAX:
                raise ConfigError(path.name, 1, f"is over {FILE_BYTES_MAX} bytes")
            try:
                text = path.read_text(encoding="utf-8")
            except UnicodeDecodeError as error:
                raise ConfigError(path.name, 1, "is not UTF-8") from error
            found[path.stem] = parse_configuration(path.stem, path.name, text, self._environment)
        if not found:
            raise ConfigError(str(self._directory), 1, "holds no <workspace>.yml")
        return found
