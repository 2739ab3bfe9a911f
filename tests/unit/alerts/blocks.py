"""Alerts as a channel is given them; valid unless a test differs."""

from typing import Any

from alerts.channels.message import AlertFacts, Block, FactLine, Message, Tone, Words
from tests.unit.alerts.builders import START
from tests.unit.alerts.sending import make_message

FACTS = AlertFacts("f", "firing", {"rule": "pacing-high"}, {}, START, None)
RUNBOOK = "https://wiki.example/a_b?c=1&d=*2*"


def make_block(name: str = "L03", color: str = "#cf222e", tone: Tone = Tone.CRITICAL) -> Block:
    """An alert about something of that name, which owns it as well."""
    facts = (FactLine("负责人", name), FactLine("处理手册", RUNBOOK, link=True))
    return Block(f"🔴 严重 · {name}", f"{name} 花费过快", facts, color, FACTS, tone)


def told(*blocks: Block, **changes: Any) -> Message:
    """A message about these."""
    words = Words(colon="：", still_open="仍在进行")
    return make_message(**{"written": "", "blocks": blocks, "words": words, **changes})
