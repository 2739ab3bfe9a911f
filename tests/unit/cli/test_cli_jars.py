"""The broker's jars are what the lock says, or they are not used."""

import hashlib
from pathlib import Path

import pytest

from cli.embedded import jars
from cli.embedded.jars import LOCK, ensure_jars, locked_jars
from cli.errors import CommandError


def _lock(tmp_path: Path, sha256: str | None) -> Path:
    checksum = f'sha256 = "{sha256}"' if sha256 else ""
    lock = tmp_path / "jgo.lock.toml"
    lock.write_text(
        '[[dependencies]]\ngroupId = "g"\nartifactId = "a"\nversion = "1"\n'
        f'packaging = "jar"\n{checksum}\n',
        encoding="utf-8",
    )
    return lock


def test_every_locked_jar_has_a_checksum_and_no_name_twice() -> None:
    found = locked_jars()
    assert len(found) == len({jar.name for jar in found}) > 40
    assert any(jar.name == "kafka_2.13-4.1.1.jar" for jar in found)


def test_the_lock_names_no_host() -> None:
    assert "http" not in LOCK.read_text(encoding="utf-8")


def test_a_dependency_without_a_checksum_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="a has no sha256"):
        locked_jars(_lock(tmp_path, None))


def test_a_cached_jar_with_the_locked_content_is_used_without_the_network(tmp_path: Path) -> None:
    cached = tmp_path / "kafka-jars" / "a-1.jar"
    cached.parent.mkdir()
    cached.write_bytes(b"classes")
    lock = _lock(tmp_path, hashlib.sha256(b"classes").hexdigest())
    said: list[str] = []
    assert ensure_jars(tmp_path, said.append, lock) == [cached]
    assert said == []


def test_what_a_server_refuses_for_a_moment_is_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jars, "_RETRIES_AFTER_S", (0.0, 0.0))
    answers: list[str | OSError] = ["the jar", OSError("away"), OSError("away")]

    def fetch() -> str:
        answer = answers.pop()
        if isinstance(answer, OSError):
            raise answer
        return answer

    assert jars._persistently(fetch) == "the jar"
    answers.extend([OSError("gone"), OSError("away"), OSError("away")])
    with pytest.raises(OSError, match="gone"):
        jars._persistently(fetch)
