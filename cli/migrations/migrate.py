"""Brings a database to the newest migration, or back, without a configuration file."""

from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from cli.errors import CommandError, Exit
from cli.helpers import run_in_helper

DATABASE_URL_OPTION = "paceline_database_url"
_MIGRATIONS = Path(__file__).resolve().parent


def _configuration(database_url: str) -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(_MIGRATIONS))
    configuration.set_main_option("path_separator", "os")
    # The configuration file's format gives % a meaning, and a password may contain one.
    configuration.set_main_option(DATABASE_URL_OPTION, database_url.replace("%", "%%"))
    return configuration


def migrate(database_url: str, revision: str = "head") -> None:
    """Upgrades the database at a `postgresql://` URL; an up-to-date one is left as it is.

    Each migration is one transaction. Raises CommandError: 2 when the URL is none, 3 when the
    database cannot be reached.
    """
    _run(lambda: command.upgrade(_configuration(database_url), revision), database_url)


def migrate_down(database_url: str, revision: str = "base") -> None:
    """Takes the database back to `revision`; tests use it, and a roll-back by hand."""
    _run(lambda: command.downgrade(_configuration(database_url), revision), database_url)


def _run(action: Callable[[], None], database_url: str) -> None:
    try:
        host = sa.make_url(database_url).render_as_string(hide_password=True)
    except (ArgumentError, ValueError) as error:
        raise CommandError(f"the database's URL cannot be read: {error}", Exit.USAGE) from error
    try:
        run_in_helper(action)
    except (OSError, SQLAlchemyError) as error:
        raise CommandError(f"{host} cannot be migrated: {error}") from error
