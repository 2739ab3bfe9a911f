"""Who asks API v2: with a credential its workspace and roles, without one whom a setting names.

Alertmanager's clients send none by default, and what they send is theirs: so that setting is off
unless somebody turns it on.
"""

from collections.abc import Iterable

from starlette.requests import Request

from alerts.settings import AlertsSettings
from shared.errors import UnauthorizedError
from shared.http.auth import TokenVerifier, authorization_of, bearer

READERS = ("viewer", "operator", "approver", "finance", "auditor")
WRITERS = ("operator",)


class Callers:
    """By the credential of each request."""

    def __init__(self, settings: AlertsSettings, verifier: TokenVerifier) -> None:
        self._workspace = settings.alertmanager_workspace
        self._verifier = verifier

    async def reader(self, request: Request) -> str:
        """The workspace that the caller may read. Raises PacelineError."""
        return await self._workspace_of(request, READERS)

    async def writer(self, request: Request) -> str:
        """The workspace that the caller may write to. Raises PacelineError."""
        return await self._workspace_of(request, WRITERS)

    def anonymous(self, headers: Iterable[tuple[bytes, bytes]]) -> str:
        """The workspace of a caller without a credential; "" for one with, or who is refused."""
        return self._workspace if authorization_of(headers) is None else ""

    async def _workspace_of(self, request: Request, roles: tuple[str, ...]) -> str:
        sent = authorization_of(request.headers.raw)
        if sent is None and self._workspace:
            return self._workspace
        if sent is None:
            raise UnauthorizedError(
                "credential_missing",
                "send Authorization: Bearer …, or name the workspace of callers without a "
                "credential in PACELINE_ALERTMANAGER_WORKSPACE",
            )
        principal = await self._verifier.verify(bearer(sent.decode("latin-1")))
        principal.require(*roles)
        principal.reach.require_whole()
        return principal.workspace
