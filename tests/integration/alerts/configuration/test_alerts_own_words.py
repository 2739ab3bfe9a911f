"""Messages in a workspace's own words: sent, seen before, and never in the way of an alert."""

import httpx

from tests.integration.alerts.alerts_world import World
from tests.integration.alerts.record.test_alerts_http import (  # noqa: F401 - fixtures
    as_role,
    client,
    world,
)
from tests.unit.alerts.builders import CONFIGURATION, at, make_breach

OWN = """\
message_templates:
  - name: short
    text: "{{ receiver }} · {{ alerts[0].headline }} · {{ alerts[0].labels.team }}"
"""


def in_own_words() -> str:
    return CONFIGURATION.replace("    locale: zh-CN", "    locale: en\n    template: short") + OWN


async def test_a_receiver_is_told_in_its_own_words_and_without_them_all_the_same(
    world: World,  # noqa: F811
) -> None:
    labels = {"campaign": "double11-2025", "line": "L03", "rule": "pacing-high"}
    world.configure(in_own_words())
    await world.tell(make_breach(labels={**labels, "team": "search"}))
    await world.flush(at(0))
    await world.deliver()
    said = "ops · Spending too fast: 160% of plan · search"
    assert world.inbox.mails[-1].text.startswith(said)
    assert world.robot.messages[-1].text.startswith(said)
    other = {"breach": "pacing-high/line:L04/1", "group": {"line": "L04"}}
    await world.tell(make_breach(**other, labels={**labels, "line": "L04"}))
    await world.flush(at(1))
    await world.deliver()
    text = world.inbox.mails[-1].text
    assert "Actual spend: CNY" in text
    assert "The template short could not be used (it cannot be filled in:" in text
    assert {row["state"] for row in await world.rows()} == {"delivered"}


async def test_a_template_is_seen_with_an_alert_before_anybody_is_told_in_it(
    world: World,  # noqa: F811
    client: httpx.AsyncClient,  # noqa: F811
) -> None:
    await world.tell(make_breach())
    await world.flush(at(0))
    alert = str(await world.pool.fetchval("SELECT max(alert) FROM alerts.alerts"))
    path, operator = "/v1/message_templates/preview", as_role(world, "operator")
    body = {"title": "{{ receiver }}", "text": "{{ alerts[0].headline }}", "alert": alert}
    answer = await client.post(path, headers=operator, json=body)
    assert answer.json() == {"title": "preview", "text": "Spending too fast: 160% of plan"}
    runs = {"starts_at": "2025-11-01T00:00:00+08:00", "ends_at": "2025-11-12T00:00:00+08:00"}
    await world.announce("double11-2025", None, 1, **runs)
    labels = "{% for fact in alerts[0].facts %}{{ fact.label }},{% endfor %}"
    answer = await client.post(path, headers=operator, json={**body, "text": labels})
    assert ",To land on budget," in answer.json()["text"]
    for text, detail in (("{{ title.x }}", "filled in"), ("{{ f() }}", "'call' is not in")):
        answer = await client.post(path, headers=operator, json={**body, "text": text})
        assert (answer.status_code, answer.json()["code"]) == (422, "template_invalid")
        assert detail in answer.json()["detail"]
    answer = await client.post(path, headers=operator, json={**body, "alert": "999"})
    assert (answer.status_code, answer.json()["code"]) == (404, "alert_unknown")
    answer = await client.post(path, headers=as_role(world, "viewer"), json=body)
    assert answer.status_code == 403
