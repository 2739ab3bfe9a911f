"""What an answer says beside what was asked for."""

from pydantic import BaseModel


class FindingView(BaseModel):
    """What somebody should look at; nothing is refused for it."""

    code: str
    line: str | None
    severity: str
    detail: str
