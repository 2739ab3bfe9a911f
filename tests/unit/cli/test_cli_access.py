"""What the command line refuses to sign: exit 2, before any service is asked."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.__main__ import app
from cli.access import make_token
from cli.errors import CommandError, Exit


@pytest.mark.parametrize(
    ("roles", "workspace", "subject", "words"),
    [
        (["admin"], "Acme Corp", "li.na", "workspace"),
        (["admin"], "a|b", "li.na", "workspace"),
        ([], "default", "li.na", "role"),
        (["boss"], "default", "li.na", "boss"),
        (["admin"], "default", "", "subject"),
    ],
)
def test_a_token_that_no_service_would_believe_is_a_mistake_of_usage(
    tmp_path: Path, roles: list[str], workspace: str, subject: str, words: str
) -> None:
    with pytest.raises(CommandError, match=words) as refused:
        make_token(tmp_path, roles=roles, subject=subject, workspace=workspace)
    assert refused.value.exit_code is Exit.USAGE


@pytest.mark.parametrize(
    "arguments",
    [
        ["token", "--role", "", "--subject", "li.na"],
        ["token", "--role", " , ", "--subject", "li.na"],
        ["token", "--role", "admin", "--subject", "li.na", "--workspace", "a b"],
        ["key", "--source", "*", "--workspace", "a b"],
    ],
)
def test_it_is_told_in_one_line_and_nothing_is_printed(
    tmp_path: Path, arguments: list[str]
) -> None:
    result = CliRunner().invoke(app, [*arguments, "--state", str(tmp_path)])

    assert isinstance(result.exception, CommandError)
    assert result.exception.exit_code is Exit.USAGE
    assert result.stdout == ""
