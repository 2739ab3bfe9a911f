"""Speaking to a running installation: signed tokens, and requests with problem+json understood.

By the standard library: the HTTP client of `load` takes 0.2 s to load, longer than a request.
"""

import json
import uuid
from collections.abc import Iterable
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

from cli.errors import CommandError, Exit
from shared.access.tokens import generate_keys, sign_token

_TIMEOUT_S = 30.0
_EXITS = {503: Exit.NOT_READY, 422: Exit.USAGE}


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


def unknown_campaigns(budget: str, token: str, campaigns: Iterable[str]) -> list[str]:
    """Those that budget, if it answers at its address, does not know: a token may be ahead of its
    campaign, and one of a misspelt campaign reaches nothing."""
    unknown = []
    for name in campaigns:
        try:
            call("GET", f"{budget}/v1/campaigns/{quote(name, '')}", token=token)
        except CommandError as error:
            if "campaign_unknown" in str(error):
                unknown.append(name)
    return unknown


def call(
    method: str, url: str, *, token: str, body: Any = None, timeout_s: float = _TIMEOUT_S
) -> Any:
    """The reply's JSON, None of an empty one. Each call is an act of its own.

    Raises CommandError: exit 3 when unreachable, 2 when what was given is not valid, else 1.
    """
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Idempotency-Key": uuid.uuid4().hex,
    }
    sent = None if body is None else json.dumps(body).encode()
    request = Request(url, sent, headers, method=method)  # noqa: S310 - an address of ours
    try:
        with urlopen(request, timeout=timeout_s) as reply:  # noqa: S310
            answer = reply.read()
            return json.loads(answer) if answer else None
    except HTTPError as error:
        code = _EXITS.get(error.code, Exit.CHECK_FAILED)
        text = f"{method} {url}: {error.code} {problem_words(error.read())}"
        raise CommandError(text, code) from error
    except (OSError, HTTPException) as error:
        raise CommandError(f"{url} cannot be reached: {error}") from error


def problem_words(reply: bytes) -> str:
    """What a refusal says: its code and its detail."""
    try:
        problem = json.loads(reply)
        return f"{problem['code']}: {problem.get('detail', '')}"
    except (ValueError, KeyError, TypeError):
        return reply[:200].decode("utf-8", "replace")
