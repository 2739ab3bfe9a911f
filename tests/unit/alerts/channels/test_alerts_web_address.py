"""The one way of all channels to a web address: checked twice, and repeated by nobody."""

import httpx
import pytest

from alerts.channels.contract import EntryError
from alerts.channels.result import SendClass, SendResult, clip
from alerts.channels.web.address import SignedEntry, endpoint, hidden, send_to
from tests.unit.alerts.sending import answered, make_tools

TOKEN = "d0f6a9b2c1e84b7f"
URL = f"https://robots.example.com/hook/{TOKEN}?key={TOKEN}%2Fx"

# The address, whether private ones and plain HTTP are allowed, and a word of the refusal.
ADDRESSES = [
    ("a provider's", URL, False, False, None),
    ("plain HTTP to a provider", "http://robots.example.com/", False, False, "https://"),
    ("plain HTTP to a gateway", "http://robots.example.com/", True, False, None),
    ("plain HTTP where it is usual", "http://robots.example.com/", False, True, None),
    ("a private number", "https://192.168.1.2/x", False, False, "allow_private: true"),
    ("a private number over HTTP", "http://192.168.1.2/x", False, True, "allow_private: true"),
    ("a private number that is meant", "http://[::1]/x", True, False, None),
]


@pytest.mark.parametrize(
    ("url", "allowed", "plain_http", "word"),
    [row[1:] for row in ADDRESSES],
    ids=[row[0] for row in ADDRESSES],
)
async def test_what_is_refused_when_the_file_is_read_is_refused_when_it_is_sent(
    url: str, allowed: bool, plain_http: bool, word: str | None
) -> None:
    entry = SignedEntry(url_env="URL", allow_private=allowed)
    sent = await ask(url, allow_private=allowed, plain_http=plain_http)
    if word is None:
        assert endpoint("x", entry, {"URL": url}, plain_http=plain_http).name == "x:URL"
        assert sent.kind is SendClass.DELIVERED
        return
    with pytest.raises(EntryError, match=word) as caught:
        endpoint("x", entry, {"URL": url}, plain_http=plain_http)
    assert caught.value.key == "url_env"
    assert (sent.kind, sent.provider_code) == (SendClass.CONFIG, "private_address")
    assert url not in str(caught.value) + sent.provider_message


async def ask(
    url: str, answer: bytes = b"", *, allow_private: bool = False, plain_http: bool = False
) -> SendResult:
    def classify(status: int, body: bytes, _: str | None) -> SendResult:
        return SendResult(
            kind=SendClass.DELIVERED,
            provider_code=f"http_{status}",
            provider_message=clip(body.decode()),
        )

    transport = httpx.MockTransport(lambda _: answered(200, answer))
    async with httpx.AsyncClient(transport=transport) as client:
        return await send_to(
            make_tools(client),
            url,
            b"{}",
            classify,
            allow_private=allow_private,
            plain_http=plain_http,
        )


async def test_what_a_provider_repeats_of_an_address_is_not_shown() -> None:
    said = f"no robot at {URL} of robots.example.com, key={TOKEN}/x: see the manual".encode()
    found = await ask(URL, said)
    assert TOKEN not in found.provider_message
    assert "robots.example.com" not in found.provider_message
    assert found.provider_message.endswith("see the manual")


def test_an_answer_that_repeats_nothing_is_left_as_it_is() -> None:
    assert hidden(b'{"errcode":0,"errmsg":"hook"}', URL) == b'{"errcode":0,"errmsg":"hook"}'
