"""The places of a story, one of each kind, whose providers answer well, badly or late."""

import json
import random
import re
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any, NamedTuple, Self

from cli.fakes import dingtalk, feishu, wecom
from cli.fakes.dingtalk import FakeDingTalk
from cli.fakes.feishu import FakeFeishu
from cli.fakes.mail import FakeMail
from cli.fakes.server import Fault, RecordedRequest
from cli.fakes.wecom import FakeWeCom
from tests.webhook_receiver import FakeWebhook

SECRET = "SEC-of-the-story"
RESENT = re.compile(r"\(重发/resent\)\s*")
"""Before a text, or in a line of its own."""
LATE_S = 2.5
"""More than alerts waits for an answer."""


def said(answer: Mapping[str, Any], status: int = 200) -> Fault:
    return Fault(status=status, body=json.dumps(answer).encode())


REFUSED = [
    Fault(status=500, body=b"<html>"),
    Fault(status=429),
    Fault(status=429, headers=((b"retry-after", b"1"),)),
    Fault(status=302, headers=((b"location", b"http://127.0.0.1:1/"),)),
    Fault(status=404, body=b"no such page"),
]
UNCLEAR = [
    Fault(status=502, body=b"<html>bad gateway", taken=True),
    Fault(status=504, taken=True, delay_s=LATE_S),
]
UNREADABLE = [Fault(body=one, taken=True) for one in (b"", b"<html>", b'{"errcode": 0', b"[]")]
"""Of a provider that says in its answer whether it took a message."""
FAULTS: dict[str, list[Fault]] = {
    "webhook": [*REFUSED, *UNCLEAR],
    "wecom": [*REFUSED, *UNCLEAR, *UNREADABLE]
    + [said(one) for one in (wecom.BUSY, wecom.NO_ROBOT, wecom.TOO_FAST, wecom.TOO_LONG)],
    "dingtalk": [*REFUSED, *UNCLEAR, *UNREADABLE]
    + [said(one) for one in (dingtalk.SIGN_NOT_MATCH, dingtalk.TOO_FAST, dingtalk.TOO_LONG)],
    "feishu": [*REFUSED, *UNCLEAR, *UNREADABLE, said(feishu.TOO_FAST, 400)]
    + [said(one) for one in (feishu.SIGN_NOT_MATCH, feishu.PRESSURE, feishu.TOO_LONG)],
}
REPLIES = ("451 later", "554 no", "552 too long")


class Copy(NamedTuple):
    """A message as it arrived. `id` where the place is told one; `labelled`: it is said that it may
    be a second copy."""

    text: str
    labelled: bool
    id: str | None = None


class Hook(FakeWebhook):
    """Keeps each copy."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived: list[Copy] = []

    def reply(self, asked: RecordedRequest) -> tuple[int, bytes]:
        labelled = asked.headers.get("possible-duplicate") == "true"
        self.arrived.append(Copy(asked.body.decode(), labelled, asked.headers["webhook-id"]))
        return super().reply(asked)


class Rooms:
    """`with Rooms(name, dice) as rooms:` all are open; the variables of `environment` lead there,
    those that end in `_WRONG` to nobody there."""

    def __init__(self, name: str, dice: random.Random, inbox: FakeMail) -> None:
        self._name = name
        self._dice = dice
        self._inbox = inbox
        self.hook = Hook()
        self.dingtalk = FakeDingTalk(SECRET)
        self.wecom = FakeWeCom()
        self.feishu = FakeFeishu()
        self.unclear = Counter[str]()
        """By kind of channel, answers to what was taken that did not say so."""
        self._open = ExitStack()

    def __enter__(self) -> Self:
        for one in (self.hook, self.dingtalk, self.wecom, self.feishu):
            self._open.enter_context(one)
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @property
    def environment(self) -> dict[str, str]:
        found = {
            "HOOK": self.hook.url,
            "DINGTALK": self.dingtalk.url,
            "WECOM": self.wecom.url,
            "FEISHU": self.feishu.url,
        }
        wrong = {f"{name}_WRONG": url + "-nobody" for name, url in found.items()}
        named = {f"{self._name}_{name}": url for name, url in {**found, **wrong}.items()}
        mail = {"PACELINE_SMTP_PORT": str(self._inbox.port)}
        return {**named, **mail, f"{self._name}_SECRET": SECRET}

    @property
    def mailbox(self) -> str:
        return f"{self._name.lower()}@example.com"

    def fail(self) -> None:
        """Somebody's next few answers are bad."""
        kind = self._dice.choice(["email", *FAULTS])
        count = self._dice.randint(1, 3)
        if kind == "email":
            self._inbox.fail_next(*self._dice.choices(REPLIES, k=count))
            return
        faults = self._dice.choices(FAULTS[kind], k=count)
        self.unclear[kind] += sum(one.taken for one in faults)
        server = {
            "webhook": self.hook,
            "dingtalk": self.dingtalk,
            "wecom": self.wecom,
            "feishu": self.feishu,
        }[kind]
        server.fail_next(*faults)

    def recover(self) -> None:
        """As if a minute had passed: nobody is hurried any more."""
        for robot in (self.dingtalk, self.wecom, self.feishu):
            robot.forget_rate()

    def heard(self) -> dict[str, list[Copy]]:
        """By kind of channel, what arrived, oldest first."""
        texts: dict[str, Callable[[], list[tuple[str, str | None]]]] = {
            "dingtalk": lambda: [(one.text, None) for one in self.dingtalk.messages],
            "wecom": lambda: [(one.content, None) for one in self.wecom.messages],
            "feishu": lambda: [(f"{one.title}\n{one.text}", None) for one in self.feishu.messages],
            "email": lambda: [
                (f"{one.subject}\n{one.text}", str(one.message["Message-ID"]))
                for one in self._inbox.mails
                if self.mailbox in one.to
            ],
        }
        found = {
            kind: [
                Copy(RESENT.sub("", text), RESENT.search(text) is not None, name)
                for text, name in read()
            ]
            for kind, read in texts.items()
        }
        return {**found, "webhook": list(self.hook.arrived)}
