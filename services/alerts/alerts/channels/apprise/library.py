"""The library apprise, which speaks to services that no channel of ours does. It is loaded with the
first entry that asks for it; who has none needs not have it.

What it and its HTTP client log may quote an address, so they log nothing.
"""

import importlib
import logging
from typing import Any

WIKI = "https://github.com/caronc/apprise/wiki"
OWN = {
    "dingtalk": "dingtalk_configs",
    "feishu": "feishu_configs",
    "lark": "feishu_configs",
    "wecombot": "wecom_configs",
}
"""Schemas of which it says yes whatever is answered (alerting.md 3.1), and our own lists."""


def service_of(url: str) -> Any:
    """The library's service for an address, which sends nothing yet. Raises ValueError, without the
    address."""
    apprise = _load()
    if len(url.split()) != 1:
        raise ValueError("it holds more than one address: write an entry for each")
    found = apprise.Apprise.instantiate(url, asset=apprise.AppriseAsset(app_id="Paceline"))
    if found is None:
        raise ValueError(f"it holds no address that apprise knows: see {WIKI}")
    for schema in _schemas(found) & OWN.keys():
        raise ValueError(
            f"apprise says yes whatever {schema} answers: use {OWN[schema]} of this receiver"
        )
    return found


def _load() -> Any:
    try:
        found = importlib.import_module("apprise")
    except ImportError:
        raise ValueError("apprise is not installed: pip install 'paceline[apprise]'") from None
    for name in ("apprise", "urllib3"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return found


def _schemas(service: Any) -> set[str]:
    """By which an address may begin that leads to it."""
    named = (service.protocol, service.secure_protocol)
    return {schema for one in named if one for schema in ((one,) if isinstance(one, str) else one)}
