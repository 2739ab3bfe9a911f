"""Keys: different subjects have different keys, and each is read back as it was made."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import events, keys

names = st.text(alphabet="ab\\,=|/:@-+cé\n1", min_size=1, max_size=6)
pairs = st.dictionaries(names, names, max_size=3)
entities = st.none() | pairs.filter(bool)
subjects = st.tuples(names, entities, names, names, pairs)


def _key(subject: tuple[str, dict[str, str] | None, str, str, dict[str, str]]) -> str:
    period, entity, campaign, line, dims = subject
    text = keys.subject_text(entity, campaign, line)
    return keys.fact_key(period, text, keys.pairs_text(dims))


def _about(subject: tuple[str, dict[str, str] | None, str, str, dict[str, str]]) -> object:
    period, entity, campaign, line, dims = subject
    return period, entity or (campaign, line), dims


@given(subjects, subjects)
def test_different_facts_have_different_keys(one: tuple, other: tuple) -> None:  # type: ignore[type-arg]
    assert (_key(one) == _key(other)) == (_about(one) == _about(other))


@given(subjects)
def test_a_key_is_read_back_as_it_was_made(subject: tuple) -> None:  # type: ignore[type-arg]
    period, entity, campaign, line, dims = subject
    label, about, cut = keys.read_fact_key(_key(subject))
    assert label == period
    assert keys.read_pairs(cut) == dims
    if entity is None:
        assert keys.read_own(about) == (campaign, line)
    else:
        assert keys.read_pairs(about) == entity


@given(pairs)
def test_a_group_is_read_back_as_it_was_made(group: dict[str, str]) -> None:
    assert keys.read_group(keys.group_text(group)) == group


@pytest.mark.parametrize(
    ("made", "text", "why"),
    [
        (keys.pairs_text({"b": "2", "a": "1"}), "a=1,b=2", "sorted by name"),
        (keys.pairs_text(None), "", "nothing said"),
        (keys.pairs_text({"ad": "投放/1:2@3#4 ;"}), "ad=投放/1:2@3#4 ;", "nothing to escape"),
        (keys.own_text("c1", "L1"), "c1/L1", "our own names"),
        (keys.own_text("c1", None), "c1/", "a campaign as a whole is not its line None"),
        (keys.fact_key("2025-11-01T10", "c1/L1", ""), "2025-11-01T10|c1/L1|", "no dims"),
        (keys.group_text({"line": "L02", "channel": "search"}), "channel:search,line:L02", "4"),
        (keys.pairs_text({"ad": "x,device=m"}), r"ad=x\,device\=m", "what separates is escaped"),
        (keys.pairs_text({"ad": "a|b\\"}), r"ad=a\|b" + "\\\\", "and so is the escape"),
    ],
)
def test_ordinary_keys_stay_as_they_were(made: str, text: str, why: str) -> None:
    assert made == text, why


def test_two_ads_that_were_one_have_keys_of_their_own() -> None:
    one, other = {"ad": "x,device=m"}, {"ad": "x", "device": "m"}
    assert keys.pairs_text(one) != keys.pairs_text(other)
    spend = [events.SpendData(amount="1", entity=entity) for entity in (one, other)]
    assert len({events.subject_key("w", "s", data) for data in spend}) == 2


@pytest.mark.parametrize("text", ["a", "a=1,", "a=1,b", "a=1|", "a=b=c", "a=1,b=2\\"])
def test_what_is_no_key_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match="pairs"):
        keys.read_pairs(text)


@pytest.mark.parametrize("text", ["a", "a:1,", "a:1,b", "a:b:c"])
def test_what_is_no_group_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match="group"):
        keys.read_group(text)
