"""E-mail: readable in both parts, threaded, each recipient's own answer (M3, A9)."""

from email import message_from_bytes, policy

import pytest

from alerts.channels.email import (
    EmailSender,
    Mail,
    Server,
    Thread,
    build,
    classify_code,
    classify_recipients,
)
from alerts.channels.result import NotBuiltError, SendClass
from tests.unit.alerts.builders import at


def mail(**changes: object) -> Mail:
    values: dict[str, object] = {
        "delivery": "d2",
        "sender": "Paceline <paceline@example.com>",
        "to": ("a@x.com", "b@x.com"),
        "thread": Thread("双十一大促 / L03：花费进度提醒", "d0", "d1"),
        "plain": "花费过快",
        "html": "<html><h2>花费过快</h2></html>",
    }
    return Mail(**{**values, **changes})  # type: ignore[arg-type]


def parsed(found: Mail):  # type: ignore[no-untyped-def]
    return message_from_bytes(build(found, at(0)).as_bytes(), policy=policy.default)


def test_text_comes_first_and_html_last_both_in_utf8() -> None:
    message = parsed(mail())
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message.get_body(("plain",)).get_content().strip() == "花费过快"
    assert "花费过快" in message.get_body(("html",)).get_content()


def test_headers_thread_the_episode() -> None:
    message = parsed(mail())
    assert message["Message-ID"] == "<d2@example.com>"
    assert message["In-Reply-To"] == "<d0@example.com>"
    assert message["References"] == "<d0@example.com> <d1@example.com>"
    assert message["Subject"] == "双十一大促 / L03：花费进度提醒"
    assert message["To"] == "a@x.com, b@x.com"


def test_the_first_mail_is_the_root() -> None:
    message = parsed(mail(thread=Thread("s")))
    assert message["In-Reply-To"] is None
    assert message["References"] is None


def test_every_attempt_has_the_same_id_and_a_copy_is_labelled() -> None:
    again = parsed(mail(note="(重发/resent)"))
    assert again["Message-ID"] == parsed(mail())["Message-ID"]
    assert again.get_body(("plain",)).get_content().startswith("(重发/resent)")
    assert "(重发/resent)" in again.get_body(("html",)).get_content()


def test_a_subject_cannot_add_headers() -> None:
    message = parsed(mail(thread=Thread("a\r\nBcc: evil@x.com")))
    assert message["Bcc"] is None
    assert message["Subject"] == "a Bcc: evil@x.com"


@pytest.mark.parametrize(
    "changes",
    [{"to": ("a@x.com", "a..b@x.com")}, {"sender": "Pacing bot"}, {"to": ("a@例子.公司",)}],
)
async def test_what_no_server_would_take_is_known_before_anything_is_sent(
    changes: dict[str, object],
) -> None:
    server = Server("127.0.0.1", 9, "none", None, None, 5.0)
    with pytest.raises(NotBuiltError) as caught:
        await EmailSender(server).send(mail(**changes), at(0))
    assert isinstance(caught.value.__cause__, ValueError)


async def test_a_server_whose_name_is_none_is_a_matter_of_configuration() -> None:
    server = Server("a" * 64 + ".com", 25, "none", None, None, 5.0)
    found = await EmailSender(server).send(mail(), at(0))
    assert (found.kind, found.provider_code) == (SendClass.CONFIG, "connect")
    assert not found.maybe_delivered


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (421, SendClass.RATE_LIMITED),
        (451, SendClass.RETRYABLE),
        (452, SendClass.RATE_LIMITED),
        (550, SendClass.CONFIG),
        (552, SendClass.CONTENT),
        (554, SendClass.CONFIG),
    ],
)
def test_a_reply_means(code: int, kind: SendClass) -> None:
    assert classify_code(code, "x").kind is kind


TO = ("a@x.com", "b@x.com", "c@x.com")


def test_all_taken_is_delivered() -> None:
    assert classify_recipients(TO, {}, "250", "ok").kind is SendClass.DELIVERED


def test_those_refused_are_tried_again_soon_if_one_of_them_is_refused_for_now_only() -> None:
    refused = {"b@x.com": (450, "later"), "c@x.com": (550, "no such user")}
    found = classify_recipients(TO, refused, "250", "ok")
    assert (found.kind, found.remaining) == (SendClass.RETRYABLE, ("b@x.com", "c@x.com"))
    assert "1 of 3 recipients taken" in found.provider_message


def test_a_recipient_refused_for_good_waits_for_a_correction() -> None:
    found = classify_recipients(TO, {"c@x.com": (550, "no such user")}, "250", "ok")
    assert (found.kind, found.provider_code) == (SendClass.CONFIG, "550")
    assert found.remaining == ("c@x.com",)
    assert "2 of 3 recipients taken; c@x.com: 550 no such user" in found.provider_message
