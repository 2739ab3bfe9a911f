"""Options that several commands have, and what they mean when they are not given."""

import getpass
import os
from pathlib import Path
from typing import Annotated

import typer

State = Annotated[
    Path, typer.Option("--state", envvar="PACELINE_STATE", help="Folder of data, keys and logs.")
]
Json = Annotated[bool, typer.Option("--json", help="Results as JSON.")]
Subject = Annotated[
    str,
    typer.Option(
        help="Who you are: the name people will see.",
        default_factory=getpass.getuser,
        show_default="your login",
    ),
]
Kafka = Annotated[str | None, typer.Option("--kafka", help="An existing broker, HOST:PORT.")]


def _checked_url(url: str | None) -> str | None:
    if url is not None and not url.startswith(("postgresql://", "postgres://")):
        raise typer.BadParameter("a database is named as postgresql://USER:PASSWORD@HOST/NAME")
    return url


Database = Annotated[
    str | None,
    typer.Option("--database", help="An existing database's URL.", callback=_checked_url),
]


def database_url(given: str | None, state: Path) -> str:
    """--database, PACELINE_DATABASE_URL or `up`'s."""
    from cli.stack.state import require_run

    url = given or _checked_url(os.environ.get("PACELINE_DATABASE_URL") or None)
    return url or require_run(state).database


def bootstrap(given: str | None, state: Path) -> str:
    """--kafka, PACELINE_KAFKA_BOOTSTRAP or `up`'s."""
    from cli.stack.state import require_run

    return given or os.environ.get("PACELINE_KAFKA_BOOTSTRAP") or require_run(state).kafka
