"""Tokens: what is signed by our key and in force is believed, anything else is a 401."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.access.tokens import generate_keys, sign_token
from shared.errors import ForbiddenError, PacelineError, UnauthorizedError, UnavailableError
from shared.http.auth import Principal, TokenVerifier, _principal, bearer
from shared.http.reach import Reach
from shared.settings import CommonSettings

NULL = object()


@pytest.fixture
def private_key(tmp_path: Path) -> Path:
    return generate_keys(tmp_path / "keys")[0]


@pytest.fixture
def verifier(private_key: Path) -> TokenVerifier:
    return TokenVerifier(CommonSettings(jwks=str(private_key.parent / "jwks.json")))


def forge(
    private_key: Path,
    *,
    key: Any = None,
    kid: str | None = None,
    algorithm: str = "EdDSA",
    **changes: Any,
) -> str:
    """A token with our header, with other claims, key or algorithm; a claim of None is left out,
    of NULL stated as null."""
    ours = json.loads((private_key.parent / "jwks.json").read_text())["keys"][0]["kid"]
    claims = {
        "iss": "paceline",
        "sub": "li.na",
        "workspace": "default",
        "roles": ["admin"],
        "exp": int(time.time()) + 60,
        **changes,
    }
    claims = {name: value for name, value in claims.items() if value is not None}
    claims = {name: None if value is NULL else value for name, value in claims.items()}
    key = private_key.read_bytes() if key is None else key
    return jwt.encode(claims, key, algorithm, headers={"kid": kid or ours})


async def test_a_signed_token_speaks_for_its_subject(
    private_key: Path, verifier: TokenVerifier
) -> None:
    token = sign_token(private_key, subject="li.na", roles=["approver", "finance"], workspace="w1")
    principal = await verifier.verify(token)
    assert principal == Principal(Reach("w1"), "li.na", frozenset({"approver", "finance"}))


@pytest.mark.parametrize(
    ("changes", "code", "why"),
    [
        ({"exp": 1_000_000_000}, "token_expired", "it was valid once"),
        ({"iss": "somebody"}, "token_invalid", "another issuer"),
        ({"iss": None}, "token_invalid", "no issuer"),
        ({"exp": None}, "token_invalid", "a token without an end"),
        ({"sub": None}, "token_invalid", "nobody's token"),
        ({"nbf": 4_000_000_000}, "token_invalid", "not yet in force"),
        ({"workspace": "Acme Corp"}, "token_invalid", "no event of such a workspace can be stored"),
        ({"workspace": "a|b"}, "token_invalid", "the separator of keys"),
        ({"workspace": "acme\n"}, "token_invalid", "a line break behind a name is part of it"),
        ({"workspace": ""}, "token_invalid", "nobody's workspace"),
        ({"workspace": 7}, "token_invalid", "a number is no name"),
        ({"workspace": ["acme"]}, "token_invalid", "one workspace, not several"),
        ({"workspace": NULL}, "token_invalid", "null would be a tenant called None"),
        ({"roles": NULL}, "token_invalid", "null is no list of roles"),
        ({"roles": 5}, "token_invalid", "a number is no list of roles"),
        ({"roles": [["admin"]]}, "token_invalid", "a list is no role"),
        ({"roles": {"admin": True}}, "token_invalid", "an object is no list of roles"),
        ({"sub": ""}, "token_invalid", "a person without a name"),
        ({"sub": "a\0b"}, "token_invalid", "PostgreSQL cannot store it"),
        ({"sub": "\ud800"}, "token_invalid", "half a character is no text"),
        ({"sub": "x" * 257}, "token_invalid", "longer than any name"),
        ({"exp": float("inf")}, "token_invalid", "an end that never comes"),
        ({"exp": [1]}, "token_invalid", "an end that is no number"),
        ({"key": Ed25519PrivateKey.generate()}, "token_invalid", "another key under our key id"),
    ],
)
async def test_a_token_that_is_not_in_order_is_refused(
    private_key: Path, verifier: TokenVerifier, changes: dict[str, Any], code: str, why: str
) -> None:
    with pytest.raises(UnauthorizedError) as refused:
        await verifier.verify(forge(private_key, **changes))
    assert refused.value.code == code, why


async def test_algorithm_none_and_a_public_key_used_as_secret_are_refused(
    private_key: Path, verifier: TokenVerifier
) -> None:
    public = json.loads((private_key.parent / "jwks.json").read_text())["keys"][0]["x"].encode()
    unsigned = forge(private_key, key="", algorithm="none")
    confused = forge(private_key, key=public, algorithm="HS256")
    for token in (unsigned, confused, unsigned.rsplit(".", 1)[0] + ".", "", "a.b.c", "🙂"):
        with pytest.raises(UnauthorizedError) as refused:
            await verifier.verify(token)
        assert refused.value.code == "token_invalid"


async def test_a_token_whose_payload_was_changed_is_refused(
    private_key: Path, verifier: TokenVerifier
) -> None:
    viewer = sign_token(private_key, subject="a", roles=["viewer"])
    admin = sign_token(private_key, subject="a", roles=["admin"])
    mixed = ".".join([viewer.split(".")[0], admin.split(".")[1], viewer.split(".")[2]])
    with pytest.raises(UnauthorizedError):
        await verifier.verify(mixed)


async def test_a_key_we_do_not_know_is_refused(private_key: Path, verifier: TokenVerifier) -> None:
    token = forge(private_key, kid="other")
    with pytest.raises(UnauthorizedError) as refused:
        await verifier.verify(token)
    assert refused.value.code == "token_invalid"


async def test_roles_we_do_not_know_give_nothing(
    private_key: Path, verifier: TokenVerifier
) -> None:
    token = forge(private_key, roles=["root", "viewer"])
    assert (await verifier.verify(token)).roles == {"viewer"}
    assert (await verifier.verify(forge(private_key, roles=None))).roles == frozenset()


@pytest.mark.parametrize("setting", [None, ""])
@pytest.mark.parametrize("audience", [None, "somebody-elses", ["several", "names"]])
async def test_without_a_configured_audience_none_is_looked_at(
    private_key: Path, setting: str | None, audience: Any
) -> None:
    """An OIDC issuer names one in each token; ours name none."""
    jwks = str(private_key.parent / "jwks.json")
    verifier = TokenVerifier(CommonSettings(jwks=jwks, jwt_audience=setting))
    assert (await verifier.verify(forge(private_key, aud=audience))).subject == "li.na"


async def test_an_audience_is_demanded_when_configured(private_key: Path) -> None:
    settings = CommonSettings(
        jwks=str(private_key.parent / "jwks.json"), jwt_audience="paceline-api"
    )
    verifier = TokenVerifier(settings)
    principal = await verifier.verify(forge(private_key, aud="paceline-api"))
    assert principal.subject == "li.na"
    for audience in (None, "another"):
        with pytest.raises(UnauthorizedError):
            await verifier.verify(forge(private_key, aud=audience))


async def test_without_any_key_set_the_answer_is_503_not_401(
    private_key: Path, tmp_path: Path
) -> None:
    verifier = TokenVerifier(CommonSettings(jwks=str(tmp_path / "missing.json")))
    with pytest.raises(UnavailableError) as refused:
        await verifier.verify(sign_token(private_key, subject="a", roles=["viewer"]))
    assert refused.value.code == "keys_unavailable"


async def test_keys_stay_in_use_while_the_set_cannot_be_read_again(
    private_key: Path, tmp_path: Path
) -> None:
    jwks = private_key.parent / "jwks.json"
    verifier = TokenVerifier(CommonSettings(jwks=str(jwks), jwks_max_age_s=0.01))
    token = sign_token(private_key, subject="a", roles=["viewer"])
    await verifier.verify(token)
    jwks.write_text("{")
    await asyncio.sleep(0.02)
    assert (await verifier.verify(token)).subject == "a"


async def test_while_the_set_is_away_only_one_caller_in_a_while_asks_for_it(
    private_key: Path,
) -> None:
    """Each waiting its turn for a server that does not answer would be an outage of ours."""
    verifier = TokenVerifier(
        CommonSettings(jwks=str(private_key.parent / "jwks.json"), jwks_max_age_s=0.01)
    )
    token = sign_token(private_key, subject="a", roles=["viewer"])
    await verifier.verify(token)
    verifier._tried_at = float("-inf")
    asked = 0

    async def no_answer() -> dict[str, Any]:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0.02)
        raise TimeoutError

    verifier._load = no_answer  # type: ignore[method-assign]
    await asyncio.sleep(0.02)
    callers = await asyncio.gather(*(verifier.verify(token) for _ in range(20)))

    assert {caller.subject for caller in callers} == {"a"}
    assert asked == 1


async def test_a_rotated_key_is_believed_beside_the_old_one(tmp_path: Path) -> None:
    old, _ = generate_keys(tmp_path / "old")
    new, _ = generate_keys(tmp_path / "new")
    both = tmp_path / "jwks.json"
    keys = [json.loads((one.parent / "jwks.json").read_text())["keys"][0] for one in (old, new)]
    both.write_text(json.dumps({"keys": keys}))
    verifier = TokenVerifier(CommonSettings(jwks=str(both)))
    for private in (old, new):
        token = sign_token(private, subject="a", roles=["viewer"])
        assert (await verifier.verify(token)).subject == "a"


def test_keys_are_made_once_and_the_private_one_is_only_ours(tmp_path: Path) -> None:
    private, jwks = generate_keys(tmp_path / "keys")
    before = private.read_bytes(), jwks.read_bytes()
    assert generate_keys(tmp_path / "keys") == (private, jwks)
    assert (private.read_bytes(), jwks.read_bytes()) == before
    assert private.stat().st_mode & 0o777 == 0o600
    assert "d" not in json.loads(jwks.read_text())["keys"][0]


def test_a_role_that_does_not_exist_is_not_signed(private_key: Path) -> None:
    with pytest.raises(ValueError, match="unknown role 'boss'"):
        sign_token(private_key, subject="a", roles=["viewer", "boss"])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"workspace": "a b"}, "workspace 'a b'"),
        ({"workspace": ""}, "workspace ''"),
        ({"subject": ""}, "subject ''"),
        ({"roles": []}, "needs a role"),
        ({"campaigns": [""]}, "one of the campaigns"),
        ({"regions": ["a\0"]}, "one of the regions"),
    ],
)
def test_what_no_service_would_believe_is_not_signed(
    private_key: Path, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        sign_token(private_key, **{"subject": "a", "roles": ["viewer"], **changes})


async def test_a_token_may_be_limited_to_campaigns_and_regions(
    private_key: Path, verifier: TokenVerifier
) -> None:
    token = sign_token(
        private_key, subject="a", roles=["viewer"], campaigns=["c1", "c2"], regions=["east"]
    )
    principal = await verifier.verify(token)
    assert principal.reach == Reach("default", frozenset({"c1", "c2"}), frozenset({"east"}))


@pytest.mark.parametrize("name", ["campaigns", "regions"])
@pytest.mark.parametrize(
    "wrong", ["c1", [1], {"c1": True}, None, ["a\0"], [""], [str(n) for n in range(2000)]]
)
def test_a_limit_that_is_empty_reaches_nothing_and_a_wrong_one_is_refused(
    name: str, wrong: object
) -> None:
    claims = {"sub": "a", "roles": ["viewer"]}
    assert not _principal({**claims, name: []}).reach.covers("c1", "east")
    with pytest.raises(UnauthorizedError):
        _principal({**claims, name: wrong})


def test_roles_may_be_one_text_as_some_issuers_write_them() -> None:
    claims = {"sub": "a", "roles": "viewer  operator"}
    assert _principal(claims) == Principal(Reach("default"), "a", frozenset({"viewer", "operator"}))


@pytest.mark.parametrize(
    ("roles", "wanted", "allowed", "why"),
    [
        ({"viewer"}, ["viewer", "operator"], True, "one of several is enough"),
        ({"viewer"}, ["operator"], False, "another role"),
        ({"admin"}, ["operator"], True, "admin stands in for any"),
        (set(), ["viewer"], False, "no role at all"),
    ],
)
def test_roles_decide(roles: set[str], wanted: list[str], allowed: bool, why: str) -> None:
    principal = Principal(Reach("w"), "s", frozenset(roles))
    assert principal.has(*wanted) is allowed, why
    if not allowed:
        with pytest.raises(ForbiddenError) as refused:
            principal.require(*wanted)
        assert refused.value.code == "role_missing"


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer   ", "Basic abc", "abc"])
def test_a_header_without_a_bearer_credential_is_refused(header: str | None) -> None:
    with pytest.raises(PacelineError) as refused:
        bearer(header)
    assert (refused.value.status, refused.value.code) == (401, "credential_missing")


def test_the_scheme_is_read_in_any_case() -> None:
    assert bearer("bearer  abc ") == "abc"
