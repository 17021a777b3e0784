"""What goes out to be keyed in, and what comes back: files, what is wrong with them, the commands."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from hypothesis import given as generated
from hypothesis import strategies as st
from openpyxl import load_workbook

from charityledger.cli import main
from charityledger.cli import receipts as commands
from charityledger.clock import FixedClock, SystemClock
from charityledger.donations import (
    goods,
    receipts,
    state_receipt_export,
    state_receipt_import,
    state_receipt_queue,
    state_receipt_rows,
    state_receipts,
)
from charityledger.donations.donors import DonorFacts
from charityledger.donations.goods import KindGift
from charityledger.donations.lines import ReceivedLine
from charityledger.donations.models import Donation, StateReceipt
from charityledger.donations.state_receipt_import import Plan
from charityledger.donations.state_receipt_queue import STATES, Wanted
from charityledger.errors import CharityLedgerError
from charityledger.extensions import db
from tests.donations import world
from tests.donations.test_reversals import newest, reverse
from tests.donations.test_state_receipts import given, issue, paper, rows, void
from tests.donations.world import DAY, STAFF

HEAD = "捐赠编号,票据代码,票据号码,校验码,开票日期,金额"


@pytest.fixture(autouse=True)
def _filled(context: Flask, clock: FixedClock) -> None:
    world.fill(clock)


def file(*lines: str, head: str = HEAD) -> bytes:
    return "\n".join((head, *lines, "")).encode()


def answer(gift: int, number: int, fen: str = "100.00", code: str = "41030125") -> str:
    return f"{gift},{code},{number:010d},a1b2c3,2026-04-15,{fen}"


def look(data: bytes) -> Plan:
    db.session.rollback()
    return state_receipt_import.preview(db.session(), data, DAY)


def faults(data: bytes) -> list[tuple[int, str]]:
    return [(problem.line, problem.code) for problem in look(data).problems]


def bring(clock: FixedClock, data: bytes, **more: str) -> int:
    return state_receipt_import.commit(actor=STAFF, clock=clock, data=data, **more)  # type: ignore[arg-type]


def some_of_everything(clock: FixedClock) -> list[int]:
    """An enterprise's instalment, goods, a hostile name, a cash box, one to be issued anew."""
    pledge = world.promise(clock, 300_00)
    world.receive(clock, 123_45, reference=pledge.reference)
    made = [newest(Donation)]
    made.append(goods.receive_goods(actor=STAFF, clock=clock, donor=DonorFacts(name="周宁"), gift=KindGift(
        DAY, 4, world.item("HD1-1", 3), value_fen=104_00, basis="发票", files=((world.stored(), "发票.pdf"),))))
    made.append(given(clock, 10_200_05, name="=HYPERLINK(0)"))
    made.append(given(clock, 50_00, name=""))
    made.append(given(clock, 80_00))
    void(clock, issue(clock, made[-1], paper(9, 80_00)))
    db.session.rollback()
    return made


def test_export_to_key_in(clock: FixedClock, golden: Callable[[str, str], None]) -> None:
    made = some_of_everything(clock)
    listed = state_receipt_queue.listed(db.session(), Wanted())
    assert [row.gift.id for row in listed] == made
    text = state_receipt_export.as_csv(db.session(), listed).decode()
    assert text.startswith("\ufeff捐赠编号,")
    # References are drawn anew in every run.
    golden("state-receipts.csv", text.replace("\r\n", "\n").replace(listed[0].reference, "REFERENCE"))


def test_the_workbook_keeps_text_as_text(clock: FixedClock) -> None:
    some_of_everything(clock)
    listed = state_receipt_queue.listed(db.session(), Wanted())
    sheet = load_workbook(io.BytesIO(state_receipt_export.as_xlsx(db.session(), listed))).active
    hostile = sheet[4]
    assert (hostile[2].value, hostile[2].data_type) == ("'=HYPERLINK(0)", "s")
    assert [float(row[9].value) for row in sheet.iter_rows(min_row=2)] == [123.45, 104, 10200.05, 50, 80]
    assert "f" not in {cell.data_type for row in sheet.iter_rows() for cell in row}


def test_an_anonymous_donor_is_never_named(clock: FixedClock) -> None:
    gift = given(clock, name="欧阳靖雯")
    state_receipts.mark_anonymous(actor=STAFF, clock=clock, donation_id=gift)
    db.session.rollback()
    text = state_receipt_export.as_csv(db.session(), state_receipt_queue.chosen(db.session(), [gift])).decode()
    assert f"{gift},,匿名,," in text
    assert "欧阳" not in text


def filled_in(data: bytes) -> bytes:
    """An export whose first three gifts have their receipts, below a title, as people of an office leave it."""
    if data.startswith(b"PK"):
        book = load_workbook(io.BytesIO(data))
        sheet = book.active
        for number in (1, 2, 3):
            for column, value in zip("MNP", ("41030125", f"{number:010d}", DAY), strict=True):
                sheet[f"{column}{number + 1}"] = value
        sheet.insert_rows(1)
        sheet["A1"] = "公益事业捐赠票据开具情况"
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()
    lines = data.decode("utf-8-sig").splitlines()
    for number in (1, 2, 3):
        lines[number] = f"{lines[number][:-4]},41030125,{number:010d},,2026年4月15日"
    return "\n".join(["公益事业捐赠票据开具情况", *lines]).encode("gb18030")


@pytest.mark.parametrize("write", [state_receipt_export.as_csv, state_receipt_export.as_xlsx])
def test_the_same_file_comes_back_filled_in(clock: FixedClock, write: Callable[..., bytes]) -> None:
    made = some_of_everything(clock)
    data = write(db.session(), state_receipt_queue.listed(db.session(), Wanted()))
    assert (look(data).waiting, look(data).acts, look(data).problems) == (5, False, [])
    plan = look(filled_in(data))
    assert ([match.gift.id for match in plan.new], plan.waiting, plan.problems) == (made[:3], 2, [])
    assert bring(clock, filled_in(data)) == 3
    assert rows(made[2]) == [("issued", "0000000003", None)]


def test_a_file_again_or_one_that_overlaps_adds_nothing(clock: FixedClock) -> None:
    gifts = [given(clock) for _ in range(3)]
    first = file(*(answer(gift, gift) for gift in gifts[:2]))
    assert bring(clock, first, key="form") == bring(clock, first, key="form") == 2
    assert bring(clock, first) == 0
    overlapping = file(*(answer(gift, gift) for gift in gifts))
    plan = look(overlapping)
    assert (len(plan.known), [match.gift.id for match in plan.new]) == (2, gifts[2:])
    assert bring(clock, overlapping) == 1
    # And after one of them was voided, or its gift undone: what is known stays known.
    void(clock, db.session.query(StateReceipt).filter_by(donation_id=gifts[0]).one().id)
    reverse(clock, "donation", gifts[0])
    assert (bring(clock, first), look(first).problems) == (0, [])


def test_all_or_nothing(clock: FixedClock) -> None:
    good, other = given(clock), given(clock)
    data = file(answer(good, 1), answer(other, 2, "99.99"))
    assert faults(data) == [(3, "receipt_amount_differs")]
    with pytest.raises(state_receipts.ReceiptAmountDiffers):
        bring(clock, data)
    assert rows(good) == rows(other) == []


def test_every_fault_by_its_line(clock: FixedClock) -> None:
    gift, issued, undone, hours = given(clock), given(clock), given(clock), goods.record_hours(
        actor=STAFF, clock=clock, gift=KindGift(DAY, 2, world.item("HD1-1", 4), basis="李主任"))
    issue(clock, issued, paper(5))
    reverse(clock, "donation", undone)
    assert faults(file(
        answer(gift, 1), answer(gift, 2), answer(999_999, 3), answer(issued, 6), answer(undone, 7),
        f"{gift},41030125,0000000005,a1b2c3,2026-04-15,100.00", f"{gift},4103,12,!,2026-13-01,1.5.0",
        ",41030125,0000000010,,2026-04-15,100", f"x{gift},41030125,0000000011,,2026-04-15,100", answer(hours, 12),
        f"{gift},41030125,0000000013,,2026-04-16,100", f"{gift},41030125,,,2026-04-15,100", "合计,,,,,900")) == [
        (3, "row_twice"), (4, "gift_unknown"), (5, "state_receipt_issued"), (6, "wrong_state"), (7, "row_twice"),
        (8, "receipt_number_wrong"), (8, "receipt_number_wrong"), (8, "receipt_number_wrong"), (8, "not_a_day"),
        (8, "ambiguous_amount"), (9, "value_missing"), (10, "gift_unknown"), (11, "no_receipt_due"), (12, "row_twice"),
        (13, "value_missing")]
    assert rows(gift) == []


@pytest.mark.parametrize(("head", "codes"), [
    ("捐赠编号,票据代码,票据号码,开票日期", ["missing_column"]),
    ("票据代码,票据号码,开票日期,金额", ["missing_column"]),
    ("捐赠编号,票据代码,票据号码,号码,日期", ["missing_column", "missing_column"]),
    (HEAD + ",参考码,引用码", ["column_twice"]), ("姓名,电话", ["unknown_table"]), ("", ["unknown_table"])])
def test_heads(head: str, codes: list[str]) -> None:
    assert [code for _line, code in faults(file(head=head))] == codes


def test_columns_in_any_order_and_writing(clock: FixedClock) -> None:
    gift = given(clock)
    head = "序号, 金 额（元） ,开具日期,电子票据号码,交款人,电子票据代码,业务编号"
    plan = look(file(f"1,￥100.00,2026/4/15,００００００００３１,周宁,41030125,{gift}", head=head))
    assert plan.problems == []
    assert plan.new[0].answer.issued == paper(31, check="")


def test_matched_by_reference(clock: FixedClock) -> None:
    pledge = world.promise(clock, 400_00)
    parts = []
    for fen in (100_00, 120_00, 100_00):
        world.receive(clock, fen, reference=pledge.reference)
        parts.append(newest(Donation))
    head = "参考码,票据代码,票据号码,开票日期,金额"
    by_reference = f"{pledge.reference[:4]} {pledge.reference[4:]},41030125"
    one = file(f"{by_reference},0000000001,2026-04-15,120", head=head)
    assert [match.gift.id for match in look(one).new] == [parts[1]]
    twins = file(f"{by_reference},0000000002,2026-04-15,100", head=head)
    assert faults(twins) == [(2, "several_gifts")]
    assert faults(file(f"{by_reference},0000000003,2026-04-15,77", head=head)) == [(2, "several_gifts")]
    assert faults(file("9000000000,41030125,0000000003,2026-04-15,77", head=head)) == [(2, "gift_unknown")]
    assert bring(clock, one) == 1
    assert (bring(clock, one), look(one).problems) == (0, [])
    issue(clock, parts[0], paper(4))
    assert [match.gift.id for match in look(twins).new] == [parts[2]]
    both = file(f"{given(clock)},{by_reference},0000000009,2026-04-15,100", head="捐赠编号," + head)
    assert faults(both) == [(2, "gift_differs")]


@pytest.mark.one_database
@generated(st.binary(max_size=300) | st.text(alphabet="捐赠编号票据代码金额,\n\"0123456789-. '=", max_size=200).map(
    lambda text: (HEAD + "\n" + text).encode()))
def test_no_file_crashes_the_reader(data: bytes) -> None:
    answers = state_receipt_rows.read(data)
    assert all(isinstance(problem.error, CharityLedgerError) for problem in answers.problems)
    assert all(row.issued.amount_fen >= 0 for row in answers.rows)


def call(app: Flask, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["receipts", *arguments], obj=app)


def test_commands(app: Flask, tmp_path: Path) -> None:
    assert commands.STATES == STATES
    now = SystemClock()
    receipts.record_gift(actor=STAFF, clock=now, sub_code="HD1-1", donor=DonorFacts(name="周宁"),
                         line=ReceivedLine("BANK", DAY, 100_00))
    gift = newest(Donation)
    listed = json.loads(call(app, "list", "--json").output)
    assert listed == [{"donation_id": gift, "reference": "", "kind": "cash", "sub_code": "HD1-1",
                       "received_on": "2026-04-15", "amount_fen": 100_00, "state": "to_apply", "code": "",
                       "number": "", "check_code": "", "issued_on": None, "voided": []}]
    assert "周宁" not in call(app, "list").output
    for name in ("out.csv", "out.xlsx"):
        out = tmp_path / name
        assert call(app, "export", "--out", str(out)).exit_code == 0
        assert state_receipt_rows.read(out.read_bytes()).waiting == 1
    back = tmp_path / "back.csv"
    back.write_bytes(file(answer(gift, 1, "1")))
    refused = call(app, "import", str(back), "--json")
    told = json.loads(refused.output)
    assert (refused.exit_code, told["new"], [p["code"] for p in told["problems"]], told["problems"][0]["line"]) == (
        1, 0, ["receipt_amount_differs"], 2)
    back.write_bytes(file(answer(gift, 1)))
    for new, known in ((1, 0), (0, 1)):
        done = call(app, "import", str(back), "--json")
        told = json.loads(done.output)
        assert (done.exit_code, told["new"], told["known"], told["problems"]) == (0, new, known, [])
    issued = json.loads(call(app, "list", "--state", "issued", "--month", "2026-04", "--json").output)
    assert [(row["number"], row["check_code"], row["issued_on"]) for row in issued] == [
        ("0000000001", "a1b2c3", "2026-04-15")]
    assert call(app, "list", "--month", "2026-13").exit_code == 2
