"""Links of messages: to the page of an alert, of one receiver and over after a while, and to
unsubscribe one mailbox from the mail of a receiver. Pure.

Whoever has a link may do that, and no more. It has an HMAC-SHA256 over what it names, cut to 128
bits, so that it stays short enough for a chat.
"""

import base64
import binascii
import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec import Struct

from shared.errors import ForbiddenError

PATH = "respond"
UNSUBSCRIBE = "unsubscribe"
"""Below the same path, so that a proxy which passes the one on does so with the other."""
SIGNATURE_BYTES = 16
TOKEN_CHARACTERS_MAX = 2000
KEY_BYTES_MIN = 16
_ADDRESS = re.compile(rf"(/[^\w\s]?{PATH}[^\w\s]?/)(?:[^\s\\<>()\[\]\"|]|\\[^n])+")
"""However a medium escapes it, and with or without what stands before it."""


class Link(Struct, frozen=True, array_like=True):
    """What a link names; `expires_at` in seconds since 1970."""

    workspace: str
    alert: int
    receiver: str
    expires_at: int


class MailLink(Struct, frozen=True, array_like=True):
    """Whose mail to which mailbox, by the address of its channel, a link unsubscribes."""

    workspace: str
    receiver: str
    mailbox: str


class LinkInvalidError(ForbiddenError):
    """It is none of ours, or was changed."""


class LinkExpiredError(ForbiddenError):
    """It was ours, and led to `alert`."""

    def __init__(self, alert: int) -> None:
        super().__init__("link_expired", "this link is too old: take a newer message's")
        self.alert = alert


class Links:
    """Those of one installation, below its `base` address, by its key."""

    def __init__(self, base: str, key: bytes, lifetime: timedelta) -> None:
        if len(key) < KEY_BYTES_MIN:
            raise ValueError(f"a key of links has at least {KEY_BYTES_MIN} bytes")
        self._base = base.rstrip("/")
        self._key = key
        self._lifetime = lifetime

    @property
    def origin(self) -> str:
        """Scheme, host and port, as a browser names where a form comes from."""
        return "/".join(self._base.split("/")[:3]).lower()

    def address(self, workspace: str, alert: int, receiver: str, now: datetime) -> str:
        """The whole address, good from `now` for the lifetime of links."""
        expires_at = int((now + self._lifetime).timestamp())
        token = self._seal(Link(workspace, alert, receiver, expires_at), b"")
        return f"{self._base}/{PATH}/{token}"

    def read(self, token: str, now: datetime) -> Link:
        """What a link names. Raises LinkInvalidError, LinkExpiredError."""
        link = msgspec.json.decode(self._open(token, b""), type=Link)
        if datetime.fromtimestamp(link.expires_at, UTC) <= now:
            raise LinkExpiredError(link.alert)
        return link

    def unsubscribe(self, link: MailLink) -> str:
        """The whole address. It is good as long as the key: an old mail can be left, too."""
        return f"{self._base}/{PATH}/{UNSUBSCRIBE}/{self._seal(link, UNSUBSCRIBE.encode())}"

    def read_unsubscribe(self, token: str) -> MailLink:
        """What such a link names. Raises LinkInvalidError."""
        return msgspec.json.decode(self._open(token, UNSUBSCRIBE.encode()), type=MailLink)

    def _seal(self, link: Struct, purpose: bytes) -> str:
        payload = msgspec.json.encode(link)
        return f"{_text(payload)}.{_text(self._sign(purpose + payload))}"

    def _open(self, token: str, purpose: bytes) -> bytes:
        """The payload. What was signed for one purpose is no link for another."""
        first, _, second = token[:TOKEN_CHARACTERS_MAX].partition(".")
        try:
            payload, signature = _bytes(first), _bytes(second)
        except (binascii.Error, ValueError) as error:
            raise LinkInvalidError("link_invalid", "this is no link of ours") from error
        if not hmac.compare_digest(signature, self._sign(purpose + payload)):
            raise LinkInvalidError("link_invalid", "this is no link of ours")
        return payload

    def _sign(self, payload: bytes) -> bytes:
        return hmac.new(self._key, payload, hashlib.sha256).digest()[:SIGNATURE_BYTES]


def without_links(text: str) -> str:
    """A text as the record shows it: whoever reads that must not be able to answer by it."""
    return _ADDRESS.sub(r"\1…", text)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
