"""Tables that people explained: read by the exact head, with the conventions that were chosen; and hostile ones."""

import io
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from charityledger.reconciliation.importers import bare, guess, read, read_with
from charityledger.reconciliation.importers.lines import Line, Parsed
from charityledger.reconciliation.importers.mapped import FIELDS, TableMapping, head_words
from charityledger.reconciliation.importers.mapped_reader import in_order, whole_day
from tests.reconciliation.importers.samples import rows, sample

HEAD = ("记账何时", "方向词", "钱数", "结存", "谁付的", "付款号码", "说了什么", "单据")
VILLAGE = TableMapping(HEAD, (("date", 0), ("direction", 1), ("amount", 2), ("balance", 3), ("name", 4), ("other", 5),
                              ("memo", 6), ("native", 7)), dates="dmy", in_words=("进",), out_words=("出",))
TABLE = """演示村镇银行 账户明细,,,,,,,
账户：6222000048210007,,,,,,,
记账何时,方向词,钱数,结存,谁付的,付款号码,说了什么,单据
04/11/2026 09:30,进,"3,600.00","13,600.00",张三,6217000011112222333,捐9482719322,A001
05/11/2026 10:00,出,20.00,"13,580.00",演示村镇银行,,账户管理费,A002
06/11/2026 11:15,进,500.00,"14,080.00",=HYPERLINK("x"),4100,<b>认领</b>,A003
"""


def told(line: Line) -> tuple[object, ...]:
    return (line.row, f"{line.booked_at:%m-%d %H:%M}", line.amount_fen, line.kind, line.counterparty,
            line.counterparty_account, line.memo, line.native_id, line.balance_fen)


def read_by(mapping: TableMapping, text: str | bytes) -> Parsed:
    mapping.check()
    parsed, faults = read_with(mapping.layout("table-1"), text if isinstance(text, bytes) else text.encode())
    assert [(row, error.code, dict(error.facts)) for row, error in faults] == []
    assert parsed is not None
    return parsed


def faults_by(mapping: TableMapping, data: bytes) -> list[tuple[int, str]]:
    return [(row, error.code) for row, error in read_with(mapping.layout("table-1"), data)[1]]


def test_a_table_read_by_a_mapping_equals_its_lines() -> None:
    assert [error.code for _, error in read(TABLE.encode())[1]] == ["layout_unknown"]
    parsed = read_by(VILLAGE, TABLE)
    assert (parsed.format, parsed.source, parsed.books) == ("table-1", "bank", True)
    assert [told(line) for line in parsed.lines] == [
        (4, "11-04 09:30", 360_000, "payment", "张三", "6217000011112222333", "捐9482719322", "A001", 1_360_000),
        (5, "11-05 10:00", -2_000, "charge", "演示村镇银行", "", "账户管理费", "A002", 1_358_000),
        (6, "11-06 11:15", 50_000, "payment", '=HYPERLINK("x")', "4100", "<b>认领</b>", "A003", 1_408_000)]
    assert (parsed.opening_fen, parsed.closing_fen, parsed.ties) == (1_000_000, 1_408_000, True)
    assert parsed.account_number == "6222000048210007"
    assert parsed.lines[0].original.startswith('["04/11/2026 09:30","进","3,600.00"')


def test_the_same_table_as_a_workbook() -> None:
    book = Workbook()
    for cells in (HEAD, ("04/11/2026 09:30", "进", 3600, 13600, "张三", "621", "捐", "A001")):
        book.active.append(cells)
    data = io.BytesIO()
    book.save(data)
    assert [told(line)[1:3] for line in read_by(VILLAGE, data.getvalue()).lines] == [("11-04 09:30", 360_000)]


@pytest.mark.parametrize("head", [
    ",".join(reversed(HEAD)), ",".join(HEAD) + ",多出来的", ",".join(HEAD[:-1]),
    ",".join(HEAD).replace("钱数", "金额")])
def test_another_head_is_another_table(head: str) -> None:
    changed = TABLE.replace(",".join(HEAD), head).encode()
    assert read(changed, made=[VILLAGE.layout("table-1")])[0] is None
    assert faults_by(VILLAGE, changed) == [(0, "columns_missing")]


def test_spaces_and_widths_are_the_same_head() -> None:
    wide = TABLE.replace(",".join(HEAD), ",".join(HEAD).replace("钱数", " 钱 数\t").replace("单据", "单据:") + ",,")
    assert head_words(("钱　数", "ＡＢ", "")) == ("钱数", "AB")
    parsed, faults = read(wide.replace("单据:", "单据").encode(), made=[VILLAGE.layout("table-1")])
    assert (faults, len(parsed.lines if parsed else [])) == ([], 3)


def test_a_mapping_goes_before_a_layout_that_we_know() -> None:
    head, *_ = rows(sample("icbc-corporate-v2.gbk.csv"))
    cells = [cell.strip() for cell in head[1]]
    places = guess.columns(cells)
    mapping = TableMapping(tuple(cells), tuple((field, at) for at, field in places.items() if field != "memo"))
    mapping.check()
    parsed, faults = read(sample("icbc-corporate-v2.gbk.csv"), made=[mapping.layout("table-9")])
    known, _ = read(sample("icbc-corporate-v2.gbk.csv"))
    assert faults == []
    assert parsed is not None
    assert known is not None
    assert (parsed.format, known.format) == ("table-9", "icbc-v2")
    assert [line.amount_fen for line in parsed.lines] == [line.amount_fen for line in known.lines]


@pytest.mark.parametrize(("columns", "options", "row", "fen"), [
    ((("in", 1), ("out", 2)), {}, "5.00,", 500),
    ((("in", 1), ("out", 2)), {}, ",5.00", -500),
    ((("in", 1), ("out", 2)), {"out_below_zero": True}, ",-5.00", -500),
    ((("in", 1),), {}, "5.00,x", 500),
    ((("amount", 1),), {}, "-5.00,x", -500),
    ((("amount", 1),), {"positive": "out"}, "-5.00,x", 500),
    ((("amount", 1),), {"positive": "out"}, "5.00,x", -500),
    ((("amount", 1), ("direction", 2)), {}, "5.00,借", -500),
    ((("amount", 1), ("direction", 2)), {"in_words": ("借",)}, "5.00,借", 500),
    ((("amount", 1), ("direction", 2)), {"out_words": ("Withdrawal",)}, "5.00,WITHDRAWAL", -500),
])
def test_directions(columns: tuple[tuple[str, int], ...], options: dict[str, Any], row: str, fen: int) -> None:
    mapping = TableMapping(("何时", "甲", "乙"), (("date", 0), *columns), **options)
    assert [line.amount_fen for line in read_by(mapping, f"何时,甲,乙\n2026-11-04,{row}\n").lines] == [fen]


def test_a_column_without_a_word_and_two_with_the_same() -> None:
    mapping = TableMapping(("何时", "数", "数", "谁", ""),
                           (("date", 0), ("in", 1), ("out", 2), ("name", 3), ("memo", 4)))
    parsed = read_by(mapping, "何时,数,数,谁\n2026-11-04,5.00,,甲\n2026-11-05,,2.00,乙,附言\n")
    assert [(line.amount_fen, line.counterparty, line.memo) for line in parsed.lines] == [
        (500, "甲", ""), (-200, "乙", "附言")]


def test_foreign_money_is_what_people_say() -> None:
    mapping = TableMapping(("何时", "数", "谁"), (("date", 0), ("in", 1), ("name", 2)), currency="EUR")
    parsed = read_by(mapping, "何时,数,谁\n2026-11-04,5.00,甲\n")
    assert (parsed.lines[0].currency, parsed.in_fen) == ("EUR", 0)


def test_rows_that_are_no_lines() -> None:
    mapping = TableMapping(("Date", "Debit", "Credit", "Balance", "Details"),
                           (("date", 0), ("out", 1), ("in", 2), ("balance", 3), ("memo", 4)), dates="mdy")
    parsed = read_by(mapping, "Date,Debit,Credit,Balance,Details\n11/03/2026,,,10.00,Balance brought forward\n"
                              "11/04/2026,,5.00,15.00,Gift\n11/05/2026,2.00,,13.00,Charge\n"
                              "continued on the next page\nTotal,2.00,5.00\nClosing balance,,,13.00\n")
    assert [(line.row, line.amount_fen) for line in parsed.lines] == [(3, 500), (4, -200)]
    assert {total.name: total.ties for total in parsed.totals} == {"in_fen": True, "out_fen": True, "balances": True}


def test_money_without_a_day_is_a_fault() -> None:
    mapping = replace(VILLAGE, dates="ymd")
    assert faults_by(mapping, TABLE.encode()) == [(row, "moment_unreadable") for row in (4, 5, 6)]
    # A line whose first cell begins like a footer's is a line all the same.
    mapping = TableMapping(("谁", "何时", "数"), (("name", 0), ("date", 1), ("in", 2)), dates="dmy")
    parsed = read_by(mapping, "谁,何时,数\n打印店,04/11/2026,5.00\nTotal Energy,05/11/2026,6.00\n")
    assert [line.counterparty for line in parsed.lines] == ["打印店", "Total Energy"]


def test_directions_the_wrong_way_round_are_seen() -> None:
    mapping = replace(VILLAGE, in_words=("出",), out_words=("进",))
    assert (4 + 1, "directions_reversed") in faults_by(mapping, TABLE.encode())


@pytest.mark.parametrize(("text", "order", "read_as"), [
    ("04/11/2026", "dmy", "2026-11-04"), ("04/11/2026", "mdy", "2026-04-11"), ("4.11.26", "dmy", "2026-11-4"),
    ("26-11-04", "ymd", "2026-11-04"), ("04112026", "dmy", "2026-11-04"), ("04-Nov-2026", "ymd", "2026-Nov-04"),
    ("November 4, 2026", "dmy", "2026-11-4"), ("04/11/2026 3:05 PM", "dmy", "2026-11-04 15:05"),
    ("2026/11/4 下午 03:05:00", "dmy", "2026/11/4 15:05:00"), ("2026-11-04", "dmy", "2026-11-04"),
    ("20261104", "dmy", "20261104"), ("4 Foo 2026", "dmy", "4 Foo 2026"), ("", "dmy", ""),
])
def test_dates_in_the_order_that_was_chosen(text: str, order: Any, read_as: str) -> None:
    assert in_order(text, order) == read_as.replace("Nov", "11")


@pytest.mark.parametrize(("text", "clock"), [
    ("12:00 AM", "00:00"), ("12:30 pm", "12:30"), ("上午9:05", "09:05"), ("9:05", "9:05"), ("13:00 PM", "13:00 PM")])
def test_half_days(text: str, clock: str) -> None:
    assert whole_day(text) == clock


@given(st.text(max_size=40), st.sampled_from(["ymd", "dmy", "mdy"]))
def test_any_text_is_a_date_or_is_not(text: str, order: Any) -> None:
    assert isinstance(in_order(text, order), str)


@given(st.binary(max_size=300), st.lists(st.tuples(st.sampled_from(FIELDS), st.integers(0, 3)), max_size=4))
def test_no_file_and_no_mapping_crashes(data: bytes, columns: list[tuple[str, int]]) -> None:
    mapping = TableMapping(("甲", "乙", "丙", "丁"), tuple(columns))
    if not list(mapping.problems()):
        read_with(mapping.layout("table-1"), "甲,乙,丙,丁\n".encode() + data)
    bare.sheets(data)


GOOD = TableMapping(("何时", "甲", "乙"), (("date", 0), ("in", 1), ("out", 2)))


@pytest.mark.parametrize(("change", "codes"), [
    ({"columns": ()}, ["mapping_no_date", "mapping_no_amount"]),
    ({"columns": (("date", 0), ("memo", 1))}, ["mapping_no_amount"]),
    ({"columns": (("in", 1),)}, ["mapping_no_date"]),
    ({"columns": (("date", 0), ("in", 1), ("amount", 2))}, ["mapping_amount_two_ways"]),
    ({"columns": (("date", 0), ("in", 1), ("direction", 2))}, ["mapping_direction_alone"]),
    ({"columns": (("date", 0), ("date", 2), ("in", 1))}, ["mapping_field_twice"]),
    ({"columns": (("date", 0), ("in", 7))}, ["mapping_wrong"]),
    ({"columns": (("date", 0), ("in", -1))}, ["mapping_wrong"]),
    ({"columns": (("date", 0), ("in", 1), ("memo", 1))}, ["mapping_wrong"]),
    ({"columns": (("date", 0), ("nonsense", 1))}, ["mapping_wrong"]),
    ({"head": ("何时", "甲", "")}, ["mapping_head_short"]),
    ({"head": ("2026-11-04", "甲", "乙")}, ["mapping_head_is_line"]),
    ({"head": ("何时", "5.00", "乙")}, ["mapping_head_is_line"]),
    ({"in_words": ("入",), "out_words": ("入",)}, ["mapping_word_both_ways"]),
    ({"currency": "?"}, ["unknown_currency"]),
    ({}, []),
])
def test_what_is_wrong_with_a_mapping(change: dict[str, Any], codes: list[str]) -> None:
    assert [problem.code for problem in replace(GOOD, **change).problems()] == codes


def test_guesses_are_mappings() -> None:
    sheet = bare.sheets(sample("bocom.gbk.csv"))[0][0]
    at = guess.head_row(sheet)
    mapping = TableMapping(sheet.head(at), tuple((field, at) for at, field in guess.columns(sheet.head(at)).items()))
    known = read(sample("bocom.gbk.csv"))[0]
    assert known is not None
    assert [line.amount_fen for line in read_by(mapping, sample("bocom.gbk.csv")).lines] == [
        line.amount_fen for line in known.lines]


def test_a_guess_learns_from_other_tables() -> None:
    assert guess.columns(HEAD) == {}
    assert guess.columns(HEAD, {"记账何时": "date", "钱数": "amount"}) == {0: "date", 2: "amount"}
    assert guess.columns(("Date", "Amount", "Debit", "Credit")) == {0: "date", 2: "out", 3: "in"}


class TestHostile:
    def test_five_hundred_columns(self) -> None:
        data = (",".join(f"列{n}" for n in range(500)) + "\n").encode()
        found, faults = bare.sheets(data)
        assert (found, [error.code for _, error in faults]) == ([], ["too_many_columns"])
        assert faults_by(GOOD, data)[-1][1] == "too_many_columns"

    def test_formulas_of_a_workbook_are_never_read(self) -> None:
        book = Workbook()
        for cells in (("何时", "甲", "乙"), ("2026-11-04", "=1+1", ""), ("2026-11-05", "5.00", "")):
            book.active.append(cells)
        data = io.BytesIO()
        book.save(data)
        assert faults_by(GOOD, data.getvalue()) == [(2, "statement_formula")]
        sheets, faults = bare.sheets(data.getvalue())
        assert [number for number, _ in sheets[0].rows] == [1, 3]
        assert [(row, error.code) for row, error in faults] == [(2, "statement_formula")]

    @pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\0" * 99, b"a\n",
                                      b"<table><tr><td>"])
    def test_no_table(self, data: bytes) -> None:
        assert bare.sheets(data)[0] == []

    def test_sheets_and_archives_are_looked_into(self) -> None:
        assert [sheet.name for sheet in bare.sheets(sample("alipay-merchant-trade.zip"))[0]] != []
        assert bare.sheets(sample("ccb-corporate.xls"))[0][0].rows
