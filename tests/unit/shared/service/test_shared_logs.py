"""Every line on stderr has one form, whoever wrote it."""

import json
import logging
import subprocess
import sys

from shared.logs import Sparing

SCRIPT = """
import logging
from shared import logs
from shared.settings import CommonSettings
logs.configure(CommonSettings(service="budget", replica="2"))
logs.get_logger("budget.figures.seal").info("sealed", lines=3, url="https://robot/send?token=1")
logging.getLogger("aiokafka.cluster").error("Topic %s is not available", "spend.v1")
try:
    1 / 0
except ZeroDivisionError:
    logging.getLogger("asyncio").exception("task failed")
"""


def test_what_a_library_logs_is_a_json_line_like_our_own_and_secrets_are_not_shown() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, timeout=60
    )
    ours, kafka, failure = [json.loads(line) for line in done.stderr.splitlines()]
    assert (ours["event"], ours["module"], ours["lines"]) == ("sealed", "budget.figures.seal", 3)
    assert ours["url"] == "***"
    assert kafka["event"] == "Topic spend.v1 is not available"
    assert kafka["module"] == "aiokafka.cluster"
    assert (kafka["level"], kafka["service"], kafka["replica"]) == ("error", "budget", "2")
    assert "ZeroDivisionError" in failure["exception"]
    assert done.stdout == ""


def record(at_s: float, line: int = 1) -> logging.LogRecord:
    made = logging.LogRecord("aiokafka", logging.ERROR, "client.py", line, "no %s", ("way",), None)
    made.created = at_s
    return made


def test_a_library_that_repeats_itself_is_heard_once_in_ten_seconds() -> None:
    sparing = Sparing(every_s=10.0)
    heard = [sparing.filter(record(at_s)) for at_s in (0.0, 0.1, 9.9)]
    assert heard == [True, False, False]
    assert sparing.filter(record(5.0, line=2)), "another place is another matter"
    later = record(10.0)
    assert sparing.filter(later)
    assert later.getMessage() == "no way (and 2 times before, not shown)"
