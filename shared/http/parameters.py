"""Query parameters that nobody reads are refused: a filter that is misspelt would be no filter."""

from collections.abc import Iterator

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from shared.errors import ErrorItem, InvalidError

API = "/v1/"
"""Other paths are asked by programs that add parameters of their own."""


async def refuse_unknown_parameters(request: Request) -> None:
    """A dependency of every route. Raises InvalidError `parameter_unknown`."""
    sent = request.query_params
    if not sent or not request.url.path.startswith(API):
        return
    known = known_parameters(request.scope["route"])
    unknown = [name for name in dict.fromkeys(sent) if name not in known]
    if unknown:
        read = ", ".join(sorted(known)) or "none"
        errors: list[ErrorItem] = [
            {"loc": f"query.{name}", "code": "parameter_unknown", "detail": f"known: {read}"}
            for name in (text[:60] for text in unknown[:20])
        ]
        text = f"no parameter {unknown[0][:60]!r} is read here; known: {read}"
        raise InvalidError("parameter_unknown", text, errors=errors)


def known_parameters(route: APIRoute) -> frozenset[str]:
    """The names of the query that a route and what it depends on read."""
    return frozenset(_names(route.dependant))


def _names(dependant: Dependant) -> Iterator[str]:
    for field in dependant.query_params:
        yield field.alias
    for inner in dependant.dependencies:
        yield from _names(inner)
