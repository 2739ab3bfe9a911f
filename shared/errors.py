"""Expected errors: an HTTP status and a stable short `code`, the same in reply, log and metric."""

from collections.abc import Sequence
from typing import ClassVar, TypedDict


class ErrorItem(TypedDict):
    """One place of a request that is wrong: `loc` is a dotted path such as `lines.2.cap`."""

    loc: str
    code: str
    detail: str


class PacelineError(Exception):
    """An error the caller can understand and act on. Anything else is a bug and becomes a 500."""

    status: ClassVar[int] = 500

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        errors: Sequence[ErrorItem] = (),
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.errors = list(errors)
        self.retry_after_s = retry_after_s


class UnparseableError(PacelineError):
    status = 400


class UnauthorizedError(PacelineError):
    status = 401


class ForbiddenError(PacelineError):
    status = 403


class NotFoundError(PacelineError):
    status = 404


class ConflictError(PacelineError):
    status = 409


class PreconditionFailedError(PacelineError):
    status = 412


class TooLargeError(PacelineError):
    status = 413


class UnsupportedMediaError(PacelineError):
    status = 415


class InvalidError(PacelineError):
    status = 422


class PreconditionRequiredError(PacelineError):
    status = 428


class TooManyRequestsError(PacelineError):
    status = 429


class UnavailableError(PacelineError):
    """A dependency is away; the same request may succeed later (Retry-After is set)."""

    status = 503

    def __init__(self, code: str, detail: str, *, retry_after_s: int = 2) -> None:
        super().__init__(code, detail, retry_after_s=retry_after_s)


class ConsumerStuckError(Exception):
    """The broker has records for a group that polls and gets none: only a new process helps."""


class OffsetGapError(Exception):
    """A committed offset is not in the log any more, or past its end: stop loudly (exit 5)."""


class DeadLettersError(Exception):
    """Too much of a topic cannot be read: our decoder may be wrong, so stop loudly (exit 5)."""


class KeysUnreadableError(Exception):
    """The stored key pair is no key pair: cut short, edited, or of two different makes."""
