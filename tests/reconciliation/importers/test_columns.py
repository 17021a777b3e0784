"""Layouts drift: columns in any order, optional ones missing, heads written in other ways, pages that repeat them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charityledger.reconciliation.importers import layout, read, read_with
from charityledger.reconciliation.importers.columns import clean, spellings
from charityledger.reconciliation.importers.detect import Found, find
from charityledger.reconciliation.importers.formats import LAYOUTS
from charityledger.reconciliation.importers.lines import Parsed
from charityledger.reconciliation.importers.text import Row
from tests.reconciliation.importers.samples import TABLES, as_csv, rows, sample

# What a row cannot be understood without, beside what its layout needs.
_TELLING = ("currency", "refund", "refund_amount", "refund_status", "status", "direction", "payer", "payee")


class Table:
    """A sample with its head row found, to be written again in another way."""

    def __init__(self, name: str) -> None:
        self.rows = [row for row in rows(sample(name)) if not clean(row[1][0]).startswith("合计")]
        found = find(iter(self.rows), LAYOUTS)
        assert isinstance(found, Found)
        self.layout, self.head = found.layout, found.head
        self.at = next(at for at, (number, _) in enumerate(self.rows) if number == self.head.row)

    def written(self, order: list[int]) -> bytes:
        """With these columns in this order; the file's own totals do not stand in columns and stay as they are."""
        table: list[list[str]] = []
        for at, (number, cells) in enumerate(self.rows):
            while len(table) < number - 1:      # empty rows count in a file
                table.append([])
            full = [*cells, *[""] * (self.head.width - len(cells))]
            data = at >= self.at and (at == self.at or not self._is_footer(cells))
            table.append([full[place] for place in order] if data else cells)
        return as_csv(table)

    def _is_footer(self, cells: list[str]) -> bool:
        # WeChat's: a row that begins with 总…, or 资金流水总笔数, and the one below it.
        last, last_but_one = self.rows[-1][1], self.rows[-2][1]
        return len([cell for cell in cells if cell]) < 3 or (
            "总" in last_but_one[0] and any(cells is row for row in (last, last_but_one)))

    @property
    def kept(self) -> set[int]:
        """Columns without which the table would be another, or say less about its lines' money."""
        fields = {field for group in self.layout.needs for field in group} | {*_TELLING}
        marks = {word for mark in self.layout.marks for word in ((mark,) if isinstance(mark, str) else mark)}
        named = {place for place, cell in enumerate(self.head.cells) if marks.intersection(spellings(cell))}
        return named | {place for field, place in self.head.one.items() if field in fields}


def parsed(data: bytes) -> Parsed:
    found, faults = read(data)
    assert faults == []
    assert found is not None
    return found


def essence(found: Parsed) -> list[tuple[object, ...]]:
    return [(line.row, line.booked_at.date(), line.amount_fen, line.currency) for line in found.lines]


@pytest.mark.parametrize("name", TABLES)
@given(data=st.data())
def test_columns_in_any_order(name: str, data: st.DataObject) -> None:
    table = Table(name)
    found = parsed(table.written(data.draw(st.permutations(range(table.head.width)))))
    whole = parsed(table.written(list(range(table.head.width))))
    assert found.format == whole.format
    # Memos join their columns by the words of the layout, so that they stay the same, too.
    assert found.lines == whole.lines
    assert found.totals == whole.totals


@pytest.mark.parametrize("name", TABLES)
@given(data=st.data())
def test_optional_columns_missing(name: str, data: st.DataObject) -> None:
    table = Table(name)
    left = [place for place in range(table.head.width) if place in table.kept or data.draw(st.booleans())]
    found = parsed(table.written(left))
    assert found.format == table.layout.format
    assert essence(found) == essence(parsed(sample(name)))


@pytest.mark.parametrize("name", TABLES)
def test_heads_written_in_other_ways(name: str) -> None:
    """Full-width brackets, blanks, units, a column that nobody knows."""
    table = Table(name)
    row, cells = table.rows[table.at]
    table.rows[table.at] = (row, [cell.replace("(", "（ ").replace(")", "）") + "\t" for cell in cells])
    order = list(range(table.head.width))
    assert parsed(table.written(order)).lines == parsed(sample(name)).lines
    table.rows = [(number, [*row, *[""] * (table.head.width - len(row)), "随便"] if at >= table.at
                   and not table._is_footer(row) else row) for at, (number, row) in enumerate(table.rows)]
    assert essence(parsed(table.written([*order, table.head.width]))) == essence(parsed(sample(name)))


@pytest.mark.parametrize(("cell", "word"), [
    ("交易金额[ Trade Amount ]", "交易金额"), ("金额(元)", "金额"), ("收入金额（+元）", "收入金额"),
    ("借方发生额/元", "借方发生额"),
    ("借方发生额（支取）", "借方发生额"), ("收（付）方名称", "收(付)方名称"), ("借贷 Dc Flg", "借贷"),
    ("﻿交易时间", "交易时间"),
    ("`余额\t", "余额"), ('="余额"', "余额"), ("交易 时间：", "交易时间"),
])
def test_what_a_cell_of_a_head_stands_for(cell: str, word: str) -> None:
    assert word in spellings(cell)


def test_a_head_that_comes_again_on_the_next_page_is_no_row() -> None:
    head, one, two = rows(sample("icbc-corporate-v2.gbk.csv"))
    found = parsed(as_csv([head[1], one[1], ["本页小计", "", "", "1"], head[1], two[1]]))
    assert [line.row for line in found.lines] == [2, 5]


def test_two_columns_for_one_amount_are_refused() -> None:
    head, one, _ = rows(sample("icbc-corporate-v2.gbk.csv"))
    _, faults = read(as_csv([[*head[1], "发生额"], [*one[1], "999.00"]]))
    assert [(row, error.code) for row, error in faults] == [(1, "column_twice")]


def test_a_chosen_format_names_the_columns_that_are_missing() -> None:
    _, faults = read("姓名,电话,地址,备注\n张三,1,2,3\n".encode(), "ccb")
    assert [(row, error.code, error.facts) for row, error in faults] == [
        (0, "columns_missing", {"columns": "交易时间、贷方发生额、借方发生额"})]


def test_a_table_that_nobody_knows_is_read_through_a_mapping() -> None:
    from charityledger.reconciliation.importers.bank import BankReader

    mapping = layout.Layout("mapping", "bank", {
        **dict.fromkeys(("date", "direction", "balance", "currency", "account", "other", "native", "order",
                         "merchant_order", "says", "amount"), ()),
        "time": ("何时",), "in": ("进",), "out": ("出",), "name": ("谁",), "memo": ("说明",)},
        (("time",), ("in",), ("out",)), BankReader)
    data = "何时,谁,进,出,说明\n2026-11-01,张三,5.00,,捐9482719322\n".encode()
    assert read(data)[0] is None
    found, faults = read_with(mapping, data)
    assert faults == []
    assert found is not None
    assert [(line.amount_fen, line.counterparty, line.memo) for line in found.lines] == [(500, "张三", "捐9482719322")]


def test_rows_keep_their_numbers() -> None:
    table: list[Row] = rows(sample("cmb.gbk.csv"))
    assert [number for number, _ in table][:4] == [1, 2, 3, 4]
