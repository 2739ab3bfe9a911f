"""Tables of answers: what is said, status, body, class, code, and whether it may have arrived."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from alerts.channels.result import SendClass

ACCEPTED = SendClass.ACCEPTED
DELIVERED = SendClass.DELIVERED
RETRYABLE = SendClass.RETRYABLE
RATE_LIMITED = SendClass.RATE_LIMITED
CONTENT = SendClass.CONTENT
CONFIG = SendClass.CONFIG

PAGE = b"<!DOCTYPE html><html>Something went wrong"

Body = bytes | Mapping[str, Any]
AnswerRow = tuple[str, int, Body, SendClass, str, bool]
Meaning = tuple[SendClass, str, bool]
"""Class, code, and whether the message may have arrived all the same."""


def each_of(rows: Sequence[AnswerRow]) -> pytest.MarkDecorator:
    """A test with `status`, `body` and `meaning`, for `assert_means`."""
    return pytest.mark.parametrize(
        ("status", "body", "meaning"),
        [(status, body, (kind, code, maybe)) for _, status, body, kind, code, maybe in rows],
        ids=[row[0] for row in rows],
    )
