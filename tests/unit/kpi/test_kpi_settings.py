"""Who owns a workspace is one line of text."""

import pytest
from pydantic import ValidationError

from kpi_monitor.settings import KpiSettings, owners_of


def test_owners_are_read_by_workspace() -> None:
    assert owners_of("") == {}
    assert owners_of("default=li.na, acme=bob,") == {"default": "li.na", "acme": "bob"}


@pytest.mark.parametrize("text", ["li.na", "default=", "=li.na", "a=b,a=c"])
def test_a_line_that_names_no_owner_stops_the_service_at_its_start(text: str) -> None:
    with pytest.raises(ValidationError, match="workspace=owner"):
        KpiSettings(workspace_owners=text)
