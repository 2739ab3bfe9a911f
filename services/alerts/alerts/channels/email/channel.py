"""E-mail over SMTP: one mail to one mailbox, and what the server's replies mean (A9, A10)."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import aiosmtplib
import jinja2
import msgspec
from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from msgspec import Struct, field
from pydantic import BaseModel, Field

from alerts.channels.addresses import mail_address, mail_sender
from alerts.channels.contract import ChannelLimits, EntryError, MailServer, Outgoing, Tools
from alerts.channels.destinations import Endpoint
from alerts.channels.email.mail import Mail, Thread, build, content_id
from alerts.channels.message import Composed, Message, plain, within
from alerts.channels.result import NotBuiltError, SendClass, SendResult, clip, result_of

T = TypeVar("T")
TEXT_BYTES_MAX = 50_000
"""Mail takes megabytes; a person does not. Far below the 10 MB of alerting.md A10."""
PICTURES_MAX = 3
CONNECT_SHARE = 0.9
"""Of the time of an attempt: whoever is not connected by then has sent nothing, and is told which
server it was. When all of the time is over, nobody knows."""
SETTINGS = "PACELINE_SMTP_HOST, PACELINE_SMTP_PORT and PACELINE_SMTP_SECURITY"
LOGIN_SETTINGS = "PACELINE_SMTP_USERNAME and PACELINE_SMTP_PASSWORD"
TAKEN = range(200, 300)
NOT_NOW = range(400, 500)
NEVER = range(500, 600)


def classify_greeting(code: int, text: str) -> SendResult:
    """A reply before any word of the mail: greeting, TLS, MAIL FROM. What nobody can read comes
    from a server that has nothing of ours yet."""
    if code in NOT_NOW or code in NEVER:
        return _refusal(code, text)
    return result_of(SendClass.RETRYABLE, "unreadable", clip(text))


def classify_recipient(code: int, text: str) -> SendResult:
    """The reply about the mailbox: 4xx soon again, 5xx waits for a correction."""
    if code in NEVER:
        return result_of(SendClass.CONFIG, str(code), clip(text))
    if code in NOT_NOW:
        return result_of(SendClass.RETRYABLE, str(code), clip(text))
    return result_of(SendClass.RETRYABLE, "unreadable", clip(text))


def classify_data(code: int, text: str) -> SendResult:
    """The reply to the mail itself. Only 4xx and 5xx say that it was not taken; whatever else is
    no 2xx may come from a server that has it."""
    if code in TAKEN:
        return result_of(SendClass.DELIVERED, str(code), clip(text))
    if code in NOT_NOW or code in NEVER:
        return _refusal(code, text)
    return result_of(SendClass.RETRYABLE, "unreadable", clip(text), maybe=True)


def _refusal(code: int, text: str) -> SendResult:
    """4xx later, 552 too long, other 5xx a matter of configuration."""
    if code in NOT_NOW:
        kind = SendClass.RATE_LIMITED if code in (421, 450, 452) else SendClass.RETRYABLE
    else:
        kind = SendClass.CONTENT if code == 552 else SendClass.CONFIG
    return result_of(kind, str(code), clip(text))


class Mailboxes(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An entry of the file: mailboxes that are told the same, each by itself, by default from the
    service's own address. With `unsubscribe` whoever reads one may leave it."""

    name: str | None = None
    to: tuple[str, ...]
    sender: str | None = field(default=None, name="from")
    unsubscribe: bool = False


class Mailbox(Struct, frozen=True, tag="email", tag_field="kind"):
    to: str
    sender: str = ""
    unsubscribe: bool = False


class EmailView(BaseModel):
    """An entry as it is in the file."""

    name: str | None
    to: list[str]
    from_: str | None = Field(alias="from")
    unsubscribe: bool


class Email:
    """The channel. One SMTP session per mail; mails are few and a kept session breaks unnoticed."""

    kind = "email"
    mentions = None
    configuration = Mailboxes
    shown = EmailView
    limits = ChannelLimits(text_max=TEXT_BYTES_MAX, pictures_max=PICTURES_MAX)

    def destinations(self, entry: Mailboxes, _: Mapping[str, str]) -> list[Endpoint]:
        """One for each mailbox: however its letters are written, it is one mailbox."""
        if not entry.to:
            raise EntryError("to", "names no recipient")
        if entry.name and len(entry.to) > 1:
            raise EntryError("to", "a channel with a name has one recipient: write an entry each")
        boxes: dict[str, str] = {}
        for place, address in enumerate(entry.to):
            boxes.setdefault(_checked(f"to[{place}]", address, mail_address).lower(), address)
        if entry.sender is not None:
            _checked("from", entry.sender, mail_sender)
        return [
            Endpoint(
                entry.name or f"{self.kind}:{lower}",
                self.kind,
                _target(address, entry),
                f"{self.kind}:{lower}",
            )
            for lower, address in sorted(boxes.items())
        ]

    def compose(self, message: Message, text_max: int) -> Composed:
        """The plain part; the page is made of the message when it is sent."""
        return within(message, plain(message), message.zone, text_max)

    async def send(self, outgoing: Outgoing, tools: Tools) -> SendResult:
        """One mail to one mailbox.

        Raises NotBuiltError, with its cause, for what cannot be made a mail: nothing was sent.
        """
        try:
            mail = mail_of(outgoing, tools.server.sender, await drawn(outgoing, tools))
            sender, content = mail_sender(mail.sender).address, build(mail, outgoing.at)
        except Exception as error:
            raise NotBuiltError from error
        session = _session(tools.server, tools.timeout_s)
        try:
            async with asyncio.timeout(tools.timeout_s * CONNECT_SHARE):
                await session.connect()
        except aiosmtplib.SMTPAuthenticationError as error:
            text = f"{_at(session)} refused the login: see {LOGIN_SETTINGS}"
            return result_of(SendClass.CONFIG, str(error.code), clip(text))
        except aiosmtplib.SMTPResponseException as error:
            return classify_greeting(error.code, error.message)
        except (aiosmtplib.SMTPException, OSError) as error:
            text = f"no session with {_at(session)} ({_why(error)}): start it or see {SETTINGS}"
            return result_of(SendClass.RETRYABLE, "connect", clip(text))
        except ValueError as error:
            # The settings of the server are none, such as a host that no name may be.
            text = f"{_at(session)} is no address of a server ({_why(error)}): see {SETTINGS}"
            return result_of(SendClass.CONFIG, "connect", clip(text))
        try:
            return await _address(session, sender, mail.to) or await _transmit(session, content)
        finally:
            session.close()


def _target(address: str, entry: Mailboxes) -> dict[str, Any]:
    """As it was stored before anybody could unsubscribe, where nobody can: it is the same one."""
    target: dict[str, Any] = {"kind": "email", "to": address, "sender": entry.sender or ""}
    return target | {"unsubscribe": True} if entry.unsubscribe else target


def _checked(key: str, text: str, check: Callable[[str], T]) -> T:
    try:
        return check(text)
    except ValueError as error:
        raise EntryError(key, str(error)) from error


async def drawn(outgoing: Outgoing, tools: Tools) -> list[bytes | None]:
    """The picture of each block, of the first that have one; none where nothing draws."""
    blocks = outgoing.message.blocks if _shows_blocks(outgoing.message, outgoing.composed) else ()
    places = [place for place, one in enumerate(blocks) if one.picture][:PICTURES_MAX]
    if tools.draw is None or not places:
        return []
    charts = [one.picture.svg for one in blocks if one.picture][:PICTURES_MAX]
    made = dict(zip(places, await tools.draw(charts, outgoing.message.locale), strict=True))
    return [made.get(place) for place in range(len(blocks))]


def _shows_blocks(message: Message, composed: Composed) -> bool:
    return composed.whole and not message.written


def mail_of(outgoing: Outgoing, default_sender: str, drawn: Sequence[bytes | None] = ()) -> Mail:
    """The mail of one attempt. A message that had to be cut is on its page as it is in text."""
    mailbox = msgspec.convert(outgoing.target, Mailbox)
    message, composed = outgoing.message, outgoing.composed
    return Mail(
        delivery=outgoing.delivery,
        sender=mailbox.sender or default_sender,
        to=mailbox.to,
        thread=Thread(composed.title, outgoing.thread_root, outgoing.thread_previous),
        plain="\n\n".join(filter(None, (composed.text, leave_line(message)))),
        html=page_of(message, composed, outgoing.delivery, drawn),
        note=message.words.resent if outgoing.possible_duplicate else "",
        pictures=tuple(one for one in drawn if one is not None),
        leave=message.leave or "",
    )


def leave_line(message: Message) -> str:
    """How to get no more such mail, or that one cannot; "" where that is no matter."""
    if message.leave is None:
        return ""
    words = message.words
    return f"{words.leave}{words.colon}{message.leave}" if message.leave else words.cannot_leave


def page_of(
    message: Message, composed: Composed, delivery: str = "", drawn: Sequence[bytes | None] = ()
) -> str:
    """The HTML part, escaped by its template; `drawn`: the picture of each block that has one."""
    whole = _shows_blocks(message, composed)
    places = [place for place, one in enumerate(drawn) if one is not None]
    return str(
        _page().render(
            locale=message.locale,
            preheader=message.preheader,
            title=composed.title,
            blocks=message.blocks if whole else (),
            beside=message.beside if whole else (),
            open_lines=message.open_lines if whole else (),
            still_open=message.words.still_open,
            receiver=message.receiver,
            leave=message.leave,
            words=message.words,
            zone=message.zone,
            text="" if whole else composed.text,
            pictures={place: content_id(delivery, at) for at, place in enumerate(places)},
        )
    )


@cache
def _page() -> jinja2.Template:
    pages = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(Path(__file__).parent), undefined=StrictUndefined, autoescape=True
    )
    return pages.get_template("page.html.j2")


def _session(server: MailServer, timeout_s: float) -> aiosmtplib.SMTP:
    return aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        timeout=timeout_s,
        use_tls=server.security == "tls",
        start_tls=server.security == "starttls",
        username=server.username,
        password=server.password,
        tls_context=server.tls,
    )


def _at(session: aiosmtplib.SMTP) -> str:
    """The server, by what its settings say: neither is a secret."""
    return f"{session.hostname}:{session.port}"


def _why(error: Exception) -> str:
    """The fault below it by its kind, else in its own words."""
    if isinstance(error.__cause__, Exception):
        return type(error.__cause__).__name__
    return str(error) or type(error).__name__


def _ended(session: aiosmtplib.SMTP, error: Exception) -> str:
    return clip(f"the session with {_at(session)} ended ({_why(error)}): its own log may say why")


async def _address(session: aiosmtplib.SMTP, sender: str, to: str) -> SendResult | None:
    """The envelope; None when the server takes it. Nothing of the mail is sent before."""
    classify = classify_greeting
    try:
        await session.mail(sender)
        classify = classify_recipient
        await session.rcpt(to)
    except aiosmtplib.SMTPResponseException as error:
        return classify(error.code, error.message)
    except (aiosmtplib.SMTPException, OSError) as error:
        return result_of(SendClass.RETRYABLE, "connect", _ended(session, error))
    return None


async def _transmit(session: aiosmtplib.SMTP, content: bytes) -> SendResult:
    try:
        reply = await session.data(content)
    except aiosmtplib.SMTPResponseException as error:
        return classify_data(error.code, error.message)
    except (aiosmtplib.SMTPException, OSError) as error:
        # The mail may have been taken before the connection broke.
        return result_of(SendClass.RETRYABLE, "no_answer", _ended(session, error), maybe=True)
    return classify_data(reply.code, reply.message)
