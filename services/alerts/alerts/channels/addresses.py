"""Addresses as configurations write them: what is accepted here, a message can be sent to.

Mail addresses are those that every server takes: ASCII, neither quoted nor with comments, of the
lengths of RFC 5321 section 4.5.3.1. Errors say what to change; the web address itself, which is a
secret, is in none of them.
"""

import re
from ipaddress import ip_address
from typing import NamedTuple
from unicodedata import category
from urllib.parse import urlsplit

LOCAL_CHARACTERS_MAX = 64
ADDRESS_CHARACTERS_MAX = 254
PORTS = range(1, 65536)
ENCODED = "=?"
"""Begins an encoded word (RFC 2047): a mail program would read other letters there."""

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_NAMED = re.compile(r"(?P<name>[^<]*)<(?P<address>[^<>]*)>")
_QUOTED = re.compile(r'"((?:[^"\\]|\\["\\])*)"')
_LISTED = re.compile(r'[;\\,"]')
"""As in a list of addresses, which a sender is not."""
_NO_LETTER = ("Cc", "Cs", "Cn", "Zl", "Zp")
"""Categories of Unicode: controls, halves of characters, line separators."""
_HOST = re.compile(r"[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*")
_NUMBERS = re.compile(r"[\d.]+|.*:.*")


class Sender(NamedTuple):
    """Who a mail is from; `name` may be empty."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        """Behind the @."""
        return self.address.rpartition("@")[2]


def mail_address(text: str) -> str:
    """The address as it is. Raises ValueError."""
    local, _, domain = text.rpartition("@")
    if not text.isascii():
        raise ValueError(f"{text!r} is no mail address in ASCII letters (a domain begins xn--)")
    if (
        not _LOCAL.fullmatch(local)
        or ENCODED in local
        or not _DOMAIN.fullmatch(domain)
        or len(local) > LOCAL_CHARACTERS_MAX
        or len(text) > ADDRESS_CHARACTERS_MAX
    ):
        raise ValueError(f"{text!r} is no mail address")
    return text


def mail_sender(text: str) -> Sender:
    """`address`, `Name <address>` or `"Name, Inc" <address>`. Raises ValueError."""
    named = _NAMED.fullmatch(text.strip())
    if named is None:
        return Sender("", mail_address(text.strip()))
    name = named["name"].strip()
    if ENCODED in name or any(category(letter) in _NO_LETTER for letter in name):
        raise ValueError(f"the name in {text!r} has characters that no mail may show")
    quoted = _QUOTED.fullmatch(name)
    if quoted is None and _LISTED.search(name):
        raise ValueError(f"the name in {text!r} has characters that need double quotes around it")
    name = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else name
    # A wide blank is a blank, as is one that does not break.
    name = " ".join(name.split())
    return Sender(name, mail_address(named["address"]))


def web_address(text: str) -> str:
    """The address as it is. Raises ValueError, without the address, when no robot can have it."""
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise ValueError("it has characters that a web address cannot have")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
        reachable = ip_address(host) if _NUMBERS.fullmatch(host) else _HOST.fullmatch(host)
    except ValueError:
        raise ValueError("its host or port is malformed") from None
    if parts.scheme not in ("http", "https"):
        raise ValueError("it begins with neither https:// nor http://")
    if not reachable or (port is not None and port not in PORTS):
        raise ValueError("its host or port is malformed")
    return text
