"""Ids that the ledger makes are read back as they were made, whatever the keys in them hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget.ledger.ids import Half, Revision, read_half, read_revision

keys = st.text(alphabet="ab\\,=|/:@-+cé\n1", min_size=1, max_size=6)
ways = st.sampled_from(["-", "+"])
numbers = st.integers(0, 10**15)
revisions = st.builds(Revision, keys, numbers, st.just(""), st.just(False)) | st.builds(
    Revision, keys, numbers, ways, st.booleans()
)
halves = st.builds(Half, st.integers(1, 99), keys, ways, st.booleans())


@given(revisions)
def test_the_id_of_a_revision_is_read_back_as_it_was_made(made: Revision) -> None:
    assert read_revision(made.id) == made


@given(halves)
def test_the_id_of_a_half_is_read_back_as_it_was_made(made: Half) -> None:
    assert read_half(made.id) == made


@given(revisions, revisions)
def test_two_revisions_never_have_one_id(one: Revision, other: Revision) -> None:
    assert (one.id == other.id) == (one == other)


@given(halves, halves)
def test_two_halves_never_have_one_id(one: Half, other: Half) -> None:
    assert (one.id == other.id) == (one == other)


@pytest.mark.parametrize(
    ("made", "text", "why"),
    [
        (Revision("2025-11-01|c1/L1|", 2).id, "2025-11-01|c1/L1|@2", "the amount of a revision"),
        (Revision("k", 2, "-").id, "k@2-", "what it takes back where the fact was"),
        (Revision("k", 2, "-", True).id, "k@2-c", "what of that are corrections"),
        (Revision("k", 2, "+").id, "k@2+", "what it brings along"),
        (Half(7, "k", "-").id, "7|k|-", "what leaves"),
        (Half(7, "k", "+", True).id, "7|k|+c", "corrections that arrive"),
    ],
)
def test_ids_stay_as_they_are_stored(made: str, text: str, why: str) -> None:
    assert made == text, why
