"""Exit codes of the command line (contracts.md section 6), and the error that carries one."""

import errno
from enum import IntEnum
from pathlib import Path


class Exit(IntEnum):
    OK = 0
    CHECK_FAILED = 1
    USAGE = 2
    NOT_READY = 3
    REJECTIONS = 4
    BROKEN = 5
    INTERRUPTED = 130


class CommandError(Exception):
    """Ends the command with `exit_code`; its text is the one line the user sees."""

    def __init__(self, message: str, exit_code: Exit = Exit.NOT_READY) -> None:
        super().__init__(message)
        self.exit_code = exit_code


NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
_NOT_WRITABLE = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


def explain(error: OSError, folder: Path | None = None) -> str | None:
    """What the system refused to do with a file, and the remedy; None when no file is named."""
    if error.errno in NO_ROOM:
        return (
            f"no room is left in {error.filename or folder or 'the state folder'}: free some "
            "space; nothing that was acknowledged is lost"
        )
    if error.filename is None:
        return None
    if error.errno in _NOT_WRITABLE:
        return (
            f"{error.filename} cannot be used ({error.strerror}): make it writable, or "
            "name another folder with --state or PACELINE_STATE"
        )
    return f"{error.filename}: {error.strerror}"
