"""`paceline check`: what must be true at any time, asked of a running installation."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg

from cli.access import call, make_token
from cli.errors import CommandError, Exit
from cli.kafka.offsets import GROUPS, SCHEMAS, PartitionStanding, read_standings
from cli.stack.state import RunInfo

# The relay looks every 50 ms; a message that waits this long is stuck, not queued.
OUTBOX_AGE_MAX_S = 60.0
LEDGER_TIMEOUT_S = 330.0
"""Longer than the service itself gives the look at its ledger (PACELINE_INVARIANTS_TIMEOUT_S)."""

WORKSPACES = "SELECT DISTINCT workspace FROM budget.accounts UNION SELECT 'default'"


@dataclass(frozen=True)
class CheckResult:
    """One invariant: what was looked at, whether it holds, and the figures."""

    subject: str
    holds: bool
    detail: str

    def line(self) -> str:
        """`SUBJECT holds FIGURES` or `SUBJECT BROKEN FIGURES`."""
        return f"{self.subject} {'holds' if self.holds else 'BROKEN'} {self.detail}".rstrip()

    def fields(self) -> dict[str, Any]:
        """The same for --json."""
        return {"subject": self.subject, "holds": self.holds, "detail": self.detail}


def exit_of(findings: Sequence[CheckResult]) -> Exit:
    """The command's exit code: 0, or 5 if any invariant is broken."""
    return Exit.OK if all(finding.holds for finding in findings) else Exit.BROKEN


async def check(state: Path, info: RunInfo) -> list[CheckResult]:
    """All findings, ledger first. Raises CommandError (exit 3) when something cannot be asked."""
    try:
        async with _connection(info.database) as conn:
            outbox = await check_outbox(conn)
            workspaces = await conn.fetch(WORKSPACES)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise CommandError(f"the database does not answer: {error!r}") from error
    ours = {f"{info.topic_prefix}{name}" for name in GROUPS}
    standings = await read_standings(info.kafka, info.topic_prefix)
    ledgers = {name: ask_ledger(state, info, name) for (name,) in workspaces}
    return [
        judge_ledger(ledgers),
        *outbox,
        *judge_offsets([one for one in standings if one.group in ours]),
    ]


def ask_ledger(state: Path, info: RunInfo, workspace: str) -> Mapping[str, Any]:
    """Totals against entries, as budget itself adds them up: its reply of /v1/invariants."""
    token = make_token(
        state, roles=["auditor"], subject="paceline-check", workspace=workspace, lifetime_s=60
    )
    url = f"{info.urls['budget']}/v1/invariants"
    reply: Mapping[str, Any] = call("GET", url, token=token, timeout_s=LEDGER_TIMEOUT_S)
    return reply


def judge_ledger(replies: Mapping[str, Mapping[str, Any]]) -> CheckResult:
    """The figures of all workspaces together; each that is broken by name, with what failed."""
    broken = [
        f"{workspace}: {' '.join(name for name, holds in reply['checks'].items() if not holds)}"
        for workspace, reply in sorted(replies.items())
        if not reply["holds"]
    ]
    figures = [
        f"{name}={sum(Decimal(reply[name]) for reply in replies.values())}"
        for name in ("accounts", "entries", "drift")
    ]
    return CheckResult("ledger", not broken, " ".join([*figures, *broken]))


async def check_outbox(conn: asyncpg.Connection) -> list[CheckResult]:
    """Per service: nothing waits longer than the relay could possibly need."""
    findings = []
    for schema in SCHEMAS:
        if await conn.fetchval("SELECT to_regclass($1)", f"{schema}.outbox") is None:
            continue
        [row] = await conn.fetch(
            "SELECT count(*) AS unsent, "
            "coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float8 "
            f"AS oldest_s FROM {schema}.outbox"
        )
        holds = row["oldest_s"] <= OUTBOX_AGE_MAX_S
        detail = f"unsent={row['unsent']} oldest={row['oldest_s']:.0f}s"
        findings.append(CheckResult(f"outbox {schema}", holds, detail))
    return findings


@asynccontextmanager
async def _connection(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    conn = await asyncpg.connect(database_url, timeout=10)
    try:
        yield conn
    finally:
        await conn.close()


def judge_offsets(standings: Sequence[PartitionStanding]) -> list[CheckResult]:
    """Per group: each committed offset is one the log has."""
    if not standings:
        return [CheckResult("offsets", holds=True, detail="no group has committed yet")]
    findings = []
    for group in dict.fromkeys(standing.group for standing in standings):
        mine = [standing for standing in standings if standing.group == group]
        gaps = [standing for standing in mine if standing.is_gap]
        detail = f"partitions={len(mine)} lag={sum(standing.lag for standing in mine)}"
        for gap in gaps:
            detail += (
                f" {gap.topic}/{gap.partition} committed={gap.committed} log={gap.begin}..{gap.end}"
            )
        findings.append(CheckResult(f"offsets {group}", not gaps, detail))
    return findings
