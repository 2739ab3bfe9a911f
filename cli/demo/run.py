"""`paceline demo`: the Double 11 scenario in fast time, each message as the marketer reads it."""

import secrets
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import yaml
from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from cli.demo import check, decisions, scenario
from cli.demo.client import Client, ClientError
from cli.demo.player import Player, told
from cli.demo.scenario import BUILT_STEPS, Moment, Said
from cli.errors import CommandError, Exit
from cli.fakes.dingtalk import FakeDingTalk
from cli.fakes.mail import FakeMail
from cli.output import emit
from cli.paths import DEFAULT_STATE
from cli.stack.stack import Stack, StackOptions

STEPS: dict[int, str] = {
    1: "spend before approval waits as an exception",
    2: "first day: CTR 2.0 %, CPC 0.75, CVR 3.5 %, pacing 1.00",
    3: "search ads spend too fast: 1.60 critical, 1.39 warning, resolved at 1.10",
    4: "social ads: CTR 0.8 % critical, then 1.7 % resolved",
    5: "competitor price cut: sales 0.85, draw from the flexible reserve",
    6: "reallocation of 10,000 from L05 to L04",
    7: "500 duplicates and a restatement: total −2,500.00, nothing said",
    8: "ERP feed silent: its own state, no false alarm",
    9: "gifts: 80 %, 95 %, 100 %, 103 %, each once",
    10: "milestone with buffer: warning, then breach",
    11: "mentions: opportunity, or reputation",
    12: "close, result report and archive",
}


class Demo:
    """One run: plays every moment, collects faults by step, shows what people received."""

    def __init__(self, player: Player, robot: FakeDingTalk, inbox: FakeMail, show: Console) -> None:
        self._player = player
        self._robot = robot
        self._inbox = inbox
        self._show = show
        self._seen = 0
        self._shown = (0, 0)
        self.faults: dict[int, list[str]] = {step: [] for step in BUILT_STEPS}

    def run(self) -> None:
        """Plays the scenario. Raises ClientError when a request is refused."""
        self._player.prepare()
        moments = [*scenario.moments(), *decisions.decided()]
        for moment in sorted(moments, key=lambda one: one.at):
            before = self._player.totals() if moment.step == 7 else {}
            faults = self._play(moment)
            self._show.print(f"[dim]{moment.at:%m-%d %H:%M}[/] {moment.title}")
            self._show_messages()
            faults += check.after_moment(moment, self._player, self._newly_told())
            if moment.step == 2:
                faults += check.day_one_series(self._player)
            if moment.step == 3:
                faults += check.early_corrections(self._player)
            if moment.step == 7:
                faults += check.restatement(before, self._player.totals(), self._player)
            # A day without a step of its own belongs to the step that its spending tests.
            self.faults[moment.step or 3] += [
                f"{moment.at:%m-%d %H:%M} {fault}" for fault in faults
            ]
        self.faults[1] += check.opinions(self._player)
        self.faults[6] += check.moved_money(self._player)
        self.faults[9] += self._check_arrived()

    def _play(self, moment: Moment) -> list[str]:
        """What people do at a moment, each checked, then what arrives."""
        self._player.begin(moment)
        faults = []
        for act in moment.acts:
            self._player.act(act)
            faults += check.after_act(act, self._player)
        self._player.end(moment)
        return faults

    def _newly_told(self) -> list[tuple[str, str, Said]]:
        items = self._player.notifications()
        fresh, self._seen = items[self._seen :], len(items)
        return told(fresh)

    def _check_arrived(self) -> list[str]:
        """What the services call delivered must really have arrived, message by message."""
        rows = self._player.notifications()
        faults = []
        for channel, arrived in (
            ("dingtalk", len(self._robot.messages)),
            ("email", len(self._inbox.mails)),
        ):
            delivered = len({row["delivery"] for row in rows if row["channel"] == channel})
            if arrived != delivered:
                faults.append(f"{channel}: {delivered} deliveries, {arrived} messages arrived")
        return faults

    def _show_messages(self) -> None:
        chats, mails = self._robot.messages, self._inbox.mails
        for chat in chats[self._shown[0] :]:
            # The title is what the chat's list shows; a panel's own title would be cut off.
            body = Text(f"{chat.title}\n\n{chat.text}")
            self._show.print(Panel(body, title="钉钉 DingTalk", title_align="left"))
        for mail in mails[self._shown[1] :]:
            body = Text(f"{mail.subject}\n\n{mail.text.strip()}")
            self._show.print(Panel(body, title="邮件 mail", title_align="left"))
        self._shown = (len(chats), len(mails))


def run_demo(
    state: Path = DEFAULT_STATE,
    *,
    checked: bool,
    as_json: bool = False,
    tell: Callable[[str], None],
) -> int:
    """Plays the scenario on an installation of its own; returns the exit code.

    The last lines of stdout are the table of steps; with `as_json` stdout is one JSON document and
    the messages are shown on stderr. With `checked`, any difference from the scenario's answers
    ends with exit 1.
    """
    show = Console(width=100, highlight=False, stderr=as_json)
    try:
        with _installation(state / "demo", show, tell) as (demo, client):
            try:
                demo.run()
            except ClientError as error:
                tell(str(error))
                raise CommandError(f"the demo stopped: {error}", Exit.CHECK_FAILED) from error
            finally:
                client.close()
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    for fault in (fault for faults in demo.faults.values() for fault in faults):
        tell(f"FAIL {fault}")
    failed = [step for step, faults in demo.faults.items() if faults]
    emit_steps(demo.faults, as_json=as_json)
    return Exit.CHECK_FAILED if failed and checked else Exit.OK


def emit_steps(faults: Mapping[int, Sequence[str]], *, as_json: bool) -> None:
    """The table of steps: `faults` has an entry for each step that is built."""
    steps = []
    for step, title in STEPS.items():
        found = faults.get(step)
        state = "not built" if found is None else "FAIL" if found else "ok"
        steps.append({"step": step, "state": state, "title": title, "faults": list(found or ())})
    counts = Counter(one["state"] for one in steps)
    last = f"steps ok={counts['ok']} failed={counts['FAIL']} not_built={counts['not built']}"
    table = [f"step {one['step']} {one['state']}: {one['title']}" for one in steps]
    fields = {"ok": counts["ok"], "failed": counts["FAIL"], "not_built": counts["not built"]}
    emit("\n".join([*table, last]), {**fields, "steps": steps}, as_json=as_json)


@contextmanager
def _installation(
    state: Path, show: Console, tell: Callable[[str], None]
) -> Iterator[tuple[Demo, Client]]:
    shutil.rmtree(state, ignore_errors=True)
    alerts = state / "alerts.d"
    alerts.mkdir(parents=True)
    (alerts / "default.yml").write_text(yaml.safe_dump(scenario.BEFORE["alerts"]))
    secret = "SEC" + secrets.token_hex(16)
    with FakeDingTalk(secret) as robot, FakeMail() as inbox:
        environment = {
            "PACELINE_ALERTS_DIR": str(alerts),
            "PACELINE_ALERTMANAGER_WORKSPACE": "default",
            "PACELINE_SMTP_HOST": "127.0.0.1",
            "PACELINE_SMTP_PORT": str(inbox.port),
            "PACELINE_SMTP_SECURITY": "none",
            "OPS_DINGTALK_URL": robot.url,
            "OPS_DINGTALK_SECRET": secret,
        }
        options = StackOptions(state=state.resolve(), clock="manual", environment=environment)
        with Stack(options, tell) as stack:
            client = Client(stack.urls, stack.private_key)
            yield Demo(Player(client), robot, inbox, show), client
