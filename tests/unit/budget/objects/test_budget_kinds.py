"""Attributes of planning objects are read as their kind says; a kind is data."""

from typing import Any, get_args, get_type_hints

import pytest

from budget.objects.kinds import KINDS, load_kinds, read_attributes, references
from shared.errors import InvalidError
from shared.events import CatalogItem, object_of

TEXT = """
visit:
  about: A visit to a shop.
  of: either
  attributes:
    name: {type: text, required: true}
    at: {type: instant}
    lasts: {type: duration}
    guests: {type: count}
    cost: {type: decimal}
    paid: {type: flag}
    mood: {type: choice, values: [calm, busy]}
    shop: {type: reference, to: supplier}
    tags: {type: text, many: true}
"""
VISIT = load_kinds(TEXT)["visit"]


def test_attributes_are_stored_in_one_form() -> None:
    sent = {
        "name": "First",
        "at": "2025-11-09T18:00:00+08:00",
        "lasts": "90m",
        "guests": 0,
        "cost": "12.50",
        "paid": False,
        "mood": "busy",
        "shop": "s1",
        "tags": ["a", "b"],
    }
    stored = {**sent, "at": "2025-11-09T10:00:00+00:00", "lasts": "1h30m", "cost": "12.5"}
    assert read_attributes(VISIT, sent) == stored
    assert read_attributes(VISIT, stored) == stored
    assert read_attributes(VISIT, {"name": "First", "mood": None}) == {"name": "First"}
    assert list(references(VISIT, stored)) == [("shop", "supplier", "s1")]


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("name", "", "nothing is no name"),
        ("name", " ", "nor is a blank"),
        ("name", "x" * 501, "longer than anybody reads"),
        ("name", 7, "a number is no text"),
        ("at", "2025-11-09T18:00:00", "an hour of nowhere"),
        ("at", 1762682400, "a number may be of seconds or of anything"),
        ("lasts", "soon", "no duration"),
        ("lasts", 30, "thirty what"),
        ("guests", -1, "fewer than none"),
        ("guests", True, "JSON's true is no number"),
        ("guests", "7", "a text is no count"),
        ("cost", 12.5, "a JSON number may have been rounded"),
        ("cost", "1.0000001", "a seventh decimal"),
        ("paid", "yes", "only true and false"),
        ("mood", "sad", "not one of the choices"),
        ("mood", ["calm"], "a list where one is taken"),
        ("shop", "a shop", "no id"),
        ("tags", "a", "one where a list is taken"),
        ("tags", ["a", 1], "one of them is no text"),
        ("tags", ["a"] * 101, "more than a list holds"),
    ],
)
def test_another_value_is_refused_with_what_it_takes(name: str, value: Any, why: str) -> None:
    with pytest.raises(InvalidError) as refused:
        read_attributes(VISIT, {"name": "First", name: value})
    [fault] = refused.value.errors
    assert (fault["loc"], fault["code"]) == (f"attributes.{name}", "attribute_invalid"), why
    assert fault["detail"].startswith("it takes ")


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(InvalidError) as refused:
        read_attributes(VISIT, {"nam": "First", "guests": "7"})
    assert [(one["loc"], one["code"]) for one in refused.value.errors] == [
        ("attributes.nam", "attribute_unknown"),
        ("attributes.guests", "attribute_invalid"),
        ("attributes.name", "attribute_missing"),
    ]


def test_every_kind_can_be_announced_and_read() -> None:
    told = get_args(get_type_hints(CatalogItem)["kind"])
    assert [kind for kind in KINDS if kind not in told] == []
    for kind in KINDS:
        assert object_of(kind, {kind: "a", "campaign": None}) is not None


def test_kinds_are_whole() -> None:
    """A choice has values, a reference a kind that there is, and no name hides another field."""
    for kind, one in KINDS.items():
        assert one.about.endswith("."), kind
        assert not {"campaign", "kind", kind} & one.attributes.keys(), kind
        for name, attribute in one.attributes.items():
            assert (attribute.type == "choice") == bool(attribute.values), (kind, name)
            assert (attribute.type == "reference") == (attribute.to in KINDS), (kind, name)
