"""The broker and database a command speaks to: given, of what is running, or started for it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from cli.errors import CommandError, Exit
from cli.helpers import run_coroutine
from cli.kafka.offsets import await_groups
from cli.output import tell_stderr
from cli.stack.state import RunLock, load_run


class Servers(NamedTuple):
    """HOST:PORT of the broker and the database's URL; None when only the other was named."""

    kafka: str | None
    database: str | None

    def both(self) -> tuple[str, str]:
        """Raises CommandError (exit 2) when one is missing."""
        if self.kafka is None or self.database is None:
            raise CommandError("name both, --kafka and --database", Exit.USAGE)
        return self.kafka, self.database


@contextmanager
def servers(state: Path, kafka: str | None, database: str | None) -> Iterator[Servers]:
    """Options first, then PACELINE_KAFKA_BOOTSTRAP and PACELINE_DATABASE_URL, then what runs.

    When nothing runs, the embedded ones of `state` are started, without any service, for as long
    as the block lasts: an installation that ended because of an offset gap can be mended this way.
    Raises CommandError: exit 3 when nothing was ever started in `state`.
    """
    kafka = kafka or os.environ.get("PACELINE_KAFKA_BOOTSTRAP")
    database = database or os.environ.get("PACELINE_DATABASE_URL")
    run = load_run(state)
    if kafka or database or run:
        given = Servers(kafka, database)
        yield given if run is None else Servers(kafka or run.kafka, database or run.database)
        return
    if not (state / "kafka").is_dir():
        raise CommandError(f"nothing was ever started in {state}; start it with `./paceline up`")
    lock = RunLock(state)
    if not lock.acquire():
        raise CommandError(f"an `up` is just starting or stopping in {state}; try again")
    # Loaded where it is needed: the image of the services has no embedded servers.
    from cli.stack.stack import Stack, StackOptions

    stack = Stack(StackOptions(state=state.resolve()))
    try:
        tell_stderr(f"nothing is running in {state}: its broker and database start for this")
        stack.start_servers()
        run_coroutine(await_groups(stack.kafka))
        yield Servers(stack.kafka, stack.database_url)
    finally:
        stack.stop()
        lock.release()
