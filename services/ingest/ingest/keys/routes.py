"""HTTP of API keys: admins make them, see them without their text, and revoke them."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from msgspec.structs import asdict

from ingest.keys import store
from ingest.keys.keyring import Keyring
from ingest.keys.rules import make_key
from ingest.keys.schemas import KeyBody, KeyCreated, KeyView
from shared.errors import InvalidError, NotFoundError
from shared.http.answers import Page, answers
from shared.http.app import Json
from shared.http.caller import Admin, calling
from shared.http.conventions import etag
from shared.http.paging import Paged

router = APIRouter(prefix="/v1/keys", tags=["keys"])


async def _keyring(request: Request) -> Keyring:
    found: Keyring = request.app.state.keyring
    return found


Known = Annotated[Keyring, Depends(_keyring)]


@router.post("", **answers(KeyCreated, 201), summary="Make an API key; it is shown once")
async def post_key(request: Request, body: KeyBody, principal: Admin, keyring: Known) -> Response:
    if body.expires_at is not None and body.expires_at <= datetime.now(UTC):
        # Against the machine's clock, as its use will be.
        raise InvalidError("expires_in_the_past", "expires_at is over already")
    key_id, text, digest = make_key()
    principal.reach.require_whole()
    async with calling(request, principal) as caller:
        key = store.NewKey(
            key_id,
            caller.workspace,
            body.name,
            digest,
            body.sources,
            body.campaigns,
            body.rate_per_s,
            principal.subject,
            body.expires_at,
        )
        await store.add_key(caller.conn, key)
    # It is valid and shown only now, so nothing from here on may fail. Where it is not known
    # yet, its first use asks for it.
    await keyring.refresh()
    reply = {"key": text, "key_id": key_id, **body.model_dump()}
    return Json(reply, 201, {"Location": f"/v1/keys/{key_id}", "ETag": etag(1)})


@router.delete("/{key_id}", **answers(None, 204), summary="Revoke a key")
async def delete_key(request: Request, key_id: str, principal: Admin, keyring: Known) -> Response:
    principal.reach.require_whole()
    async with calling(request, principal) as caller:
        digest = await store.put_revoked(caller.conn, caller.workspace, key_id)
        if digest is None:
            raise NotFoundError("key_unknown", f"no key {key_id!r} in force")
    await keyring.refresh()
    # Last: a reading of the table that was under way may have brought it back.
    keyring.forget(digest)
    return Response(status_code=204)


@router.get("", **answers(Page[KeyView]), summary="Keys, without their text")
async def get_keys(request: Request, principal: Admin, paging: Paged) -> Response:
    async with calling(request, principal) as caller:
        keys = await store.list_keys(
            caller.conn, caller.reach, after=paging.after(""), limit=paging.rows
        )
    return paging.page([asdict(key) for key in keys], "key_id")


@router.get("/{key_id}", **answers(KeyView, headers=["ETag"]), summary="One key, without its text")
async def get_key(request: Request, key_id: str, principal: Admin) -> Response:
    async with calling(request, principal) as caller:
        key = await store.get_key(caller.conn, caller.workspace, key_id)
    if key is None or not caller.reach.is_whole:
        raise caller.reach.unknown("key", key_id)
    return Json(asdict(key), headers={"ETag": etag(1 if key.revoked_at is None else 2)})
