"""State receipts: issued, waived, anonymous, voided and issued anew; a gift with an issued one is not undone."""

import json
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from charityledger.audit.models import Event
from charityledger.clock import FixedClock
from charityledger.donations import goods, receipts, refunds, reversals, state_receipt_queue, state_receipts
from charityledger.donations.donors import DonorFacts
from charityledger.donations.goods import KindGift
from charityledger.donations.lines import DateTooEarly, ReceivedLine
from charityledger.donations.models import Donation, StateReceipt
from charityledger.donations.state_receipt_queue import Wanted
from charityledger.donations.state_receipt_rows import Issued, ReceiptNumberWrong
from charityledger.donations.state_receipts import (
    DonorNamed,
    IssuedAlready,
    NoReceiptDue,
    ReceiptAmountDiffers,
    ReceiptNotYet,
    ReceiptNumberTaken,
    ReceiptStands,
)
from charityledger.errors import IdempotencyConflict, WrongState
from charityledger.extensions import db
from charityledger.projects.errors import ReasonMissing
from charityledger.table_errors import CellTooLong
from tests.donations import world
from tests.donations.test_reversals import newest, refund, reverse
from tests.donations.world import DAY, STAFF

CODE = "41030125"


@pytest.fixture(autouse=True)
def _filled(context: Flask, clock: FixedClock) -> None:
    world.fill(clock)


def given(clock: FixedClock, fen: int = 100_00, *, shown: str = "none", name: str = "周宁") -> int:
    """A gift of money with a donor; returns its id."""
    receipts.record_gift(actor=STAFF, clock=clock, sub_code=None, shown=shown,
                         donor=DonorFacts(name=name) if name else None, line=ReceivedLine("BANK", DAY, fen, "付款人"))
    return newest(Donation)


def paper(number: int = 1, fen: int = 100_00, *, on: date = DAY, check: str = "a1b2c3", code: str = CODE) -> Issued:
    return Issued(code, f"{number:010d}", check, on, fen)


def issue(clock: FixedClock, gift: int, issued: Issued, **more: str) -> int:
    return state_receipts.record_issued(actor=STAFF, clock=clock, donation_id=gift, issued=issued, **more)  # type: ignore[arg-type]


def void(clock: FixedClock, receipt: int, reason: str = "名称写错") -> int:
    return state_receipts.void(actor=STAFF, clock=clock, receipt_id=receipt, reason=reason)


def waive(clock: FixedClock, gift: int, reason: str = "来电说不需要") -> int:
    return state_receipts.waive(actor=STAFF, clock=clock, donation_id=gift, reason=reason)


def rows(gift: int) -> list[tuple[str, str | None, int | None]]:
    """(state, number, what it replaces) of a gift's receipts, oldest first."""
    db.session.rollback()
    return [(row.state, row.number, row.replaces_id) for row in db.session.scalars(
        select(StateReceipt).where(StateReceipt.donation_id == gift).order_by(StateReceipt.id))]


def happened(gift: int) -> list[tuple[str, dict[str, object]]]:
    row, events = state_receipt_queue.tell(db.session(), gift)
    assert row.gift.id == gift
    return [(event.kind.removeprefix("state_receipt_"), json.loads(event.payload)) for event in events]


def counts(**wanted: str) -> dict[str, int]:
    """How many gifts stand under each tab, and that the list of each has as many."""
    db.session.rollback()
    tallies = state_receipt_queue.tallies(db.session(), Wanted(**wanted))
    for state, tally in tallies.items():
        listed = state_receipt_queue.listed(db.session(), Wanted(state, **wanted))
        assert (len(listed), sum(row.gift.value_fen for row in listed)) == (tally.gifts, tally.amount_fen)
    return {state: tally.gifts for state, tally in tallies.items() if tally.gifts}


def test_voided_and_issued_anew_leaves_its_history(clock: FixedClock) -> None:
    gift = given(clock)
    assert counts() == {"to_apply": 1}
    first = issue(clock, gift, paper(1))
    assert counts() == {"issued": 1}
    void(clock, first)
    assert counts() == {"to_apply": 1, "voided": 1}
    second = issue(clock, gift, paper(2, on=DAY))
    assert counts() == {"issued": 1, "voided": 1}
    void(clock, second)
    issue(clock, gift, paper(3))
    assert rows(gift) == [("voided", "0000000001", None), ("voided", "0000000002", first),
                          ("issued", "0000000003", second)]
    assert [what for what, _ in happened(gift)] == ["issued", "voided", "issued", "voided", "issued"]
    kept = db.session.get_one(StateReceipt, first)
    assert (kept.reason, kept.check_code, kept.voided_by) == ("名称写错", "a1b2c3", STAFF.user_id)


def test_events_name_nobody(clock: FixedClock) -> None:
    gift = given(clock, name="欧阳靖雯")
    waive(clock, gift, "家人代为谢绝")
    void(clock, issue(clock, gift, paper(check="secret")), "欧阳写成了欧杨")
    told = " ".join(db.session.scalars(select(Event.payload)))
    assert not [word for word in ("欧阳", "家人", "secret") if word in told]
    assert "0000000001" in told


@pytest.mark.parametrize(("issued", "error"), [
    (paper(fen=99_99), ReceiptAmountDiffers), (paper(fen=100_01), ReceiptAmountDiffers),
    (paper(on=DAY - timedelta(days=1)), DateTooEarly), (paper(on=DAY + timedelta(days=1)), ReceiptNotYet),
    (Issued("4103", "0000000001", "", DAY, 100_00), ReceiptNumberWrong),
    (Issued(CODE, "1", "", DAY, 100_00), ReceiptNumberWrong),
    (Issued(CODE, "0000000001", "a b!", DAY, 100_00), ReceiptNumberWrong)])
def test_what_cannot_be_its_receipt(clock: FixedClock, issued: Issued, error: type[Exception]) -> None:
    gift = given(clock)
    with pytest.raises(error):
        issue(clock, gift, issued)
    assert rows(gift) == []


def test_one_number_is_one_receipt_for_ever(clock: FixedClock) -> None:
    gift, other = given(clock), given(clock)
    receipt = issue(clock, gift, paper(1))
    with pytest.raises(ReceiptNumberTaken):
        issue(clock, other, paper(1))
    with pytest.raises(IssuedAlready):
        issue(clock, gift, paper(2))
    void(clock, receipt)
    for again in (gift, other):
        with pytest.raises(ReceiptNumberTaken):
            issue(clock, again, paper(1))
    issue(clock, other, paper(1, code="41030126"))
    with pytest.raises(WrongState):
        void(clock, receipt)


def test_waived_and_then_wanted_after_all(clock: FixedClock) -> None:
    gift = given(clock)
    for empty in ("", "  "):
        with pytest.raises(ReasonMissing):
            waive(clock, gift, empty)
    with pytest.raises(CellTooLong):
        waive(clock, gift, "长" * 141)
    waive(clock, gift)
    assert counts() == {"waived": 1}
    with pytest.raises(WrongState):
        waive(clock, gift)
    receipt = issue(clock, gift, paper())
    with pytest.raises(IssuedAlready):
        waive(clock, gift)
    void(clock, receipt, "写错")
    assert db.session.get_one(StateReceipt, receipt, populate_existing=True).reason == "来电说不需要 → 写错"
    assert [what for what, _ in happened(gift)] == ["waived", "issued", "voided"]


def test_who_is_named_in_public_is_not_anonymous(clock: FixedClock) -> None:
    for shown in ("full", "short"):
        with pytest.raises(DonorNamed):
            state_receipts.mark_anonymous(actor=STAFF, clock=clock, donation_id=given(clock, shown=shown))
    for name in ("周宁", ""):
        gift = given(clock, name=name)
        state_receipts.mark_anonymous(actor=STAFF, clock=clock, donation_id=gift)
        assert rows(gift) == [("anonymous", None, None)]
    assert counts() == {"to_apply": 2, "anonymous": 2}
    issue(clock, gift, paper())         # one without a name
    assert counts() == {"to_apply": 2, "anonymous": 1, "issued": 1}


def test_goods_at_a_value_and_nothing_else(clock: FixedClock) -> None:
    def come(kind: str, value_fen: int | None) -> int:
        gift = KindGift(DAY, 2, world.item("HD1-1", 3 if kind == "goods" else 4), value_fen=value_fen, basis="发票",
                        files=((world.stored(), "发票.pdf"),) if value_fen else ())
        receive = goods.receive_goods if kind == "goods" else goods.record_hours
        return receive(actor=STAFF, clock=clock, gift=gift, donor=DonorFacts(name="周宁"))

    valued, registered, served = come("goods", 52_00), come("goods", None), come("hours", None)
    assert counts() == {"to_apply": 1}
    for gift in (registered, served):
        with pytest.raises(NoReceiptDue):
            issue(clock, gift, paper(fen=0))
        with pytest.raises(NoReceiptDue):
            waive(clock, gift)
    issue(clock, valued, paper(fen=52_00))
    with pytest.raises(ReceiptStands):
        reversals.request(actor=STAFF, clock=clock, what="donation", subject_id=valued, reason="记错了")


def test_sent_twice(clock: FixedClock) -> None:
    gift = given(clock)
    first = issue(clock, gift, paper(), key="form")
    assert issue(clock, gift, paper(), key="form") == first
    with pytest.raises(IdempotencyConflict):
        issue(clock, gift, paper(2), key="form")
    assert len(rows(gift)) == 1


def test_an_issued_receipt_is_voided_before_its_gift_is_undone(clock: FixedClock) -> None:
    gift = given(clock)
    receipt = issue(clock, gift, paper())
    for undo in (reverse, refund):
        with pytest.raises(ReceiptStands) as refused:
            undo(clock, "donation", gift)
        assert refused.value.facts == {"code": CODE, "number": "0000000001"}
    void(clock, receipt)
    reverse(clock, "donation", gift)
    assert counts() == {"voided": 1}
    with pytest.raises(WrongState):
        issue(clock, gift, paper(2))
    assert world.problems() == []


def test_issued_between_the_request_and_its_approval(clock: FixedClock) -> None:
    from charityledger.donations import approvals

    asked = [reversals.request(actor=STAFF, clock=clock, what="donation", subject_id=given(clock), reason="记错了"),
             refunds.request(actor=STAFF, clock=clock, what="donation", subject_id=given(clock), account_code="BANK",
                             reason="捐赠人要求")]
    for number, gift in enumerate(db.session.scalars(select(Donation.id).order_by(Donation.id)).all()):
        issue(clock, gift, paper(number))
    for request in asked:
        with pytest.raises(ReceiptStands):
            approvals.decide(actor=world.FINANCE, clock=clock, request_id=request, decision="approve")


def test_the_queue_is_searched(clock: FixedClock) -> None:
    pledge = world.promise(clock, 100_00)
    world.receive(clock, 100_00, reference=pledge.reference)
    kept = newest(Donation)
    old = given(clock, name="周宁")
    clock.forward(days=30)
    receipts.record_gift(actor=STAFF, clock=clock, sub_code=None, line=ReceivedLine("BANK", date(2026, 5, 1), 700))
    later = newest(Donation)
    issue(clock, kept, paper(77))

    def found(state: str = "to_apply", **wanted: str) -> list[int]:
        return [row.gift.id for row in state_receipt_queue.page_of(db.session(), Wanted(state, **wanted))]

    db.session.rollback()
    assert found() == [old, later]
    assert found(month="2026-05") == [later]
    assert found(month="2026-04") == [old]
    assert found(words="周") == found(words=str(old)) == [old]
    assert found("issued", words=pledge.reference) == found("issued", words="0000000077") == [kept]
    assert found("issued", words="明远") == found("issued") == [kept]
    assert found(words="%") == []
    assert counts(month="2026-04") == {"to_apply": 1, "issued": 1}
    assert state_receipt_queue.to_apply(db.session()) == state_receipt_queue.Tally(2, 107_00)
    assert [state_receipt_queue.first_of(month) for month in ("2026-13", "0000-01", "2026-4", "2026-12")] == [
        None, None, None, date(2026, 12, 1)]
    assert found(month="9999-12") == []
