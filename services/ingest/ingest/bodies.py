"""What the bodies of ingest's requests have in common."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from shared.bodies.texts import PLAIN_LINES


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("a text holds no U+0000")
    return text


WithoutNul = AfterValidator(_without_nul)
"""PostgreSQL can store no other text."""
Reason = Annotated[str, Field(min_length=1, max_length=500), WithoutNul, PLAIN_LINES]


class StrictBody(BaseModel):
    """A body of which nothing is guessed."""

    model_config = ConfigDict(extra="forbid", strict=True)
