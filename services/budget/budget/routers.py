"""The routes of all nouns."""

from budget.routes import (
    audit,
    campaigns,
    exceptions,
    imports,
    invariants,
    mappings,
    plans,
    suspense,
    totals,
)

ROUTERS = tuple(
    noun.router
    for noun in (
        campaigns,
        plans,
        mappings,
        totals,
        suspense,
        exceptions,
        imports,
        invariants,
        audit,
    )
)
