"""What travels for names that want to be more than names: the bytes a mail server receives, and the
body a robot gets. Nobody's name adds a header, a body or a field (M1, M3, A9)."""

import asyncio
import base64
import json
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from unicodedata import category

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from alerts.channels.dingtalk import DingTalk
from alerts.channels.email.channel import Email
from alerts.channels.email.mail import header_text
from alerts.channels.message import Message
from alerts.channels.result import NotBuiltError, SendClass
from alerts.episodes.rules import Key
from alerts.rendering.view import AlertView
from cli.fakes.mail import FakeMail
from tests.unit.alerts.builders import START, at, make_signal
from tests.unit.alerts.rendering.rendered import Read, render
from tests.unit.alerts.sending import answered, mail_server, make_outgoing, make_tools

BCC = "=?utf-8?q?x=0D=0ABcc=3A_evil=40example.com?="
BODY = "=?utf-8?q?x=0D=0A=0D=0A=3Ch1=3Epay_here=3C/h1=3E?="
HOSTILE = [
    BCC,
    BODY,
    f"spring {BCC} sale",
    "=?utf-8?b?eA0KQmNjOiBldmlsQGV4YW1wbGUuY29t?=",
    "=?iso-8859-1?q?=0A?=",
    "=?utf-8?q?a?= =?utf-8?q?=0D=0AX-Evil:1?=",
    "a\r\nBcc: evil@example.com",
    "a\r\n\r\n<h1>pay here</h1>",
    "a\nSubject: other",
    "a\rTo: evil@example.com",
    "a\u2028Bcc: evil@example.com\u2029",
    "a\x85Bcc: evil@example.com",
    "a\x0b\x0cBcc: evil@example.com",
    "\x1b[31mred\x1b[0m\x00\x07",
    "\u202egnp.exe\u2066",
    '", <evil@example.com>, "',
    "evil@example.com (comment",
    "--=====boundary--",
    ".\r\n.\r\nMAIL FROM:<evil@example.com>",
    '","at":{"isAtAll":true},"x":"',
    "=?" * 60,
    "长" * 400,
    "👩‍👩‍👧" * 50,
    "a" * 2000,
    " ",
    "=?utf-8?q?",
    "?=",
]
names = st.sampled_from(HOSTILE) | st.lists(
    st.sampled_from(
        [*HOSTILE, "=?utf-8?q?", "=?utf-8?b?", "?=", "=0D=0A", "DQo=", "\r\n", "\n", " ", "_", ":"]
    )
    | st.text(max_size=20).filter(lambda text: text.isprintable() or "\n" in text),
    min_size=1,
    max_size=6,
).map("".join)
HEADERS = ["From", "To", "Date", "Subject", "Message-ID", "Auto-Submitted"]
THREADED = [*HEADERS, "In-Reply-To", "References"]
CONTENT = ["MIME-Version", "Content-Type"]
PART = {"MIME-Version", "Content-Type", "Content-Transfer-Encoding"}
WORD = re.compile(r"=\?utf-8\?b\?([A-Za-z0-9+/=]*)\?=")


@pytest.fixture(scope="module")
def inbox() -> Iterator[FakeMail]:
    with FakeMail() as found:
        yield found


def message_about(name: str) -> Read:
    """The message about a breach in which everything that people name is called `name`."""
    signal = make_signal(
        rule=name,
        names={"campaign": name, "line": name, "rule": name},
        owner=name,
        labels={"campaign": name, "line": name, "team": name},
        annotations={"lever": name, "runbook": name, "bucket": name},
    )
    view = AlertView(Key(1, 1), "firing", signal, START, None)
    [message] = render(view, receiver=name, now=at(0))
    return message


def arrive(inbox: FakeMail, message: Message, sender: str, **thread: str) -> bytes:
    """The bytes the server was sent."""
    email = Email()
    target = {"kind": "email", "to": "ops@example.com", "sender": sender}
    outgoing = make_outgoing(email, target, message, **thread)
    tools = make_tools(server=mail_server(inbox.port), timeout_s=60.0)
    result = asyncio.run(email.send(outgoing, tools))
    assert result.kind is SendClass.DELIVERED
    arrived = inbox.mails[-1]
    assert arrived.to == ("ops@example.com",)
    return arrived.content


def header_lines(content: bytes) -> dict[str, str]:
    """Each header by its name, read without any mail library: names must not repeat."""
    head, _, _ = content.partition(b"\r\n\r\n")
    assert b"\n" not in head.replace(b"\r\n", b"")
    assert b"\r" not in head.replace(b"\r\n", b"")
    unfolded = head.decode("ascii").replace("\r\n ", " ")
    pairs = [line.split(": ", 1) for line in unfolded.split("\r\n")]
    found = dict(pairs)
    assert len(found) == len(pairs)
    return found


def decoded(value: str) -> str:
    """A header's text as RFC 2047 says: our words joined, the blanks between them are none."""
    words = WORD.findall(value)
    if not words:
        assert "=?" not in value
        return value
    assert " ".join(f"=?utf-8?b?{word}?=" for word in words) == value
    assert all(len(word) <= 52 for word in words)
    return b"".join(base64.b64decode(word, validate=True) for word in words).decode()


@given(name=names, replies=st.booleans())
@example(name=BCC, replies=False)
@example(name=BODY, replies=True)
def test_a_mail_has_its_own_headers_and_one_body_whatever_people_call_things(
    inbox: FakeMail, name: str, replies: bool
) -> None:
    thread = {"thread_root": "d0", "thread_previous": "d1"} if replies else {}
    content = arrive(inbox, message_about(name).message, "Paceline <p@example.com>", **thread)
    found = header_lines(content)
    assert sorted(found) == sorted((THREADED if replies else HEADERS) + CONTENT)
    assert found["To"] == "ops@example.com"
    assert found["From"] == "Paceline <p@example.com>"
    assert found["Message-ID"] == "<d2@example.com>"
    read = message_from_bytes(content, policy=policy.compat32)
    parts = [part for part in read.walk() if not part.is_multipart()]
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    assert not any(set(part.keys()) - PART for part in parts)
    subject = decoded(found["Subject"])
    assert not any(category(letter) in ("Cc", "Zl", "Zp") for letter in subject)
    assert not set(subject) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    assert " ".join(subject.split()) == subject


@settings(max_examples=200, deadline=None)
@given(name=names)
@example(name=BCC)
def test_a_robot_gets_the_fields_of_a_message_and_no_others_whatever_people_call_things(
    name: str,
) -> None:
    bodies: list[bytes] = []

    def robot(request: httpx.Request) -> httpx.Response:
        bodies.append(request.content)
        return answered(200, b'{"errcode": 0, "errmsg": "ok"}')

    async def send() -> None:
        target = {
            "kind": "dingtalk",
            "url_env": "OPS_DINGTALK_URL",
            "secret_env": "OPS_DINGTALK_SECRET",
            "at_mobiles": ["13800000000"],
        }
        channel = DingTalk()
        async with httpx.AsyncClient(transport=httpx.MockTransport(robot)) as client:
            outgoing = make_outgoing(channel, target, message_about(name).message)
            result = await channel.send(outgoing, make_tools(client))
        assert result.kind is SendClass.DELIVERED

    asyncio.run(send())
    [body] = bodies
    assert b"\n" not in body, "a name's line break is an escape inside a text"
    sent = json.loads(body, object_pairs_hook=list)
    assert [key for key, _ in sent] == ["msgtype", "markdown", "at"]
    fields = dict(sent)
    assert [key for key, _ in fields["markdown"]] == ["title", "text"]
    assert fields["at"] == [("atMobiles", ["13800000000"]), ("isAtAll", False)]
    assert "\n" not in dict(fields["markdown"])["title"]


@given(text=names | st.text(max_size=200))
def test_a_header_is_ascii_lines_that_say_the_text(text: str) -> None:
    value = header_text("Subject", text)
    assert value.isascii()
    assert all(len(line) <= 76 for line in f"Subject: {value}".split("\r\n"))
    said = decoded(value.replace("\r\n ", " "))
    assert said == " ".join(said.split())
    kept = [one for one in text if one.isalnum() and not one.isspace()]
    assert [one for one in said if one.isalnum()] == kept


@pytest.mark.parametrize(
    ("sender", "value"),
    [
        ("p@example.com", "p@example.com"),
        ("Paceline <p@example.com>", "Paceline <p@example.com>"),
        ('"Alerts, Inc" <p@example.com>', "=?utf-8?b?QWxlcnRzLCBJbmM=?= <p@example.com>"),
        ("花费 <p@example.com>", "=?utf-8?b?6Iqx6LS5?= <p@example.com>"),
        ('"=? Bcc" <p@example.com>', None),
    ],
)
def test_the_senders_name_is_ours_to_encode(
    inbox: FakeMail, sender: str, value: str | None
) -> None:
    message = message_about("spring").message
    if value is None:
        with pytest.raises(NotBuiltError) as caught:
            arrive(inbox, message, sender)
        assert isinstance(caught.value.__cause__, ValueError)
        return
    assert header_lines(arrive(inbox, message, sender))["From"] == value
