"""E-mail: readable in both parts, threaded, and what each reply of a server means (M3, A9)."""

from collections.abc import Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from msgspec.structs import replace

from alerts.channels.email.channel import (
    Email,
    classify_data,
    classify_greeting,
    classify_recipient,
    drawn,
    mail_of,
    page_of,
)
from alerts.channels.email.mail import Mail, Thread, build
from alerts.channels.message import AlertFacts, Block, FactLine, Picture
from alerts.channels.result import NotBuiltError, SendClass
from tests.unit.alerts.builders import START, at
from tests.unit.alerts.sending import mail_server, make_message, make_outgoing, make_tools

ALERT = AlertFacts("f", "firing", {}, {}, START, None)
BLOCK = Block("critical", "spend", (FactLine("limit", "1"),), "#000", ALERT)


def mail(**changes: object) -> Mail:
    values: dict[str, object] = {
        "delivery": "d2",
        "sender": "Paceline <paceline@example.com>",
        "to": "a@x.com",
        "thread": Thread("双十一大促 / L03：花费进度提醒", "d0", "d1"),
        "plain": "花费过快",
        "html": "<html><h2>花费过快</h2></html>",
    }
    return Mail(**{**values, **changes})  # type: ignore[arg-type]


def parsed(found: Mail) -> EmailMessage:
    return message_from_bytes(build(found, at(0)), policy=policy.default)


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def test_text_comes_first_and_html_last_both_in_utf8() -> None:
    message = parsed(mail())
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert body(message, "plain").strip() == "花费过快"
    assert "花费过快" in body(message, "html")


async def test_a_picture_is_in_the_mail_with_what_it_shows_in_words() -> None:
    """Three at most, each with its alert; one that could not be made leaves nothing behind."""
    picture = Picture("<svg/>", "Spend & plan", 'a "b"')
    blocks = (BLOCK, *(replace(BLOCK, picture=picture),) * 4)
    asked: list[tuple[int, str]] = []

    async def draw(charts: Sequence[str], locale: str) -> list[bytes | None]:
        asked.append((len(charts), locale))
        return [b"png-1", None, b"png-3"]

    message = make_message(written="", blocks=blocks)
    outgoing = make_outgoing(Email(), {"kind": "email", "to": "a@x.com"}, message)
    tools = replace(make_tools(), draw=draw)
    found = parsed(mail_of(outgoing, "p@example.com", await drawn(outgoing, tools)))
    assert asked == [(3, "zh-CN")]
    page = body(found, "html")
    assert page.count("<img") == 2
    assert 'alt="a &#34;b&#34;"' in page
    assert page.count("Spend &amp; plan") == 2
    images = [part for part in found.walk() if part.get_content_type() == "image/png"]
    assert [part.get_content() for part in images] == [b"png-1", b"png-3"]
    for part in images:
        assert f"cid:{part['Content-ID'].strip('<>')}" in page
    assert "cid" not in body(found, "plain")
    assert not await drawn(outgoing, make_tools()), "nothing draws"
    cut = replace(outgoing, composed=Email().compose(message, 40))
    assert not await drawn(cut, tools), "what is cut has no page of blocks"


def test_headers_thread_the_episode() -> None:
    message = parsed(mail())
    assert message["Message-ID"] == "<d2@example.com>"
    assert message["In-Reply-To"] == "<d0@example.com>"
    assert message["References"] == "<d0@example.com> <d1@example.com>"
    assert message["Subject"] == "双十一大促 / L03：花费进度提醒"
    assert message["To"] == "a@x.com"


def test_the_first_mail_is_the_root() -> None:
    message = parsed(mail(thread=Thread("s")))
    assert message["In-Reply-To"] is None
    assert message["References"] is None


def test_every_attempt_has_the_same_id_and_a_copy_is_labelled() -> None:
    again = parsed(mail(note="(重发/resent)"))
    assert again["Message-ID"] == parsed(mail())["Message-ID"]
    assert body(again, "plain").startswith("(重发/resent)")
    assert "(重发/resent)" in body(again, "html")


@pytest.mark.parametrize(
    "changes",
    [
        {"target": {"kind": "email", "to": "a..b@x.com"}},
        {"target": {"kind": "email", "to": "a@x.com", "sender": "Pacing bot"}},
        {"target": {"kind": "email", "to": "a@例子.公司"}},
        {"delivery": "d>\r\nBcc: evil@x.com"},
        {"thread_root": "d0>\r\nBcc: evil@x.com"},
        {"thread_root": "d0", "thread_previous": "d 1"},
    ],
)
async def test_what_no_server_would_take_is_known_before_anything_is_sent(
    changes: dict[str, Any],
) -> None:
    email = Email()
    target = changes.pop("target", {"kind": "email", "to": "a@x.com"})
    with pytest.raises(NotBuiltError) as caught:
        await email.send(make_outgoing(email, target, **changes), make_tools())
    assert isinstance(caught.value.__cause__, ValueError)


async def test_a_server_whose_name_is_none_is_a_matter_of_configuration() -> None:
    email, server = Email(), mail_server(25, "a" * 64 + ".com")
    outgoing = make_outgoing(email, {"kind": "email", "to": "a@x.com"})
    found = await email.send(outgoing, make_tools(server=server))
    assert (found.kind, found.provider_code) == (SendClass.CONFIG, "connect")
    assert f"{'a' * 64}.com:25 is no address of a server" in found.provider_message
    assert not found.maybe_delivered


def test_a_message_that_was_cut_is_on_its_page_as_it_is_in_text() -> None:
    message = make_message(title="a <b> c", written="", blocks=(BLOCK,) * 3)
    whole, cut = (Email().compose(message, size) for size in (50_000, 40))
    assert (whole.whole, cut.whole) == (True, False)
    assert page_of(message, whole).count("spend") == 3
    page = page_of(message, cut)
    assert "<h2>a &lt;b&gt; c</h2><div" in page
    assert f">{cut.text}</div>" in page


# (reply, class before a word of the mail, about the mailbox, to the mail itself, may have arrived)
REPLIES = [
    (250, SendClass.RETRYABLE, SendClass.RETRYABLE, SendClass.DELIVERED, False),
    (251, SendClass.RETRYABLE, SendClass.RETRYABLE, SendClass.DELIVERED, False),
    (354, SendClass.RETRYABLE, SendClass.RETRYABLE, SendClass.RETRYABLE, True),
    (-1, SendClass.RETRYABLE, SendClass.RETRYABLE, SendClass.RETRYABLE, True),
    (199, SendClass.RETRYABLE, SendClass.RETRYABLE, SendClass.RETRYABLE, True),
    (650, SendClass.RETRYABLE, SendClass.RETRYABLE, SendClass.RETRYABLE, True),
    (421, SendClass.RATE_LIMITED, SendClass.RETRYABLE, SendClass.RATE_LIMITED, False),
    (451, SendClass.RETRYABLE, SendClass.RETRYABLE, SendClass.RETRYABLE, False),
    (452, SendClass.RATE_LIMITED, SendClass.RETRYABLE, SendClass.RATE_LIMITED, False),
    (550, SendClass.CONFIG, SendClass.CONFIG, SendClass.CONFIG, False),
    (552, SendClass.CONTENT, SendClass.CONFIG, SendClass.CONTENT, False),
    (554, SendClass.CONFIG, SendClass.CONFIG, SendClass.CONFIG, False),
]


@pytest.mark.parametrize(("code", "greeting", "recipient", "data", "maybe"), REPLIES)
def test_a_reply_means(
    code: int, greeting: SendClass, recipient: SendClass, data: SendClass, maybe: bool
) -> None:
    found = [classify(code, "x") for classify in (classify_greeting, classify_recipient)]
    assert [one.kind for one in found] == [greeting, recipient]
    assert not any(one.maybe_delivered for one in found), "nothing of the mail was sent yet"
    last = classify_data(code, "x")
    assert (last.kind, last.maybe_delivered) == (data, maybe)


@pytest.mark.parametrize(
    ("address", "is_button", "why"),
    [
        ("https://a.example/respond/unsubscribe/x.y", True, "one line, over TLS"),
        ("http://a.example/respond/unsubscribe/x.y", False, "RFC 8058 asks for https"),
        ("https://a.example/" + "x" * 900, False, "longer than a line may be"),
        ("", False, "nothing to leave"),
    ],
)
def test_a_mail_program_gets_a_button_only_for_an_address_that_it_may_use(
    address: str, is_button: bool, why: str
) -> None:
    head = build(mail(leave=address), START).partition(b"\r\n\r\n")[0].decode()
    assert (f"\r\nList-Unsubscribe: <{address}>\r\n" in head) is is_button, why
    assert ("\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in head) is is_button, why
    assert max(map(len, head.split("\r\n"))) <= 998
