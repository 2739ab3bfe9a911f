"""What the system refuses to do with a file becomes one sentence with its remedy."""

import errno

import pytest

from cli.errors import explain


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "/data/run.json"), "free some space"),
        (OSError(errno.EDQUOT, "Disk quota exceeded", "/data/run.json"), "free some space"),
        (OSError(errno.ENOSPC, "No space left on device"), "free some space"),
        (OSError(errno.EROFS, "Read-only file system", "/data"), "another folder with --state"),
        (OSError(errno.EACCES, "Permission denied", "/data"), "another folder with --state"),
        (OSError(errno.ENOTDIR, "Not a directory", "/data/x"), "/data/x: Not a directory"),
    ],
)
def test_a_refused_file_is_named_with_what_to_do(error: OSError, words: str) -> None:
    text = explain(error)
    assert text is not None
    assert words in text


def test_an_error_that_names_no_file_is_not_explained_away() -> None:
    assert explain(ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")) is None
