"""Every use case that writes the books, capacity or decisions: how it is called, and what else it could be told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from charityledger.database import UseCase
from charityledger.donations import (
    adoption,
    approvals,
    cash_boxes,
    disbursements,
    goods,
    money_accounts,
    receipts,
    refunds,
    reversals,
    surplus,
    suspense,
)
from charityledger.donations.goods import KindGift
from charityledger.donations.models import Pledge
from charityledger.donations.rules import Part
from charityledger.donations.surplus import TransferWish
from charityledger.extensions import db
from charityledger.ledger import numbering
from charityledger.projects import catalogue
from tests.promises.world import BANK, DONOR, LI, WANG, WECHAT, P, Q, World, small_catalogue

Given = Mapping[str, Any]
FILES = "files"
# What is not content: who, when, which numbers come next, and settings that may differ when a form is sent again.
NOT_CONTENT = {"tx", "actor", "clock", "ids", "key", "confirm_minutes", "hold_days", "grace_days", "fee_fund", "source",
               "password_hash", "locale", "instance", "second_above_yuan"}


@dataclass(frozen=True)
class Use:
    """`given(world)` prepares what the use case needs and says how to call it; `other` are other contents."""

    name: str
    use: UseCase[..., Any]
    given: Callable[[World], Given]
    other: Given = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name


def unnumbered(world: World) -> Given:
    world.given(5)
    return {}


def staff(world: World, **more: Any) -> Given:
    return {"actor": WANG, "clock": world.clock, **more}


def second(world: World, **more: Any) -> Given:
    return {"actor": LI, "clock": world.clock, **more}


def reference(pledge_id: int) -> str:
    with Session(db.engine) as session:
        return session.get_one(Pledge, pledge_id).reference


def adopt(world: World) -> Given:
    return {**staff(world), "ids": world.ids, "donor": DONOR, "wish": world.wish(5), "confirm_minutes": 30}


def accept(world: World) -> Given:
    return {**staff(world), "ids": world.ids, "donor": DONOR, "wish": world.wish(5)}


def asked(world: World, **more: Any) -> Given:
    return second(world, disbursement_id=world.asked(5, **more), paid_on=world.day)


def paid(world: World, *, prepaid: bool = False, **more: Any) -> Given:
    return staff(world, disbursement_id=world.approved(world.asked(5, prepaid=prepaid)), on=world.day, **more)


def held(world: World) -> int:
    """Money in suspense: 7 fen without a reference."""
    return world.held(receipts.record_receipt(**staff(world, line=world.line(7))))


def counted(world: World, account: str = "BOX") -> int:
    return cash_boxes.count(**staff(world, box="一号箱", counted_on=world.day, amount_fen=9, account_code=account,
                                    sub_code=P))


def agreed(world: World) -> int:
    return cash_boxes.agree(**second(world, count_id=counted(world)))


def given_goods(world: World, units: int = 2) -> int:
    return goods.receive_goods(**staff(world, gift=kind_gift(world, 3, units, 50), donor=DONOR))


def kind_gift(world: World, line: int, amount: int, value_fen: int | None = None) -> KindGift:
    return KindGift(world.day, amount, world.items[P, line], value_fen=value_fen, basis="发票",
                    files=((world.file_id, "发票.pdf"),) if value_fen else ())


def decision(world: World, request_id: int) -> Given:
    return second(world, request_id=request_id, decision="approve", note="")


def asked_reversal(world: World, what: str = "donation", subject_id: int | None = None) -> Given:
    subject = world.gift_of(world.given(6)) if subject_id is None else subject_id
    return staff(world, what=what, subject_id=subject, reason="重复录入")


def asked_refund(world: World) -> Given:
    return staff(world, what="donation", subject_id=world.gift_of(world.given(6)), account_code=BANK,
                 reason="捐赠人要求")


def asked_refund_of_promise(world: World) -> int:
    pledge = world.accepted(8)
    return refunds.request(**staff(world, what="donation", subject_id=world.gift_of(world.paid(pledge, 6)),
                                   account_code=BANK, reason="捐赠人要求", fault="ours"))


def asked_surplus(world: World) -> Given:
    return staff(world, wish=TransferWish(P, Q, 5, BANK, "plan", ((world.file_id, "方案.pdf"),)), reason="结余")


USES = (
    Use("adopt", adoption.adopt, adopt, {"donor": None, "wish": None}),
    Use("accept", adoption.accept, accept, {"donor": None, "wish": None, "pledged_on": "other",
                                            "external_id": "7", "enforceability": "written", "payer_account": "6222"}),
    Use("confirm", adoption.confirm, lambda w: staff(w, pledge_id=w.adopted(5), hold_days=3, grace_days=30),
        {"pledge_id": 0, "agreement_wanted": True}),
    Use("give up a reservation", adoption.give_up, lambda w: staff(w, pledge_id=w.adopted(5))),
    Use("give up a promise", adoption.give_up, lambda w: staff(w, pledge_id=w.accepted(5)),
        {"pledge_id": 0, "state": "released", "reason": "困难"}),
    Use("receipt for a reservation", receipts.record_receipt,
        lambda w: staff(w, line=w.line(7, WECHAT, 1), reference=reference(w.adopted(5)))),
    Use("receipt with too much", receipts.record_receipt,
        lambda w: staff(w, line=w.line(7), reference=reference(w.accepted(5))), {"line": None, "reference": "x"}),
    Use("receipt without reference", receipts.record_receipt, lambda w: staff(w, line=w.line(7))),
    Use("gift", receipts.record_gift, lambda w: staff(w, line=w.line(7, WECHAT, 1), sub_code=P, donor=DONOR),
        {"line": None, "sub_code": Q, "donor": None, "shown": "full"}),
    Use("gift to the general fund", receipts.record_gift, lambda w: staff(w, line=w.line(7), sub_code=None)),
    Use("allocate a line", receipts.allocate_line, lambda w: staff(w, line_id=w.freed_line(), sub_code=P),
        {"line_id": 0, "reference": "x", "sub_code": Q, "general": True, "amount_fen": 1, "donor": DONOR,
         "shown": "full"}),
    Use("settle for a promise", suspense.settle_suspense,
        lambda w: staff(w, suspense_id=held(w), on=w.day, reference=reference(w.accepted(5)))),
    Use("settle for a project", suspense.settle_suspense,
        lambda w: staff(w, suspense_id=held(w), on=w.day, sub_code=P),
        {"suspense_id": 0, "on": "other", "reference": "x", "sub_code": Q, "amount_fen": 1, "shown": "full"}),
    Use("ask for a payment", disbursements.request, lambda w: staff(w, wish=w.payment(5)), {"wish": None}),
    Use("approve a payment", disbursements.approve, asked,
        {"disbursement_id": 0, "paid_on": "other", "note": "好"}),
    Use("approve a prepayment", disbursements.approve, lambda w: asked(w, prepaid=True)),
    Use("reject a payment", disbursements.reject,
        lambda w: second(w, disbursement_id=w.asked(5), note="缺发票"), {"disbursement_id": 0, "note": "缺章"}),
    Use("withdraw a payment", disbursements.withdraw, lambda w: staff(w, disbursement_id=w.asked(5)),
        {"disbursement_id": 0, "note": "改"}),
    Use("delivered", disbursements.deliver, lambda w: paid(w, note_zh="已装"),
        {"disbursement_id": 0, "on": "other", "note_zh": "未装", "note_en": "x"}),
    Use("delivered, paid in advance", disbursements.deliver, lambda w: paid(w, prepaid=True, note_zh="已装")),
    Use("payment returned", disbursements.returned, lambda w: {**paid(w), "actor": LI},
        {"disbursement_id": 0, "on": "other"}),
    Use("prepayment returned", disbursements.returned, lambda w: {**paid(w, prepaid=True), "actor": LI}),
    Use("goods", goods.receive_goods, lambda w: staff(w, gift=kind_gift(w, 3, 1, 9), donor=DONOR),
        {"gift": None, "donor": None}),
    Use("hours", goods.record_hours, lambda w: staff(w, gift=kind_gift(w, 4, 1), donor=DONOR),
        {"gift": None, "donor": None}),
    Use("hand over", goods.hand_over, lambda w: staff(w, donation_id=given_goods(w), units=1, on=w.day),
        {"donation_id": 0, "units": 2, "on": "other", FILES: ((1, "签收.pdf"),)}),
    Use("count a box", cash_boxes.count, lambda w: staff(w, box="一号箱", counted_on=w.day, amount_fen=9,
                                                         account_code="BOX", sub_code=P),
        {"box": "二号箱", "counted_on": "other", "amount_fen": 8, "account_code": "CASH", "sub_code": Q}),
    Use("agree with a count", cash_boxes.agree, lambda w: second(w, count_id=counted(w)), {"count_id": 0}),
    Use("refuse a count", cash_boxes.refuse, lambda w: second(w, count_id=counted(w), note="差一元"),
        {"count_id": 0, "note": "差两元"}),
    Use("deposit", cash_boxes.deposit, lambda w: staff(w, count_id=agreed(w), line=w.line(9)),
        {"count_id": 0, "line": None}),
    Use("ask for a reversal", reversals.request, asked_reversal,
        {"what": "suspense", "subject_id": 0, "reason": "错户", FILES: ((1, "说明.pdf"),)}),
    Use("reverse a gift", approvals.decide, lambda w: decision(w, reversals.request(**asked_reversal(w))),
        {"request_id": 0, "decision": "reject", "note": "好"}),
    Use("reverse a kept promise", approvals.decide, lambda w: decision(w, reversals.request(
        **asked_reversal(w, "donation", w.gift_of(w.paid(w.accepted(5), 7)))))),
    Use("reverse money in suspense", approvals.decide,
        lambda w: decision(w, reversals.request(**asked_reversal(w, "suspense", held(w))))),
    Use("ask for a refund", refunds.request, asked_refund,
        {"what": "suspense", "subject_id": 0, "account_code": WECHAT, "reason": "x", "fault": "ours",
         "general_pays": True, "amount_fen": 1, "line_id": 1, "fee_back": (P, 1), FILES: ((1, "说明.pdf"),)}),
    Use("refund", approvals.decide, lambda w: decision(w, refunds.request(**asked_refund(w)))),
    Use("refund of a kept promise", approvals.decide, lambda w: decision(w, asked_refund_of_promise(w))),
    Use("ask for a transfer", surplus.request, asked_surplus, {"wish": None, "reason": "x"}),
    Use("transfer surplus", approvals.decide, lambda w: decision(w, surplus.request(**asked_surplus(w)))),
    Use("withdraw a request", approvals.withdraw,
        lambda w: staff(w, request_id=surplus.request(**asked_surplus(w))), {"request_id": 0}),
    Use("open an account", money_accounts.add_account,
        lambda w: second(w, code=f"B{w.ids.reference_seven()}", kind="bank", name="专户"),
        {"code": "C1", "kind": "cash", "name": "钱箱", "number": "6222", "opening_fen": 5, "opened_on": "other"}),
    Use("expire", adoption.expire, lambda w: {"clock": w.later(w.adopted(5))}),
    Use("number vouchers", numbering.assign, unnumbered),
    Use("load the catalogue", catalogue.load, lambda w: {
        "clock": w.clock, "catalogue": small_catalogue(((f"N-{w.ids.reference_seven()}", 1, "cash", 1, 5),))}),
)
def on_both(books: Sequence[Use], others: Sequence[Use]) -> pytest.MarkDecorator:
    """What writes the books is tried on both databases; the rest does the same on either, so on SQLite only."""
    cases = [("sqlite", use) for use in (*books, *others)] + [("postgresql", use) for use in books]
    return pytest.mark.parametrize(("place", "use"), cases, indirect=["place"], scope="module",
                                   ids=[f"{kind}-{use}" for kind, use in cases])


def others(use: Use, given: Given, world: World) -> dict[str, Given]:
    """The same call with one other content each, by the parameter that differs."""
    found = {}
    for name, value in use.other.items():
        first = given.get(name)
        if callable(value):
            value = value(world)
        if value == "other":
            value = (first or given["clock"].now().date()) + timedelta(days=1)
        elif value is None and hasattr(first, "__dataclass_fields__"):
            value = _other(first)
        found[name] = {**given, name: value}
    return found


def _other(first: Any) -> Any:
    """Another wish, line or gift: another amount or other parts. Other people and news: another name or text."""
    for name in ("amount_fen", "amount"):
        if name in first.__dataclass_fields__:
            return replace(first, **{name: getattr(first, name) + 1})
    for name in ("name", "body_zh"):
        if name in first.__dataclass_fields__:
            return replace(first, **{name: "另一个"})
    return replace(first, parts=(Part(first.parts[0].need_item_id, first.parts[0].amount + 1),))
