"""What a server's processes have used, those that have ended included."""

import psutil

from shared.database.pool import Conn


def postgres_cpu(conn: Conn) -> float:
    """CPU seconds so far of the server behind `conn`: all backends, walwriter, checkpointer.

    The server must run on this machine.
    """
    server = psutil.Process(psutil.Process(conn.get_server_pid()).ppid())
    times = server.cpu_times()
    total = times.user + times.system + times.children_user + times.children_system
    for child in server.children():
        try:
            used = child.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += used.user + used.system
    return total
