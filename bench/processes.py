"""What processes have used, those that have ended included."""

import psutil

from cli.stack.stack import Stack
from shared.database.pool import Conn


def family_cpu(pid: int) -> float:
    """CPU seconds so far of a process of this machine and those below it."""
    process = psutil.Process(pid)
    times = process.cpu_times()
    total = times.user + times.system + times.children_user + times.children_system
    for child in process.children():
        try:
            used = child.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += used.user + used.system
    return total


def postgres_cpu(conn: Conn) -> float:
    """CPU seconds so far of the server behind `conn`: all backends, walwriter, checkpointer.

    The server must run on this machine.
    """
    return family_cpu(psutil.Process(conn.get_server_pid()).ppid())


def stack_cpu(running: Stack) -> dict[str, float]:
    """CPU seconds so far of each service and of the servers that `running` started."""
    servers = {"kafka": running.kafka_server, "postgres": running.postgres_server}
    known = {replica.name: replica for replica in running.replicas} | servers
    return {
        name: family_cpu(child.pid)
        for name, child in known.items()
        if child is not None and child.pid is not None
    }
