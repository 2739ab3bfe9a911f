"""HTTP of the configuration in use, and its reload."""

from typing import Any

import msgspec
from fastapi import APIRouter, Request

from alerts.adoption.adoption import Adoption
from alerts.adoption.schemas import ENTRIES, ConfigurationView, Reloaded
from alerts.configuration.configurations import Configurations, InForce, file_name
from alerts.configuration.inhibition import InhibitRule
from alerts.configuration.oncall.escalations import Escalation
from alerts.configuration.tree import Route
from alerts.configuration.yaml_reader import ConfigError
from shared.durations import duration_text
from shared.errors import ErrorItem, InvalidError, NotFoundError
from shared.http.answers import answers
from shared.http.app import Json
from shared.http.caller import Admin, Reader
from shared.logs import get_logger

log = get_logger(__name__)
router = APIRouter(tags=["configuration"])


@router.get(
    "/v1/configuration",
    **answers(ConfigurationView),
    summary="Routes and receivers in use",
)
async def get_configuration(request: Request, principal: Reader) -> Json:
    """The workspace's routes and receivers as they are in use; no secret is ever in it."""
    principal.reach.require_whole()
    configurations: Configurations = request.app.state.configurations
    found = configurations.in_force(principal.workspace)
    if found is None:
        raise NotFoundError("not_configured", f"no {principal.workspace}.yml is loaded")
    return Json(_view(found))


@router.post(
    "/-/reload",
    **answers(Reloaded),
    summary="Read the configuration again",
)
async def reload(request: Request, principal: Admin) -> Json:
    """Reads all files again, for all replicas: what is new in them is the next version of its
    workspace. A bad one changes nothing: 422 `configuration_invalid`, with file and line if it is
    the caller's own. What is doubtful in the caller's own file is said. What was refused until now
    is sent again at once."""
    principal.reach.require_whole()
    configurations: Configurations = request.app.state.configurations
    adoption: Adoption = request.app.state.adoption
    try:
        routed, requeued = await adoption.reload(principal)
    except ConfigError as error:
        raise _refusal(error, principal.workspace) from error
    workspaces = configurations.workspaces()
    log.info("reloaded", workspaces=workspaces, routed=routed, requeued=requeued)
    own = configurations.files.get(principal.workspace)
    return Json(
        {
            "workspaces": [one for one in workspaces if one == principal.workspace],
            "doubts": list(own.configuration.doubts) if own else [],
        }
    )


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
        "receivers": [_receiver(receiver) for receiver in configuration.documents],
        "people": [_receiver(person) for person in configuration.people],
        "schedules": list(configuration.schedules),
        "reports": [
            {"name": one.name, "receiver": one.receiver, **one.digest.written}
            for one in configuration.reports.values()
        ],
        "escalations": [_escalation(one) for one in configuration.escalations.values()],
        "inhibit_rules": [_inhibit_rule(rule) for rule in configuration.inhibit_rules],
        "flapping": configuration.flapping and configuration.flapping.written,
        "time_intervals": list(configuration.times),
    }


def _inhibit_rule(rule: InhibitRule) -> dict[str, Any]:
    return {
        "source_matchers": [str(matcher) for matcher in rule.source],
        "target_matchers": [str(matcher) for matcher in rule.target],
        "equal": list(rule.equal),
    }


def _escalation(one: Escalation) -> dict[str, Any]:
    return {
        "name": one.name,
        "steps": [
            {"after": duration_text(step.after), "to": list(step.to), "severity": step.severity}
            for step in one.steps
        ],
        "repeat": one.repeat,
        "remind_acknowledged_after": one.remind_after and duration_text(one.remind_after),
        "unacknowledge_after": one.unacknowledge_after and duration_text(one.unacknowledge_after),
    }


def _route(route: Route) -> dict[str, Any]:
    return {
        "receiver": route.named,
        "to_owner": bool(route.owners),
        "group_by": list(route.group_by),
        "group_wait": duration_text(route.group_wait),
        "group_interval": duration_text(route.group_interval),
        "repeat_interval": duration_text(route.repeat_interval),
        "matchers": [str(matcher) for matcher in route.matchers],
        "mute_time_intervals": list(route.mute_times),
        "active_time_intervals": list(route.active_times),
        "digest": route.digest and route.digest.written,
        "escalation": route.escalation,
        "continue": route.proceed,
        "routes": [_route(child) for child in route.routes],
    }


def _receiver(document: Any) -> dict[str, Any]:
    """A receiver in the file's words; of each entry what its channel shows."""
    shown = {
        f"{kind}_configs": [
            shown.model_validate(_fields(entry)).model_dump(by_alias=True)
            for entry in getattr(document, f"{kind}_configs")
        ]
        for kind, shown in ENTRIES.items()
    }
    return {
        "name": document.name,
        "locale": document.locale,
        "send_resolved": document.send_resolved,
        "mute_time_intervals": list(document.mute_time_intervals),
        "mention_owners": document.mention_owners,
        "template": document.template,
        **shown,
    }


def _fields(entry: msgspec.Struct) -> dict[str, Any]:
    """Everything that an entry says, under the names of the file."""
    return {one.encode_name: getattr(entry, one.name) for one in msgspec.structs.fields(entry)}
