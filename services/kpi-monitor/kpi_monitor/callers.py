"""Who may call which route."""

from typing import Annotated

from shared.http.app import require
from shared.http.auth import Principal

READERS = ("viewer", "operator", "approver", "finance", "auditor")
Reader = Annotated[Principal, require(*READERS)]
Operator = Annotated[Principal, require("operator")]
