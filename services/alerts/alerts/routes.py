"""All routes of alerts."""

from fastapi import APIRouter

from alerts.adoption import routes as adoption
from alerts.delivery import routes as delivery
from alerts.oncall import routes as oncall
from alerts.quiet import routes as quiet
from alerts.record import routes as record
from alerts.response import routes as response
from alerts.unsubscriptions import routes as unsubscriptions

ROUTERS: tuple[APIRouter, ...] = (
    record.router,
    response.router,
    delivery.router,
    adoption.router,
    quiet.router,
    oncall.router,
    unsubscriptions.router,
)
