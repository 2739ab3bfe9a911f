"""Looks after an installation: what died is started again, with back-off."""

import time

from cli.errors import CommandError, Exit, explain
from cli.processes import free_port
from cli.stack.replica import HEALTHY_AFTER_S, restart_wait_s
from cli.stack.stack import Stack, died


class Supervisor:
    """Of one stack that has started; whoever has it calls `tick` often."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._server_failures = 0
        self._servers_next_start_at = 0.0
        self._looks_failed = 0
        self._look_failed_at = float("-inf")
        self._next_look_at = 0.0
        self._unsaved = False

    def tick(self) -> None:
        """One look of the supervisor: what died is started again, with back-off, 1 s … 30 s.

        A full disk is waited out: it is said, and all goes on when there is room. Raises
        CommandError (exit 5) when a service ended because of a gap in its offsets or a topic that
        it cannot read: starting it again would hide it.
        """
        now = time.monotonic()
        if now < self._next_look_at:
            return
        try:
            self._revive_servers(now)
            self._revive_replicas(now)
        except OSError as error:
            # A look between two failures may find all alive: it ends nothing.
            lasting = now - self._look_failed_at < HEALTHY_AFTER_S
            self._looks_failed = self._looks_failed + 1 if lasting else 1
            self._look_failed_at = now
            wait_s = restart_wait_s(self._looks_failed)
            self._next_look_at = now + wait_s
            reason = explain(error, self._stack.options.state) or str(error)
            self._stack.tell(f"{reason}; next try in {wait_s:.0f} s")

    def _revive_replicas(self, now: float) -> None:
        for replica in self._stack.replicas:
            if not replica.wanted or replica.alive():
                continue
            if replica.exit_code == Exit.BROKEN:
                raise died(replica)
            if replica.next_start_at == 0.0:
                wait_s = replica.note_failure(now)
                self._stack.tell(
                    f"{replica.name} ended with {replica.exit_code}, again in {wait_s:.0f} s; "
                    f"see {replica.log}"
                )
            elif now >= replica.next_start_at:
                replica.next_start_at = 0.0
                if replica.lost_its_port():
                    replica.move(free_port(taken=[other.port for other in self._stack.replicas]))
                    self._stack.tell(
                        f"{replica.name}'s port was taken; its address is now {replica.url}"
                    )
                replica.start()
                self._stack.tell(f"{replica.name} started again, pid {replica.pid}")
                self._unsaved = True
        if self._unsaved:
            self._stack.save()
            self._unsaved = False

    def _revive_servers(self, now: float) -> None:
        if now < self._servers_next_start_at:
            return
        for server in (self._stack.postgres_server, self._stack.kafka_server):
            if server is None or server.alive():
                continue
            self._stack.tell(f"{type(server).__name__} ended, starting it again")
            try:
                address = server.start(self._stack.options.state)
            except CommandError as error:
                self._server_failures += 1
                self._servers_next_start_at = now + restart_wait_s(self._server_failures)
                self._stack.tell(str(error))
                continue
            self._server_failures = 0
            if address not in (self._stack.database_url, self._stack.kafka):
                raise CommandError(f"{type(server).__name__} lost its port to another program")
