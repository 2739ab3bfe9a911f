"""`alerts`: what a configuration of alerts means, and whether a receiver is reached."""

import os
from pathlib import Path
from typing import Annotated

import typer

from cli.app.options import Json, State, Subject
from cli.output import emit, tell_stderr
from cli.paths import DEFAULT_STATE, alerts_directory

File = Annotated[
    Path | None,
    typer.Option(
        "--file", help="Default: the workspace's, in the folder that runs.", show_default=False
    ),
]


def check(
    file: Annotated[Path, typer.Argument(help="alerts.d/<workspace>.yml", show_default=False)],
    as_json: Json = False,
) -> None:
    """Say whether a file can be used, with the variables of this shell; exit 1 names the line."""
    from cli.commands.alerts_file import counts_of, read_file

    found = read_file(file)
    for doubt in found.doubts:
        tell_stderr(f"warning: {doubt}")
    counts = counts_of(found)
    line = " ".join(f"{name}={count}" for name, count in counts.items())
    emit(f"ok {line}", {"ok": True, **counts, "doubts": list(found.doubts)}, as_json=as_json)


def route(
    label: Annotated[list[str], typer.Argument(help="e.g. campaign=d11", show_default=False)],
    file: File = None,
    workspace: str = "default",
    state: State = DEFAULT_STATE,
    as_json: Json = False,
) -> None:
    """Say who would get an alert with these labels, and when, a line for each route."""
    from cli.commands.alerts_file import labels_of, line_of, read_file, who_hears

    heard = who_hears(read_file(file or _file_of(state, workspace)), labels_of(label))
    emit("\n".join(map(line_of, heard)), {"routes": heard}, as_json=as_json)


def oncall(
    name: Annotated[str | None, typer.Argument(help="Default: all.", show_default=False)] = None,
    file: File = None,
    workspace: str = "default",
    state: State = DEFAULT_STATE,
    as_json: Json = False,
) -> None:
    """Say who is on call now, until when, and who is next, a line for each schedule of a file."""
    from cli.commands.alerts_file import read_file
    from cli.commands.oncall import line_of, who_is_on_call

    found = who_is_on_call(read_file(file or _file_of(state, workspace)), name)
    lines = "\n".join(map(line_of, found)) or "no schedules"
    emit(lines, {"schedules": found}, as_json=as_json)


def try_receiver(
    receiver: Annotated[str, typer.Argument(help="As the file calls it.", show_default=False)],
    subject: Subject,
    workspace: str = "default",
    state: State = DEFAULT_STATE,
    as_json: Json = False,
) -> None:
    """Send a test message to each channel of a receiver; exit 1 unless all of them took it."""
    from cli.commands.alerts_file import result_line, send_trial
    from cli.errors import Exit

    tried = send_trial(state, receiver, subject=subject, workspace=workspace)
    lines = [result_line(one) for one in tried["results"]] or [f"{receiver} has no channel"]
    emit("\n".join(lines), tried, as_json=as_json)
    raise typer.Exit(Exit.OK if tried["arrived"] else Exit.CHECK_FAILED)


def _file_of(state: Path, workspace: str) -> Path:
    """In the folder that this shell names, or that `up` was started with; it is said which."""
    from cli.stack.state import load_run

    run = None if "PACELINE_ALERTS_DIR" in os.environ else load_run(state)
    folder = Path(run.alerts_dir) if run else alerts_directory(os.environ)
    file = folder / f"{workspace}.yml"
    tell_stderr(f"reads {file}")
    return file
