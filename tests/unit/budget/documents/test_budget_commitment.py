"""What an order binds, whatever becomes of it: amount less what is invoiced, until it has ended."""

from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from budget.documents.commitments.commitment import Commitment, CommitmentEnd
from shared.errors import ConflictError

ORDER = Commitment(
    campaign="c1",
    commitment="venue",
    line="L1",
    supplier="hall",
    text=None,
    currency="CNY",
    amount=100,
    invoiced=0,
    due_on=None,
    ended=None,
    created_by="li.na",
    created_at=datetime(2025, 11, 1, tzinfo=UTC),
)
amounts = st.lists(st.integers(-150, 150), max_size=12)


@given(amounts, st.randoms(use_true_random=False))
def test_what_it_binds_depends_on_no_order_of_its_invoices(
    invoiced: list[int], order: Random
) -> None:
    shuffled = list(invoiced)
    order.shuffle(shuffled)
    lefts = []
    for amounts in (invoiced, shuffled):
        one, bound = ORDER, ORDER.left
        for amount in amounts:
            after = one.with_invoiced(amount)
            bound += after.left - one.left
            one = after
            assert bound == one.left == max(0, 100 - one.invoiced)
        lefts.append(bound)
    assert lefts[0] == lefts[1] == max(0, 100 - sum(invoiced))


@pytest.mark.parametrize(
    ("invoiced", "status", "left"),
    [
        (0, "open", 100),
        (1, "partly_invoiced", 99),
        (100, "settled", 0),
        (101, "settled", 0),
    ],
)
def test_its_status_follows_what_is_invoiced(invoiced: int, status: str, left: int) -> None:
    one = replace(ORDER, invoiced=invoiced)
    assert (one.status, one.left) == (status, left)


@pytest.mark.parametrize(
    ("invoiced", "ended", "how", "code"),
    [
        (0, None, "settled", "not_invoiced"),
        (1, None, "cancelled", "commitment_invoiced"),
        (100, None, "settled", "commitment_ended"),
        (1, "settled", "settled", "commitment_ended"),
        (0, "cancelled", "cancelled", "commitment_ended"),
    ],
)
def test_an_end_that_would_hide_something_is_refused(
    invoiced: int, ended: CommitmentEnd | None, how: CommitmentEnd, code: str
) -> None:
    with pytest.raises(ConflictError) as refused:
        replace(ORDER, invoiced=invoiced, ended=ended).end(how)
    assert refused.value.code == code


def test_what_ended_binds_nothing_whatever_is_invoiced_later() -> None:
    settled = ORDER.with_invoiced(40).end("settled")
    assert (settled.left, settled.with_invoiced(-40).left) == (0, 0)
