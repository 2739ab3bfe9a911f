"""Pictures are made by a process of their own, bounded in time and size; a mail goes without."""

import asyncio
from pathlib import Path

import pytest

from alerts.channels.pictures.drawing import PNG, PNG_BYTES_MAX, Drawing
from alerts.channels.pictures.worker import OTHERS, png
from alerts.rendering.pictures import picture_of
from tests.unit.alerts.rendering.test_alerts_pictures import running

TEXT = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30">'
    '<text x="5" y="20" font-family="sans-serif">{}</text></svg>'
)


def worker(folder: Path, body: str) -> Path:
    file = folder / "worker.py"
    file.write_text(f"import sys, time\nsys.stdin.buffer.read()\n{body}\n")
    return file


async def test_a_picture_is_made_in_the_readers_letters() -> None:
    drawing = Drawing(pictures_s=60)
    assert await drawing.begin()
    picture = picture_of(running(), "zh-CN")
    assert picture is not None
    [made] = await drawing.draw([picture.svg], "zh-CN")
    assert made is not None
    assert made.startswith(PNG)
    assert len(made) <= PNG_BYTES_MAX


def test_chinese_is_drawn_as_such_and_not_as_boxes() -> None:
    drawn = {text: png(TEXT.format(text), OTHERS) for text in ("", "\u0378", "永", "預", "8")}
    assert len(set(drawn.values())) == 5


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("time.sleep(600)", "one that hangs ends with its time"),
        ("sys.stdout.buffer.write(b'\\x89PNG\\r\\n\\x1a\\n' + bytes(10**7))", "one too large"),
        ("sys.stdout.buffer.write(b'no picture')", "what is no picture"),
        ("sys.exit(1)", "one that fails"),
    ],
)
async def test_a_mail_goes_without_what_cannot_be_made(
    tmp_path: Path, body: str, reason: str
) -> None:
    drawing = Drawing(worker(tmp_path, body), pictures_s=0.5 if "sleep" in body else 60)
    assert await drawing.draw(["<svg/>", "<svg/>"], "en") == [None, None], reason
    assert not await drawing.begin()


async def test_what_has_no_time_left_waits_for_nothing(tmp_path: Path) -> None:
    drawing = Drawing(worker(tmp_path, "time.sleep(600)"), pictures_s=0.5)
    both = await asyncio.gather(drawing.draw(["<svg/>"], "en"), drawing.draw(["<svg/>"], "en"))
    assert both == [[None], [None]]
