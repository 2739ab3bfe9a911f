"""Exit codes of the command line (contracts.md section 6), and the error that carries one."""

from enum import IntEnum


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
