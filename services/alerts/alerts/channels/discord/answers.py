"""What Discord's answers mean (alerting.md A6, A10)."""

from msgspec.structs import replace

from alerts.channels.result import SendClass, SendResult
from alerts.channels.web.answers import fields_of, unclear
from alerts.channels.web.http import SUCCESS, classify_status, pause_s

NO_CONTENT = 204
"""The answer to who did not ask for one: the message may be saved or not."""
_REMEDIES = {
    10003: "the channel or thread is gone: see thread_id",
    10015: "the webhook was deleted: make one and set its address",
    50027: "the webhook's address is not whole: copy it again",
}


def classify(status: int, body: bytes, retry_after: str | None = None) -> SendResult:
    """A 2xx with the message's id is delivered. A 400 is about the message, unless
    its code says otherwise; whatever Discord says stands in the answer as it is."""
    answer = fields_of(body)
    if status == NO_CONTENT:
        return SendResult(
            kind=SendClass.ACCEPTED,
            provider_code="http_204",
            provider_message="taken without an answer: something on the way drops wait=true",
            http_status=status,
        )
    if status in SUCCESS:
        identity = answer.get("id")
        if not isinstance(identity, str) or not identity.isdigit():
            return unclear(status, "no_id", "the answer has no id of a message")
        return SendResult(
            kind=SendClass.DELIVERED,
            provider_code="ok",
            provider_message="",
            http_status=status,
            message_id=identity,
        )
    found = classify_status(status, body, retry_after)
    if found.kind is SendClass.RATE_LIMITED:
        return replace(found, retry_after_s=pause_s(retry_after, answer.get("retry_after")))
    code = answer.get("code")
    if isinstance(code, int) and code in _REMEDIES:
        return replace(found, provider_code=str(code), provider_message=_REMEDIES[code])
    return replace(found, kind=SendClass.CONTENT) if status == 400 else found
