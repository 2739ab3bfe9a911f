"""Speaking to a running installation: signed tokens, and requests with problem+json understood."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx

from cli.errors import CommandError, Exit
from shared.access.tokens import generate_keys, sign_token

_TIMEOUT_S = 30.0
_EXITS: dict[int, Exit] = {
    httpx.codes.SERVICE_UNAVAILABLE: Exit.NOT_READY,
    httpx.codes.UNPROCESSABLE_ENTITY: Exit.USAGE,
}


def make_token(
    state: Path,
    *,
    roles: Iterable[str],
    subject: str,
    workspace: str = "default",
    campaigns: Iterable[str] | None = None,
    regions: Iterable[str] | None = None,
    lifetime_s: int = 43_200,
) -> str:
    """A JWT of this installation; makes its key pair when there is none yet.

    Raises CommandError (exit 2) for an unknown role.
    """
    private_key, _ = generate_keys(state / "keys")
    try:
        return sign_token(
            private_key,
            subject=subject,
            roles=roles,
            workspace=workspace,
            campaigns=campaigns,
            regions=regions,
            lifetime_s=lifetime_s,
        )
    except ValueError as error:
        raise CommandError(str(error), Exit.USAGE) from error


def call(
    method: str, url: str, *, token: str, body: Any = None, timeout_s: float = _TIMEOUT_S
) -> Any:
    """The reply's JSON.

    Raises CommandError: exit 3 when unreachable, 2 when what was given is not valid, else 1.
    """
    try:
        reply = httpx.request(
            method,
            url,
            json=body,
            headers={"Authorization": f"Bearer {token}"},
            timeout=timeout_s,
        )
    except httpx.TransportError as error:
        raise CommandError(f"{url} cannot be reached: {error}") from error
    if reply.is_success:
        return reply.json()
    code = _EXITS.get(reply.status_code, Exit.CHECK_FAILED)
    raise CommandError(f"{method} {url}: {reply.status_code} {_problem(reply)}", code)


def _problem(reply: httpx.Response) -> str:
    try:
        problem = reply.json()
        return f"{problem['code']}: {problem.get('detail', '')}"
    except (ValueError, KeyError, TypeError):
        return reply.text[:200]
