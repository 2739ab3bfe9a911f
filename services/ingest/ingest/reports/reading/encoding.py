"""In which encoding a report is written: UTF-8, UTF-16 with its mark, or GB18030."""

import codecs
import io
from collections.abc import Callable
from typing import BinaryIO, TextIO

from ingest.reports.reading.refusals import FileRefusedError

CHUNK_BYTES = 1024 * 1024
COMMON_SHARE_MIN = 0.75
"""Of the characters of a GB18030 file that GB2312 has too. Western text read as GB18030 makes
characters, but rare ones: an accented letter swallows the plain letter behind it."""

Opener = Callable[[], BinaryIO]
"""Opens the same bytes from their beginning; a report is read more than once."""

_SAVE = "save the sheet as CSV (UTF-8) and send that"
_UNPACK = "unpack it and send the report inside"
_NO_TEXT = {
    b"PK\x03\x04": f"a spreadsheet (XLSX) or an archive (ZIP): {_SAVE}, or unpack it",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": f"a spreadsheet (XLS): {_SAVE}",
    b"\x1f\x8b": f"packed with gzip: {_UNPACK}",
    b"BZh": f"packed with bzip2: {_UNPACK}",
    b"\xfd7zXZ\x00": f"packed with xz: {_UNPACK}",
    b"\x28\xb5\x2f\xfd": f"packed with zstd: {_UNPACK}",
    b"%PDF-": "a PDF: export the report as CSV and send that",
}
"""How files begin that are no text, what each is, and what to do."""
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def find_encoding(opener: Opener) -> str:
    """The name of the codec for the whole file. Raises FileRefusedError `encoding_unknown`."""
    with opener() as file:
        head = file.read(CHUNK_BYTES)
    for mark, words in _NO_TEXT.items():
        if head.startswith(mark):
            raise _unknown(1, f"this is {words}")
    if head.startswith(_UTF16):
        if (line := _first_fault(opener, "utf-16")) is not None:
            raise _unknown(line, "the file begins as UTF-16 and does not go on so")
        return "utf-16"
    if b"\0" in head:
        raise _unknown(1, "UTF-16 without its byte-order mark, or no text: save it as CSV (UTF-8)")
    line = _first_fault(opener, "utf-8")
    if line is None:
        return "utf-8-sig"
    if _is_chinese(opener):
        return "gb18030"
    raise _unknown(
        line,
        "the text is neither UTF-8 nor GB18030 nor UTF-16 with a byte-order mark:"
        " save the file as CSV (UTF-8)",
    )


def open_text(opener: Opener, encoding: str) -> TextIO:
    """The file as text, line ends as they are."""
    return io.TextIOWrapper(opener(), encoding=encoding, newline="")


def _unknown(line: int, detail: str) -> FileRefusedError:
    return FileRefusedError("encoding_unknown", line, detail)


def _first_fault(opener: Opener, encoding: str) -> int | None:
    """The line of the first byte that is no such text; None when all are."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = 1
    with opener() as file:
        while True:
            chunk = file.read(CHUNK_BYTES)
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return lines + error.object.count(b"\n", 0, error.start)
            if not chunk:
                return None
            lines += chunk.count(b"\n")


def _is_chinese(opener: Opener) -> bool:
    decoder = codecs.getincrementaldecoder("gb18030")()
    foreign = common = 0
    with opener() as file:
        while True:
            chunk = file.read(CHUNK_BYTES)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError:
                return False
            beyond = "".join([character for character in text if not character.isascii()])
            foreign += len(beyond)
            common += len(beyond.encode("gb2312", "ignore").decode("gb2312"))
            if not chunk:
                return foreign > 0 and common >= COMMON_SHARE_MIN * foreign
