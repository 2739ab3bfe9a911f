"""DingTalk custom robot: signed markdown messages, and its answer read (alerting.md A2, A10).

The robot answers every fault with HTTP 200; only a body with `errcode` 0 means delivered. The
address and the secret never leave this module: faults are named by type, not by their text.
"""

import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx
from msgspec.structs import replace

from alerts.channels.result import SendClass, SendResult, clip
from alerts.channels.targets import DingTalkTarget

BODY_BYTES_MAX = 19_900
"""The robot refuses above 20,000; this is Paceline's margin (alerting.md A10)."""
TEXT_BYTES_MAX = 18_500
"""For the text alone: the rest is the envelope, the title and the mentions."""
SENDS_PER_MINUTE = 18
PARK_S = 60.0
RETRY_AFTER_MAX_S = 3600.0
PUNISHED_PARK_S = 600.0
"""A robot that was blocked stays blocked for ten minutes (secondary, alerting.md A2)."""

ANSWER_BYTES_MAX = 65_536
"""A robot's answer has a hundred bytes; the rest of a longer page is not read."""
SUCCESS = range(200, 300)
REFUSED = range(400, 500)
"""Whoever answers so has looked at the request and not passed it on."""

_CODE = re.compile(r"0|-?[1-9][0-9]{0,19}")
_CLASSES = {
    "0": SendClass.DELIVERED,
    "-1": SendClass.RETRYABLE,
    "130101": SendClass.RATE_LIMITED,
    "410100": SendClass.RATE_LIMITED,
    "460101": SendClass.CONTENT,
    "101002": SendClass.CONTENT,
    "400402": SendClass.CONTENT,
    "310000": SendClass.CONFIG,
}


def sign(secret: str, timestamp_ms: int) -> str:
    """Base64 of HMAC-SHA256 with key `secret` over "<ms>\\n<secret>"; not yet URL-encoded."""
    digest = hmac.new(secret.encode(), f"{timestamp_ms}\n{secret}".encode(), hashlib.sha256)
    return base64.b64encode(digest.digest()).decode()


def signed_url(url: str, secret: str | None, timestamp_ms: int) -> str:
    """The address with `timestamp` and `sign` (URL-encoded once); unchanged without a secret."""
    if not secret:
        return url
    signature = quote(sign(secret, timestamp_ms), safe="")
    separator = "&" if "?" in url else "?"
    return f"{url}{separator}timestamp={timestamp_ms}&sign={signature}"


def build_body(title: str, text: str, at_mobiles: tuple[str, ...]) -> bytes:
    """The request body in UTF-8; a mentioned mobile must also stand in the text."""
    mentions = " ".join(f"@{mobile}" for mobile in at_mobiles)
    body = {
        "msgtype": "markdown",
        "markdown": {"title": title, "text": f"{text}\n\n{mentions}" if mentions else text},
        "at": {"atMobiles": list(at_mobiles), "isAtAll": False},
    }
    return json.dumps(body, ensure_ascii=False).encode()


def classify(status: int, body: bytes, retry_after: str | None = None) -> SendResult:
    """What an answer means; every branch is total, whatever the body holds.

    Delivered is only a 2xx in which the robot says `errcode` 0. A code of the robot's own that is
    not 0 says that it did not take the message. Whatever else comes may be the word of a gateway
    that had passed the message on, so the next attempt says that it may be a second copy.
    """
    answer = _decode(body)
    code = _errcode(answer)
    success = status in SUCCESS
    if code is None and not success:
        return _classify_status(status, body, retry_after)
    punished = answer.get("punish") or answer.get("status") not in (None, 0, "0")
    if punished and (success or code == "0"):
        return SendResult(
            kind=SendClass.RATE_LIMITED,
            provider_code="punish",
            provider_message=clip(str(answer.get("punish") or answer.get("status"))),
            http_status=status,
            retry_after_s=PUNISHED_PARK_S,
        )
    if code is None:
        return SendResult(
            kind=SendClass.RETRYABLE,
            provider_code="no_errcode",
            provider_message="the answer has no errcode",
            http_status=status,
            maybe_delivered=True,
        )
    if code == "0" and not success:
        # Two that contradict each other: a proxy's status around the robot's words, or the reverse.
        return replace(_classify_status(status, body, retry_after), maybe_delivered=True)
    # An unknown code is not retried for hours: it fails visibly, with the robot's own words.
    kind = _CLASSES.get(code, SendClass.CONFIG)
    return SendResult(
        kind=kind,
        provider_code=code,
        provider_message=clip(str(answer.get("errmsg", ""))),
        http_status=status,
        retry_after_s=PARK_S if kind is SendClass.RATE_LIMITED else None,
    )


def _classify_status(status: int, body: bytes, retry_after: str | None) -> SendResult:
    if status == 429:
        kind = SendClass.RATE_LIMITED
    elif status >= 500 or status == 408:
        kind = SendClass.RETRYABLE
    elif status == 413:
        kind = SendClass.CONTENT
    else:
        kind = SendClass.CONFIG
    wait_s = _seconds(retry_after)
    if kind is SendClass.RATE_LIMITED and wait_s is None:
        wait_s = PARK_S
    return SendResult(
        kind=kind,
        provider_code=f"http_{status}",
        provider_message=clip(body[:500].decode("utf-8", "replace")),
        http_status=status,
        maybe_delivered=status not in REFUSED or status == 408,
        retry_after_s=wait_s,
    )


def _errcode(answer: Mapping[str, Any]) -> str | None:
    """The robot's code as text; None for what is no number: `null`, `false`, a list, a page."""
    code = answer.get("errcode")
    if isinstance(code, bool) or not isinstance(code, int | str):
        return None
    text = str(code)
    return text if _CODE.fullmatch(text) else None


def _seconds(retry_after: str | None) -> float | None:
    """The header's whole seconds, bounded: it is a stranger's text."""
    if retry_after is None or not (retry_after.isascii() and retry_after.isdigit()):
        return None
    return min(float(retry_after), RETRY_AFTER_MAX_S)


def _decode(body: bytes) -> dict[str, Any]:
    """The answer's fields; none of what nobody can read, such as one that says a thing twice."""
    try:
        answer = json.loads(body, object_pairs_hook=_fields)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _fields(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Raises ValueError for a repeated name: of two codes neither is the robot's word."""
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a name is repeated")
    return fields


class DingTalkSender:
    """Posts to robots; `environment` gives addresses and secrets by name at each send."""

    def __init__(
        self, environment: Mapping[str, str], client: httpx.AsyncClient, timeout_s: float
    ) -> None:
        self._environment = environment
        self._client = client
        self._timeout_s = timeout_s

    async def send(self, target: DingTalkTarget, title: str, text: str) -> SendResult:
        """One message; never raises for what a network or a provider can do."""
        url = self._environment.get(target.url_env)
        secret = self._environment.get(target.secret_env) if target.secret_env else None
        if not url or (target.secret_env and not secret):
            missing = target.url_env if not url else target.secret_env
            return _failed(SendClass.CONFIG, "environment", f"{missing} is not set")
        body = build_body(title, text, target.at_mobiles)
        if len(body) > BODY_BYTES_MAX:
            return _failed(SendClass.CONTENT, "too_long", f"{len(body)} bytes, not sent")
        try:
            return await self._post(signed_url(url, secret, time.time_ns() // 1_000_000), body)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            return _failed(SendClass.RETRYABLE, "connect", type(error).__name__)
        except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            return _failed(SendClass.CONFIG, "address", type(error).__name__)
        except httpx.HTTPError as error:
            # The request may have arrived: the next attempt says that it may be a second copy.
            return _failed(SendClass.RETRYABLE, "no_answer", type(error).__name__, maybe=True)

    async def _post(self, url: str, body: bytes) -> SendResult:
        async with self._client.stream(
            "POST",
            url,
            content=body,
            headers={"content-type": "application/json; charset=utf-8"},
            timeout=self._timeout_s,
            follow_redirects=False,
        ) as answer:
            read = b""
            async for chunk in answer.aiter_bytes(ANSWER_BYTES_MAX):
                read += chunk
                if len(read) >= ANSWER_BYTES_MAX:
                    break
            return classify(answer.status_code, read, answer.headers.get("retry-after"))


def _failed(kind: SendClass, code: str, message: str, *, maybe: bool = False) -> SendResult:
    return SendResult(
        kind=kind, provider_code=code, provider_message=message, maybe_delivered=maybe
    )
