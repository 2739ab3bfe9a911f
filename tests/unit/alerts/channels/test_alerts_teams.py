"""Teams: accepted and never delivered, in the colours of how things stand, within its size (A5)."""

import json
import re
from typing import Any

import httpx
import pytest
from hypothesis import given, settings

from alerts.channels.message import Composed
from alerts.channels.result import SendClass
from alerts.channels.teams import Teams, body_of, classify
from cli.fakes import teams as fake
from cli.fakes.teams import FakeTeams
from tests.unit.alerts.answers import Body, Meaning, each_of
from tests.unit.alerts.builders import at
from tests.unit.alerts.channels.test_alerts_chat_names import ACTING, twin
from tests.unit.alerts.rendering.rendered import RENDERER, heading, view
from tests.unit.alerts.rendering.test_alerts_names import named, names, one_line
from tests.unit.alerts.sending import (
    answered,
    assert_means,
    make_message,
    make_outgoing,
    never,
    refusal_of,
    send_over,
)

CHANNEL = Teams()
TARGET = {"kind": "teams", "url_env": "FLOW_URL"}
QUERY = "api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=S0_x-y%2Fz"
URL = f"https://prod-7.westus.logic.azure.com:443/workflows/W0/triggers/manual/invoke?{QUERY}"
ENVIRONMENT = {"FLOW_URL": URL}
LEGACY = (
    b"Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error "
)
ANSWERS = [
    ("queued", 202, b"", SendClass.ACCEPTED, "http_202", False),
    ("done", 200, b"", SendClass.ACCEPTED, "http_200", False),
    ("the connectors of before", 200, b"1", SendClass.ACCEPTED, "http_200", False),
    ("too many, behind a 200", 200, LEGACY + b"429", SendClass.RATE_LIMITED, "http_429", False),
    ("too large, behind a 200", 200, LEGACY + b"413", SendClass.CONTENT, "http_413", False),
    ("Teams is away, behind a 200", 200, LEGACY + b"503", SendClass.RETRYABLE, "http_503", True),
    ("too many", 429, fake.TOO_FAST, SendClass.RATE_LIMITED, "http_429", False),
    ("wrong signature", 401, fake.REFUSED, SendClass.CONFIG, "http_401", False),
    ("no such workflow", 404, b"", SendClass.CONFIG, "http_404", False),
    ("no card", 400, fake.NO_CARD, SendClass.CONFIG, "http_400", False),
    ("too large", 413, b"", SendClass.CONTENT, "http_413", False),
    ("away", 503, b"<html>", SendClass.RETRYABLE, "http_503", True),
    ("elsewhere", 302, b"", SendClass.CONFIG, "http_302", True),
]


@each_of(ANSWERS)
def test_an_answer_means(status: int, body: Body, meaning: Meaning) -> None:
    assert_means(classify, status, body, meaning)


def test_an_error_is_said_in_the_workflows_words() -> None:
    said = classify(401, json.dumps(fake.REFUSED).encode()).provider_message
    assert said == "AuthorizationFailed: The signature is not valid."


async def test_the_query_is_sent_as_it_is_and_the_card_mentions_people() -> None:
    seen: list[httpx.Request] = []

    def flow(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return answered(202)

    target = {**TARGET, "mentions": {"Ann 安": "ann@example.com"}}
    found = await send_over(CHANNEL, target, flow, environment=ENVIRONMENT)
    assert found.kind is SendClass.ACCEPTED
    [request] = seen
    assert request.url.query == QUERY.encode()
    assert request.headers["host"] == "prod-7.westus.logic.azure.com"
    [attachment] = json.loads(request.content)["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.2")
    assert [one["text"] for one in card["body"]] == ["标题", "正文", "<at>Ann 安</at>"]
    assert card["msteams"]["entities"] == [
        {
            "type": "mention",
            "text": "<at>Ann 安</at>",
            "mentioned": {"id": "ann@example.com", "name": "Ann 安"},
        }
    ]


def card_of(message: Any, **changes: Any) -> list[dict[str, Any]]:
    """The body of the card of a message."""
    sent = json.loads(body_of(make_outgoing(CHANNEL, TARGET, message, **changes), {}))
    found: list[dict[str, Any]] = sent["attachments"][0]["content"]["body"]
    return found


def test_alerts_have_the_colour_of_how_they_stand_and_their_figures_in_columns() -> None:
    note = {"lever": None, "runbook": "https://wiki.example/a_b?c=1", "bucket": None}
    told = [
        view(annotations=note),
        view(alert=2, severity="warning"),
        view("resolved", alert=3, ends_at=at(60), reason="below_reset"),
        view("resolved", alert=4, ends_at=at(60), reason="rule_removed"),
    ]
    [rendered] = RENDERER.render(told, heading(), CHANNEL, at(90))
    body = card_of(rendered.message, possible_duplicate=True)
    assert body[0]["text"].startswith("(重发/resent) 【")
    headings = [one for one in body if one.get("weight") == "Bolder"]
    assert [one.get("color") for one in headings] == [
        "Attention",
        "Attention",
        "Warning",
        "Good",
        None,
    ]
    facts = {one["title"]: one["value"] for one in body[3]["facts"]}
    assert facts["处理手册"] == "[wiki.example/a_b?c=1](https://wiki.example/a_b?c=1)"
    assert facts["实际花费"] == "¥48,000.00"


@settings(max_examples=100, deadline=None)
@given(names)
def test_a_card_shows_a_name_and_nothing_of_it_acts(name: str) -> None:
    [rendered] = RENDERER.render(named(name, "en"), heading("en"), CHANNEL, at(90))
    body = card_of(rendered.message)
    facts = [fact for one in body for fact in one.get("facts", ())]
    shown = [one["text"] for one in body if "text" in one]
    shown += [text for fact in facts for text in fact.values()]
    acting = [text for text in shown if ACTING.search(text) or re.match(r"(\d+[.)]|[-+]) ", text)]
    assert acting == []
    assert twin(one_line(name)) in twin("\n".join(shown))


@pytest.mark.parametrize(("alerts", "still_open"), [(1, 0), (12, 20), (60, 0), (60, 150)])
def test_no_message_is_larger_than_what_is_surely_posted(alerts: int, still_open: int) -> None:
    """A card that is too large is taken and then lost, and nobody says so."""
    people = {f"人 {n}": "x" * 99 for n in range(20)}
    views = [
        view(alert=n, names={"campaign": "双十一大促" * 9, "line": f"搜索广告 {n}"})
        for n in range(alerts)
    ]
    views += [view("unchanged", alert=100 + n) for n in range(still_open)]
    bodies = [
        body_of(make_outgoing(CHANNEL, TARGET, one.message), people)
        for one in RENDERER.render(views, heading(), CHANNEL, at(90))
    ]
    assert max(map(len, bodies)) <= 20_000
    if not still_open:
        assert all("FactSet" in body.decode() for body in bodies), "none gives up its form"


async def test_a_text_that_had_to_be_cut_is_shown_as_it_is_recorded() -> None:
    written = make_message(written="\n".join(['"长"' * 20] * 400))
    with FakeTeams() as flow:
        sent = await send_over(
            CHANNEL,
            {**TARGET, "allow_private": True},
            None,
            environment={"FLOW_URL": flow.url},
            message=written,
        )
        assert sent.kind is SendClass.ACCEPTED
        assert flow.lost == 0
        text = CHANNEL.compose(written, CHANNEL.limits.text_max).text
        assert flow.messages[0].text == text.replace("\n", "\n\n")
    long = Composed("标题", "长" * 7000, whole=False)
    refused = await send_over(CHANNEL, TARGET, never, environment=ENVIRONMENT, composed=long)
    assert (refused.kind, refused.provider_code) == (SendClass.CONTENT, "too_long")


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("{url_env: FLOW_URL, mentions: {'<at>': a@x.com}}", "signs in with"),
        ("{url_env: FLOW_URL, mentions: {Ann: 'a b'}}", "signs in with"),
        (
            f"{{url_env: FLOW_URL, mentions: {{{', '.join(f'P{n}: p' for n in range(21))}}}}}",
            "at most 20 people",
        ),
        ("{url_env: FLOW_URL, secret_env: FLOW_URL}", "unknown key 'secret_env'"),
        ("{url_env: PLAIN_URL}", "begin with https://"),
    ],
)
def test_an_entry_that_is_wrong_is_refused_with_its_line_and_the_remedy(
    line: str, word: str
) -> None:
    environment = {**ENVIRONMENT, "PLAIN_URL": URL.replace("https", "http")}
    said = refusal_of("teams", line, environment)
    assert word in said
    assert "S0" not in said
