"""The error of a report that is refused as a whole."""


class FileRefusedError(Exception):
    """A file that cannot be understood as a whole; `line` counts from 1."""

    def __init__(self, code: str, line: int, detail: str) -> None:
        super().__init__(f"line {line}: {detail}")
        self.code = code
        self.line = line
        self.detail = detail
