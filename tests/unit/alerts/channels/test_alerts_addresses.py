"""What is accepted as an address can be sent to, whatever it is (A9, A10)."""

from email import message_from_bytes, policy
from email.headerregistry import Address

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.channels.addresses import Sender, mail_address, mail_sender, web_address
from alerts.channels.email.mail import Mail, Thread, build
from alerts.settings import AlertsSettings
from tests.unit.alerts.builders import at

ATOMS = "abzAZ09!#$%&'*+/=?^_`{|}~-"
LONG = "l" * 64 + "@" + ".".join(["d" * 63] * 2 + ["e" * 61])


def sent(sender: str, to: str) -> tuple[list[Address], list[Address]]:
    """From and To as a mail program reads them."""
    mail = Mail("d1", sender, to, Thread("s"), "text", "<h2>text</h2>")
    content = build(mail, at(0))
    assert content.isascii()
    message = message_from_bytes(content, policy=policy.default)
    return list(message["From"].addresses), list(message["To"].addresses)


@pytest.mark.parametrize(
    "text",
    ["ops@example.com", "a.b+c@x-y.example", "o'neil@localhost", "a@xn--fsqu00a.xn--55qx5d", LONG],
)
def test_an_address_that_servers_take_is_accepted(text: str) -> None:
    assert mail_address(text) == text


BAD = [
    ("ops", "no domain"),
    ("@x.com", "nobody"),
    ("a..b@example.com", "two dots"),
    (".a@x.com", "a dot at the beginning"),
    ("a.@x.com", "a dot at the end"),
    ("a:b@x.com", "a character that needs quotes"),
    ("a b@x.com", "a space"),
    ('"a b"@x.com', "quotes: many servers refuse them"),
    ("(c)a@x.com", "a comment"),
    ("a@x.com\n", "a line break"),
    ("a@b@x.com", "two domains"),
    ("a@x..com", "an empty label"),
    ("a@-x.com", "a label that begins with a hyphen"),
    ("a@x_y.com", "no host name"),
    ("a@[127.0.0.1]", "a number instead of a name"),
    ("müller@x.com", "letters that most servers refuse"),
    ("a@例子.公司", "a domain that is not in its ASCII form"),
    ("=?utf-8?q?x?=@x.com", "an encoded word"),
    (LONG + "e", "longer than 254 characters"),
    ("l" * 65 + "@x.com", "longer than 64 characters before the @"),
]


@pytest.mark.parametrize(("text", "reason"), BAD, ids=[one[1] for one in BAD])
def test_another_text_is_none(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match="is no mail address"):
        mail_address(text)


def test_who_writes_a_domain_in_other_letters_is_told_what_to_write() -> None:
    with pytest.raises(ValueError, match="xn--"):
        mail_address("a@例子.公司")


@pytest.mark.parametrize(
    ("text", "name", "address"),
    [
        ("a@x.com", "", "a@x.com"),
        ("<a@x.com>", "", "a@x.com"),
        ("Paceline <alerts@x.com>", "Paceline", "alerts@x.com"),
        ("Dr. X <a@x.com>", "Dr. X", "a@x.com"),
        ('"Alerts, Inc" <a@x.com>', "Alerts, Inc", "a@x.com"),
        ('"a \\"b\\"" <a@x.com>', 'a "b"', "a@x.com"),
        ("花费提醒 <a@x.com>", "花费提醒", "a@x.com"),
        ("投放　预警 <a@x.com>", "投放 预警", "a@x.com"),
        ("Paceline (prod) <a@x.com>", "Paceline (prod)", "a@x.com"),
        ("[Prod] Paceline: ads <a@x.com>", "[Prod] Paceline: ads", "a@x.com"),
        ("a@x.com <a@x.com>", "a@x.com", "a@x.com"),
    ],
)
def test_a_sender_may_have_a_name(text: str, name: str, address: str) -> None:
    assert mail_sender(text) == Sender(name, address)
    [found], _ = sent(text, "b@x.com")
    assert (found.display_name, found.addr_spec) == (name, address)


@pytest.mark.parametrize(
    "text",
    [
        "Pacing bot",
        "Alerts, Inc <a@b.c>",
        "Paceline <a..b@c.d>",
        "Paceline <a@b.c",
        "Paceline <a@b.c> x",
        "<a@b.c> Paceline <d@e.f>",
        "a@b.c, d@e.f",
        '"a" b" <a@b.c>',
        "a\r\nBcc: x <a@b.c>",
        "=?utf-8?q?x?= <a@b.c>",
        "\ud800 <a@b.c>",
        "",
    ],
)
def test_another_text_is_no_sender(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no mail address|the name in"):
        mail_sender(text)
    with pytest.raises(ValueError, match="mail_from"):
        AlertsSettings(mail_from=text)


@given(st.text(ATOMS + '.@:<>", éß例\r\n', max_size=40) | st.text(max_size=20))
def test_whatever_address_is_accepted_arrives_as_it_was_written(text: str) -> None:
    try:
        mail_address(text)
    except ValueError:
        return
    assert [one.addr_spec for one in sent("a@x.com", text)[1]] == [text]


@given(st.from_regex(rf"\A[{ATOMS}]{{1,12}}(\.[{ATOMS}]{{1,9}}){{0,3}}@[a-z0-9]{{1,9}}\.com\Z"))
def test_addresses_of_plain_atoms_are_accepted_and_arrive(text: str) -> None:
    if "=?" not in text:
        assert mail_address(text) == text
        assert [one.addr_spec for one in sent("a@x.com", text)[1]] == [text]


@given(
    st.text(max_size=60).map(lambda name: f"{name} <a@x.com>")
    | st.text('"\\ab, 例', max_size=12).map(lambda name: f'"{name}" <a@x.com>')
)
def test_whatever_sender_is_accepted_can_be_sent(text: str) -> None:
    try:
        name, address = mail_sender(text)
    except ValueError:
        return
    [found], _ = sent(text, "b@x.com")
    assert found.addr_spec == address
    assert "".join(found.display_name.split()) == "".join(name.split())


@pytest.mark.parametrize(
    "text",
    [
        "https://oapi.dingtalk.com/robot/send?access_token=T0",
        "http://127.0.0.1:8080/x",
        "HTTPS://robot_1.internal:65535",
        "http://[::1]:9/x?y=%20#z",
    ],
)
def test_an_address_a_robot_can_have_is_accepted(text: str) -> None:
    assert web_address(text) == text


BAD_WEB = [
    ("SECRET", "begins with"),
    ("ftp://SECRET", "begins with"),
    ("https://", "host or port"),
    ("https:///SECRET", "host or port"),
    ("http://127.0.0.1:99999/SECRET", "host or port"),
    ("http://127.0.0.1:-1/SECRET", "host or port"),
    ("http://127.0.0.1:0/SECRET", "host or port"),
    ("http://127.0.0.1:abc/SECRET", "host or port"),
    ("http://[::1/SECRET", "host or port"),
    ("http://%zz/SECRET", "host or port"),
    ("http://x..com/SECRET", "host or port"),
    ("http://999.1.1.1/SECRET", "host or port"),
    ("http://[1::1::1]/SECRET", "host or port"),
    ("http://x.com/SECRET\n", "characters"),
    ("http://x y.com/SECRET", "characters"),
    ("http://例子.公司/SECRET", "characters"),
    ("http://x.com/SECRET\udc80", "characters"),
]


@pytest.mark.parametrize(("text", "detail"), BAD_WEB)
def test_another_text_is_no_web_address_and_stays_a_secret(text: str, detail: str) -> None:
    with pytest.raises(ValueError, match=detail) as caught:
        web_address(text)
    assert "SECRET" not in str(caught.value)


@given(st.text("htps:/@[]?#%.0159abx-_ ", max_size=20).map(lambda rest: f"http://{rest}"))
def test_whatever_web_address_is_accepted_is_one_for_the_client_that_uses_it(text: str) -> None:
    try:
        web_address(text)
    except ValueError:
        return
    url = httpx.URL(text)
    assert url.host
    assert url.port is None or 0 < url.port < 65536
