"""Posting to an address that the environment holds, and what an answer's status alone means.

Addresses and secrets never leave this module and its callers: faults are named by type, not by
their text.
"""

import asyncio
import socket
from collections.abc import Callable, Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from alerts.channels.addresses import web_address
from alerts.channels.contract import EntryError, Tools
from alerts.channels.result import SendClass, SendResult, clip, result_of
from alerts.channels.web.connections import ANSWER_BYTES_MAX, HttpTransport

Classify = Callable[[int, bytes, str | None], SendResult]
"""Status, the beginning of the body and `Retry-After` → what they mean."""

PARK_S = 60.0
RETRY_AFTER_MAX_S = 3600.0
SUCCESS = range(200, 300)
REFUSED = range(400, 500)
"""Whoever answers so has looked at the request and not passed it on."""


def http_client() -> httpx.AsyncClient:
    """The client of all channels. It keeps no cookie, and no connection for another host."""
    return httpx.AsyncClient(
        trust_env=False,
        transport=HttpTransport(),
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
    )


def variable(key: str, name: str, environment: Mapping[str, str]) -> str:
    """The value of the variable that the key `key` names. Raises EntryError."""
    value = environment.get(name)
    if not value:
        raise EntryError(key, f"environment variable {name} is not set")
    if not value.isprintable():
        # A line break at the end of a secret, mostly; no signature would ever be right.
        raise EntryError(key, f"environment variable {name} holds a line break or such")
    return value


def web_variable(key: str, name: str, environment: Mapping[str, str]) -> str:
    """The web address that the variable holds. Raises EntryError, without the address."""
    value = variable(key, name, environment)
    try:
        return web_address(value)
    except ValueError as error:
        raise EntryError(
            key, f"environment variable {name} does not hold a web address: {error}"
        ) from None


def environment_values(
    tools: Tools, url_env: str, secret_env: str | None
) -> tuple[str, str | None] | SendResult:
    """The address, and the secret if one is named, as they are now; what to answer when one of
    them is gone since the configuration was read."""
    url = tools.environment.get(url_env)
    secret = tools.environment.get(secret_env) if secret_env else None
    if url and (secret or not secret_env):
        return url, secret
    missing = secret_env if url else url_env
    return result_of(SendClass.CONFIG, "environment", f"{missing} is not set")


async def post(
    tools: Tools,
    url: str,
    body: bytes,
    classify: Classify,
    *,
    headers: Mapping[str, str] = {},
    extensions: Mapping[str, str] = {},
) -> SendResult:
    """One request with JSON, no redirect followed; never raises for what a network or a provider
    can do."""
    try:
        async with tools.client.stream(
            "POST",
            url,
            content=body,
            headers={
                "content-type": "application/json; charset=utf-8",
                "accept-encoding": "identity",
                **headers,
            },
            timeout=tools.timeout_s,
            follow_redirects=False,
            extensions=dict(extensions),
        ) as answer:
            read = b""
            async for chunk in answer.aiter_raw(ANSWER_BYTES_MAX):
                read += chunk
                if len(read) >= ANSWER_BYTES_MAX:
                    break
            return classify(answer.status_code, read, answer.headers.get("retry-after"))
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        return result_of(SendClass.RETRYABLE, "connect", type(error).__name__)
    except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
        return result_of(SendClass.CONFIG, "address", type(error).__name__)
    except httpx.HTTPError as error:
        # The request may have arrived: the next attempt says that it may be a second copy.
        return result_of(SendClass.RETRYABLE, "no_answer", type(error).__name__, maybe=True)


async def resolve(host: str, port: int) -> list[str]:
    """All addresses of a host. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def classify_status(status: int, body: bytes, retry_after: str | None) -> SendResult:
    """What a status that is no success means (alerting.md 2.6)."""
    if status == 429:
        kind = SendClass.RATE_LIMITED
    elif status >= 500 or status == 408:
        kind = SendClass.RETRYABLE
    elif status == 413:
        kind = SendClass.CONTENT
    else:
        kind = SendClass.CONFIG
    wait_s = pause_s(retry_after) if kind is SendClass.RATE_LIMITED else _seconds(retry_after)
    return SendResult(
        kind=kind,
        provider_code=f"http_{status}",
        provider_message=clip(body[:500].decode("utf-8", "replace")),
        http_status=status,
        maybe_delivered=status not in REFUSED or status == 408,
        retry_after_s=wait_s,
    )


def pause_s(retry_after: str | None, asked: object = None) -> float:
    """How long a provider wants to be left alone that was spoken to too often: `asked`, a number
    of seconds in its answer, else the header's."""
    if isinstance(asked, int | float) and asked > 0:
        return float(min(asked, RETRY_AFTER_MAX_S))
    wait_s = _seconds(retry_after)
    return PARK_S if wait_s is None else wait_s


def _seconds(retry_after: str | None) -> float | None:
    """The header's whole seconds, bounded: it is a stranger's text."""
    if retry_after is None or not (retry_after.isascii() and retry_after.isdigit()):
        return None
    return min(float(retry_after), RETRY_AFTER_MAX_S)
