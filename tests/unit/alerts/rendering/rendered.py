"""Views as the planner makes them, and the messages they become."""

from typing import Any

from alerts.episodes.rules import Key
from alerts.rendering.render import Message, Renderer
from alerts.rendering.view import AlertView
from tests.unit.alerts.builders import START, at, make_breach

RENDERER = Renderer()


def view(told: str = "firing", alert: int = 1, **changes: Any) -> AlertView:
    own = {
        name: changes.pop(name)
        for name in ("ends_at", "previous_severity", "history")
        if name in changes
    }
    return AlertView(
        key=Key(alert, 1),
        told=told,  # type: ignore[arg-type]
        breach=make_breach(**changes),
        starts_at=START,
        ends_at=own.get("ends_at"),
        previous_severity=own.get("previous_severity"),
        history=own.get("history", ()),
    )


def render(
    *views: AlertView,
    locale: str = "zh-CN",
    bytes_max: int = 18_000,
) -> list[Message]:
    return RENDERER.render(
        views,
        locale=locale,
        receiver="ops",
        now=at(90),
        text_bytes_max=bytes_max,
    )
