"""Texts that people read, as fields of bodies."""

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from shared.names import TEXT_HAS_CONTROLS, control_character, controls_detail


def _refuse(text: str, *, lines: bool) -> str:
    character = control_character(text, lines=lines)
    if character is not None:
        raise PydanticCustomError(
            TEXT_HAS_CONTROLS, "{detail}", {"detail": controls_detail(character)}
        )
    return text


PLAIN = AfterValidator(lambda text: _refuse(text, lines=False))
"""A name or label, in one line."""
PLAIN_LINES = AfterValidator(lambda text: _refuse(text, lines=True))
"""A comment or reason, in lines."""
