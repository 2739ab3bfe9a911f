"""Why an event is refused: one stable code per fault (contracts.md section 2).

msgspec says what is wrong and where in one sentence; its wording is turned into a code here, once,
and pinned by tests, so that an update of msgspec cannot change a code unseen. People read ours.
"""

import re
from typing import Any, get_args

import msgspec

from shared.bodies.words import words_of_error
from shared.events import SENT_DECODER, Sent

TYPES = tuple(one.__struct_config__.tag for one in get_args(Sent))
_WHERE = re.compile(r"(?P<what>.*?)(?: - at `(?P<path>[^`]*)`)?", re.DOTALL)
_AMOUNTS = ("$.data.amount", "$.data.measures")
_CODE_BY_PATH = (
    ("$.data.currency", "currency_invalid"),
    ("$.data.period", "period_invalid"),
    ("$.data.campaign", "name_invalid"),
    ("$.data.line", "name_invalid"),
)


class FaultError(Exception):
    """An event that cannot be accepted, by its own fault; the rest of its request still can."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


def fault_of(error: msgspec.ValidationError) -> FaultError:
    """The stable code for what msgspec found; the detail says where and what to send."""
    text = str(error)
    match = _WHERE.fullmatch(text)
    what, path = (match["what"], match["path"] or "$") if match else (text, "$")
    code, said = _code(what, path), words_of_error(text)
    if code == "amount_not_decimal":
        said = f'{path[2:]}: send decimal text such as "12.50", in quotation marks'
    elif code == "unknown_type":
        said = f"type: send one of {', '.join(TYPES)}"
    return FaultError(code, said)


def _code(what: str, path: str) -> str:
    if what.startswith("Object missing required field"):
        return "missing_field"
    if what.startswith("Object contains unknown field"):
        return "unknown_field"
    if path == "$.type":
        return "unknown_type"
    if "of length <=" in what and path in ("$.id", "$.source"):
        return f"{path[2:]}_too_long"
    if "timezone component" in what:
        return "time_without_zone"
    if path.startswith(_AMOUNTS) and "got `" in what:
        return "amount_not_decimal"
    if "matching regex" in what or path == "$.data.currency":
        return next((code for place, code in _CODE_BY_PATH if path == place), "wrong_type")
    return "wrong_type"


def check_strictly(event: Any) -> None:
    """Holds a leniently decoded event against the published schema of shared.events.

    Raises FaultError. Costs about 3 µs, so callers do it only for parts they have not seen before.
    """
    try:
        SENT_DECODER.decode(msgspec.json.encode(event))
    except msgspec.ValidationError as error:
        raise fault_of(error) from None
