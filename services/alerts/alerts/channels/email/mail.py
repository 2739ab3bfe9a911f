"""A mail as the bytes that travel (alerting.md A9; RFC 5322, RFC 2047, RFC 2046).

Header lines are made here, byte by byte, and nothing that anybody named is ever decoded on the
way: email.headerregistry decodes encoded words in what it is given, and Python 3.11.7 and 3.12.1
then write the line breaks inside them, so that a campaign called `=?utf-8?q?x=0D=0ABcc=3A…?=` added
a recipient. A value is either plain ASCII that cannot be read as an encoded word, or our own base64
words of the text as it stands.
"""

import base64
import re
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime

from msgspec import Struct

from alerts.channels.addresses import ENCODED, Sender, mail_address, mail_sender

HEADER_LINE_CHARACTERS_MAX = 76
HEADER_ADDRESS_CHARACTERS_MAX = 900
"""An address is not folded, and a line has at most 998 characters (RFC 5322, 2.1.1)."""
WORD_BYTES_MAX = 39
"""Of text in one encoded word: 52 characters of base64 and 12 around them fit a first line too."""

_PLAIN = re.compile(r"[ -~]*")
_ATOMS = re.compile(r"[A-Za-z0-9]+(?: [A-Za-z0-9]+)*")
"""A display name that needs no quotes in an address."""
_ID = re.compile(r"[A-Za-z0-9._-]{1,100}")
_UNSHOWN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
"""Controls, line separators, and what turns the direction of the letters behind it."""


class Thread(Struct, frozen=True):
    """Where a mail stands in its episode: the root is the first mail that was sent. The subject
    is that of this mail; what holds the thread together are its ids."""

    subject: str
    root: str | None = None
    previous: str | None = None


class Mail(Struct, frozen=True):
    """One rendered mail; `delivery` is stable over retries and names the message."""

    delivery: str
    sender: str
    to: str
    thread: Thread
    plain: str
    html: str
    note: str = ""
    pictures: tuple[bytes, ...] = ()
    """PNG; the page shows each by its `content_id`."""
    leave: str = ""
    """Where its mailbox unsubscribes."""


def content_id(delivery: str, place: int) -> str:
    """What a page calls a picture of its mail."""
    return f"picture{place}.{delivery}@paceline"


def message_id(delivery: str, sender: Sender) -> str:
    """`<delivery@own-domain>`: the same for every attempt, so mail programs can drop a copy."""
    if not _ID.fullmatch(delivery):
        raise ValueError("a delivery's id has letters that no Message-ID may have")
    return f"<{delivery}@{sender.domain}>"


def build(mail: Mail, now: datetime) -> bytes:
    """The mail in ASCII: its header lines, then multipart/alternative, text first.

    Raises ValueError for an address that no server would take.
    """
    sender = mail_sender(mail.sender)
    headers = [
        ("From", _from(sender)),
        ("To", mail_address(mail.to)),
        ("Date", format_datetime(now)),
        ("Subject", header_text("Subject", mail.thread.subject)),
        ("Message-ID", message_id(mail.delivery, sender)),
        ("Auto-Submitted", "auto-generated"),
    ]
    if mail.thread.root:
        root = message_id(mail.thread.root, sender)
        previous = message_id(mail.thread.previous or mail.thread.root, sender)
        headers.append(("In-Reply-To", root))
        headers.append(("References", root if previous == root else f"{root}\r\n {previous}"))
    headers += _unsubscribing(mail.leave)
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return head.encode("ascii") + _content(mail)


def header_text(name: str, text: str) -> str:
    """`text` as the value of the header `name`: one line, folded, never decodable to another."""
    line = " ".join(_UNSHOWN.sub(" ", text).split())
    room = HEADER_LINE_CHARACTERS_MAX - len(name) - 2
    if len(line) <= room and ENCODED not in line and _PLAIN.fullmatch(line):
        return line
    return encoded_words(line)


def encoded_words(text: str) -> str:
    """RFC 2047: base64 words of whole characters, one a line."""
    chunks = [b""]
    for character in text:
        encoded = character.encode("utf-8", "replace")
        if len(chunks[-1]) + len(encoded) > WORD_BYTES_MAX:
            chunks.append(b"")
        chunks[-1] += encoded
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(chunk).decode()}?=" for chunk in chunks)


def _from(sender: Sender) -> str:
    if not sender.name:
        return sender.address
    plain = len(sender.name) <= WORD_BYTES_MAX and _ATOMS.fullmatch(sender.name)
    name = sender.name if plain else encoded_words(sender.name)
    separator = " " if plain else "\r\n "
    return f"{name}{separator}<{sender.address}>"


def _unsubscribing(address: str) -> list[tuple[str, str]]:
    """What a mail program makes a button of (RFC 8058): over TLS alone, and in one line."""
    is_fit = address.startswith("https://") and len(address) <= HEADER_ADDRESS_CHARACTERS_MAX
    return [
        ("List-Unsubscribe", f"<{address}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    ] if is_fit else []  # fmt: skip


def _content(mail: Mail) -> bytes:
    """MIME headers, of which no text of a name is part, an empty line, and both texts."""
    message = EmailMessage(policy=SMTP_POLICY)
    note = f"{mail.note}\n\n" if mail.note else ""
    message.set_content(note + mail.plain + "\n", charset="utf-8", cte="quoted-printable")
    html = mail.html.replace("<h2", f"<p>{mail.note}</p><h2", 1) if mail.note else mail.html
    message.add_alternative(html, subtype="html", charset="utf-8", cte="quoted-printable")
    [page] = [part for part in message.iter_parts() if part.get_content_subtype() == "html"]
    for place, picture in enumerate(mail.pictures):
        name = f"<{content_id(mail.delivery, place)}>"
        page.add_related(picture, "image", "png", cid=name, disposition="inline")
    return message.as_bytes()
