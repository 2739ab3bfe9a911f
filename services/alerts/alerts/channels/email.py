"""E-mail over SMTP: text and HTML, threaded per episode, each recipient's answer kept (A9, A10)."""

import ssl
from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime
from typing import Literal

import aiosmtplib
from msgspec import Struct

from alerts.addresses import Sender, mail_address, mail_sender
from alerts.channels.result import NotBuiltError, SendClass, SendResult, clip

TEXT_BYTES_MAX = 50_000
"""Mail takes megabytes; a person does not. Far below the 10 MB of alerting.md A10."""
NOT_NOW = range(400, 500)

Security = Literal["none", "starttls", "tls"]


class Server(Struct, frozen=True):
    """How to reach the mail server; `tls` is implicit TLS (465), `starttls` is required then."""

    host: str
    port: int
    security: Security
    username: str | None
    password: str | None
    timeout_s: float


class Thread(Struct, frozen=True):
    """Where a mail stands in its episode: the root is the first mail that was sent."""

    subject: str
    root: str | None = None
    previous: str | None = None


class Mail(Struct, frozen=True):
    """One rendered mail; `delivery` is stable over retries and names the message."""

    delivery: str
    sender: str
    to: tuple[str, ...]
    thread: Thread
    plain: str
    html: str
    note: str = ""


def message_id(delivery: str, sender: Sender) -> str:
    """`<delivery@own-domain>`: the same for every attempt, so mail programs can drop a copy."""
    return f"<{delivery}@{sender.domain}>"


def build(mail: Mail, now: datetime) -> EmailMessage:
    """The MIME message: multipart/alternative, text first; the subject is that of its thread.

    Raises ValueError for an address that no server would take.
    """
    sender = mail_sender(mail.sender)
    message = EmailMessage(policy=SMTP_POLICY)
    message["From"] = Address(display_name=sender.name, addr_spec=sender.address)
    message["To"] = [Address(addr_spec=mail_address(address)) for address in mail.to]
    message["Date"] = format_datetime(now)
    message["Subject"] = " ".join(mail.thread.subject.split())
    message["Message-ID"] = message_id(mail.delivery, sender)
    message["Auto-Submitted"] = "auto-generated"
    if mail.thread.root:
        root = message_id(mail.thread.root, sender)
        previous = message_id(mail.thread.previous or mail.thread.root, sender)
        message["In-Reply-To"] = root
        message["References"] = root if previous == root else f"{root} {previous}"
    note = f"{mail.note}\n\n" if mail.note else ""
    message.set_content(note + mail.plain + "\n", charset="utf-8", cte="quoted-printable")
    html = mail.html.replace("<h2", f"<p>{mail.note}</p><h2", 1) if mail.note else mail.html
    message.add_alternative(html, subtype="html", charset="utf-8", cte="quoted-printable")
    return message


def classify_recipients(
    to: Sequence[str], refused: dict[str, tuple[int, str]], code: str, text: str
) -> SendResult:
    """The server took the mail for some: the others are tried again, alone, soon if one of them
    was refused for now only."""
    later = tuple(one for one in to if one in refused and refused[one][0] in NOT_NOW)
    never = tuple(one for one in to if one in refused and refused[one][0] not in NOT_NOW)
    taken = len(to) - len(refused)
    if not refused:
        return SendResult(kind=SendClass.DELIVERED, provider_code=code, provider_message=text)
    said = "; ".join(f"{one}: {refused[one][0]} {clip(refused[one][1])}" for one in refused)
    kind = SendClass.RETRYABLE if later else SendClass.CONFIG
    return SendResult(
        kind=kind,
        provider_code=str(refused[(later or never)[0]][0]),
        provider_message=clip(f"{taken} of {len(to)} recipients taken; {said}"),
        remaining=tuple(one for one in to if one in refused),
    )


def classify_code(code: int, text: str) -> SendResult:
    """A reply to the whole mail: 4xx later, 552 too long, other 5xx a matter of configuration."""
    if code in NOT_NOW:
        kind = SendClass.RATE_LIMITED if code in (421, 450, 452) else SendClass.RETRYABLE
    else:
        kind = SendClass.CONTENT if code == 552 else SendClass.CONFIG
    return SendResult(kind=kind, provider_code=str(code), provider_message=clip(text))


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
            sender, content = mail_sender(mail.sender).address, build(mail, now).as_bytes()
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
            return classify_code(error.code, error.message)
        except (aiosmtplib.SMTPException, OSError) as error:
            return _result(SendClass.RETRYABLE, "connect", type(error).__name__)
        except ValueError as error:
            # The settings of the server are none, such as a host that no name may be.
            return _result(SendClass.CONFIG, "connect", type(error).__name__)
        try:
            return await _transmit(session, sender, mail.to, content)
        finally:
            session.close()


async def _transmit(
    session: aiosmtplib.SMTP, sender: str, to: Sequence[str], content: bytes
) -> SendResult:
    try:
        refused, text = await session.sendmail(sender, list(to), content)
    except aiosmtplib.SMTPRecipientsRefused as error:
        each = {one.recipient: (one.code, one.message) for one in error.recipients}
        return classify_recipients(to, each, "", "")
    except aiosmtplib.SMTPResponseException as error:
        return classify_code(error.code, error.message)
    except (aiosmtplib.SMTPException, OSError) as error:
        # DATA may have been accepted before the connection broke.
        return _result(SendClass.RETRYABLE, "no_answer", type(error).__name__, maybe=True)
    each = {one: (reply.code, reply.message) for one, reply in refused.items()}
    return classify_recipients(to, each, "250", clip(text))


def _result(kind: SendClass, code: str, message: str, *, maybe: bool = False) -> SendResult:
    return SendResult(
        kind=kind, provider_code=code, provider_message=message, maybe_delivered=maybe
    )
