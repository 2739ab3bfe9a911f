"""What the pages of links have in common: how often one asks, what is sent, and refusals."""

from urllib.parse import parse_qs

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from alerts.pages.page import HEADERS, refusal_html
from alerts.response.links import TOKEN_CHARACTERS_MAX, LinkExpiredError
from shared import metrics
from shared.errors import PacelineError, TooLargeError

BODY_BYTES_MAX = 16_384
FIELDS_MAX = 10


def count(request: Request, token: str) -> None:
    """Raises TooManyRequestsError for who asks too often, by where from and by which link."""
    state = request.app.state
    state.address_rate.take(request.client.host if request.client else "")
    # Of what is no link of ours nothing is remembered.
    if len(token) <= TOKEN_CHARACTERS_MAX:
        state.link_rate.take(token)


async def body_of(request: Request) -> bytes:
    """Raises TooLargeError."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            raise TooLargeError("too_large", "the form is too long")
    return body


def fields_of(body: bytes) -> dict[str, str]:
    """The fields of a form, the first of each name. Raises TooLargeError."""
    try:
        text = body.decode("utf-8", "replace")
        fields = parse_qs(text, keep_blank_values=True, max_num_fields=FIELDS_MAX)
    except ValueError as error:
        raise TooLargeError("too_large", "the form has too many fields") from error
    return {name: values[0] for name, values in fields.items()}


def refused(error: PacelineError) -> Response:
    """In each language."""
    metrics.ERRORS.labels(error.code).inc()
    wait_s = error.retry_after_s
    more = {} if wait_s is None else {"Retry-After": str(wait_s)}
    alert = error.alert if isinstance(error, LinkExpiredError) else None
    return HTMLResponse(refusal_html(error.code, alert, wait_s), error.status, HEADERS | more)
