"""All documented routes of ingest; no two of one method fit the same path."""

from ingest.events import routes as events
from ingest.keys import routes as keys
from ingest.rejections import routes as rejections
from ingest.reports import routes as reports
from ingest.sources import routes as sources

ROUTERS = (events.router, reports.router, sources.router, keys.router, rejections.router)
