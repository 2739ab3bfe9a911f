"""All services on the manual clock, once for every world; its mail server and its robot."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cli.fakes.dingtalk import FakeDingTalk
from cli.fakes.mail import FakeMail, ReceivedMail
from cli.stack.stack import Stack, StackOptions

SECRET = "SEC-ops"
PLAIN = "route: {receiver: ops}\nreceivers: [{name: ops}]\n"


class Mailbox:
    """A mail server that can go away and come back on its port, with what it got in all its lives.

    Each world has a domain of its own: `ops@rules.example` is of the world `rules`.
    """

    def __init__(self) -> None:
        self._servers = [FakeMail()]
        self.port = self._servers[0].port
        self._servers[0].__enter__()

    def mails(self, world: str) -> list[ReceivedMail]:
        """What people of this world were sent, oldest first."""
        received = [mail for server in self._servers for mail in server.mails]
        return [mail for mail in received if mail.to[0].endswith(f"@{world}.example")]

    def come_back(self) -> None:
        """After `go_away`."""
        self._servers.append(FakeMail(self.port))
        self._servers[-1].__enter__()

    def go_away(self) -> None:
        """Connections are refused from now on."""
        self._servers[-1].__exit__(None, None, None)


@dataclass(frozen=True)
class ManualInstallation:
    """Each world is a workspace of it; `alerts` has a file for each."""

    stack: Stack
    alerts: Path
    robot: FakeDingTalk
    inbox: Mailbox


@contextmanager
def manual_installation(servers: Mapping[str, str]) -> Iterator[ManualInstallation]:
    """`servers`: kafka, database, topic_prefix."""
    state = Path(tempfile.mkdtemp(prefix="paceline-contract-"))
    state.chmod(0o711)
    alerts = state / "alerts.d"
    alerts.mkdir()
    (alerts / "default.yml").write_text(PLAIN, encoding="utf-8")
    inbox = Mailbox()
    with FakeDingTalk(SECRET) as robot:
        environment = {
            "PACELINE_ALERTS_DIR": str(alerts),
            "OPS_URL": robot.url,
            "OPS_SECRET": SECRET,
            "WRONG_SECRET": "SEC-other",
            "PACELINE_SMTP_HOST": "127.0.0.1",
            "PACELINE_SMTP_PORT": str(inbox.port),
            "PACELINE_SMTP_SECURITY": "none",
            "PACELINE_RETRY_FIRST_S": "0.2",
            "PACELINE_RETRY_MAX_S": "0.5",
        }
        options = StackOptions(
            state=state,
            clock="manual",
            known_ports=False,
            environment=environment,
            **servers,  # type: ignore[arg-type]
        )
        with Stack(options) as stack:
            yield ManualInstallation(stack, alerts, robot, inbox)
    inbox.go_away()
    shutil.rmtree(state, ignore_errors=True)
