"""A provider's answer in JSON: what its own code means, whatever the body holds.

HTTP 200 is no delivery. A code that is not 0 says that the provider did not take the message;
whatever else comes may be the word of a gateway that had passed the message on, so the next attempt
says that it may be a second copy.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from alerts.channels.result import SendClass, SendResult, clip
from alerts.channels.web.http import PARK_S, SUCCESS, classify_status

_CODE = re.compile(r"0|-?[1-9][0-9]{0,19}")


class Codes(Struct, frozen=True):
    """Under which names a provider says its code and its words, and what is known of its codes."""

    key: str
    message_key: str
    classes: Mapping[str, SendClass]

    def classify(self, status: int, body: bytes, retry_after: str | None = None) -> SendResult:
        """What an answer means. A code that nobody knows counts only where the status says that
        the provider itself has answered; it is not retried for hours, but fails visibly."""
        answer = fields_of(body)
        code = self.of(answer)
        success = status in SUCCESS
        if not success and code not in self.classes:
            return classify_status(status, body, retry_after)
        if code is None:
            return unclear(status, f"no_{self.key}", f"the answer has no {self.key}")
        kind = self.classes.get(code, SendClass.CONFIG)
        if kind is SendClass.DELIVERED and not success:
            return contradicted(status, body, retry_after)
        return SendResult(
            kind=kind,
            provider_code=code,
            provider_message=clip(str(answer.get(self.message_key, ""))),
            http_status=status,
            retry_after_s=PARK_S if kind is SendClass.RATE_LIMITED else None,
        )

    def of(self, answer: Mapping[str, Any]) -> str | None:
        """The code as text; None for what is no number: `null`, `false`, a list, a page."""
        code = answer.get(self.key)
        if isinstance(code, bool) or not isinstance(code, int | str):
            return None
        text = str(code)
        return text if _CODE.fullmatch(text) else None


def unclear(status: int, code: str, text: str) -> SendResult:
    """A success that does not say what it is: the message may have been taken."""
    return SendResult(
        kind=SendClass.RETRYABLE,
        provider_code=code,
        provider_message=clip(text),
        http_status=status,
        maybe_delivered=True,
    )


def contradicted(status: int, body: bytes, retry_after: str | None) -> SendResult:
    """A proxy's status around the provider's word that it has the message, or the reverse."""
    return replace(classify_status(status, body, retry_after), maybe_delivered=True)


def fields_of(body: bytes) -> dict[str, Any]:
    """The answer's fields; none of what nobody can read, such as one that says a thing twice."""
    try:
        answer = json.loads(body, object_pairs_hook=_fields)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _fields(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Raises ValueError for a repeated name: of two codes neither is the provider's word."""
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a name is repeated")
    return fields
