"""`paceline check`: what must be true at any time, asked of a running installation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from cli.access import call, make_token
from cli.errors import CommandError, Exit
from cli.offsets import SCHEMAS, Standing, read_standings
from cli.state import RunInfo

# The relay looks every 50 ms; a message that waits this long is stuck, not queued.
OUTBOX_AGE_MAX_S = 60.0
LEDGER_TIMEOUT_S = 330.0
"""Longer than the service itself gives the look at its ledger (PACELINE_INVARIANTS_TIMEOUT_S)."""


@dataclass(frozen=True)
class Finding:
    """One invariant: what was looked at, whether it holds, the figures, the code if it does not."""

    subject: str
    holds: bool
    detail: str
    exit_code: Exit = Exit.BROKEN

    def line(self) -> str:
        """`SUBJECT holds FIGURES` or `SUBJECT BROKEN FIGURES`."""
        return f"{self.subject} {'holds' if self.holds else 'BROKEN'} {self.detail}".rstrip()

    def fields(self) -> dict[str, Any]:
        """The same for --json; a code only where something is wrong."""
        code = None if self.holds else int(self.exit_code)
        return {
            "subject": self.subject,
            "holds": self.holds,
            "detail": self.detail,
            "exit_code": code,
        }


def worst(findings: Sequence[Finding]) -> Exit:
    """The command's exit code: 0, else 5 if an invariant is broken, else 1."""
    codes = [finding.exit_code for finding in findings if not finding.holds]
    return max(codes, default=Exit.OK)


async def check(state: Path, info: RunInfo) -> list[Finding]:
    """All findings, ledger first. Raises CommandError (exit 3) when something cannot be asked."""
    try:
        outbox = await check_outbox(info.database)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise CommandError(f"the database does not answer: {error!r}") from error
    standings = await read_standings(info.kafka, info.topic_prefix)
    return [check_ledger(state, info), *outbox, *judge_offsets(standings)]


def check_ledger(state: Path, info: RunInfo) -> Finding:
    """Totals against entries, as budget itself adds them up."""
    token = make_token(state, roles=["auditor"], subject="paceline-check", lifetime_s=60)
    url = f"{info.urls['budget']}/v1/invariants"
    reply = call("GET", url, token=token, timeout_s=LEDGER_TIMEOUT_S)
    return judge_ledger(reply)


def judge_ledger(reply: Mapping[str, Any]) -> Finding:
    """From the reply of /v1/invariants: the figures, and the names of the checks that failed."""
    failed = [name for name, holds in reply.get("checks", {}).items() if holds is not True]
    figures = [f"{name}={reply[name]}" for name in ("accounts", "entries", "drift")]
    return Finding("ledger", reply["holds"] is True, " ".join([*figures, *failed]))


async def check_outbox(database_url: str) -> list[Finding]:
    """Per service: nothing waits longer than the relay could possibly need."""
    conn = await asyncpg.connect(database_url, timeout=10)
    try:
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
            findings.append(Finding(f"outbox {schema}", holds, detail, Exit.CHECK_FAILED))
        return findings
    finally:
        await conn.close()


def judge_offsets(standings: Sequence[Standing]) -> list[Finding]:
    """Per group: each committed offset is one the log has."""
    if not standings:
        return [Finding("offsets", holds=True, detail="no group has committed yet")]
    findings = []
    for group in dict.fromkeys(standing.group for standing in standings):
        mine = [standing for standing in standings if standing.group == group]
        gaps = [standing for standing in mine if standing.is_gap]
        detail = f"partitions={len(mine)} lag={sum(standing.lag for standing in mine)}"
        for gap in gaps:
            detail += (
                f" {gap.topic}/{gap.partition} committed={gap.committed} log={gap.begin}..{gap.end}"
            )
        findings.append(Finding(f"offsets {group}", not gaps, detail))
    return findings
