"""Which payments a gift met: first in, first out, per need item."""

from collections import defaultdict
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from charityledger.donations.tracing import GiftPart, PaymentPart, match

DAY = date(2026, 4, 15)


def payments(*parts: tuple[int, int]) -> list[PaymentPart]:
    return [PaymentPart(number, item, fen, DAY, None) for number, (item, fen) in enumerate(parts, 100)]


def told(gifts: list[GiftPart], *parts: tuple[int, int]) -> list[tuple[int, int, int]]:
    return [(use.donation_id, use.disbursement_id, use.amount_fen) for use in match(gifts, payments(*parts))]


def test_the_oldest_gift_is_used_first() -> None:
    gifts = [GiftPart(1, 7, 100), GiftPart(2, 7, 50)]
    assert told(gifts, (7, 60), (7, 60)) == [(1, 100, 60), (1, 101, 40), (2, 101, 20)]


def test_items_do_not_mix() -> None:
    assert told([GiftPart(1, 7, 100), GiftPart(2, 8, 100)], (8, 30)) == [(2, 100, 30)]


def test_a_payment_beyond_the_gifts_of_its_item_meets_no_other() -> None:
    assert told([GiftPart(1, 7, 100)], (7, 150), (7, 10)) == [(1, 100, 100)]


PARTS = st.lists(st.tuples(st.integers(1, 3), st.integers(1, 50)), max_size=12)


@given(PARTS, PARTS)
def test_nothing_is_used_twice(gifts: list[tuple[int, int]], paid: list[tuple[int, int]]) -> None:
    uses = match([GiftPart(number, item, fen) for number, (item, fen) in enumerate(gifts)], payments(*paid))
    by_gift: dict[int, int] = defaultdict(int)
    by_payment: dict[int, int] = defaultdict(int)
    for use in uses:
        assert use.amount_fen > 0
        by_gift[use.donation_id] += use.amount_fen
        by_payment[use.disbursement_id] += use.amount_fen
    assert all(fen <= gifts[number][1] for number, fen in by_gift.items())
    assert all(fen <= paid[number - 100][1] for number, fen in by_payment.items())
    for item in (1, 2, 3):      # as much as can be met is met
        came = sum(fen for each, fen in gifts if each == item)
        went = sum(fen for each, fen in paid if each == item)
        assert sum(use.amount_fen for use in uses if use.need_item_id == item) == min(came, went)
