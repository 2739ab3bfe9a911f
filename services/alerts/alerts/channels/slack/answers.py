"""What Slack's answers mean (alerting.md A1, A10).

A webhook says `ok` and nothing else, the Web API `ok: true`; both name what is wrong by a word.
HTTP 200 alone is no delivery. A word says that the message was not taken; whatever else comes may
be that of a gateway that had passed it on.
"""

import re
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from alerts.channels.result import SendClass, SendResult, clip
from alerts.channels.web.answers import contradicted, fields_of, unclear
from alerts.channels.web.http import SUCCESS, classify_status, pause_s

_WORD = re.compile(r"[a-z][a-z0-9_]{1,80}")
_CLASSES = {
    **dict.fromkeys(("ratelimited", "rate_limited"), SendClass.RATE_LIMITED),
    **dict.fromkeys(
        ("internal_error", "fatal_error", "service_unavailable", "request_timeout"),
        SendClass.RETRYABLE,
    ),
    **dict.fromkeys(
        (
            "invalid_attachments",
            "invalid_blocks",
            "invalid_blocks_format",
            "invalid_payload",
            "msg_blocks_too_long",
            "msg_too_long",
            "no_text",
            "too_many_attachments",
        ),
        SendClass.CONTENT,
    ),
    **dict.fromkeys(
        (
            "account_inactive",
            "channel_is_archived",
            "channel_not_found",
            "invalid_auth",
            "is_archived",
            "message_not_found",
            "missing_scope",
            "no_service",
            "not_in_channel",
            "posting_to_general_channel_denied",
            "thread_not_found",
            "token_expired",
            "token_revoked",
            "user_not_found",
        ),
        SendClass.CONFIG,
    ),
}
_HALF_DONE = ("internal_error", "fatal_error")
"""Slack says of these that something of the request may have been done."""
_REMEDIES = {
    "account_inactive": "the token's app was removed: install it again and set its new token",
    "channel_is_archived": "unarchive the channel or name another",
    "channel_not_found": "see the channel's id, and invite the bot if the channel is private",
    "invalid_auth": "set the bot's token again: it begins with xoxb-",
    "is_archived": "unarchive the channel or name another",
    "missing_scope": "give the app the scope chat:write and install it again",
    "no_service": "the webhook was removed: add one and set its address",
    "not_in_channel": "invite the bot to the channel",
    "posting_to_general_channel_denied": "name another channel, or let apps post in this one",
    "token_expired": "set the bot's new token",
    "token_revoked": "install the app again and set its new token",
    "user_not_found": "the webhook's person is gone: add a webhook for a channel",
}


def classify_webhook(status: int, body: bytes, retry_after: str | None = None) -> SendResult:
    """A 2xx with exactly `ok` is delivered. Which status comes with which word is not known, except
    that blocks that Slack does not take are a 400."""
    said = body.decode("utf-8", "replace").strip()
    if body == b"ok":
        return _taken(status, body, retry_after)
    if said in _CLASSES:
        return _refused(said, "", status, retry_after)
    if status in SUCCESS:
        return unclear(status, "no_ok", f"the answer does not say ok: {said}")
    found = classify_status(status, body, retry_after)
    return replace(found, kind=SendClass.CONTENT) if status == 400 else found


def classify_api(status: int, body: bytes, retry_after: str | None = None) -> SendResult:
    """A 2xx with `ok: true` is delivered; `message_id` is the channel's id and the message's `ts`,
    apart by a slash. A word that nobody knows is not retried for hours, but fails visibly."""
    answer = fields_of(body)
    said = answer.get("error")
    if answer.get("ok") is True:
        return replace(_taken(status, body, retry_after), message_id=_message_id(answer))
    if answer.get("ok") is False and isinstance(said, str) and _WORD.fullmatch(said):
        if said in _CLASSES or status in SUCCESS:
            return _refused(said, _details(answer), status, retry_after)
    elif status in SUCCESS:
        return unclear(status, "no_ok", "the answer does not say ok")
    return classify_status(status, body, retry_after)


def _taken(status: int, body: bytes, retry_after: str | None) -> SendResult:
    if status not in SUCCESS:
        return contradicted(status, body, retry_after)
    return SendResult(
        kind=SendClass.DELIVERED, provider_code="ok", provider_message="", http_status=status
    )


def _refused(word: str, details: str, status: int, retry_after: str | None) -> SendResult:
    kind = _CLASSES.get(word, SendClass.CONFIG)
    limited = kind is SendClass.RATE_LIMITED
    return SendResult(
        kind=kind,
        provider_code=word,
        provider_message=clip(_REMEDIES.get(word, details)),
        http_status=status,
        maybe_delivered=word in _HALF_DONE,
        retry_after_s=pause_s(retry_after) if limited else None,
    )


def _details(answer: Mapping[str, Any]) -> str:
    """What Slack says of blocks that it does not take, or of the scope that it asks for."""
    metadata = answer.get("response_metadata")
    messages = metadata.get("messages") if isinstance(metadata, dict) else None
    return "; ".join(map(str, messages)) if isinstance(messages, list) else ""


def _message_id(answer: Mapping[str, Any]) -> str | None:
    channel, ts = answer.get("channel"), answer.get("ts")
    return f"{channel}/{ts}" if isinstance(channel, str) and isinstance(ts, str) else None
