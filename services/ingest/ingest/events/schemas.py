"""HTTP bodies of events and of what a person says of refused ones (contracts.md section 2)."""

from pydantic import BaseModel

from ingest.bodies import Reason, StrictBody


class EventRejected(BaseModel):
    """`index` counts the events of the request from 0."""

    index: int
    id: str | None
    code: str
    detail: str


class EventsReply(BaseModel):
    accepted: int
    rejected: list[EventRejected]


class ConfirmationBody(StrictBody):
    """Why nothing of a source is missing although something was refused."""

    reason: Reason


class Confirmed(BaseModel):
    """`settled`: how many things that were refused are not waited for any more."""

    source: str
    settled: int
