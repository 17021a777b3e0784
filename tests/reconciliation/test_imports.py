"""Files into lines: nothing lost, nothing doubled, nothing half done."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from charityledger.audit.models import Event
from charityledger.clock import LOCAL, FixedClock
from charityledger.database import transaction
from charityledger.donations import lines, receipts
from charityledger.donations.models import BankStatement, BillRow, LineNote, MoneyAccount, StatementFile
from charityledger.donations.receipts import ReceivedLine
from charityledger.errors import CharityLedgerError, NotFound
from charityledger.extensions import db
from charityledger.ledger import periods
from charityledger.reconciliation import imports, reading
from charityledger.reconciliation.errors import (
    FileOfOtherAccount,
    NoLines,
    OtherAccountKind,
    OtherAccountNumber,
    OtherSource,
    ToConfirm,
)
from charityledger.reconciliation.importers.lines import Total
from charityledger.reconciliation.imports import EVERYTHING, Confirmed
from tests.donations import world
from tests.donations.world import STAFF
from tests.reconciliation.files import FIRST, FIXTURES, MIDNIGHT, counts, file, gift, kept, look, take

MARCH = MIDNIGHT - timedelta(days=10)


def amounts(account: str = "BANK") -> list[int]:
    return [line.amount_fen for line in kept(account)]


def close(period: str) -> None:
    with transaction() as tx:
        periods.close(tx, period, world.at(2026, 4, 14))


def by_hand(clock: FixedClock, fen: int = 10000, *, account: str = "BANK", name: str = "张三", **more: object) -> int:
    return receipts.record_gift(actor=STAFF, clock=clock, sub_code=None, line=ReceivedLine(
        account, FIRST.date(), fen, name, **more))  # type: ignore[arg-type]


class TestWhatIsKept:
    def test_a_line_as_the_file_has_it(self, books: FixedClock) -> None:
        told = file([gift(10000, native_id="N1", counterparty_account="6222", order_id="O", merchant_order="M",
                          balance_fen=20000, evidence='["甲","100"]')], header=("户名", "金额"))
        statement = take(books, told)
        row = kept()[0]
        assert (row.booked_on, row.booked_at, row.amount_fen) == (FIRST.date(), FIRST.replace(tzinfo=LOCAL), 10000)
        assert (row.identity, row.native_id, row.row, row.statement_id) == ("n:N1", "N1", 2, statement.id)
        assert (row.counterparty, row.counterparty_account, row.memo) == ("张三", "6222", "捐款")
        assert (row.order_id, row.merchant_order, row.balance_fen, row.original) == ("O", "M", 20000, '["甲","100"]')
        assert (row.used_fen, row.held, row.late, row.currency, row.kind) == (0, False, False, "CNY", "payment")
        assert db.session.get_one(StatementFile, statement.id).header == '["户名", "金额"]'

    def test_the_file_and_what_happened(self, books: FixedClock, app: Flask) -> None:
        told = file([gift(10000), gift(-300, "银行", kind="charge"), gift(7, currency="USD")], neutral=2)
        statement = take(books, told)
        assert (statement.lines, statement.neutral, statement.in_fen, statement.out_fen) == (3, 2, 10000, 300)
        assert (statement.first_on, statement.last_on, statement.imported_by) == (FIRST.date(), FIRST.date(), 1)
        assert imports.path_of(Path(app.instance_path), told.sha256).read_bytes() == told.data
        event = db.session.scalars(select(Event).where(Event.kind == "statement_imported")).one()
        assert told.sha256 in event.payload
        assert "张三" not in event.payload

    def test_a_day_without_a_time_has_none(self, books: FixedClock) -> None:
        take(books, file([gift(1, at=MIDNIGHT, has_time=False)]))
        assert (kept()[0].booked_at, kept()[0].booked_on) == (None, FIRST.date())

    def test_foreign_money_is_kept_and_never_summed(self, books: FixedClock) -> None:
        seen = look(told := file([gift(10000, currency="USD"), gift(500)]))
        assert (counts(seen), seen.file.parsed.in_fen) == ((2, 0, 0), 500)
        take(books, told)
        with pytest.raises(CharityLedgerError), transaction() as tx:
            lines.allocate(tx, kept()[0].id, "fee", 1, 1, 1)

    def test_text_longer_than_its_column_is_cut_and_nul_dropped(self, books: FixedClock) -> None:
        take(books, told := file([gift(1, "甲" * 300, memo="附\0" * 500, native_id="N" * 120)]))
        assert (len(kept()[0].counterparty), "\0" in kept()[0].memo) == (200, False)
        assert counts(look(file(told.parsed.lines, name="again.csv"))) == (0, 1, 0)


class TestNothingDoubled:
    def test_the_same_file_twice(self, books: FixedClock) -> None:
        told = file([gift(10000), gift(20000)])
        first = take(books, told)
        assert counts(look(told)) == (0, 2, 0)
        assert take(books, told).id == first.id
        assert amounts() == [10000, 20000]
        assert len(db.session.scalars(select(BankStatement)).all()) == 1

    @pytest.mark.parametrize("number", ["", "N"])
    def test_an_overlapping_export(self, books: FixedClock, number: str) -> None:
        rows = [gift(100 * day, at=FIRST + timedelta(days=day - 8), native_id=number and f"{number}{day}")
                for day in range(1, 9)]
        take(books, file(rows[:5]))
        statement = take(books, file(rows[3:], name="later.csv"))
        assert counts(statement) == (3, 2, 0)
        assert amounts() == [100 * day for day in range(1, 9)]

    def test_the_order_of_lines_does_not_matter(self, books: FixedClock) -> None:
        rows = [gift(fen, at=FIRST + timedelta(days=day)) for day, fen in enumerate((100, 100, 300))]
        take(books, file(rows))
        assert counts(look(file(rows[::-1], name="descending.csv"))) == (0, 3, 0)

    def test_the_same_file_for_another_account_is_refused(self, books: FixedClock) -> None:
        from charityledger.donations import money_accounts

        money_accounts.add_account(actor=STAFF, clock=books, code="BANK-2", kind="bank", name="专户")
        take(books, told := file([gift(1)]))
        assert isinstance(look(told, "BANK-2").refused, FileOfOtherAccount)
        with pytest.raises(FileOfOtherAccount):
            take(books, told, "BANK-2")

    def test_a_line_typed_in_with_its_number_is_known(self, books: FixedClock) -> None:
        line_id = by_hand(books, native_id="N1", memo="")
        statement = take(books, file([gift(10000, native_id="N1", order_id="O1")]))
        assert counts(statement) == (0, 1, 0)
        row = kept()[0]
        assert (row.id, row.statement_id, row.row, row.order_id, row.memo) == (line_id, statement.id, 2, "O1", "捐款")
        assert world.problems() == []


class TestNothingLost:
    @pytest.mark.parametrize("has_time", [True, False])
    def test_two_identical_gifts_on_one_day(self, books: FixedClock, has_time: bool) -> None:
        at = FIRST if has_time else MIDNIGHT
        told = file([gift(10000, at=at, has_time=has_time)] * 2)
        assert counts(take(books, told)) == (2, 0, 0)
        assert counts(look(file([*told.parsed.lines, gift(5, at=at)], name="more.csv"))) == (1, 2, 0)

    def test_a_third_twin_in_a_later_file(self, books: FixedClock) -> None:
        take(books, file([gift(10000)] * 2))
        assert counts(take(books, file([gift(10000)] * 3, name="later.csv"))) == (1, 2, 0)
        assert amounts() == [10000] * 3

    def test_two_people_with_equal_amounts_in_one_minute(self, books: FixedClock) -> None:
        assert counts(take(books, file([gift(10000, "张三"), gift(10000, "李四")]))) == (2, 0, 0)
        assert [line.counterparty for line in kept()] == ["张三", "李四"]

    def test_a_number_with_other_content_is_asked_about_and_kept(self, books: FixedClock) -> None:
        take(books, file([gift(10000, native_id="N1")]))
        told = file([gift(20000, "李四", native_id="N1")], name="later.csv")
        seen = look(told)
        assert (counts(seen), seen.asks) == ((0, 0, 1), ("number_repeats",))
        with pytest.raises(ToConfirm):
            take(books, told)
        assert amounts() == [10000]
        take(books, told, confirmed=Confirmed({0: "another"}))
        assert [(line.identity, line.native_id) for line in kept()] == [("n:N1", "N1"), ("n:N1#2", "N1")]
        note = db.session.scalars(select(LineNote)).one()
        assert (note.code, note.step, note.by) == ("kept_number_repeats", "imported", 1)
        assert counts(look(file([gift(20000, "李四", native_id="N1"), gift(1)], name="third.csv"))) == (1, 1, 0)

    def test_a_number_twice_in_one_file(self, books: FixedClock) -> None:
        told = file([gift(1, native_id="N"), gift(2, native_id="N"), gift(2, native_id="N"), gift(3, native_id="N")])
        seen = look(told)
        assert [(doubt.code, doubt.likely) for doubt in seen.sorting.doubts] == [
            ("number_repeats", "another"), ("number_twice", "same"), ("number_repeats", "another")]
        take(books, told, confirmed=EVERYTHING)
        assert [(line.identity, line.amount_fen) for line in kept()] == [("n:N", 1), ("n:N#2", 2), ("n:N#3", 3)]

    def test_a_file_that_goes_on_after_the_first_of_two_twins(self, books: FixedClock) -> None:
        """No balance, and the second file shares only a part of the day: nothing can tell, so a person does."""
        at = MIDNIGHT
        take(books, file([gift(500, at=at, has_time=False), gift(10000, at=at, has_time=False)]))
        told = file([gift(10000, at=at, has_time=False), gift(700, at=at + timedelta(days=1))], name="later.csv")
        seen = look(told)
        assert ([doubt.code for doubt in seen.sorting.doubts], counts(seen)) == (["twin"], (1, 0, 1))
        take(books, told, confirmed=Confirmed({0: "another"}))
        assert sorted(amounts()) == [500, 700, 10000, 10000]
        whole = [gift(500, at=at, has_time=False), *[gift(10000, at=at, has_time=False)] * 2]
        assert counts(look(file(whole, name="whole.csv"))) == (0, 3, 0)

    def test_a_balance_tells_the_twins_apart(self, books: FixedClock) -> None:
        take(books, file([gift(500, balance_fen=500), gift(10000, balance_fen=10500)]))
        told = file([gift(10000, balance_fen=20500)], name="later.csv")
        assert counts(look(told)) == (1, 0, 0)

    def test_a_file_cut_early_in_the_day_is_known(self, books: FixedClock) -> None:
        take(books, file([gift(10000), gift(500, at=FIRST + timedelta(hours=1))]))
        assert counts(look(file([gift(10000)], name="early.csv"))) == (0, 1, 0)


class TestByHand:
    def test_the_same_takes_over(self, books: FixedClock) -> None:
        line_id = by_hand(books, name="")
        before = world.books()
        told = file([gift(10000, at=FIRST + timedelta(days=1), native_id="N1")])
        seen = look(told)
        assert [(doubt.code, doubt.likely) for doubt in seen.sorting.doubts] == [("by_hand", "same")]
        statement = take(books, told, confirmed=Confirmed({0: "same"}))
        row = kept()[0]
        assert (len(kept()), row.id, row.identity, row.statement_id) == (1, line_id, "n:N1", statement.id)
        assert (row.booked_on, row.counterparty, row.used_fen) == (told.parsed.lines[0].booked_at.date(), "张三", 10000)
        assert world.books() == before
        assert db.session.scalars(select(LineNote.code)).all() == ["taken_over"]
        assert counts(look(file([*told.parsed.lines, gift(1)], name="later.csv"))) == (1, 1, 0)

    def test_another_is_a_line_of_its_own(self, books: FixedClock) -> None:
        by_hand(books)
        take(books, file([gift(10000)]), confirmed=Confirmed({0: "another"}))
        assert [(line.statement_id is None, line.used_fen) for line in kept()] == [(True, 10000), (False, 0)]

    def test_one_line_by_hand_stands_for_one_line(self, books: FixedClock) -> None:
        by_hand(books)
        seen = look(file([gift(10000, "李四"), gift(10000, "张三")]))
        assert counts(seen) == (1, 0, 1)
        # The likelier pair, not the first in the file: else the gift by hand would come in once more.
        assert [(doubt.index, doubt.likely) for doubt in seen.sorting.doubts] == [(1, "same")]

    @pytest.mark.parametrize(("days", "doubtful"), [(3, 1), (-3, 1), (4, 0), (-4, 0)])
    def test_within_three_days(self, books: FixedClock, days: int, doubtful: int) -> None:
        by_hand(books)
        assert look(file([gift(10000, at=FIRST + timedelta(days=days))])).doubtful == doubtful

    def test_not_of_another_account_or_amount(self, books: FixedClock) -> None:
        by_hand(books, account="WECHAT")
        assert counts(look(file([gift(10000), gift(9999)]))) == (2, 0, 0)


def test_another_layout_of_the_same_lines_is_asked_about(books: FixedClock) -> None:
    take(books, file([gift(10000, native_id="N1")]))
    told = file([gift(10000, memo="跨行转账 捐款")], name="other.csv", layout="other")
    seen = look(told)
    assert [(doubt.code, doubt.likely) for doubt in seen.sorting.doubts] == [("other_layout", "same")]
    take(books, told, confirmed=Confirmed(rest=True))
    assert amounts() == [10000]


class TestClosedMonths:
    def test_a_late_line_is_booked_on_the_first_open_day(self, books: FixedClock) -> None:
        close("202603")
        told = file([gift(10000, at=MARCH, has_time=False)])
        assert [doubt.code for doubt in look(told).sorting.doubts] == ["closed_month"]
        with pytest.raises(ToConfirm):
            take(books, told, confirmed=Confirmed({0: "another"}))
        take(books, told, confirmed=Confirmed(late=True))
        row = kept()[0]
        assert (row.booked_on.isoformat(), row.late) == ("2026-04-01", True)
        assert row.booked_at is not None
        assert row.booked_at.astimezone(LOCAL).date().isoformat() == "2026-03-31"
        assert counts(look(file([*told.parsed.lines, gift(1)], name="later.csv"))) == (1, 1, 0)

    def test_what_is_known_of_a_closed_month_asks_nothing(self, books: FixedClock) -> None:
        take(books, file([gift(10000, at=MARCH + timedelta(hours=8))]))
        close("202603")
        assert counts(look(file([gift(10000, at=MARCH + timedelta(hours=8)), gift(1)], name="later.csv"))) == (1, 1, 0)

    def test_raw_sql_cannot_date_a_line_in_it(self, books: FixedClock) -> None:
        close("202603")
        with pytest.raises(Exception, match="period_closed"), transaction() as tx:
            tx.execute(text(
                "INSERT INTO statement_line (account_code, booked_on, amount_fen, used_fen, fee_fen, fee_booked, "
                "counterparty, memo, recorded_at) VALUES ('BANK', '2026-03-31', 1, 0, 0, false, '', '', '2026-04-15')"))


class TestTotals:
    OFF = (Total("lines", 3, 2), Total("in_fen", 300, 300))

    def test_a_mismatch_wants_a_person(self, books: FixedClock) -> None:
        told = file([gift(100), gift(200)], totals=self.OFF)
        seen = look(told)
        assert (seen.asks, seen.blocked) == (("totals",), False)
        assert [(row, error.code) for row, error in seen.faults] == [(0, "total_differs")]
        with pytest.raises(ToConfirm):
            take(books, told)
        assert kept() == []
        statement = take(books, told, confirmed=Confirmed(totals=True))
        assert (statement.ties, statement.confirmed, amounts()) == (False, "totals", [100, 200])

    def test_a_row_that_cannot_be_read_blocks_everything(self, books: FixedClock, app: Flask) -> None:
        told = file([gift(100)])
        told.faults.append((3, NoLines()))
        assert look(told).blocked
        with pytest.raises(NoLines):
            take(books, told, confirmed=EVERYTHING)
        assert kept() == []
        assert not imports.path_of(Path(app.instance_path), told.sha256).exists()

    def test_an_empty_file_is_refused(self, books: FixedClock) -> None:
        assert isinstance(look(file([])).refused, NoLines)


class TestAccounts:
    def test_one_booking_source(self, books: FixedClock) -> None:
        take(books, file([gift(1)], source="wechat_fund"), "WECHAT")
        seen = look(file([gift(2)], source="wechat_personal"), "WECHAT")
        assert isinstance(seen.refused, OtherSource)
        with pytest.raises(OtherSource):
            take(books, seen.file, "WECHAT", EVERYTHING)
        assert db.session.get_one(MoneyAccount, "WECHAT").source == "wechat_fund"

    @pytest.mark.parametrize(("number", "fits"), [("100000000001", True), ("1000 0000 0001", True),
                                                  ("1000****0001", True), ("100000000002", False), ("", True)])
    def test_one_number(self, books: FixedClock, number: str, fits: bool) -> None:
        take(books, file([gift(1)], account_number="100000000001"))
        refused = look(file([gift(2)], account_number=number)).refused
        assert (refused is None) is fits
        assert fits or isinstance(refused, OtherAccountNumber)

    @pytest.mark.parametrize("books_", [True, False])
    def test_a_wallet_s_file_is_not_a_bank_s(self, books: FixedClock, books_: bool) -> None:
        assert isinstance(look(file([gift(1)], source="wechat_trade", books=books_)).refused, OtherAccountKind)

    def test_an_unknown_account(self, books: FixedClock) -> None:
        told = file([gift(1)])
        assert isinstance(look(told, "NONE").refused, NotFound)
        statement = take(books, told, "NEW-1", create=True)
        account = db.session.get_one(MoneyAccount, "NEW-1")
        assert (statement.account_code, account.kind, account.source) == ("NEW-1", "bank", "bank")


class TestTradeBills:
    BILL = "wechat-merchant-trade-ALL.csv"
    FUND = "wechat-merchant-fundflow.csv"

    def read(self, name: str) -> reading.StatementRead:
        return reading.read((FIXTURES / name).read_bytes(), name)

    @pytest.mark.parametrize("order", [(BILL, FUND), (FUND, BILL)])
    def test_one_gift_in_two_files_is_one_line(self, books: FixedClock, order: tuple[str, str]) -> None:
        from charityledger.reconciliation import enrichment

        for name in order:
            take(books, self.read(name), "WECHAT")
        assert amounts("WECHAT") == [10000, -60, 5000, -30, -4970, 1]
        bill = db.session.scalars(select(BankStatement).where(BankStatement.books.is_(False))).one()
        assert (bill.in_fen, bill.out_fen, enrichment.count_unbooked(db.session(), bill.id)) == (15001, 5000, 0)
        rows = enrichment.of_statement(db.session(), bill.id, most=10)
        booked = {line.id: line for line in kept("WECHAT")}
        assert [booked[found.line_id or 0].amount_fen for found in rows] == [10000, 5000, 1, -4970]
        first = next(line for line in kept("WECHAT") if line.amount_fen == 10000)
        assert [row.memo for row in enrichment.of_line(db.session(), first)] == ["助学捐赠"]

    def test_a_bill_alone_books_nothing(self, books: FixedClock) -> None:
        from charityledger.reconciliation import enrichment

        statement = take(books, self.read(self.BILL), "WECHAT")
        assert kept("WECHAT") == []
        assert enrichment.count_unbooked(db.session(), statement.id) == 4
        assert db.session.get_one(MoneyAccount, "WECHAT").source == ""
        assert counts(look(self.read(self.BILL), "WECHAT")) == (0, 4, 0)

    def test_the_bad_total_is_known_row_by_row_and_still_asked_about(self, books: FixedClock) -> None:
        take(books, self.read(self.BILL), "WECHAT")
        seen = look(self.read("wechat-merchant-trade-ALL.badtotal.csv"), "WECHAT")
        assert (counts(seen), seen.asks) == ((0, 4, 0), ("totals",))
        take(books, seen.file, "WECHAT", EVERYTHING)
        assert len(db.session.scalars(select(BillRow)).all()) == 4


def test_what_changed_after_the_preview_is_asked_about(books: FixedClock) -> None:
    told = file([gift(10000)])
    assert look(told).asks == ()
    by_hand(books)
    with pytest.raises(ToConfirm):
        take(books, told)
    assert len(kept()) == 1


def test_answers_about_lines_that_are_not_doubtful_do_nothing(books: FixedClock) -> None:
    take(books, file([gift(1), gift(2)]), confirmed=Confirmed({0: "same", 1: "another", 99: "same"}))
    assert amounts() == [1, 2]


def test_many_lines_come_in_chunks(books: FixedClock) -> None:
    rows = [gift(n + 1, f"人{n % 7}", at=FIRST + timedelta(minutes=n), native_id=f"N{n}" if n % 2 else "")
            for n in range(4500)]
    assert counts(take(books, file(rows))) == (4500, 0, 0)
    assert counts(look(file(rows[1000:], name="later.csv"))) == (0, 3500, 0)
