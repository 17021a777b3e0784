"""What waits is found, and what is taken waits no more, however often it changes."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charityledger.reconciliation.matching.book import Book, Waiting
from charityledger.reconciliation.matching.model import OpenPledge, Part
from tests.reconciliation.matching.making import DAY, LI, ZHANG, promise

PLAN = promise(fen=10_000, instalments=(4_000, 4_000, 2_000))


def test_a_payment_takes_the_oldest_instalment_first() -> None:
    waiting = Waiting(PLAN)
    waiting.take(5_000)
    assert (waiting.outstanding, waiting.due, waiting.instalments) == (5_000, 3_000, (3_000, 2_000))
    waiting.take(5_000)
    assert (waiting.outstanding, waiting.due, waiting.instalments, waiting.awaited()) == (0, 0, (), ())


@pytest.mark.parametrize("fen", [0, -1, 10_001])
def test_nothing_beyond_what_is_outstanding_is_taken(fen: int) -> None:
    waiting = Waiting(PLAN)
    with pytest.raises(ValueError, match="of 10000 fen of pledge 1"):
        waiting.take(fen)
    assert waiting.outstanding == 10_000


def test_a_promise_that_is_not_here_cannot_be_taken() -> None:
    with pytest.raises(KeyError):
        Book([PLAN], {}).take(Part(2, 1))


@pytest.mark.parametrize(("fen", "awaited"), [(4_000, True), (8_000, True), (10_000, True), (6_000, False),
                                              (2_000, False), (0, False)])
def test_what_somebody_who_keeps_to_the_promise_pays(fen: int, awaited: bool) -> None:
    assert Waiting(PLAN).awaits(fen) is awaited


def test_codes_are_found_by_beginning_and_end() -> None:
    some = [promise(number) for number in range(1, 40)]
    book = Book(some, {})
    one = some[5].reference
    assert [each.pledge.id for each in book.beginning(one[:7], 20)] == [6]
    assert [each.pledge.id for each in book.ending(one[-7:], 20)] == [6]
    assert book.beginning("9", 20) == []        # too many say nothing
    book.take(Part(6, 10_000))
    assert book.beginning(one[:7], 20) == book.ending(one[-7:], 20) == []


FEN = st.sampled_from((1_000, 2_000, 3_000, 6_000))


@st.composite
def _some(draw: st.DrawFn) -> list[OpenPledge]:
    found = []
    for number in range(1, draw(st.integers(2, 40))):
        plan = draw(st.one_of(st.just(()), st.tuples(FEN, FEN, FEN)))
        fen = sum(plan) or draw(FEN)
        found.append(promise(number, fen, draw(st.sampled_from((ZHANG, LI))), days=draw(st.integers(-5, 5)),
                             instalments=plan))
    return found


@given(_some(), st.data())
def test_every_look_up_says_what_walking_through_all_would(some: list[OpenPledge], data: st.DataObject) -> None:
    book = Book(some, {})
    for _ in range(data.draw(st.integers(0, 60))):
        waiting = book.by_id[data.draw(st.integers(1, len(some)))]
        if waiting.outstanding:
            book.take(Part(waiting.pledge.id, data.draw(st.sampled_from((500, 1_000, waiting.due, waiting.outstanding)))
                           if waiting.outstanding >= 1_000 else waiting.outstanding))
        fen = data.draw(FEN)
        asked = sorted(number for number, each in book.by_id.items()
                       if each.outstanding and fen in (each.outstanding, each.due))
        assert sorted(book.by_amount.exact(str(fen), fen, DAY.toordinal(), 99)) == asked
        assert book.by_amount.count(str(fen), fen, 99) == len(asked)
        named = [number for number in asked if book.by_id[number].donor == ZHANG]
        assert sorted(book.by_name.exact(ZHANG, fen, DAY.toordinal(), 99)) == named
        every = {number for number, each in book.by_id.items() if each.outstanding and each.donor == ZHANG}
        assert set(book.by_name.every(ZHANG, 99)) == every
        between = {number for number, each in book.by_id.items() if each.outstanding and any(
            1_000 <= one <= 2_500 for one in (each.outstanding, each.due))}
        assert set(book.by_amount.between(str(fen), 1_000, 2_500, 99)) <= between


def test_those_up_to_three_days_after_the_line_come_first_the_latest_first() -> None:
    some = [promise(number, days=days) for number, days in enumerate((30, 2, -3, -4, -9), 1)]
    assert list(Book(some, {}).by_amount.exact("10000", 10_000, DAY.toordinal(), 99)) == [3, 2, 1, 4, 5]


def test_what_waits_no_more_is_taken_out_when_there_is_much_of_it_and_the_order_stays() -> None:
    book = Book([promise(number, days=number) for number in range(1, 31)], {})
    for number in range(2, 31, 2):
        book.take(Part(number, 10_000))
    waiting = list(range(1, 31, 2))
    for day, expected in ((0, waiting), (0, waiting), (-15, [*range(13, 31, 2), 11, 9, 7, 5, 3, 1])):
        assert list(book.by_amount.exact("10000", 10_000, DAY.toordinal() + day, 99)) == expected
    entries = book.by_amount._lists["10000"]
    assert [number for _, _, number in entries] == waiting[::-1]
    assert entries == sorted(entries)


def test_a_memo_names_the_longest_name_at_each_place() -> None:
    book = Book([promise(), promise(2, name="张三丰"), promise(3, name="郑州明远科技有限公司")], {})
    assert book.named_in("代张三丰和张三捐") == ["张三丰", "张三"]
    assert book.named_in("明远科技") == ["明远科技"]
    assert book.named_in("明远") == book.named_in("") == []


@pytest.mark.parametrize("days", [date(2026, 4, 15), date(2025, 4, 15)])
def test_strangers_with_donors_names_are_likely_where_donors_share_names(days: date) -> None:
    alone = [promise(number, name=f"张{chr(0x4E00 + number)}", pledged_on=days) for number in range(1, 21)]
    assert Book(alone, {}).names_tell
    assert not Book([*alone, *(promise(number, name=ZHANG, pledged_on=days) for number in range(21, 30))],
                    {}).names_tell
