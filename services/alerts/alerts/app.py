"""The HTTP app of alerts: the common edge, its own routes, and the state they read."""

from collections.abc import Mapping

from fastapi import FastAPI

from alerts import routes
from alerts.adoption.adoption import Adoption
from alerts.configuration.configurations import Configurations
from alerts.settings import AlertsSettings
from shared.database.pool import Pool
from shared.http.app import Check, Idle, create_app


def build_app(
    settings: AlertsSettings,
    *,
    pool: Pool,
    configurations: Configurations,
    adoption: Adoption,
    checks: Mapping[str, Check],
    idle: Idle,
    refresh_metrics: Check,
) -> FastAPI:
    """The app without its background work, so a test can call it too."""
    app = create_app(
        settings,
        title="Paceline alerts",
        pool=pool,
        checks=checks,
        idle=idle,
        refresh_metrics=refresh_metrics,
    )
    app.state.configurations = configurations
    app.state.adoption = adoption
    app.include_router(routes.router)
    return app
