"""What is deleted some day. The ledger, what is held and the audit never are."""

from datetime import timedelta
from functools import partial

from budget.settings import BudgetSettings
from shared.database.sweep import Sweep, forget


def sweeps(settings: BudgetSettings) -> dict[str, Sweep]:
    """Per table of imports, for how long its rows are kept, and what deletes older ones."""
    days = {
        "imports": settings.imports_keep_days,
        "import_facts": settings.import_rows_keep_days,
        "import_progress": settings.imports_keep_days,
    }
    # An import whose records are read again after that is counted from the start, as a new one.
    return {
        table: Sweep(timedelta(days=keep), partial(forget, f"budget.{table}", "counted_at"))
        for table, keep in days.items()
    }
