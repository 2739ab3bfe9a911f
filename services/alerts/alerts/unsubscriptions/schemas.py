"""HTTP bodies of mailboxes that unsubscribed."""

from datetime import datetime

from pydantic import BaseModel


class UnsubscriptionView(BaseModel):
    """A mailbox that is sent no mail of a receiver, or was not until `returned_at`."""

    unsubscription: str
    receiver: str
    mailbox: str
    left_at: datetime
    left_by: str
    returned_at: datetime | None
    returned_by: str | None
