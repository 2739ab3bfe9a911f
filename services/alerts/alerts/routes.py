"""All routes of alerts."""

from fastapi import APIRouter

from alerts.adoption import routes as adoption
from alerts.delivery import routes as delivery
from alerts.quiet import routes as quiet
from alerts.record import routes as record

ROUTERS: tuple[APIRouter, ...] = (record.router, delivery.router, adoption.router, quiet.router)
