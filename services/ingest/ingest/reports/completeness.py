"""May a load tell that its source is complete? Pure.

"Complete" is believed: windows close and "too little spent" is judged. So a load with anything that
was refused, or counted once although it stood there twice, says nothing of the kind until it is
repaired and sent again, or a person confirms that it is complete all the same.
"""

from collections.abc import Mapping
from typing import Literal

ROWS_REFUSED = "rows_refused"
PAGES_MISSING = "pages_missing"
SOURCE_MISSING = "source_missing"
AS_OF_MISSING = "as_of_missing"

Wish = Literal["no", "yes", "anyway"]
"""What the load says of its source; `anyway` is a person's word."""
CODES_SHOWN_MAX = 5


def why_unsettled(
    rows: int,
    refused: Mapping[str, int],
    equal: int = 0,
    elsewhere: int = 0,
    next_page: str | None = None,
) -> str | None:
    """Why a load of `rows` rows is not settled; None when it is.

    `refused` counts rows by code, `equal` those that repeat another one, `elsewhere` those that
    were refused or repeated in other parts of the same load, or refused by the ledger, `next_page`
    is the name under which the last page names one that is not there.
    """
    count = sum(refused.values())
    reasons = []
    if count:
        codes = sorted(refused, key=lambda code: (-refused[code], code))[:CODES_SHOWN_MAX]
        named = ", ".join(f"{code} {refused[code]}" for code in codes)
        reasons.append(f"{count} of {rows} rows {_were(count)} refused ({named})")
    if equal:
        reasons.append(f"{equal} {_rows(equal)} equal to another and counted once")
    if elsewhere:
        reasons.append(
            f"{elsewhere} {_rows(elsewhere)} refused or counted once in the rest of the load"
        )
    if next_page is not None:
        reasons.append(f"the last page names a next one ({next_page}) that is not in the report")
    if not reasons:
        return None
    return (
        f"{'; '.join(reasons)}: repair and load again, or confirm that the source is complete"
        " all the same (load --complete-anyway, complete=anyway)"
    )


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


def _rows(count: int) -> str:
    return f"{'row' if count == 1 else 'rows'} {_were(count)}"
