"""The one way of all channels to a web address: read from the environment, checked, resolved, and
connected to as it was checked.

So a name cannot lead to a private network: not by what it resolves to, and not by resolving to
something else a moment later. An address opens a robot to whoever has it: nothing that is said of
one repeats it, and what a provider repeats of it is taken out before anybody reads the answer.
"""

import re
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import SplitResult, unquote, urlsplit

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from alerts.channels.contract import EntryError, Tools
from alerts.channels.destinations import Endpoint
from alerts.channels.result import SendClass, SendResult, result_of
from alerts.channels.web.http import Classify, post, variable, web_variable
from alerts.channels.web.internet import is_public

ADDRESSES_MAX = 8
SECRET_CHARACTERS_MIN = 12
"""A shorter piece of an address opens nothing, and may be a word of the answer."""
HIDDEN = b"***"
_PORTS = {"https": 443, "http": 80}
_PIECES = re.compile(r"[ /?&=:@]")


class WebEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """An entry of the file with a web address: `url_env` names the variable that holds it,
    `allow_private` lets it be one of a private network, and of a plain http:// there."""

    name: str | None = None
    url_env: str
    allow_private: bool = False


class SignedEntry(WebEntry, frozen=True, kw_only=True):
    """With `secret_env`, the variable that holds the secret to sign with."""

    secret_env: str | None = None


def endpoint(
    kind: str,
    entry: WebEntry,
    environment: Mapping[str, str],
    *,
    plain_http: bool = False,
    room: str | None = None,
) -> Endpoint:
    """The one destination of an entry; its variables are there and can be used. What a name
    resolves to is looked at when something is sent: it may be another address then.

    `plain_http`: the address may begin with http:// wherever it leads. `room`: what the entry says
    of where it leads behind the address. Raises EntryError.
    """
    check_address("url_env", entry.url_env, environment, entry.allow_private, plain_http)
    if isinstance(entry, SignedEntry) and entry.secret_env is not None:
        variable("secret_env", entry.secret_env, environment)
    address = f"{kind}:{entry.url_env}" + (f"/{room}" if room else "")
    target = msgspec.to_builtins(replace(entry, name=None))
    return Endpoint(entry.name or address, kind, target, address)


def check_address(
    key: str,
    name: str,
    environment: Mapping[str, str],
    allow_private: bool,
    plain_http: bool = False,
) -> None:
    """Something can be sent to the address in the variable that `key` names. Raises EntryError."""
    url = web_variable(key, name, environment)
    wrong = refusal(url, allow_private=allow_private, plain_http=plain_http)
    if wrong:
        raise EntryError(key, f"environment variable {name} holds {wrong}")


def refusal(url: str, *, allow_private: bool, plain_http: bool) -> str | None:
    """Why nothing is sent to an address, and what to write; None for one that can be used."""
    if allow_private:
        return None
    if not plain_http and urlsplit(url).scheme != "https":
        return (
            "an address that does not begin with https://: everybody on the way could read it; "
            "for a gateway of your own, write allow_private: true in this entry"
        )
    number = _literal(urlsplit(url).hostname or "")
    if number and not is_public(number):
        return (
            "a private address, where nothing is sent: if it is meant, write allow_private: true "
            "in this entry"
        )
    return None


async def send_to(
    tools: Tools,
    url: str,
    body: bytes,
    classify: Classify,
    *,
    allow_private: bool,
    plain_http: bool = False,
    headers: Mapping[str, str] = {},
) -> SendResult:
    """One request with JSON to the first address of a host that can be reached."""
    wrong = refusal(url, allow_private=allow_private, plain_http=plain_http)
    if wrong:
        return result_of(SendClass.CONFIG, "private_address", f"the variable holds {wrong}")
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    try:
        addresses = await _addresses(host, port, tools)
    except OSError as error:
        return result_of(SendClass.RETRYABLE, "resolve", type(error).__name__)
    if not allow_private and not all(map(is_public, addresses)):
        return result_of(
            SendClass.CONFIG, "private_address", "the address is private: see allow_private"
        )

    def classify_hidden(status: int, answer: bytes, retry_after: str | None) -> SendResult:
        secrets = f"{url} {headers.get('authorization', '')}"
        return classify(status, hidden(answer, secrets), retry_after)

    result = result_of(SendClass.RETRYABLE, "resolve", "the name has no address")
    for address in addresses[:ADDRESSES_MAX]:
        result = await post(
            tools,
            _at(parts, address, port),
            body,
            classify_hidden,
            headers={"host": _host(parts), **headers},
            extensions={"sni_hostname": host},
        )
        if result.provider_code != "connect":
            break
    return result


def hidden(answer: bytes, secrets: str) -> bytes:
    """An answer in which nothing stands that opens an address, or of a token."""
    pieces = [one for one in _PIECES.split(secrets) if len(one) >= SECRET_CHARACTERS_MIN]
    for secret in sorted({*pieces, *map(unquote, pieces)}, key=len, reverse=True):
        answer = answer.replace(secret.encode(), HIDDEN)
    return answer


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    """The number that a host is; None for a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


async def _addresses(host: str, port: int, tools: Tools) -> Sequence[IPv4Address | IPv6Address]:
    number = _literal(host)
    return [number] if number else [ip_address(one) for one in await tools.resolve(host, port)]


def _host(parts: SplitResult) -> str:
    """As every client says it: without the port that its scheme has anyway."""
    named = parts.netloc.rpartition("@")[2]
    return named.removesuffix(f":{_PORTS[parts.scheme]}")


def _at(parts: SplitResult, address: IPv4Address | IPv6Address, port: int) -> str:
    """The same address with the checked number in place of the name."""
    user, separator, _ = parts.netloc.rpartition("@")
    number = f"[{address}]" if isinstance(address, IPv6Address) else str(address)
    return parts._replace(netloc=f"{user}{separator}{number}:{port}").geturl()
