"""Commands that let people and machines in: `token`, `key`."""

from typing import Annotated

import typer

from cli.app.options import Json, State
from cli.output import emit, tell_stderr
from cli.paths import DEFAULT_STATE


def token(
    role: Annotated[str, typer.Option(help="One or more, separated by commas.")],
    subject: Annotated[str, typer.Option(help="Who it is: the name the audit will show.")],
    workspace: str = "default",
    campaign: Annotated[
        list[str] | None, typer.Option(help="Reaches only this campaign; may be repeated.")
    ] = None,
    region: Annotated[
        list[str] | None, typer.Option(help="Reaches only campaigns of this region; repeatable.")
    ] = None,
    lifetime_s: Annotated[int, typer.Option("--lifetime", min=1, help="Seconds.")] = 43_200,
    state: State = DEFAULT_STATE,
    as_json: Json = False,
) -> None:
    """Sign a token for a person (EdDSA) and print it, nothing else."""
    from cli.access import make_token, unknown_campaigns

    roles = [name.strip() for name in role.split(",") if name.strip()]
    signed = make_token(
        state,
        roles=roles,
        subject=subject,
        workspace=workspace,
        campaigns=campaign or None,
        regions=region or None,
        lifetime_s=lifetime_s,
    )
    emit(signed, {"token": signed}, as_json=as_json)
    if not campaign:
        return
    from cli.stack.state import load_run

    run = load_run(state)
    if run is not None:
        for name in unknown_campaigns(run.urls["budget"], signed, campaign):
            tell_stderr(f"the token reaches no campaign {name} now: look at its spelling")


def key(
    source: Annotated[str, typer.Option(help='Sources it may write, e.g. "google-ads/*".')],
    workspace: str = "default",
    campaign: Annotated[
        list[str] | None, typer.Option(help="Events may name only this campaign; repeatable.")
    ] = None,
    name: str = "cli",
    state: State = DEFAULT_STATE,
    as_json: Json = False,
) -> None:
    """Create an API key for a machine and print it, nothing else; it is shown only once."""
    from cli.access import call, make_token
    from cli.stack.state import require_run

    admin = make_token(
        state, roles=["admin"], subject="paceline-cli", workspace=workspace, lifetime_s=60
    )
    info = require_run(state)
    body = {"sources": [source], "campaigns": campaign or None, "name": name}
    reply = call("POST", f"{info.urls['ingest']}/v1/keys", token=admin, body=body)
    emit(reply["key"], {"key": reply["key"]}, as_json=as_json)
