"""Who is calling: JWTs for people (EdDSA, from a local key or any OIDC issuer's JWKS).

API keys for machines belong to ingest, which owns their table. The workspace always comes from the
credential, never from the body.
"""

import asyncio
import base64
import json
import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.errors import ForbiddenError, KeysUnreadableError, UnauthorizedError, UnavailableError
from shared.http.reach import LIMITS_MAX, Reach
from shared.names import is_name
from shared.settings import CommonSettings

ROLES = ("viewer", "operator", "approver", "finance", "admin", "auditor")
ALGORITHMS = ("EdDSA", "RS256", "ES256")
JWKS_TIMEOUT_S = 5.0
JWKS_RETRY_S = 5.0
"""No sooner is the set asked for again: a caller must not be able to make us ask, and while its
server is away requests must not queue for it."""
JWKS_FIRST_RETRY_S = 0.5
SUBJECT_LENGTH_MAX = 256
NAME_RULE = "1 to 64 letters, digits, . _ or -, the first a letter or a digit"
SUBJECT_RULE = f"a text of 1 to {SUBJECT_LENGTH_MAX} characters without U+0000"
PRIVATE_KEY_FILE = "jwt_private.pem"
JWKS_FILE = "jwks.json"


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
            raise ForbiddenError("role_missing", f"needs one of: {', '.join(roles)}")


def generate_keys(directory: Path) -> tuple[Path, Path]:
    """Makes an Ed25519 key pair once: (private PEM, mode 0600; public JWKS). Re-used if present.

    Raises KeysUnreadableError when what is present is no such pair: making another in silence
    would sign out everybody.
    """
    private, jwks = directory / PRIVATE_KEY_FILE, directory / JWKS_FILE
    if private.exists() and jwks.exists():
        _check_pair(private, jwks)
        return private, jwks
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with os.fdopen(os.open(private, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(pem)
    x = _public_part(key)
    public = {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": x[:8], "x": x}
    jwks.write_text(json.dumps({"keys": [public]}))
    return private, jwks


def _public_part(key: Ed25519PrivateKey) -> str:
    raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _check_pair(private: Path, jwks: Path) -> None:
    try:
        key = serialization.load_pem_private_key(private.read_bytes(), password=None)
        stated = json.loads(jwks.read_bytes())["keys"][0]
        ours = isinstance(key, Ed25519PrivateKey) and stated["x"] == _public_part(key)
        named = isinstance(stated["kid"], str)
    except (ValueError, KeyError, IndexError, TypeError, UnsupportedAlgorithm) as error:
        raise KeysUnreadableError(_pair_fault(private, jwks)) from error
    if not (ours and named):
        raise KeysUnreadableError(_pair_fault(private, jwks))


def _pair_fault(private: Path, jwks: Path) -> str:
    return (
        f"{private} and {jwks.name} beside it are no key pair: restore them from a copy, or delete "
        "both to have new ones made (everybody then needs a new token)"
    )


def sign_token(
    private_key: Path,
    *,
    subject: str,
    roles: Iterable[str],
    workspace: str = "default",
    campaigns: Iterable[str] | None = None,
    regions: Iterable[str] | None = None,
    lifetime_s: int = 43_200,
    issuer: str = "paceline",
) -> str:
    """A signed JWT (iss, sub, workspace, roles, iat, exp; campaigns and regions where limited).

    Raises ValueError for what TokenVerifier would refuse, and for no role or one we do not know.
    """
    wanted = list(roles)
    if not wanted:
        raise ValueError(f"a token needs a role; roles are {', '.join(ROLES)}")
    if unknown := set(wanted) - set(ROLES):
        raise ValueError(f"unknown role {sorted(unknown)[0]!r}; roles are {', '.join(ROLES)}")
    if not is_name(workspace):
        raise ValueError(f"the workspace {workspace!r} is not {NAME_RULE}")
    if not is_subject(subject):
        raise ValueError(f"the subject {subject!r} is not {SUBJECT_RULE}")
    now = int(time.time())
    jwks = json.loads((private_key.parent / JWKS_FILE).read_text())
    claims: dict[str, Any] = {
        "iss": issuer,
        "sub": subject,
        "workspace": workspace,
        "roles": wanted,
        "iat": now,
        "exp": now + lifetime_s,
    }
    for name, limit in (("campaigns", campaigns), ("regions", regions)):
        if limit is not None:
            claims[name] = sorted(set(limit))
            if not all(map(is_subject, claims[name])):
                raise ValueError(f"one of the {name} is not {SUBJECT_RULE}")
    return jwt.encode(
        claims, private_key.read_bytes(), "EdDSA", headers={"kid": jwks["keys"][0]["kid"]}
    )


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
                "token_invalid", "this is no JWT; API keys are for sending to ingest alone"
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
            raise UnauthorizedError("token_invalid", "signed by a key we do not know")
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


def is_subject(subject: object) -> bool:
    """Whether a value can stand for a person: a text that PostgreSQL can store."""
    return (
        isinstance(subject, str)
        and 0 < len(subject) <= SUBJECT_LENGTH_MAX
        and not any(character == "\0" or "\ud800" <= character <= "\udfff" for character in subject)
    )


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
        raise UnauthorizedError("credential_missing", "send Authorization: Bearer …")
    return credential.strip()
