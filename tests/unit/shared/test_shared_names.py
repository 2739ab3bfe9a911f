"""Names that people read: what is invisible and changes how they are read is refused everywhere."""

import unicodedata
from collections.abc import Callable

import pytest
from pydantic import ValidationError

from budget.approval.schemas import DecisionBody
from budget.documents.campaigns.schemas import CampaignBody
from budget.documents.mappings.schemas import MappingBody
from budget.documents.plans.schemas import LineBody
from ingest.keys.schemas import KeyBody
from ingest.sources.schemas import ReleaseBody, SourceBody
from kpi_monitor.rules.schemas import RuleBody
from shared.names import TEXT_HAS_CONTROLS, control_character

BIDI = [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
CONTROLS = [at for at in range(0x100) if unicodedata.category(chr(at)) == "Cc"]

CAMPAIGN = {
    "campaign": "c1",
    "name": "spring",
    "currency": "CNY",
    "time_zone": "UTC",
    "starts_at": "2025-11-01T00:00:00Z",
    "ends_at": "2025-11-12T00:00:00Z",
}
LINE = {"line": "L01", "name": "search", "category": "advertising", "allocated": "1.00"}
RULE = {
    "rule": "ctr-low",
    "scope": {"campaign": "c1"},
    "kpi": "ctr",
    "condition": {"op": "<", "levels": [{"severity": "warning", "value": "0.01"}]},
}
DECISION = {"decision": "approve", "as": "finance"}
MAPPING = {"source": "s", "match": {"campaign": "1"}, "campaign": "c1", "line": "L01"}


@pytest.mark.parametrize("at", [*CONTROLS, *BIDI, 0x2028, 0x2029])
def test_a_name_holds_no_control_character(at: int) -> None:
    assert control_character(f"double{chr(at)}11") == f"U+{at:04X}"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("双十一大促", "Chinese"),
        ("عيد الفطر 2026", "Arabic needs no marks to be read from the right"),
        ("family 👨‍👩‍👧 day", "an emoji of several people is written with joiners (U+200D)"),
        ("naïve café – 50 %", "punctuation and a no-break space"),
    ],
)
def test_what_people_write_is_a_name(text: str, why: str) -> None:
    assert control_character(text) is None, why


def test_a_comment_has_lines_and_tabs_and_nothing_else() -> None:
    assert control_character("first\nsecond\tthird", lines=True) is None
    assert control_character("first\r\nsecond", lines=True) == "U+000D"
    assert control_character("agreed\u202e", lines=True) == "U+202E"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (lambda text: CampaignBody.model_validate({**CAMPAIGN, "name": text}), "name"),
        (lambda text: CampaignBody.model_validate({**CAMPAIGN, "owner": text}), "owner"),
        (
            lambda text: CampaignBody.model_validate({**CAMPAIGN, "attributes": {"a": [text]}}),
            "attributes",
        ),
        (
            lambda text: CampaignBody.model_validate({**CAMPAIGN, "stages": [{text: 1}]}),
            "stages.0",
        ),
        (lambda text: LineBody.model_validate({**LINE, "owner": text}), "owner"),
        (lambda text: DecisionBody.model_validate({**DECISION, "opinion": text}), "opinion"),
        (lambda text: MappingBody.model_validate({**MAPPING, "source": text}), "source"),
        (lambda text: RuleBody.model_validate({**RULE, "name": text}), "name"),
        (lambda text: RuleBody.model_validate({**RULE, "labels": {"team": text}}), "labels.team"),
        (
            lambda text: RuleBody.model_validate({**RULE, "annotations": {"lever": text}}),
            "annotations.lever",
        ),
        (lambda text: SourceBody.model_validate({"money_report": text}), "money_report"),
        (lambda text: KeyBody.model_validate({"sources": ["s"], "name": text}), "name"),
        (lambda text: ReleaseBody.model_validate({"reason": text}), "reason"),
    ],
)
@pytest.mark.parametrize("text", ["rab\u202eelif.exe", "red\x1b[31m", "a\u2066b", "x\x9fy"])
def test_every_door_names_the_field_and_the_character(
    body: Callable[[str], object], field: str, text: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        body(text)
    [error] = refused.value.errors(include_input=False, include_url=False)
    assert error["type"] == TEXT_HAS_CONTROLS
    assert ".".join(str(part) for part in error["loc"]) == field
    assert str(control_character(text)) in error["msg"]
