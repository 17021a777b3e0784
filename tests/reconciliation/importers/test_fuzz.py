"""Changed sample files: parsers answer with lines and faults, never with a crash or with money that is not there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charityledger.errors import CharityLedgerError
from charityledger.reconciliation.importers import FORMATS, read_all, read_files
from tests.reconciliation.importers.samples import NAMES, TABLES, as_csv, invented, rows, sample


def check(data: bytes) -> None:
    """Any file gives lines or faults. Amounts of lines stand in the file, as far as it can be opened."""
    files = read_files(data)
    assert files
    for file in files:
        assert file.parsed is not None or file.faults
        assert all(isinstance(error, CharityLedgerError) and row >= 0 for row, error in file.faults)
        for line in file.parsed.lines if file.parsed else ():
            assert line.amount_fen
            assert line.row > 0
            assert line.original.startswith("[")
    formats = {file.parsed.format for file in files if file.parsed}
    if formats and not formats & {"camt053", "mt940"} and not data.startswith(b"PK"):
        assert invented(data) == set()


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_truncated(name: str, data: st.DataObject) -> None:
    whole = sample(name)
    check(whole[:data.draw(st.integers(0, len(whole)))])


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_bytes_changed(name: str, data: st.DataObject) -> None:
    changed = bytearray(sample(name))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(changed) - 1))
        changed[at:at + data.draw(st.integers(0, 8))] = data.draw(st.binary(max_size=8))
        if not changed:
            break
    check(bytes(changed))


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_bits_flipped(name: str, data: st.DataObject) -> None:
    changed = bytearray(sample(name))
    for at in data.draw(st.lists(st.integers(0, len(changed) - 1), min_size=1, max_size=6)):
        changed[at] ^= 1 << data.draw(st.integers(0, 7))
    check(bytes(changed))


@pytest.mark.parametrize("name", TABLES)
@given(data=st.data())
def test_lines_deleted_and_cells_swapped(name: str, data: st.DataObject) -> None:
    table = [list(cells) for _, cells in rows(sample(name))]
    for _ in range(data.draw(st.integers(0, 2))):
        if len(table) > 1:
            del table[data.draw(st.integers(0, len(table) - 1))]
    for _ in range(data.draw(st.integers(0, 3))):
        row = data.draw(st.integers(0, len(table) - 1))
        one = data.draw(st.integers(0, len(table[row]) - 1))
        other_row = data.draw(st.sampled_from([row, data.draw(st.integers(0, len(table) - 1))]))
        other = data.draw(st.integers(0, len(table[other_row]) - 1))
        table[row][one], table[other_row][other] = table[other_row][other], table[row][one]
    check(as_csv(table))


WORDS = ["交易时间", "2026-11-01 09:00:00", "借方发生额", "贷方发生额", "余额", "对方户名", "贷", "借", "100.00", "1,5",
         "", "合计", "#", "收/支", "=1+1", '="5"', "`", "/", "对方单位", "发生额", "金额(元)", "人民币", "摘要",
         "99999999999999999999.99"]


@given(table=st.lists(st.lists(st.sampled_from(WORDS) | st.text(max_size=6), max_size=12), max_size=12),
       wanted=st.sampled_from(["", *FORMATS]))
def test_any_table(table: list[list[str]], wanted: str) -> None:
    for parsed, faults in read_all(as_csv(table), wanted):
        assert parsed is not None or faults


@given(data=st.binary(max_size=400), start=st.sampled_from([
    b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xef\xbb\xbf", b"\xff\xfe", b"<table>"]))
def test_any_bytes(data: bytes, start: bytes) -> None:
    for parsed, faults in read_all(start + data):
        assert parsed is not None or faults
