"""`load`: a platform's report file."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from cli.app.options import Json, State
from cli.paths import DEFAULT_STATE

_MARKS: dict[str | None, Literal[".", ","] | None] = {
    None: None,
    ".": ".",
    "point": ".",
    ",": ",",
    "comma": ",",
}


def load(
    file: Annotated[Path, typer.Argument(help="A report: CSV or JSON.", show_default=False)],
    platform: Annotated[str, typer.Option(help="The mapping's name, e.g. google-ads.")],
    source: Annotated[str | None, typer.Option(help="Default: <platform>/<account>.")] = None,
    wait: Annotated[bool, typer.Option(help="Wait until the ledger has counted all rows.")] = False,
    dry_run: Annotated[bool, typer.Option(help="Read and judge the file, send nothing.")] = False,
    currency: Annotated[str | None, typer.Option(help="For rows that name none.")] = None,
    as_of: Annotated[str | None, typer.Option(help="The report's time, RFC 3339.")] = None,
    complete: Annotated[
        bool, typer.Option(help="With --as-of: the source is complete up to that time.")
    ] = False,
    complete_anyway: Annotated[
        bool, typer.Option(help="As --complete, although rows were refused: your word for it.")
    ] = False,
    decimal: Annotated[
        Literal["point", "comma", ".", ","] | None,
        typer.Option(help="The decimal mark, if the file does not prove it.", show_default=False),
    ] = None,
    dates: Annotated[
        Literal["dmy", "mdy", "ymd"] | None,
        typer.Option(help="The order of days, if the file does not prove it.", show_default=False),
    ] = None,
    batch: Annotated[int, typer.Option(min=1, max=100_000, help="Rows per request.")] = 5_000,
    workspace: str = "default",
    state: State = DEFAULT_STATE,
    as_json: Json = False,
) -> None:
    """Send a platform's report file; exit 4 when rows were rejected, equal or not complete."""
    from cli.commands.load import load as work
    from cli.commands.load.outcome import LoadOptions

    try:
        moment = datetime.fromisoformat(as_of) if as_of else None
    except ValueError as error:
        text = "--as-of is a time such as 2025-11-03T08:00:00+08:00"
        raise typer.BadParameter(text) from error
    options = LoadOptions(
        platform=platform,
        source=source,
        wait=wait,
        dry_run=dry_run,
        batch=batch,
        currency=currency,
        as_of=moment,
        complete=complete,
        complete_anyway=complete_anyway,
        decimal=_MARKS[decimal],
        dates=dates,
        workspace=workspace,
        state=state,
        as_json=as_json,
    )
    raise typer.Exit(work.load(file, options))
