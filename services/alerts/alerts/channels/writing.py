"""Media with markup: how each writes an alert, and a message of them."""

from collections.abc import Callable, Mapping

from msgspec import Struct

from alerts.channels.markup import lookalikes
from alerts.channels.message import Block, Composed, FactLine, Message, Tone, joined, within
from alerts.channels.texts import Measure, json_bytes


def twin_link(line: FactLine) -> str:
    """A link, its text without what a chat would make another of."""
    return f"[{lookalikes(line.link_text)}]({line.text})"


class Markup(Struct, frozen=True):
    """`{}` stands for what `escape` has made harmless; `link` makes one of a line that is
    one. In a heading `{color}` is that of an alert's tone."""

    escape: Callable[[str], str]
    link: Callable[[FactLine], str]
    heading: str
    headline: str
    strong: str
    bullet: str = "- "
    colors: Mapping[Tone, str] = {}
    measure: Measure = json_bytes

    def compose(self, message: Message, text_max: int) -> Composed:
        """The message within `text_max` of what is measured."""
        zone = "" if message.written else self.escape(message.zone)
        text = self.escape(message.written) if message.written else self.text(message)
        return within(message, text, zone, text_max, self.measure, escape=self.escape)

    def text(self, message: Message) -> str:
        """The alerts, then what is only still open."""
        blocks = [self.block(block, message.words.colon) for block in message.blocks]
        blocks += map(self.escape, message.beside)
        lines = [self.escape(line) for line in message.open_lines]
        return joined(blocks, self.strong.format(self.escape(message.words.still_open)), lines)

    def block(self, block: Block, colon: str) -> str:
        """One alert."""
        heading = self.heading.format(self.escape(block.heading), color=self.colors.get(block.tone))
        headline = self.headline.format(self.escape(block.headline))
        facts = [
            self.bullet
            + self.escape(one.label)
            + colon
            + (self.link(one) if one.link else self.escape(one.text))
            for one in block.facts
        ]
        return "\n".join([heading, headline, *facts])
