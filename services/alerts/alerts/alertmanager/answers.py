"""How API v2 answers: JSON, and an error as one text."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from alerts.alertmanager.filters import FilterError
from alerts.alertmanager.intake.wire import WireError
from shared import metrics
from shared.errors import InvalidError, PacelineError
from shared.http.problems import as_problem

Endpoint = Callable[[Request], Awaitable[Response]]
REFUSED = (ClientDisconnect, FilterError, WireError)


def json_answer(content: Any, status: int = 200) -> Response:
    """Anything that msgspec encodes."""
    return Response(msgspec.json.encode(content), status, media_type="application/json")


def answering(endpoint: Endpoint) -> Endpoint:
    """The same, and its errors as answers."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Exception as error:
            return error_answer(error)

    return answer


def error_answer(error: Exception) -> Response:
    """400 for what cannot be read, or does not come at all; for whatever else its own status."""
    if isinstance(error, REFUSED):
        return json_answer(str(error), 400)
    known: PacelineError = as_problem(error)
    if isinstance(known, InvalidError):
        # What the house refuses of a silence with 422.
        return json_answer(known.detail, 400)
    metrics.ERRORS.labels(known.code).inc()
    answer = json_answer(known.detail, known.status)
    if known.retry_after_s is not None:
        answer.headers["Retry-After"] = str(known.retry_after_s)
    if known.status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer
