"""HTTP of alerts: what was told to whom and why, what is open, the configuration and its reload."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request

from alerts.adoption.adoption import Adoption
from alerts.channels.targets import DingTalkTarget, EmailTarget
from alerts.configuration.config import Receiver, Route
from alerts.configuration.configurations import Configurations, InForce, file_name
from alerts.configuration.yaml_reader import ConfigError
from alerts.record import audit, store
from alerts.schemas import Alert, ConfigurationView, Notification, Reloaded
from shared.durations import duration_text
from shared.errors import ErrorItem, InvalidError, NotFoundError
from shared.events import Breach
from shared.events.notifications import State
from shared.http.answers import Page, answers
from shared.http.app import Json, require
from shared.http.auth import Principal
from shared.http.conventions import PAGE_MAX, decode_cursor, page
from shared.logs import get_logger

log = get_logger(__name__)
router = APIRouter()

Reader = Annotated[Principal, require("viewer", "operator", "approver", "finance", "auditor")]
Admin = Annotated[Principal, require("admin")]
Limit = Annotated[int, Query(ge=1, le=PAGE_MAX)]


@router.get(
    "/v1/notifications",
    **answers(Page[Notification]),
    tags=["notifications"],
    summary="What was told to whom, or withheld, and why",
)
async def get_notifications(
    request: Request,
    principal: Reader,
    *,
    campaign: str | None = None,
    alert: str | None = None,
    receiver: str | None = None,
    state: State | None = None,
    cursor: str | None = None,
    limit: Limit = 100,
) -> Json:
    """Every transition told or withheld, oldest first, with the provider's own answers."""
    wanted = store.NotificationFilter(
        campaign, None if alert is None else _number(alert, "alert"), receiver, state
    )
    async with request.app.state.pool.acquire() as conn:
        rows = await store.read_notifications(
            conn, principal.workspace, _after(cursor), wanted, limit + 1
        )
    items = [audit.item(row) for row in rows]
    return Json(page(items, limit, lambda item: [int(item.notification)]))


@router.get("/v1/alerts", **answers(Page[Alert]), tags=["alerts"], summary="What is open, and was")
async def get_alerts(
    request: Request,
    principal: Reader,
    *,
    campaign: str | None = None,
    open: bool | None = None,  # noqa: A002 - the query's name in the contract of breaches
    cursor: str | None = None,
    limit: Limit = 100,
) -> Json:
    """Alerts with their newest episode; `open=true` for what still needs somebody."""
    async with request.app.state.pool.acquire() as conn:
        rows = await store.read_alerts(
            conn,
            principal.workspace,
            _after(cursor),
            store.AlertFilter(campaign, open),
            limit + 1,
        )
    return Json(page([_alert(row) for row in rows], limit, lambda item: [int(item["alert"])]))


@router.get(
    "/v1/configuration",
    **answers(ConfigurationView),
    tags=["configuration"],
    summary="Routes and receivers in use",
)
async def get_configuration(request: Request, principal: Reader) -> Json:
    """The workspace's routes and receivers as they are in use; no secret is ever in it."""
    configurations: Configurations = request.app.state.configurations
    found = configurations.in_force(principal.workspace)
    if found is None:
        raise NotFoundError("not_configured", f"no {principal.workspace}.yml is loaded")
    return Json(_view(found))


@router.post(
    "/-/reload",
    **answers(Reloaded),
    tags=["configuration"],
    summary="Read the configuration again",
)
async def reload(request: Request, principal: Admin) -> Json:
    """Reads all files again, for all replicas: what is new in them is the next version of its
    workspace. A bad one changes nothing: 422 `configuration_invalid`, with file and line if it is
    the caller's own. What was refused until now is sent again at once."""
    configurations: Configurations = request.app.state.configurations
    adoption: Adoption = request.app.state.adoption
    try:
        routed, requeued = await adoption.reload(principal)
    except ConfigError as error:
        raise _refusal(error, principal.workspace) from error
    workspaces = configurations.workspaces()
    log.info("reloaded", workspaces=workspaces, routed=routed, requeued=requeued)
    return Json({"workspaces": [one for one in workspaces if one == principal.workspace]})


def _refusal(error: ConfigError, workspace: str) -> InvalidError:
    """What one workspace may know of a bad file: all of it if it is its own, else only that
    nothing was changed. The log names it for who runs the service."""
    if error.file != file_name(workspace):
        return InvalidError(
            "configuration_invalid",
            "the files as they are cannot be used, nothing was changed; the log says why",
        )
    item: ErrorItem = {
        "loc": f"{error.file}:{error.line}",
        "code": "configuration_invalid",
        "detail": error.detail,
    }
    return InvalidError("configuration_invalid", str(error), errors=[item])


def _after(cursor: str | None) -> int:
    values = decode_cursor(cursor, int)
    return 0 if values is None else values[0]


def _number(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise InvalidError("invalid_request", f"{name} {text[:40]!r} is not an id of ours")
    return int(text)


def _alert(row: dict[str, Any]) -> dict[str, Any]:
    breach = msgspec.convert(row["breach"], Breach)
    kept = (
        "fingerprint",
        "campaign",
        "labels",
        "episode",
        "state",
        "severity",
        "starts_at",
        "ends_at",
        "receivers",
    )
    return {
        "alert": str(row["alert"]),
        **{name: row[name] for name in kept},
        "explain": audit.explain(breach),
    }


def _view(found: InForce) -> dict[str, Any]:
    configuration = found.configuration
    return {
        "workspace": configuration.workspace,
        "version": found.version,
        "sha256": found.sha256,
        "made_by": found.made_by,
        "made_at": found.made_at,
        "doubts": list(configuration.doubts),
        "route": _route(configuration.route),
        "receivers": [_receiver(receiver) for receiver in configuration.receivers.values()],
    }


def _route(route: Route) -> dict[str, Any]:
    return {
        "receiver": route.receiver,
        "group_by": list(route.group_by),
        "group_wait": duration_text(route.group_wait),
        "group_interval": duration_text(route.group_interval),
        "repeat_interval": duration_text(route.repeat_interval),
        "matchers": [str(matcher) for matcher in route.matchers],
        "continue": route.proceed,
        "routes": [_route(child) for child in route.routes],
    }


def _receiver(receiver: Receiver) -> dict[str, Any]:
    robots: list[dict[str, Any]] = []
    mails: dict[str, list[str]] = {}
    for channel in receiver.channels:
        target = channel.target
        if isinstance(target, DingTalkTarget):
            robots.append({"url_env": target.url_env, "secret_env": target.secret_env})
        elif isinstance(target, EmailTarget):
            mails.setdefault(target.sender, []).append(target.to)
    return {
        "name": receiver.name,
        "locale": receiver.locale,
        "send_resolved": receiver.send_resolved,
        "dingtalk_configs": robots,
        "email_configs": [{"to": to, "from": sender or None} for sender, to in mails.items()],
    }
