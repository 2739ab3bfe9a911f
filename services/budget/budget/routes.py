"""The routes of all nouns."""

from budget.approval import routes as approval
from budget.audit import routes as audit
from budget.documents.campaigns import routes as campaigns
from budget.documents.commitments import routes as commitments
from budget.documents.exceptions import routes as exceptions
from budget.documents.invoices import routes as invoices
from budget.documents.kinds import PROPOSALS
from budget.documents.mappings import routes as mappings
from budget.documents.plans import routes as plans
from budget.documents.plans import routes_sheet as sheets
from budget.documents.proposals.routes import adjustments_router, proposal_routes
from budget.documents.suspense import routes as suspense
from budget.imports import routes as imports
from budget.invariants import routes as invariants
from budget.objects import routes as objects
from budget.totals import routes as totals

ROUTERS = (
    campaigns.router,
    sheets.router,
    plans.router,
    *map(proposal_routes, PROPOSALS),
    adjustments_router,
    commitments.router,
    invoices.router,
    mappings.router,
    totals.router,
    suspense.router,
    exceptions.router,
    imports.router,
    invariants.router,
    objects.router,
    approval.router,
    audit.router,
)
