"""Every route of the service; their order does not matter."""

from kpi_monitor.imports import routes as imports
from kpi_monitor.reading import routes as reading
from kpi_monitor.reading import routes_explain, routes_held, routes_lines
from kpi_monitor.rules import routes as rules

ROUTERS = (
    imports.router,
    reading.router,
    routes_explain.router,
    routes_held.router,
    routes_lines.router,
    rules.router,
)
