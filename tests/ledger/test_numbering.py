"""Voucher numbers: a series of money and one of promises, each from 1 without a gap in every month."""

from datetime import date

from sqlalchemy import select

from charityledger.ledger import numbering, postings
from charityledger.ledger.models import Voucher
from tests.ledger.books import BANK, Books

APRIL, MAY = date(2026, 4, 15), date(2026, 5, 2)


def gift(day: date) -> postings.Entry:
    return postings.gift(1, BANK, "A", 100, day)


def assign(books: Books) -> int:
    return numbering.assign.inside(books.tx)


def shown(books: Books, *entry_ids: int) -> list[str]:
    numbers = numbering.of_entries(books.tx, list(entry_ids))
    return [numbers.get(entry_id, "") for entry_id in entry_ids]


def test_series_and_months_have_their_own_numbers(books: Books) -> None:
    ids = [books.post(gift(APRIL)), books.post(postings.pledge(1, "A", 100, APRIL)), books.post(gift(MAY)),
           books.post(gift(APRIL)), books.post(postings.pledge_freed(1, "A", 100, MAY))]
    assert assign(books) == 5
    numbers = [(row.series, row.period, row.number) for row in books.tx.scalars(select(Voucher).order_by(
        Voucher.entry_id))]
    assert numbers == [("记", "202604", 1), ("诺", "202604", 1), ("记", "202605", 1), ("记", "202604", 2),
                       ("诺", "202605", 1)]
    assert shown(books, *ids) == [numbering.show(*row) for row in numbers]


def test_a_late_entry_takes_the_next_number_of_its_month(books: Books) -> None:
    early = books.post(gift(APRIL))
    books.post(gift(MAY))
    assert assign(books) == 2
    late = books.post(gift(APRIL))
    assert shown(books, late) == [""]
    assert assign(books) == 1
    assert shown(books, early, late) == [numbering.show("记", "202604", 1), numbering.show("记", "202604", 2)]


def test_nothing_to_number(books: Books) -> None:
    assert assign(books) == 0
    assert numbering.of_entries(books.tx, []) == {}


def test_a_number_says_its_month_and_differs_between_series() -> None:
    assert numbering.show("记", "202604", 31).endswith("202604-0031")
    assert numbering.show("记", "202604", 123_456).endswith("202604-123456")
    assert numbering.show("记", "202604", 1) != numbering.show("诺", "202604", 1)
