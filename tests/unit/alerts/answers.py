"""Tables of answers: what is said, status, body, class, code, and whether it may have arrived."""

from collections.abc import Sequence

import pytest

from alerts.channels.result import SendClass, SendResult

ACCEPTED = SendClass.ACCEPTED
DELIVERED = SendClass.DELIVERED
RETRYABLE = SendClass.RETRYABLE
RATE_LIMITED = SendClass.RATE_LIMITED
CONTENT = SendClass.CONTENT
CONFIG = SendClass.CONFIG

PAGE = b"<!DOCTYPE html><html>Something went wrong"

AnswerRow = tuple[str, int, bytes, SendClass, str, bool]


def each_of(rows: Sequence[AnswerRow]) -> pytest.MarkDecorator:
    """A test with `status`, `body` and `meaning`, which is what `meaning_of` makes of a result."""
    return pytest.mark.parametrize(
        ("status", "body", "meaning"),
        [(status, body, (kind, code, maybe)) for _, status, body, kind, code, maybe in rows],
        ids=[row[0] for row in rows],
    )


def meaning_of(found: SendResult) -> tuple[SendClass, str, bool]:
    return found.kind, found.provider_code, found.maybe_delivered
