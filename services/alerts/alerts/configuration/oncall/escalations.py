"""Escalations of a file: who else is called while nobody has taken an alert. Pure."""

from collections.abc import Collection
from datetime import timedelta
from itertools import pairwise

from msgspec import Struct

from alerts.configuration.document import Document
from alerts.configuration.oncall.document import EscalationDocument, Severity
from alerts.configuration.yaml_reader import PlaceError, at_place
from shared.durations import parse_duration

STEPS_MAX = 10
REPEAT_MAX = 5


class EscalationStep(Struct, frozen=True):
    """`after`: how long after the alert was told; `to` are receivers, people or schedules. With a
    `severity` it is for alerts of that level or a worse one."""

    after: timedelta
    to: tuple[str, ...]
    severity: Severity | None = None


class Escalation(Struct, frozen=True):
    """`repeat`: how many times it begins again. Somebody who has taken an alert is asked about it
    `remind_after`; without a word from anybody it is free again `unacknowledge_after` that."""

    name: str
    steps: tuple[EscalationStep, ...]
    repeat: int = 0
    remind_after: timedelta | None = None
    unacknowledge_after: timedelta | None = None


def read_escalations(document: Document, known: Collection[str]) -> dict[str, Escalation]:
    """By name; `known` are those whom a step may call. Raises PlaceError."""
    found: dict[str, Escalation] = {}
    for place, one in enumerate(document.escalations):
        path = f".escalations[{place}]"
        if one.name in found:
            raise PlaceError(f"{path}.name", f"the escalation {one.name!r} is defined twice")
        found[one.name] = _escalation(one, path, known)
    return found


def _escalation(one: EscalationDocument, path: str, known: Collection[str]) -> Escalation:
    if len(one.steps) > STEPS_MAX:
        raise PlaceError(f"{path}.steps", f"an escalation has at most {STEPS_MAX} steps")
    if not 0 <= one.repeat <= REPEAT_MAX:
        raise PlaceError(f"{path}.repeat", f"it begins again 0 to {REPEAT_MAX} times")
    steps = []
    for place, step in enumerate(one.steps):
        at = f"{path}.steps[{place}]"
        for number, name in enumerate(step.to):
            if name not in known:
                raise PlaceError(
                    f"{at}.to[{number}]", f"{name!r} is no receiver, person or schedule of the file"
                )
        steps.append(EscalationStep(_span(step.after, f"{at}.after"), step.to, step.severity))
    for place, (before, after) in enumerate(pairwise(steps), 1):
        if after.after <= before.after:
            raise PlaceError(
                f"{path}.steps[{place}].after",
                "a step is later than the one before it: both count from when the alert was told",
            )
    remind, free = (
        None if text is None else _span(text, f"{path}.{key}")
        for key, text in (
            ("remind_acknowledged_after", one.remind_acknowledged_after),
            ("unacknowledge_after", one.unacknowledge_after),
        )
    )
    if free is not None and remind is None:
        raise PlaceError(
            f"{path}.unacknowledge_after",
            "this counts from a reminder: set remind_acknowledged_after too",
        )
    return Escalation(one.name, tuple(steps), one.repeat, remind, free)


def _span(text: str, path: str) -> timedelta:
    found = at_place(parse_duration, text, path)
    if not found:
        raise PlaceError(path, "this must be longer than 0s")
    return found
