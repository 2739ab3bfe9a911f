"""Errors as RFC 9457 bodies (problem+json), with a status and a stable `code`."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import Response
from fastapi.exceptions import RequestValidationError

from shared import metrics
from shared.bodies.words import code_of_fault, words_of_fault
from shared.database.pool import BUSY, is_transient
from shared.errors import (
    ErrorItem,
    InvalidError,
    PacelineError,
    UnavailableError,
    UnparseableError,
)
from shared.logs import get_logger

log = get_logger(__name__)


def problem(error: PacelineError, more: Mapping[str, str] | None = None) -> Response:
    """The answer to an error; `more` are headers beside its own."""
    metrics.ERRORS.labels(error.code).inc()
    body = {
        "type": f"urn:paceline:error:{error.code}",
        "title": HTTPStatus(error.status).phrase,
        "status": error.status,
        "code": error.code,
        "detail": error.detail,
        "errors": error.errors,
    }
    headers = dict(more or {})
    if error.retry_after_s is not None:
        headers["Retry-After"] = str(error.retry_after_s)
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(
        msgspec.json.encode(body), error.status, headers, media_type="application/problem+json"
    )


def as_problem(error: Exception) -> PacelineError:
    """Any exception as an expected error: database faults become 503, bugs `internal`."""
    if isinstance(error, PacelineError):
        return error
    if isinstance(error, BUSY):
        log.warning("database_busy", error=repr(error))
        return UnavailableError("database_busy", "others are changing the same rows; send it again")
    if is_transient(error):
        log.warning("database_unavailable", error=repr(error))
        return UnavailableError("database_unavailable", "the database cannot be reached")
    log.error("unexpected_error", exc_info=error)
    return PacelineError("internal", "an unexpected error; it has been logged")


class StatusError(PacelineError):
    """An error whose status is only known at run time: those of the router and of a connection."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(code, detail)
        self.status = status  # type: ignore[misc]


def _words(item: Mapping[str, Any]) -> str:
    place, *names = item["loc"]
    if item["type"] == "missing" and place == "query":
        return f"is missing: send it as a query parameter, ?{names[0]}=…"
    return words_of_fault(item)


def invalid_request(error: RequestValidationError) -> PacelineError:
    """What is wrong with a body or a parameter, each place by its path."""
    items: list[ErrorItem] = [
        {
            "loc": ".".join(str(part) for part in item["loc"][1:]) or str(item["loc"][0]),
            "code": code_of_fault(item),
            "detail": _words(item),
        }
        for item in error.errors()
    ]
    if any(item["code"] == "json_invalid" for item in items):
        return UnparseableError("unparseable", "the body is not JSON", errors=items)
    first = f"{items[0]['loc']}: {items[0]['detail']}"
    more = f" (and {len(items) - 1} more, see errors)" if len(items) > 1 else ""
    return InvalidError("invalid_request", first + more, errors=items)
