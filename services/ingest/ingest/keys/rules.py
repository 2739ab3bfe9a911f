"""How an API key is made and recognised. Pure, but for the random bits."""

import hashlib
import secrets

KEY_PREFIX = "plk_"


def make_key() -> tuple[str, str, bytes]:
    """(public id, the key's text, its hash). 256 random bits need no slow hash."""
    key_id = secrets.token_hex(6)
    text = f"{KEY_PREFIX}{key_id}_{secrets.token_urlsafe(32)}"
    return key_id, text, hash_key(text)


def hash_key(text: str) -> bytes:
    """What is stored in place of the key."""
    return hashlib.sha256(text.encode()).digest()
