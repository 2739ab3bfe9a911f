"""E-mail over SMTP: one mail to one mailbox, and what the server's replies mean (A9, A10)."""

import ssl
from datetime import datetime
from typing import Literal

import aiosmtplib
from msgspec import Struct

from alerts.channels.addresses import mail_sender
from alerts.channels.mail import Mail, build
from alerts.channels.result import NotBuiltError, SendClass, SendResult, clip

TEXT_BYTES_MAX = 50_000
"""Mail takes megabytes; a person does not. Far below the 10 MB of alerting.md A10."""
TAKEN = range(200, 300)
NOT_NOW = range(400, 500)
NEVER = range(500, 600)

Security = Literal["none", "starttls", "tls"]


class Server(Struct, frozen=True):
    """How to reach the mail server; `tls` is implicit TLS (465), `starttls` is required then."""

    host: str
    port: int
    security: Security
    username: str | None
    password: str | None
    timeout_s: float


def classify_greeting(code: int, text: str) -> SendResult:
    """A reply before any word of the mail: greeting, TLS, MAIL FROM. What nobody can read comes
    from a server that has nothing of ours yet."""
    if code in NOT_NOW or code in NEVER:
        return _refusal(code, text)
    return _result(SendClass.RETRYABLE, "unreadable", clip(text))


def classify_recipient(code: int, text: str) -> SendResult:
    """The reply about the mailbox: 4xx soon again, 5xx waits for a correction."""
    if code in NEVER:
        return _result(SendClass.CONFIG, str(code), clip(text))
    if code in NOT_NOW:
        return _result(SendClass.RETRYABLE, str(code), clip(text))
    return _result(SendClass.RETRYABLE, "unreadable", clip(text))


def classify_data(code: int, text: str) -> SendResult:
    """The reply to the mail itself. Only 4xx and 5xx say that it was not taken; whatever else is
    no 2xx may come from a server that has it."""
    if code in TAKEN:
        return _result(SendClass.DELIVERED, str(code), clip(text))
    if code in NOT_NOW or code in NEVER:
        return _refusal(code, text)
    return _result(SendClass.RETRYABLE, "unreadable", clip(text), maybe=True)


def _refusal(code: int, text: str) -> SendResult:
    """4xx later, 552 too long, other 5xx a matter of configuration."""
    if code in NOT_NOW:
        kind = SendClass.RATE_LIMITED if code in (421, 450, 452) else SendClass.RETRYABLE
    else:
        kind = SendClass.CONTENT if code == 552 else SendClass.CONFIG
    return _result(kind, str(code), clip(text))


class EmailSender:
    """One SMTP session per mail; mails are few and a kept session breaks unnoticed."""

    def __init__(self, server: Server, tls: ssl.SSLContext | None = None) -> None:
        self._server = server
        self._tls = tls

    async def send(self, mail: Mail, now: datetime) -> SendResult:
        """One mail; never raises for what a network or a server can do.

        Raises NotBuiltError, with its cause, for what cannot be made a mail: nothing was sent.
        """
        try:
            sender, content = mail_sender(mail.sender).address, build(mail, now)
        except Exception as error:
            raise NotBuiltError from error
        server = self._server
        session = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            timeout=server.timeout_s,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            username=server.username,
            password=server.password,
            tls_context=self._tls,
        )
        try:
            await session.connect()
        except aiosmtplib.SMTPAuthenticationError as error:
            return _result(SendClass.CONFIG, str(error.code), "the server refused the login")
        except aiosmtplib.SMTPResponseException as error:
            return classify_greeting(error.code, error.message)
        except (aiosmtplib.SMTPException, OSError) as error:
            return _result(SendClass.RETRYABLE, "connect", type(error).__name__)
        except ValueError as error:
            # The settings of the server are none, such as a host that no name may be.
            return _result(SendClass.CONFIG, "connect", type(error).__name__)
        try:
            return await _address(session, sender, mail.to) or await _transmit(session, content)
        finally:
            session.close()


async def _address(session: aiosmtplib.SMTP, sender: str, to: str) -> SendResult | None:
    """The envelope; None when the server takes it. Nothing of the mail is sent before."""
    try:
        await session.mail(sender)
    except aiosmtplib.SMTPResponseException as error:
        return classify_greeting(error.code, error.message)
    except (aiosmtplib.SMTPException, OSError) as error:
        return _result(SendClass.RETRYABLE, "connect", type(error).__name__)
    try:
        await session.rcpt(to)
    except aiosmtplib.SMTPResponseException as error:
        return classify_recipient(error.code, error.message)
    except (aiosmtplib.SMTPException, OSError) as error:
        return _result(SendClass.RETRYABLE, "connect", type(error).__name__)
    return None


async def _transmit(session: aiosmtplib.SMTP, content: bytes) -> SendResult:
    try:
        reply = await session.data(content)
    except aiosmtplib.SMTPResponseException as error:
        return classify_data(error.code, error.message)
    except (aiosmtplib.SMTPException, OSError) as error:
        # The mail may have been taken before the connection broke.
        return _result(SendClass.RETRYABLE, "no_answer", type(error).__name__, maybe=True)
    return classify_data(reply.code, reply.message)


def _result(kind: SendClass, code: str, message: str, *, maybe: bool = False) -> SendResult:
    return SendResult(
        kind=kind, provider_code=code, provider_message=message, maybe_delivered=maybe
    )
