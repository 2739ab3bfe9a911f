"""Generic webhook: Alertmanager's payload version 4, signed by Standard Webhooks (alerting.md A8).

Only 2xx is success and no redirect is followed.
"""

import asyncio
import base64
import binascii
import hashlib
import hmac
import json
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from pydantic import BaseModel, model_validator

from alerts.channels.addresses import web_address
from alerts.channels.contract import ChannelLimits, EntryError, Outgoing, Tools
from alerts.channels.destinations import Endpoint
from alerts.channels.message import AlertFacts, Composed, Message
from alerts.channels.result import SendClass, SendResult, clip, result_of
from alerts.channels.web.address import check_address, refusal, send_to
from alerts.channels.web.http import SUCCESS, classify_status, environment_values, variable
from shared.durations import parse_duration

HIDDEN = "http://redacted.invalid/"
"""Shown in the place of an address."""
TEXT_BYTES_MAX = 200_000
"""Alerts that have no room are counted in `truncatedAlerts`."""
NEVER = "0001-01-01T00:00:00Z"
"""The end of what is open, as Alertmanager writes it."""
KEY_BYTES = range(24, 65)
"""What Standard Webhooks asks of a key; a shorter one can be guessed."""


class Hook(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag="webhook",
    tag_field="kind",
):
    """A receiver of requests. `secret_env` names a variable with a secret `whsec_…`, or with
    several apart by blanks while they are rotated. `url`, `send_resolved` and `timeout` are
    Alertmanager's; an address that stands in the file may be one of a private network, unless
    `allow_private` says otherwise, for it is there to be seen."""

    name: str | None = None
    url: str | None = None
    url_env: str | None = None
    secret_env: str | None = None
    allow_private: bool | None = None
    timeout: str | None = None

    def __post_init__(self) -> None:
        if (self.url is None) is (self.url_env is None):
            raise ValueError("write either url_env, the variable with the address, or url")

    @property
    def may_be_private(self) -> bool:
        """Whether the address may be one of a private network."""
        return self.url is not None if self.allow_private is None else self.allow_private

    @property
    def place(self) -> str:
        """What its address is known by, without opening it to anybody."""
        return self.url_env or hashlib.sha256((self.url or "").encode()).hexdigest()[:16]


class WebhookView(BaseModel):
    """Names of environment variables; what they hold is never shown, nor is an address."""

    name: str | None
    url: str | None
    url_env: str
    secret_env: str | None
    allow_private: bool
    timeout: str | None

    @model_validator(mode="before")
    @classmethod
    def _without_address(cls, entry: Any) -> Any:
        private = entry["allow_private"]
        in_file = entry["url"] is not None
        return {
            **entry,
            "url": HIDDEN if in_file else None,
            "url_env": entry["url_env"] or "",
            "allow_private": in_file if private is None else private,
        }


class Webhook:
    kind = "webhook"
    mentions = None
    configuration = Hook
    shown = WebhookView
    limits = ChannelLimits(text_max=TEXT_BYTES_MAX, lists_all=True)

    def destinations(self, entry: Hook, environment: Mapping[str, str]) -> list[Endpoint]:
        """One address; its secret is one that protects."""
        found = self._endpoint(entry, environment)
        if entry.secret_env is not None:
            try:
                keys_of(environment[entry.secret_env])
            except ValueError as error:
                raise EntryError(
                    "secret_env", f"environment variable {entry.secret_env}: {error}"
                ) from None
        return [found]

    def _endpoint(self, entry: Hook, environment: Mapping[str, str]) -> Endpoint:
        private, secret_env = entry.may_be_private, entry.secret_env
        if entry.timeout is not None:
            try:
                parse_duration(entry.timeout)
            except ValueError as error:
                raise EntryError("timeout", str(error)) from None
        if entry.url_env is not None:
            check_address("url_env", entry.url_env, environment, private, plain_http=True)
        else:
            try:
                url = web_address(entry.url or "")
            except ValueError as error:
                raise EntryError("url", f"this is no web address: {error}") from None
            if wrong := refusal(url, allow_private=private, plain_http=True):
                raise EntryError("url", f"this is {wrong}")
        if secret_env is not None:
            variable("secret_env", secret_env, environment)
        address = f"{self.kind}:{entry.place}"
        target = msgspec.to_builtins(replace(entry, name=None))
        return Endpoint(entry.name or address, self.kind, target, address)

    def compose(self, message: Message, text_max: int) -> Composed:
        """The payload; alerts that have no room are left out, the last first, and counted."""
        alerts = alerts_of(message)
        dropped = _dropped(message, alerts, text_max)
        whole = dropped == 0
        if alerts and dropped == len(alerts):
            # Not even one has room: what happened goes without its figures, never without an alert.
            alerts = [_bare(one) for one in alerts]
            dropped = min(_dropped(message, alerts, text_max), len(alerts) - 1)
        return Composed(message.title, _payload(message, alerts, dropped), whole=whole)

    async def send(self, outgoing: Outgoing, tools: Tools) -> SendResult:
        """One request to the first address that can be reached."""
        hook = msgspec.convert(outgoing.target, Hook)
        values = _values(hook, tools)
        if isinstance(values, SendResult):
            return values
        url, secret = values
        limit_s = parse_duration(hook.timeout or "0").total_seconds() or tools.timeout_s
        body = outgoing.composed.text.encode()
        headers = signed(outgoing.delivery, outgoing.at, body, keys_of(secret) if secret else ())
        if outgoing.possible_duplicate:
            headers["possible-duplicate"] = "true"
        try:
            async with asyncio.timeout(limit_s):
                return await send_to(
                    tools,
                    url,
                    body,
                    classify,
                    allow_private=hook.may_be_private,
                    plain_http=True,
                    headers=headers,
                )
        except TimeoutError:
            said = f"no answer in {limit_s:g} s"
            return result_of(SendClass.RETRYABLE, "timeout", said, maybe=True)


def _values(hook: Hook, tools: Tools) -> tuple[str, str | None] | SendResult:
    """Its address and its secret as they are now."""
    if hook.url_env is not None:
        return environment_values(tools, hook.url_env, hook.secret_env)
    if hook.secret_env is None or tools.environment.get(hook.secret_env):
        return hook.url or "", tools.environment.get(hook.secret_env or "")
    return result_of(SendClass.CONFIG, "environment", f"{hook.secret_env} is not set")


def classify(status: int, body: bytes, retry_after: str | None = None) -> SendResult:
    """2xx is delivered; whatever else is not."""
    if status not in SUCCESS:
        return classify_status(status, body, retry_after)
    return SendResult(
        kind=SendClass.DELIVERED,
        provider_code=f"http_{status}",
        provider_message=clip(body[:500].decode("utf-8", "replace")),
        http_status=status,
    )


def keys_of(secret: str) -> list[bytes]:
    """The keys of one or more secrets `whsec_<base64>`. Raises ValueError."""
    try:
        keys = [
            base64.b64decode(one.removeprefix("whsec_"), validate=True) for one in secret.split()
        ]
    except binascii.Error:
        keys = []
    if not keys or not all(len(key) in KEY_BYTES for key in keys):
        raise ValueError(
            "it is no secret of Standard Webhooks: whsec_ and the base64 of 24 to 64 bytes, such "
            "as of `openssl rand -base64 32`"
        )
    return keys


def signed(delivery: str, at: datetime, body: bytes, keys: Sequence[bytes]) -> dict[str, str]:
    """The headers of Standard Webhooks: the id is the same over all attempts."""
    seconds = int(at.timestamp())
    found = {"webhook-id": delivery, "webhook-timestamp": str(seconds)}
    content = f"{delivery}.{seconds}.".encode() + body
    signatures = [
        "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
        for key in keys
    ]
    return found | ({"webhook-signature": " ".join(signatures)} if signatures else {})


def alerts_of(message: Message) -> list[dict[str, Any]]:
    """The alerts that are told, then those that are only still open."""
    colon = message.words.colon
    told = [
        _alert(
            block.alert,
            block.headline,
            "\n".join([block.heading, *(f"{one.label}{colon}{one.text}" for one in block.facts)]),
        )
        for block in message.blocks
    ]
    return told + [_alert(one.alert, one.line, "") for one in message.still_open]


def _alert(alert: AlertFacts, summary: str, description: str) -> dict[str, Any]:
    labels, annotations = dict(alert.labels), dict(alert.annotations)
    if not alert.is_foreign:
        said = {"summary": summary, "description": description, **annotations}
        annotations = {name: text for name, text in said.items() if text}
        labels = {"alertname": labels.get("rule", ""), **labels}
    return {
        "status": alert.status,
        "labels": labels,
        "annotations": annotations,
        "startsAt": _instant(alert.starts_at),
        "endsAt": _instant(alert.ends_at) if alert.ends_at else NEVER,
        "generatorURL": alert.link,
        "fingerprint": alert.fingerprint,
        **({"response": dict(alert.response)} if alert.response else {}),
        **({"respondURL": alert.respond} if alert.respond else {}),
    }


def _bare(alert: Mapping[str, Any]) -> dict[str, Any]:
    said = alert["annotations"]
    return {**alert, "annotations": {name: said[name] for name in ("summary",) if name in said}}


def _dropped(message: Message, alerts: Sequence[Mapping[str, Any]], text_max: int) -> int:
    """How many have no room; all, when not even one has."""

    def fits(dropped: int) -> bool:
        return len(_payload(message, alerts, dropped).encode()) <= text_max

    return bisect_left(range(len(alerts)), True, key=fits)


def _payload(message: Message, alerts: Sequence[Mapping[str, Any]], dropped: int) -> str:
    alerts = alerts[: len(alerts) - dropped]
    common = _common([alert["annotations"] for alert in alerts])
    if message.written and not alerts:
        common = {"summary": message.written}
    found = {
        "version": "4",
        "groupKey": message.group_key,
        "truncatedAlerts": message.unlisted + message.left_out + dropped,
        "status": message.status,
        "receiver": message.receiver,
        "groupLabels": dict(message.group_labels),
        "commonLabels": _common([alert["labels"] for alert in alerts]),
        "commonAnnotations": common,
        "externalURL": "",
        "notification_reason": message.reason,
        "alerts": list(alerts),
    }
    return json.dumps(found, ensure_ascii=False)


def _common(all_of: Sequence[Mapping[str, str]]) -> dict[str, str]:
    first, *others = all_of or ({},)
    return {
        name: text
        for name, text in first.items()
        if all(other.get(name) == text for other in others)
    }


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
