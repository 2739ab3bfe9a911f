"""A local mail server that keeps what it is sent, parsed as a mail program would parse it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Self

from aiosmtpd.controller import Controller

from cli.processes import free_port

HOST = "127.0.0.1"
START_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class ReceivedMail:
    """One mail as it arrived: the envelope's recipients, the parsed message and its bytes."""

    to: tuple[str, ...]
    message: EmailMessage
    content: bytes

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    def _part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return "" if part is None else str(part.get_content())


Refusal = Callable[[str], str | None]
"""A recipient → an SMTP reply such as "550 no such user", or None to take the mail."""


class FakeMail:
    """`with FakeMail() as inbox:` serves SMTP on 127.0.0.1; `inbox.port` is its port."""

    def __init__(self, port: int | None = None, *, refuse: Refusal = lambda _: None) -> None:
        self.port = port or free_port()
        self._refuse = refuse
        self._lock = threading.Lock()
        self._mails: list[ReceivedMail] = []
        self._replies: list[str] = []
        self._controller = Controller(
            _Handler(self), hostname=HOST, port=self.port, ready_timeout=START_TIMEOUT_S
        )

    @property
    def mails(self) -> list[ReceivedMail]:
        """What arrived so far, oldest first."""
        with self._lock:
            return list(self._mails)

    def fail_next(self, *replies: str) -> None:
        """The next mails get these replies after DATA, one each."""
        with self._lock:
            self._replies.extend(replies)

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    def refusal(self, recipient: str) -> str | None:
        return self._refuse(recipient)

    def take(self, recipients: list[str], content: bytes) -> str:
        """Keeps a mail and answers; a fault that was asked for keeps nothing."""
        with self._lock:
            if self._replies:
                return self._replies.pop(0)
            message = message_from_bytes(content, policy=policy.default)
            self._mails.append(ReceivedMail(tuple(recipients), message, content))
        return "250 Message accepted"


class _Handler:
    def __init__(self, inbox: FakeMail) -> None:
        self._inbox = inbox

    async def handle_RCPT(  # noqa: N802 - aiosmtpd names its hooks like this
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        refused = self._inbox.refusal(address)
        if refused is not None:
            return refused
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd names its hooks like this
        self, _server: Any, _session: Any, envelope: Any
    ) -> str:
        return self._inbox.take(envelope.rcpt_tos, envelope.content)
