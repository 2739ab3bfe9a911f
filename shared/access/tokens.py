"""Keys and tokens of an installation that signs for itself: a JWT (EdDSA) says who a person is.

Made by hand, because the command line signs and exits: the library that verifies (shared.http.auth)
takes 0.15 s to load, as every algorithm comes with it.
"""

import base64
import json
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.errors import KeysUnreadableError
from shared.names import NAME_RULE, is_name

ROLES = ("viewer", "operator", "approver", "finance", "admin", "auditor")
SUBJECT_LENGTH_MAX = 256
SUBJECT_RULE = f"a text of 1 to {SUBJECT_LENGTH_MAX} characters without U+0000"
PRIVATE_KEY_FILE = "jwt_private.pem"
JWKS_FILE = "jwks.json"


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
    return _base64(raw).decode()


def _base64(raw: bytes) -> bytes:
    """For URLs and without padding, as JWT and JWK have it (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def _read_key(private: Path) -> Ed25519PrivateKey:
    """Raises ValueError or UnsupportedAlgorithm for what is none."""
    key = serialization.load_pem_private_key(private.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{private} is no Ed25519 key")
    return key


def _check_pair(private: Path, jwks: Path) -> None:
    try:
        stated = json.loads(jwks.read_bytes())["keys"][0]
        ours = stated["x"] == _public_part(_read_key(private))
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
    header = {"alg": "EdDSA", "kid": jwks["keys"][0]["kid"], "typ": "JWT"}
    signed = b".".join(_base64(json.dumps(part).encode()) for part in (header, claims))
    return b".".join((signed, _base64(_read_key(private_key).sign(signed)))).decode()


def is_subject(subject: object) -> bool:
    """Whether a value can stand for a person: a text that PostgreSQL can store."""
    return (
        isinstance(subject, str)
        and 0 < len(subject) <= SUBJECT_LENGTH_MAX
        and not any(character == "\0" or "\ud800" <= character <= "\udfff" for character in subject)
    )
