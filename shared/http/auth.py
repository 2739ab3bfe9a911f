"""Who is calling: JWTs for people (EdDSA, from a local key or any OIDC issuer's JWKS).

API keys for machines belong to ingest, which owns their table. The workspace always comes from the
credential, never from the body.
"""

import asyncio
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import jwt

from shared.access.tokens import ROLES, SUBJECT_RULE, is_subject
from shared.errors import ForbiddenError, UnauthorizedError, UnavailableError
from shared.http.reach import LIMITS_MAX, Reach
from shared.names import NAME_RULE, is_name
from shared.settings import CommonSettings

ALGORITHMS = ("EdDSA", "RS256", "ES256")
JWKS_TIMEOUT_S = 5.0
JWKS_RETRY_S = 5.0
"""No sooner is the set asked for again: a caller must not be able to make us ask, and while its
server is away requests must not queue for it."""
JWKS_FIRST_RETRY_S = 0.5
HOW_TO_GET_ONE = "./paceline token --role operator --subject you prints a token of this machine"


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller: its reach, a subject (person or machine) and the roles it holds there."""

    reach: Reach
    subject: str
    roles: frozenset[str]

    @property
    def workspace(self) -> str:
        """The workspace of the credential."""
        return self.reach.workspace

    def has(self, *roles: str) -> bool:
        """True when the caller holds any of `roles`, or is admin."""
        return "admin" in self.roles or not self.roles.isdisjoint(roles)

    def require(self, *roles: str) -> None:
        """Raises ForbiddenError `role_missing` unless `has`."""
        if not self.has(*roles):
            allowed = dict.fromkeys((*roles, "admin"))
            raise ForbiddenError("role_missing", f"needs one of: {', '.join(allowed)}")


class TokenVerifier:
    """Checks tokens against a key set that is read again when older than `jwks_max_age_s`.

    A key set that cannot be refreshed stays in use; without any, callers get 503, not 401.
    """

    def __init__(self, settings: CommonSettings) -> None:
        self._settings = settings
        self._keys: dict[str | None, jwt.PyJWK] = {}
        self._read_at = self._tried_at = float("-inf")
        self._lock = asyncio.Lock()

    async def verify(self, token: str) -> Principal:
        """Who the token speaks for.

        Raises UnauthorizedError `token_invalid` or `token_expired`; UnavailableError
        `keys_unavailable` when no key set could ever be read.
        """
        try:
            key_id = jwt.get_unverified_header(token).get("kid")
        except jwt.InvalidTokenError as error:
            raise UnauthorizedError(
                "token_invalid",
                f"this is no JWT; API keys are for sending to ingest alone; {HOW_TO_GET_ONE}",
            ) from error
        key = await self._key(key_id)
        audience = self._settings.jwt_audience or None
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=list(ALGORITHMS),
                issuer=self._settings.jwt_issuer,
                audience=audience,
                # Issuers name an audience in each token, whether we want to look at it or not.
                options={"require": ["exp", "sub"], "verify_aud": audience is not None},
            )
        except jwt.ExpiredSignatureError as error:
            raise UnauthorizedError("token_expired", "the token has expired") from error
        except (jwt.InvalidTokenError, TypeError, OverflowError) as error:
            # The latter two: an instant that is no number, or an infinite one.
            raise UnauthorizedError("token_invalid", str(error)) from error
        return _principal(claims)

    async def _key(self, key_id: str | None) -> jwt.PyJWK:
        if self._is_due(key_id):
            async with self._lock:
                # Of those who waited for the lock, the first has done it for all.
                if self._is_due(key_id):
                    await self._refresh()
        if not self._keys:
            raise UnavailableError("keys_unavailable", "the key set cannot be read")
        found = self._keys.get(key_id)
        if found is None:
            detail = f"signed by a key we do not know; {HOW_TO_GET_ONE}"
            raise UnauthorizedError("token_invalid", detail)
        return found

    def _is_due(self, key_id: str | None) -> bool:
        now_s = time.monotonic()
        if now_s - self._tried_at < (JWKS_RETRY_S if self._keys else JWKS_FIRST_RETRY_S):
            return False
        return key_id not in self._keys or now_s - self._read_at > self._settings.jwks_max_age_s

    async def _refresh(self) -> None:
        try:
            keys = jwt.PyJWKSet.from_dict(await self._load()).keys
        except (OSError, ValueError, TypeError, AttributeError, httpx.HTTPError, jwt.PyJWTError):
            return
        finally:
            self._tried_at = time.monotonic()
        self._keys = {key.key_id: key for key in keys}
        self._read_at = time.monotonic()

    async def _load(self) -> dict[str, Any]:
        path = self._settings.jwks_path()
        if path is not None:
            return dict(json.loads(await asyncio.to_thread(path.read_text)))
        async with httpx.AsyncClient(timeout=JWKS_TIMEOUT_S) as client:
            response = await client.get(self._settings.jwks)
            response.raise_for_status()
            return dict(response.json())


def _principal(claims: Mapping[str, Any]) -> Principal:
    """Raises UnauthorizedError `token_invalid`: what is no name here would be one of nobody, and
    everything kept under it would be refused by the services behind."""
    workspace = claims.get("workspace", "default")
    if not is_name(workspace):
        raise UnauthorizedError("token_invalid", f"workspace is {NAME_RULE}")
    subject = claims["sub"]
    if not is_subject(subject):
        raise UnauthorizedError("token_invalid", f"sub is {SUBJECT_RULE}")
    roles = claims.get("roles", [])
    if isinstance(roles, str):
        roles = roles.split()
    reach = Reach(workspace, _limit(claims, "campaigns"), _limit(claims, "regions"))
    return Principal(reach, subject, _texts("roles", roles) & set(ROLES))


def _limit(claims: Mapping[str, Any], name: str) -> frozenset[str] | None:
    """A claim that is there limits, whatever it holds: an empty one reaches nothing."""
    if name not in claims:
        return None
    limit = _texts(name, claims[name])
    if len(limit) > LIMITS_MAX or not all(map(is_subject, limit)):
        raise UnauthorizedError("token_invalid", f"{name} are at most {LIMITS_MAX} names")
    return limit


def _texts(name: str, value: object) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise UnauthorizedError("token_invalid", f"{name} is a list of texts")
    return frozenset(value)


def authorization_of(headers: Iterable[tuple[bytes, bytes]]) -> bytes | None:
    """The Authorization header as sent, or None.

    Raises UnauthorizedError `credential_repeated` when there are two: a proxy before us may have
    judged the other one, so neither is believed.
    """
    found: bytes | None = None
    for name, value in headers:
        if name == b"authorization":
            if found is not None:
                raise UnauthorizedError(
                    "credential_repeated", "send one Authorization header, not several"
                )
            found = value
    return found


def bearer(authorization: str | None) -> str:
    """The credential of an Authorization header. Raises UnauthorizedError `credential_missing`."""
    scheme, _, credential = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not credential.strip():
        raise UnauthorizedError(
            "credential_missing", f"send Authorization: Bearer …; {HOW_TO_GET_ONE}"
        )
    return credential.strip()
