"""The caller of the demo, the tests and the bench: what a well-behaved sender does."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cli.demo.client import Client, ClientError
from shared.access.tokens import generate_keys


@contextmanager
def ingest_answering(*statuses: int) -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """A server that answers with these in turn; what each request had as key and body."""
    heard: list[tuple[str, bytes]] = []
    left = iter(statuses)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append((self.headers["Idempotency-Key"], body))
            self.send_response(next(left))
            self.end_headers()
            self.wfile.write(b'{"accepted": 1, "rejected": []}')

        def log_message(self, *_: object) -> None:
            """Not into the tests' output."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", heard
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def private_key(tmp_path: Path) -> Path:
    return generate_keys(tmp_path)[0]


def client_of(url: str, private_key: Path) -> Client:
    return Client({"ingest": url}, private_key)


def test_a_503_is_sent_again_unchanged_until_it_is_taken(private_key: Path) -> None:
    with ingest_answering(503, 503, 202) as (url, heard), client_of(url, private_key) as client:
        client.send([{"id": "e-1"}])
    assert len(heard) == 3
    assert len(set(heard)) == 1


def test_another_refusal_is_an_error_at_once(private_key: Path) -> None:
    refused = pytest.raises(ClientError, match="422")
    with ingest_answering(422, 202) as (url, heard), client_of(url, private_key) as client, refused:
        client.send([{"id": "e-1"}])
    assert len(heard) == 1
