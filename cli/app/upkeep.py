"""Commands about the database and the broker: `migrate`, `topics`, `offsets`, `check`."""

from dataclasses import asdict
from typing import Annotated

import typer

from cli.app.options import Database, Json, Kafka, State, bootstrap, database_url
from cli.output import emit
from cli.paths import DEFAULT_STATE


def migrate(database: Database = None, state: State = DEFAULT_STATE, as_json: Json = False) -> None:
    """Bring a database to the newest migration: --database, PACELINE_DATABASE_URL or `up`'s."""
    from cli.migrations.migrate import migrate as run

    run(database_url(database, state))
    emit("migrated", {"migrated": True}, as_json=as_json)


def topics(
    kafka: Kafka = None,
    partitions: Annotated[int, typer.Option(envvar="PACELINE_PARTITIONS", min=1)] = 24,
    prefix: Annotated[str, typer.Option(envvar="PACELINE_TOPIC_PREFIX")] = "",
    state: State = DEFAULT_STATE,
    as_json: Json = False,
) -> None:
    """Create the topics that are missing; existing ones are left as they are."""
    from cli.kafka.topics import ensure_topics

    made = ensure_topics(bootstrap(kafka, state), prefix=prefix, partitions=partitions)
    lines = [
        f"topic={topic.name} partitions={topic.partitions} "
        f"{'created' if topic.created else 'exists'}"
        for topic in made
    ]
    emit("\n".join(lines), {"topics": [asdict(topic) for topic in made]}, as_json=as_json)


def offsets(
    context: typer.Context,
    kafka: Kafka = None,
    state: State = DEFAULT_STATE,
    as_json: Json = False,
) -> None:
    """Show each group's lag per topic."""
    if context.invoked_subcommand is not None:
        return
    from cli.helpers import run_coroutine
    from cli.kafka.offsets import read_standings
    from cli.stack.servers import servers

    with servers(state, kafka, None) as found:
        if found.kafka is None:
            raise typer.BadParameter("name the broker: --kafka")
        standings = run_coroutine(read_standings(found.kafka))
    totals: dict[tuple[str, str], list[int]] = {}
    for standing in standings:
        entry = totals.setdefault((standing.group, standing.topic), [0, 0, 0])
        entry[0] += 1
        entry[1] += standing.lag
        entry[2] += standing.is_gap
    rows = [
        {"group": group, "topic": topic, "partitions": count, "lag": lag, "gaps": gaps}
        for (group, topic), (count, lag, gaps) in totals.items()
    ]
    lines = [" ".join(f"{name}={value}" for name, value in row.items()) for row in rows]
    emit("\n".join(lines) or "no group has committed yet", {"offsets": rows}, as_json=as_json)


def accept_gap(
    topic: str,
    partition: int,
    reason: Annotated[str, typer.Option(help="Why the loss is accepted; kept for the audit.")],
    group: Annotated[str | None, typer.Option(help="Only this group.")] = None,
    kafka: Kafka = None,
    database: Database = None,
    state: State = DEFAULT_STATE,
    as_json: Json = False,
) -> None:
    """Go on past records the log has lost; the group's processes must be stopped.

    When nothing runs, the broker and the database are started for it.
    """
    from cli.helpers import run_coroutine
    from cli.kafka import offsets as work
    from cli.stack.servers import servers

    with servers(state, kafka, database) as found:
        accepted = run_coroutine(
            work.accept_gap(*found.both(), topic, partition, reason, group=group)
        )
    lines = [f"group={gap.group} from={gap.from_offset} to={gap.to_offset}" for gap in accepted]
    emit("\n".join(lines), {"accepted": [asdict(gap) for gap in accepted]}, as_json=as_json)


def check(state: State = DEFAULT_STATE, as_json: Json = False) -> None:
    """Check ledger, outbox and offsets of what is running: each `holds` or is `BROKEN`."""
    from cli.commands import check as work
    from cli.helpers import run_coroutine
    from cli.stack.state import require_run

    findings = run_coroutine(work.check(state, require_run(state)))
    lines = "\n".join(finding.line() for finding in findings)
    emit(lines, {"findings": [finding.fields() for finding in findings]}, as_json=as_json)
    raise typer.Exit(work.exit_of(findings))
