"""Logs are events with fields, on stderr; secrets and full webhook URLs never appear."""

import contextlib
import logging
import sys
from typing import Any, TextIO, cast

import structlog

from shared.settings import CommonSettings

SECRET_FIELDS = frozenset({"authorization", "token", "secret", "password", "key", "url", "sign"})


def _redact(_: Any, __: str, event: Any) -> Any:
    for field in SECRET_FIELDS & event.keys():
        event[field] = "***"
    return event


class Sparing(logging.Filter):
    """Lets each place in a library's code speak once in `every_s`, and says what it left out.

    Without a broker aiokafka logs the same failed connection several hundred times a second.
    """

    def __init__(self, every_s: float = 10.0) -> None:
        super().__init__()
        self._every_s = every_s
        self._spoke: dict[tuple[str, int], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """False for a place that has spoken within `every_s`, by the record's own time."""
        place = (record.pathname, record.lineno)
        spoke_at, left_out = self._spoke.get(place, (float("-inf"), 0))
        if record.created - spoke_at < self._every_s:
            self._spoke[place] = spoke_at, left_out + 1
            return False
        self._spoke[place] = record.created, 0
        if left_out:
            record.msg = f"{record.getMessage()} (and {left_out} times before, not shown)"
            record.args = ()
        return True


def _name_module(_: Any, __: str, event: Any) -> Any:
    event["module"] = event["_record"].name
    return event


class _Unfailing:
    """A stream that drops a line instead of raising: a full disk must not end what logs to it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._stream.flush()


def configure(settings: CommonSettings) -> None:
    """Sends our events and the libraries' warnings to stderr, as JSON lines or for a console."""
    stderr = _Unfailing(sys.stderr)
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    steps: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _redact,
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*steps, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[settings.log_level]
        ),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", stderr)),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=settings.service, replica=settings.replica)
    # What a library says through logging is a line of the same form, with its name as `module`.
    libraries = logging.StreamHandler(stderr)
    libraries.addFilter(Sparing())
    libraries.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_name_module, *steps],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[libraries])
    # aiokafka logs one line per retried request; our own events say the same once.
    logging.getLogger("aiokafka").setLevel(logging.ERROR)


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger whose first argument is the event's name: `log.info("batch_done", records=3)`."""
    return cast("structlog.stdlib.BoundLogger", structlog.get_logger(module=name))
