"""A summary of a period in every language: its figures, and no word of another one (W14)."""

from datetime import UTC, datetime

import pytest
from msgspec import structs

from alerts.channels.message import plain
from alerts.record.store_response_times import ResponseTimes
from alerts.rendering.summary import CAMPAIGNS_MAX, CampaignCounts, Summary
from tests.unit.alerts.builders import at
from tests.unit.alerts.rendering.rendered import RENDERER, heading, view
from tests.unit.alerts.rendering.test_alerts_locales import HOLES, LOCALES, OURS, misplaced

SUMMARY = Summary(
    begin=datetime(2025, 10, 27, 1, tzinfo=UTC),
    end=datetime(2025, 11, 3, 1, tzinfo=UTC),
    location="Asia/Shanghai",
    campaigns=(CampaignCounts("q11", 3, 1, 5, 2), CampaignCounts("", 1, 0, 2, 3)),
    longest=(view("unchanged", **OURS),),
    answers=ResponseTimes("", 12, 9, 3, 1, 4, 2, 240, 720, 4000),
    muted=6,
)


def text(summary: Summary, locale: str = "en") -> str:
    return plain(RENDERER.summary(summary, heading(locale=locale), at(60)))


def test_all_its_figures_are_said_once() -> None:
    said = text(SUMMARY)
    assert said.splitlines()[0] == "Summary of alerts: 4 open, 7 began, 5 ended"
    for line in (
        "From Oct 27, 09:00 to Nov 3, 09:00, Asia/Shanghai (UTC+08:00)",
        "Open at the end: 4, of which critical: 1",
        "- q11: 3 open, 5 began, 2 ended",
        "- without a campaign: 1 open, 2 began, 3 ended",
        "Alerts told for the first time: 12, acknowledged: 9, without any answer: 3, "
        "of which still open: 1",
        "Acknowledged: half within 4 minutes, nine of ten within 12 minutes, "
        "all within 1 hour 6 minutes",
        "Escalated: 4, of which nobody answered: 2",
        "Kept back by silences or quiet times: 6",
    ):
        assert said.splitlines().count(line) == 1, said


@pytest.mark.parametrize("locale", LOCALES)
def test_it_is_in_one_language(locale: str) -> None:
    empty = structs.replace(SUMMARY, campaigns=(), longest=(), answers=None, muted=0)
    nothing = [plain(RENDERER.nothing(heading(locale=locale), count)) for count in (0, 3)]
    for said in (text(SUMMARY, locale), text(empty, locale), *nothing):
        assert not misplaced(locale, said), said
        assert not HOLES.findall(said), said


def test_a_part_that_has_nothing_to_say_is_not_there() -> None:
    unanswered = structs.replace(
        SUMMARY, answers=ResponseTimes("", 2, 0, 2, 2, 0, 0, None, None, None), longest=(), muted=0
    )
    said = text(unanswered)
    assert "Acknowledged: half" not in said
    assert "Escalated" not in said
    assert "longest" not in said
    assert "Kept back" not in said


def test_of_many_campaigns_those_with_the_most_are_listed_and_the_others_counted() -> None:
    campaigns = tuple(CampaignCounts(f"q{number}", 1, 0, 1, 0) for number in range(30))
    said = text(structs.replace(SUMMARY, campaigns=campaigns))
    assert said.startswith("Summary of alerts: 30 open, 30 began, 0 ended")
    assert said.count("1 open, 1 began") == CAMPAIGNS_MAX
    assert "- more campaigns: 20" in said.splitlines()
