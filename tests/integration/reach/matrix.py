"""Every role and every reach on every route, by expectations that are data (A1, S37).

Two campaigns stand in a service: INSIDE of region EAST and OUTSIDE of region WEST. A case is a
route with what it answers to whom; a route of the OpenAPI document without a case fails.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from typing import Any

import httpx

from shared.access.tokens import sign_token
from shared.http.auth import ROLES
from tests.root import ROOT

INSIDE, OUTSIDE = "inside", "outside"
EAST, WEST = "east", "west"
SUBJECT = "mei.lin"
READERS = ("viewer", "operator", "approver", "finance", "auditor")
REACHES: Mapping[str, Mapping[str, Any]] = {
    "all of the workspace": {},
    "its campaign": {"campaigns": [INSIDE]},
    "its region": {"regions": [EAST]},
    "its campaign and region": {"campaigns": [INSIDE], "regions": [EAST]},
    "another campaign": {"campaigns": [OUTSIDE]},
    "another region": {"regions": [WEST]},
    "its campaign in another region": {"campaigns": [INSIDE], "regions": [WEST]},
    "no campaign": {"campaigns": []},
    "another workspace": {"workspace": "elsewhere"},
}
WITHIN = ("all of the workspace", "its campaign", "its region", "its campaign and region")
NAMED = ("all of the workspace", "its campaign")


class Of(Enum):
    """What a route is about: who reaches it, and what it answers to the others."""

    CAMPAIGN_LIST = auto()
    """200 for all; what is of the campaign is shown to whom it is in reach."""
    CAMPAIGN_THING = auto()
    """One thing of the campaign: unknown to whom it is out of reach."""
    CAMPAIGN_WRITE = auto()
    """Refused to whom it is out of reach."""
    WORKSPACE_LIST = auto()
    """Of no campaign: empty for a limited reach."""
    WORKSPACE_THING = auto()
    WORKSPACE_WRITE = auto()
    WORKSPACE_READ = auto()
    """One thing without a name of its own: refused to a limited reach."""
    NAMED_LIST = auto()
    """Of a campaign by the name that an event states; of regions nothing is known."""
    NAMED_EVENTS = auto()
    """Events that name the campaign: each by itself is accepted or refused."""
    PRODUCT = auto()
    """The same for every workspace."""


@dataclass(frozen=True)
class Case:
    """A route, asked for what is of INSIDE; `roles` may ask, and admin."""

    route: str
    of: Of
    roles: Sequence[str] = READERS
    path: str | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    each: Sequence[tuple[str, Any]] = ()
    """Path and body of one ask each, for what can be done once."""
    by_role: Mapping[str, Any] = field(default_factory=dict)
    """The body of each role, for what admin does not stand in for."""

    @property
    def method(self) -> str:
        return self.route.split(" ")[0]

    @property
    def askers(self) -> Sequence[str]:
        """The roles that may."""
        return self.roles if self.by_role else (*self.roles, "admin")

    @property
    def url(self) -> str:
        return self.path or self.route.split(" ")[1]


PUBLIC = ("GET /healthz", "GET /readyz", "GET /metrics")
"""Without a credential; tests/unit/shared/http holds them."""
ADMIN = ("POST /internal/clock", "GET /internal/idle")
"""On the manual clock alone, in all services alike."""


def check_complete(service: str, cases: Sequence[Case]) -> None:
    """Fails for a route of the service's document that no case is about."""
    document = json.loads((ROOT / "docs" / "api" / f"{service}.json").read_text())
    routes = {
        f"{method.upper()} {path}"
        for path, methods in document["paths"].items()
        for method in methods
    }
    known = {case.route for case in cases} | set(PUBLIC) | set(ADMIN)
    assert routes - known == set(), "routes without an expectation of who may do what"
    assert known - routes - set(ADMIN) == set(), "expectations of routes that are not there"


@dataclass(frozen=True)
class Asker:
    """Asks a service as anybody."""

    client: httpx.AsyncClient
    private_key: Path

    async def ask(self, case: Case, role: str | None, reach: str, turn: int = 0) -> httpx.Response:
        """The answer to somebody of that role and reach; without a role nobody is named."""
        headers = {"Idempotency-Key": uuid.uuid4().hex, **case.headers}
        if role is not None:
            token = sign_token(self.private_key, subject=SUBJECT, roles=[role], **REACHES[reach])
            headers["Authorization"] = f"Bearer {token}"
        url, sent = case.each[turn] if case.each else (case.url, case.body)
        sent = case.by_role.get(role or "", sent)
        body = {} if sent is None else {"content" if isinstance(sent, str) else "json": sent}
        return await self.client.request(
            case.method, url, params=case.params, headers=headers, **body
        )


async def hold(asker: Asker, cases: Sequence[Case]) -> None:
    """Asks everything: first what changes nothing, so that there is something to be shown."""
    faults: list[str] = []
    for case in cases:
        answer = await asker.ask(case, None, WITHIN[0])
        if answer.status_code != 401:
            faults.append(f"{case.route} without a credential: {answer.status_code}")
        for role in ROLES:
            if role not in (*case.roles, "admin"):
                answer = await asker.ask(case, role, WITHIN[0])
                if (answer.status_code, code_of(answer)) != (403, "role_missing"):
                    faults.append(f"{case.route} as {role}: {answer.status_code} {answer.text}")
    for case in sorted(cases, key=_writes):
        turn = 0
        for role in case.askers:
            # Whom it refuses first: who may, changes something.
            for reach in sorted(REACHES, key=lambda name: _reaches(case.of, name)):
                answer = await asker.ask(case, role, reach, turn)
                turn += _reaches(case.of, reach)
                if fault := _fault(case, reach, answer):
                    faults.append(f"{case.route} as {role} with {reach}: {fault}")
    assert not faults, "\n".join(faults)


def code_of(answer: httpx.Response) -> str | None:
    """The code of a problem, None of another answer."""
    problem = answer.headers.get("content-type", "").startswith("application/problem+json")
    return answer.json()["code"] if problem else None


def _writes(case: Case) -> bool:
    return case.of in (Of.CAMPAIGN_WRITE, Of.WORKSPACE_WRITE, Of.NAMED_EVENTS)


def _reaches(of: Of, reach: str) -> bool:
    if of is Of.PRODUCT:
        return True
    if of.name.startswith("NAMED"):
        return reach in NAMED
    return reach in (WITHIN if of.name.startswith("CAMPAIGN") else WITHIN[:1])


def _fault(case: Case, reach: str, answer: httpx.Response) -> str | None:
    status, code = answer.status_code, code_of(answer)
    found = f"{status} {answer.text[:300]}"
    reached = _reaches(case.of, reach)
    if status >= 500 or status == 401:
        return found
    match case.of:
        case Of.PRODUCT:
            return None if answer.is_success else found
        case Of.NAMED_EVENTS:
            whole = reach == "another workspace" or reached
            return None if status == (202 if whole else 422) else found
        case Of.CAMPAIGN_LIST | Of.WORKSPACE_LIST | Of.NAMED_LIST:
            shown = answer.is_success and bool(_shown(answer.json()))
            return None if answer.is_success and shown is reached else found
        case Of.CAMPAIGN_THING | Of.WORKSPACE_THING if reached:
            return None if answer.is_success else found
        case Of.CAMPAIGN_THING | Of.WORKSPACE_THING:
            return None if status == 404 else found
        case _ if reached:
            return None if status != 403 or code not in ("out_of_reach", "role_missing") else found
        case _ if reach == "another workspace":
            # There it is unknown, or it is made under the same name.
            return None
        case _:
            return None if (status, code) == (403, "out_of_reach") else found


def _shown(answer: Any) -> list[Any]:
    return [item for item in answer["items"] if INSIDE in json.dumps(item)]
