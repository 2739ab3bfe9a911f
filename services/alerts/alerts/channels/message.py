"""A message as data: what it says, alert by alert, before any channel gives it a form.

Words are in the reader's language and nothing is escaped: each channel composes its own medium of
this, and escapes for it.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from msgspec import Struct, field
from msgspec.structs import replace

from alerts.channels.texts import Measure, fit, json_bytes, plain_words, shorten

BRIEF_CHARACTERS_MAX = 120
"""All of a title: what is wrong stands at its end."""


class AlertFacts(Struct, frozen=True):
    """One alert for machines. `status` is "firing" or "resolved"; `is_foreign`: another system sent
    it, and nothing is added to what that says; `link` is where more of it is seen; `response` how
    people have answered to it, `respond` the address of a page to do so."""

    fingerprint: str
    status: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    starts_at: datetime
    ends_at: datetime | None
    is_foreign: bool = False
    link: str = ""
    response: Mapping[str, str] = field(default_factory=dict)
    respond: str = ""


class FactLine(Struct, frozen=True):
    """A labelled line; `link` says that its text is an address to be followed, and `words` stand
    for it where a medium shows links."""

    label: str
    text: str
    link: bool = False
    words: str = ""

    @property
    def link_text(self) -> str:
        """What is read of a link: its words, else its address without the scheme."""
        return self.words or self.text.partition("://")[2]


class Tone(StrEnum):
    """How an alert stands, for a medium with colours: open by severity, well again, or ended
    although nobody says that it is well."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"
    RECOVERED = "recovered"
    ENDED = "ended"


class Picture(Struct, frozen=True):
    """What an alert looks like over time: `svg` is a file of its own, `caption` what it shows,
    `alt` the same with its figures for who does not see it."""

    svg: str
    caption: str
    alt: str


class Block(Struct, frozen=True):
    """One alert that is told. `color` is a web colour for its tone."""

    heading: str
    headline: str
    facts: tuple[FactLine, ...]
    color: str
    alert: AlertFacts
    tone: Tone = Tone.INFO
    picture: Picture | None = None


class StillOpen(Struct, frozen=True):
    """One alert that is only still open: a line, and the alert."""

    line: str
    alert: AlertFacts


class Words(Struct, frozen=True):
    """What a channel adds by itself, in the reader's language; `{n}` stands for a number.
    `resent` says of a message that it may be a second copy; `leave` and `cannot_leave` are said
    of a mail as its `Message.leave` asks for."""

    colon: str = ": "
    unlisted: str = "+ {n}"
    still_open: str = ""
    left_out: str = "… {n}"
    refused: str = ""
    resent: str = "(重发/resent)"
    leave: str = ""
    cannot_leave: str = ""


class Message(Struct, frozen=True, kw_only=True):
    """What one delivery says, about one group, to one receiver.

    `status` is "resolved" when nothing of the group is open. `reason` is why it is sent
    (alerting.md 2.3). `unlisted` counts alerts that are told beside the blocks, `left_out` alerts
    that are open and not in it. `written` is a text that people read instead of the blocks, as it
    is.

    A receiver may find it too large: `part_size` alerts then go at once, by default all, and
    `told` has the texts of the parts that have arrived, which are in the blocks no more. What goes
    on with what another message of the same moment began is `continued`.
    """

    title: str
    locale: str
    receiver: str
    words: Words = Words()
    preheader: str = ""
    blocks: tuple[Block, ...] = ()
    unlisted: int = 0
    still_open: tuple[StillOpen, ...] = ()
    left_out: int = 0
    zone: str = ""
    status: str = "firing"
    reason: str = ""
    group_key: str = ""
    group_labels: Mapping[str, str] = field(default_factory=dict)
    written: str = ""
    part_size: int = 0
    told: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    """Who has what is told and not over, each once."""
    continued: bool = False
    leave: str | None = None
    """Of a mail, where its mailbox unsubscribes; "" where nobody can, None where that is no
    matter."""

    @property
    def tone(self) -> Tone:
        """That of its first alert, of which its title speaks: it is the most urgent one."""
        return self.blocks[0].tone if self.blocks else Tone.INFO

    @property
    def beside(self) -> list[str]:
        """What stands behind the blocks about those that are not listed."""
        return [self.words.unlisted.replace("{n}", str(self.unlisted))] if self.unlisted else []

    @property
    def open_lines(self) -> list[str]:
        """A line for each alert that is only still open, and for those left out."""
        lines = [one.line for one in self.still_open]
        return [*lines, self.say_left_out(self.left_out)] if self.left_out else lines

    def say_left_out(self, count: int) -> str:
        """That so many lines had no room."""
        return self.words.left_out.replace("{n}", str(count))


class Composed(Struct, frozen=True):
    """A message in a channel's medium, as its reader sees it and the record shows it. `whole` says
    that nothing had to be left out."""

    title: str
    text: str
    whole: bool = True


def plain(message: Message) -> str:
    """The message as plain text: the form that any medium can fall back on."""
    if message.written:
        return message.written
    colon = message.words.colon
    blocks = [
        "\n".join(
            [block.heading, block.headline]
            + [f"  {fact.label}{colon}{fact.text}" for fact in block.facts]
        )
        for block in message.blocks
    ]
    return joined([*blocks, *message.beside], message.words.still_open, message.open_lines)


def joined(blocks: Sequence[str], still_open: str, lines: Sequence[str]) -> str:
    """Blocks, then the list of what is only still open."""
    tail = ["\n".join([still_open, "", *(f"- {line}" for line in lines)])] if lines else []
    return "\n\n".join([*blocks, *tail])


def within(
    message: Message,
    text: str,
    zone: str,
    text_max: int,
    measure: Measure = json_bytes,
    *,
    escape: Callable[[str], str] = str,
) -> Composed:
    """`text` within its limit, and behind it the zone, which is never cut off. Markup is never cut
    within: where not even the first line has room stands the title, in plain words, escaped."""
    ending = f"\n\n{zone}" if zone else ""
    room = text_max - measure(ending)
    if measure(text.partition("\n")[0]) > room:
        fitted = fit(escape(plain_words(message.title)), room, message.say_left_out, measure)
    else:
        fitted = fit(text, room, message.say_left_out, measure)
    return Composed(message.title, fitted + ending, whole=fitted == text)


def brief(message: Message) -> Message:
    """The title alone, for a provider that refuses the text itself: letters, figures and plain
    punctuation, nothing that could be taken for markup or a link. What goes to machines keeps its
    first alert, without what only people read; what else is open is left out, and counted."""
    title = shorten(plain_words(message.title), BRIEF_CHARACTERS_MAX)
    blocks = tuple(
        replace(one, facts=(), picture=None, alert=replace(one.alert, annotations={}))
        for one in message.blocks[:1]
    )
    return replace(
        message,
        preheader="",
        blocks=blocks,
        unlisted=0,
        still_open=(),
        left_out=sum(map(len, (message.blocks, message.still_open)))
        + message.unlisted
        + message.left_out
        - len(blocks),
        zone="",
        written=f"{title}\n\n{message.words.refused}",
    )
