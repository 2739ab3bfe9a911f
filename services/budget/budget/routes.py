"""The routes of all nouns."""

from budget.audit import routes as audit
from budget.documents.campaigns import routes as campaigns
from budget.documents.exceptions import routes as exceptions
from budget.documents.mappings import routes as mappings
from budget.documents.plans import routes as plans
from budget.documents.suspense import routes as suspense
from budget.figures import routes as totals
from budget.imports import routes as imports
from budget.invariants import routes as invariants

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
