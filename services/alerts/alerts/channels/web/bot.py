"""Bots: a token that opens an API, and a room in which they speak."""

import re
from collections.abc import Mapping

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from alerts.channels.contract import EntryError, Tools
from alerts.channels.destinations import Endpoint
from alerts.channels.result import SendClass, SendResult, result_of
from alerts.channels.web.address import check_address
from alerts.channels.web.http import variable


class BotEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """`token_env` names the variable that holds the token. The API is the provider's, unless
    `api_url_env` names a variable with the address of another, such as a gateway's; `allow_private`
    lets that be one of a private network."""

    name: str | None = None
    token_env: str | None = None
    api_url_env: str | None = None
    allow_private: bool = False


def bot_endpoint(
    kind: str, entry: BotEntry, room: str, token: re.Pattern[str], environment: Mapping[str, str]
) -> Endpoint:
    """The one room of an entry; its variables are there and can be used. Raises EntryError."""
    name = entry.token_env or ""
    if not token.fullmatch(variable("token_env", name, environment)):
        raise EntryError("token_env", f"environment variable {name} holds no token of this kind")
    if entry.api_url_env is not None:
        check_address("api_url_env", entry.api_url_env, environment, entry.allow_private)
    address = f"{kind}:{name}/{room}"
    target = msgspec.to_builtins(replace(entry, name=None))
    return Endpoint(entry.name or address, kind, target, address)


def token_and_api(tools: Tools, entry: BotEntry, api_url: str) -> tuple[str, str] | SendResult:
    """The token and the API's address as they are now; what to answer when one of them is gone
    since the configuration was read."""
    token = tools.environment.get(entry.token_env or "")
    api = tools.environment.get(entry.api_url_env) if entry.api_url_env else api_url
    if token and api:
        return token, api.rstrip("/")
    missing = entry.api_url_env if token else entry.token_env
    return result_of(SendClass.CONFIG, "environment", f"{missing} is not set")
