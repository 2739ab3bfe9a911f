"""Which reply of a mail server in which phase means what: only after the last dot may it have been
taken, and whatever is then no refusal is a possible second copy (A10; alerting.md 2.5)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from msgspec import structs

from alerts.channels.email.channel import Email
from alerts.channels.result import SendClass, SendResult
from tests.unit.alerts.sending import mail_server, make_outgoing, make_tools

EMAIL = Email()
MAIL = make_outgoing(EMAIL, {"kind": "email", "to": "ops@example.com"})
CLOSE = b""
GOOD = {
    "greeting": b"220 here\r\n",
    "EHLO": b"250 here\r\n",
    "MAIL": b"250 ok\r\n",
    "RCPT": b"250 ok\r\n",
    "DATA": b"354 go on\r\n",
    ".": b"250 taken\r\n",
}


@asynccontextmanager
async def server(replies: dict[str, bytes]) -> AsyncIterator[int]:
    """A mail server that answers by phase; CLOSE ends the connection instead."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        phase = "greeting"
        while True:
            answer = replies[phase]
            if answer == CLOSE:
                break
            writer.write(answer)
            await writer.drain()
            if phase == "DATA" and answer.startswith(b"354"):
                await reader.readuntil(b"\r\n.\r\n")
                phase = "."
                continue
            line = await reader.readline()
            phase = line.decode().strip().split(" ")[0]
            if phase not in replies:
                break
        writer.close()

    found = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield found.sockets[0].getsockname()[1]
    finally:
        found.close()
        await found.wait_closed()


async def sent(phase: str, answer: bytes) -> SendResult:
    async with server({**GOOD, phase: answer}) as port:
        return await EMAIL.send(MAIL, make_tools(server=mail_server(port), timeout_s=20.0))


PHASES = [
    ("greeting", b"hello\r\n", SendClass.RETRYABLE, False),
    ("greeting", CLOSE, SendClass.RETRYABLE, False),
    ("greeting", b"554 not you\r\n", SendClass.CONFIG, False),
    ("MAIL", b"451 later\r\n", SendClass.RETRYABLE, False),
    ("MAIL", b"hello\r\n", SendClass.RETRYABLE, False),
    ("MAIL", CLOSE, SendClass.RETRYABLE, False),
    ("RCPT", b"550 no such user\r\n", SendClass.CONFIG, False),
    ("RCPT", b"452 mailbox full\r\n", SendClass.RETRYABLE, False),
    ("RCPT", b"\xff\xfe\r\n", SendClass.RETRYABLE, False),
    ("RCPT", CLOSE, SendClass.RETRYABLE, False),
    ("DATA", b"554 no\r\n", SendClass.CONFIG, False),
    (".", b"250 taken\r\n", SendClass.DELIVERED, False),
    (".", b"251 taken too\r\n", SendClass.DELIVERED, False),
    (".", b"451 later\r\n", SendClass.RETRYABLE, False),
    (".", b"554 spam\r\n", SendClass.CONFIG, False),
    (".", b"552 too long\r\n", SendClass.CONTENT, False),
    (".", b"taken\r\n", SendClass.RETRYABLE, True),
    (".", b"2x0 taken\r\n", SendClass.RETRYABLE, True),
    (".", b"\xff\xfe\r\n", SendClass.RETRYABLE, True),
    (".", b"354 go on\r\n", SendClass.RETRYABLE, True),
    (".", b"250-taken\r\n", SendClass.RETRYABLE, True),
    (".", CLOSE, SendClass.RETRYABLE, True),
]


@pytest.mark.parametrize(("phase", "answer", "kind", "maybe"), PHASES)
async def test_a_reply_in_its_phase_means(
    phase: str, answer: bytes, kind: SendClass, maybe: bool
) -> None:
    if answer.startswith(b"250-"):
        # A reply that never ends: the connection does.
        async with server({**GOOD, phase: answer}) as port:
            found = await EMAIL.send(MAIL, make_tools(server=mail_server(port), timeout_s=0.5))
    else:
        found = await sent(phase, answer)
    assert (found.kind, found.maybe_delivered) == (kind, maybe)


@pytest.mark.parametrize(
    ("phase", "why"),
    [
        (
            "greeting",
            "no session with {at} (SMTPServerDisconnected): start it or see PACELINE_SMTP_HOST, ",
        ),
        ("MAIL", "the session with {at} ended"),
        (".", "the session with {at} ended"),
    ],
)
async def test_a_broken_connection_names_the_server(phase: str, why: str) -> None:
    async with server({**GOOD, phase: CLOSE}) as port:
        found = await EMAIL.send(MAIL, make_tools(server=mail_server(port), timeout_s=20.0))
    assert found.provider_message.startswith(why.format(at=f"127.0.0.1:{port}"))


async def test_a_server_without_starttls_is_named_with_the_setting() -> None:
    async with server({**GOOD, "EHLO": b"250 here\r\n"}) as port:
        secured = structs.replace(mail_server(port), security="starttls")
        found = await EMAIL.send(MAIL, make_tools(server=secured, timeout_s=20.0))
    assert f"127.0.0.1:{port}" in found.provider_message
    assert "PACELINE_SMTP_SECURITY" in found.provider_message
    assert "STARTTLS" in found.provider_message.replace("PACELINE_SMTP_SECURITY", "")


async def test_a_server_whose_greeting_never_ends_has_got_nothing() -> None:
    """The time of the whole attempt is not over: it is known that nothing was sent, and to whom."""
    async with server({**GOOD, "greeting": b"220-wait\r\n"}) as port:
        found = await EMAIL.send(MAIL, make_tools(server=mail_server(port), timeout_s=0.5))
    assert (found.kind, found.provider_code) == (SendClass.RETRYABLE, "connect")
    assert not found.maybe_delivered
    assert f"127.0.0.1:{port}" in found.provider_message
