"""Memory of `load`: how much a report file of some size takes while it is read, judged and sent.

    python -m bench.loading [--megabytes 70] [--json]

A small HTTP server takes the parts and answers as ingest does; what is measured is the client.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cli.processes import Identity
from cli.stack.state import RunInfo, save_run

HEAD = "TimePeriod,AccountId,CampaignId,CurrencyCode,Spend,Impressions,Clicks\n"
DAYS = 28
CHILD = """
import resource, sys
from pathlib import Path
from cli.commands.load.load import load
from cli.commands.load.outcome import LoadOptions
load(Path(sys.argv[1]), LoadOptions(platform="microsoft-ads", state=Path(sys.argv[2])))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
"""A process of its own: the peak of this one would also be the server's."""


class _Ingest(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        rows = self.rfile.read(int(self.headers["Content-Length"]))
        count = rows.count(b'"TimePeriod"') or rows.count(b"\n") - 1
        reply = {"import": "01J", "rows": count, "accepted": count, "spend_rows": count}
        body = json.dumps({**reply, "rejected": [], "not_complete": []}).encode()
        self.send_response(202)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


def write(path: Path, megabytes: int, *, as_json: bool) -> int:
    """A file of that size with rows that differ; returns how many."""
    number = 0
    with path.open("w", encoding="utf-8") as file:
        file.write('{"rows":[' if as_json else HEAD)
        while file.tell() < megabytes * 1_000_000:
            for _ in range(10_000):
                campaign, day = 100_000 + number // DAYS, number % DAYS + 1
                spend = f"{number % 999}.{number % 100:02d}"
                figures = [spend, str(number % 5000), "7"]
                values = [f"2025-02-{day:02d}", "150", str(campaign), "USD", *figures]
                if as_json:
                    row = dict(zip(HEAD.strip().split(","), values, strict=True))
                    file.write(("," if number else "") + json.dumps(row, separators=(",", ":")))
                else:
                    file.write(",".join(values) + "\n")
                number += 1
        file.write("]}" if as_json else "")
    return number


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=70)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Ingest)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    with tempfile.TemporaryDirectory(prefix="paceline-loading-") as name:
        state, file = Path(name) / "state", Path(name) / "report"
        state.mkdir()
        identity = Identity.of(os.getpid())
        assert identity is not None
        urls = {"ingest": f"http://127.0.0.1:{server.server_port}"}
        info = RunInfo(identity.pid, identity.began, urls, "", "", "", "system", "", 1)
        save_run(state, info)
        rows = write(file, asked.megabytes, as_json=asked.json)
        size = file.stat().st_size
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-c", CHILD, str(file), str(state)],
            capture_output=True,
            text=True,
            check=True,
        )
        took_s = time.monotonic() - began
    server.shutdown()
    thread.join()
    server.server_close()
    peak = int(done.stdout.splitlines()[-1]) * 1024
    cpu_s = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    print(done.stdout.splitlines()[0])
    print(
        f"file={size / 1e6:.1f}MB rows={rows} peak={peak / 1e6:.0f}MB"
        f" seconds={took_s:.1f} cpu={cpu_s:.1f}"
    )


if __name__ == "__main__":
    main()
