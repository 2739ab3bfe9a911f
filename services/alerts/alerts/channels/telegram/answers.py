"""What Telegram's answers mean (alerting.md A7, A10): `ok: true`, else a code and a sentence."""

import re
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from alerts.channels.result import SendClass, SendResult, clip
from alerts.channels.web.answers import contradicted, fields_of, unclear
from alerts.channels.web.http import SUCCESS, classify_status, pause_s

_OF_THE_TEXT = re.compile(r"too long|parse entities|text (?:is|must be)", re.IGNORECASE)
_REMEDIES = {
    400: "see chat_id and topic, and that the bot is in the chat and may write there",
    401: "the token is no longer good: set the one that @BotFather shows",
    403: "the bot was removed or blocked: add it to the chat again",
    404: "no bot has this token: set the one that @BotFather shows",
}


def classify(status: int, body: bytes, retry_after: str | None = None) -> SendResult:
    """A 2xx with `ok: true` is delivered. A group that has become a supergroup has another id,
    which the refusal says. A 400 is about the text if its sentence is, else about the chat."""
    answer = fields_of(body)
    if answer.get("ok") is True:
        return _taken(status, body, retry_after, answer)
    if status in SUCCESS:
        return unclear(status, "no_ok", "the answer does not say ok")
    found = classify_status(status, body, retry_after)
    said = answer.get("description")
    if answer.get("ok") is not False or not isinstance(said, str):
        return found
    parameters = answer.get("parameters")
    asked = parameters if isinstance(parameters, dict) else {}
    if found.kind is SendClass.RATE_LIMITED:
        wait_s = pause_s(retry_after, asked.get("retry_after"))
        return replace(found, provider_message=clip(said), retry_after_s=wait_s)
    if isinstance(moved := asked.get("migrate_to_chat_id"), int):
        remedy = f"the group is a supergroup now: write chat_id: {moved} in this entry"
        return replace(found, provider_code="migrated", provider_message=clip(remedy))
    if status == 400 and _OF_THE_TEXT.search(said):
        return replace(found, kind=SendClass.CONTENT, provider_message=clip(said))
    remedy = _REMEDIES.get(status, "")
    return replace(found, provider_message=clip(f"{said}: {remedy}" if remedy else said))


def _taken(
    status: int, body: bytes, retry_after: str | None, answer: Mapping[str, Any]
) -> SendResult:
    if status not in SUCCESS:
        return contradicted(status, body, retry_after)
    result = answer.get("result")
    identity = result.get("message_id") if isinstance(result, dict) else None
    return SendResult(
        kind=SendClass.DELIVERED,
        provider_code="ok",
        provider_message="",
        http_status=status,
        message_id=str(identity) if isinstance(identity, int) else None,
    )
