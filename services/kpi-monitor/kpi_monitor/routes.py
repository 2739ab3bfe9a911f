"""Every route of the service; their order does not matter."""

from kpi_monitor.imports import routes as imports
from kpi_monitor.reading import routes as reading
from kpi_monitor.reading import routes_explain, routes_held
from kpi_monitor.rules import routes as rules

ROUTERS = tuple(module.router for module in (imports, reading, routes_explain, routes_held, rules))
