"""Fixtures of several unit tests."""

import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from cli.processes import Identity
from cli.stack.state import RunInfo, save_run
from tests.unit.cli.load.load_services import Services


@pytest.fixture
def services() -> Iterator[Services]:
    made = Services()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.answer(202, made.take(self.path, body))

        def do_GET(self) -> None:
            self.answer(200, made.measures if self.path.startswith("/kpi/") else made.imported)

        def answer(self, status: int, document: dict[str, Any]) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(document).encode())

        def log_message(self, *_: Any) -> None:
            """Not into the tests' output."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def state(tmp_path: Path, services: Services) -> Path:
    """The state of an installation whose services are `services`."""
    identity = Identity.of(os.getpid())
    assert identity is not None
    urls = {"ingest": services.url, "budget": services.url, "kpi": f"{services.url}/kpi"}
    path = tmp_path / "state"
    path.mkdir()
    info = RunInfo(identity.pid, identity.began, urls, "", "", "", "system", "", 1)
    save_run(path, info)
    return path
