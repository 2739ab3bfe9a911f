"""Texts in files for spreadsheets."""

_COMPUTES = tuple("=+-@\t\r")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would compute a cell that says this: it is written behind an
    apostrophe."""
    return text.startswith(_COMPUTES)
