"""Money out: asked for by one person, approved by another, with every movement and balance."""

from datetime import date

import pytest
from flask import Flask

from charityledger.clock import FixedClock
from charityledger.donations import disbursements
from charityledger.donations.disbursements import PaymentWish
from charityledger.donations.lines import DateTooEarly
from charityledger.donations.models import Disbursement
from charityledger.donations.requests import NotRequester
from charityledger.donations.rules import Part
from charityledger.errors import AccountOverdrawn, FundOverdrawn, IdempotencyConflict, SamePerson, WrongState
from charityledger.extensions import db
from charityledger.ledger import store
from tests.donations import world
from tests.donations.world import BANK, COST, DAY, FINANCE, INCOME, PREPAID, RESTRICTED, STAFF, UNRESTRICTED


@pytest.fixture(autouse=True)
def _filled(context: Flask, clock: FixedClock) -> None:
    world.fill(clock)
    world.give(clock, 50000)


def wish(*amounts: int, prepaid: bool = False, account: str = "BANK") -> PaymentWish:
    parts = tuple(Part(world.item("HD1-1", n), fen) for n, fen in enumerate(amounts, 1) if fen)
    return PaymentWish("HD1-1", account, "青槐建材", "灶台", "灶台两组", parts, "Two stoves", prepaid,
                       ((world.stored(), "发票.pdf"),))


def ask(clock: FixedClock, *amounts: int, **more: bool) -> int:
    return disbursements.request(actor=STAFF, clock=clock, wish=wish(*amounts, **more))


def pay(clock: FixedClock, *amounts: int, **more: bool) -> int:
    return disbursements.approve(actor=FINANCE, clock=clock, disbursement_id=ask(clock, *amounts, **more), paid_on=DAY)


def free() -> int:
    db.session.rollback()
    return store.free(db.session, "HD1-1")


def test_asked_approved_and_paid(clock: FixedClock) -> None:
    payment = ask(clock, 15000, 5000)
    assert free() == 30000
    with pytest.raises(DateTooEarly):   # before it was asked for, the gift that pays it had perhaps not come in
        disbursements.approve(actor=FINANCE, clock=clock, disbursement_id=payment, paid_on=date(2026, 4, 14))
    clock.forward(days=2)
    disbursements.approve(actor=FINANCE, clock=clock, disbursement_id=payment, paid_on=date(2026, 4, 16))
    assert world.movements() == [(COST, BANK, "HD1-1", 20000), (RESTRICTED, UNRESTRICTED, "HD1-1", 20000)]
    assert world.books() == {(BANK, "HD1-1"): 30000, (INCOME, "HD1-1"): -50000, (COST, "HD1-1"): 20000,
                             (RESTRICTED, "HD1-1"): 20000, (UNRESTRICTED, "HD1-1"): -20000}
    assert (world.progress(), world.progress(number=2)) == (
        {"received": 30000, "disbursed": 15000}, {"received": 20000, "disbursed": 5000})
    assert (free(), world.entries()[-1].effective_on) == (30000, date(2026, 4, 16))
    assert world.problems() == []


def test_the_one_who_asked_never_approves(clock: FixedClock) -> None:
    payment = ask(clock, 15000)
    with pytest.raises(SamePerson):
        disbursements.approve(actor=STAFF, clock=clock, disbursement_id=payment, paid_on=DAY)
    with pytest.raises(SamePerson):
        disbursements.reject(actor=STAFF, clock=clock, disbursement_id=payment, note="")
    with pytest.raises(NotRequester):
        disbursements.withdraw(actor=FINANCE, clock=clock, disbursement_id=payment)


def test_declined_or_taken_back_the_money_is_free_again(clock: FixedClock) -> None:
    disbursements.reject(actor=FINANCE, clock=clock, disbursement_id=ask(clock, 15000), note="请补合同")
    disbursements.withdraw(actor=STAFF, clock=clock, disbursement_id=ask(clock, 15000))
    assert (free(), len(world.entries())) == (50000, 1)
    with pytest.raises(WrongState):
        disbursements.approve(actor=FINANCE, clock=clock, disbursement_id=1, paid_on=DAY)


def test_a_request_sets_its_amount_aside(clock: FixedClock) -> None:
    ask(clock, 30000)
    with pytest.raises(FundOverdrawn):
        ask(clock, 0, 20001)
    ask(clock, 0, 20000)
    assert free() == 0


def test_an_account_pays_only_what_it_holds(clock: FixedClock) -> None:
    payment = ask(clock, 100, account="WECHAT")
    with pytest.raises(AccountOverdrawn):
        disbursements.approve(actor=FINANCE, clock=clock, disbursement_id=payment, paid_on=DAY)
    assert free() == 49900


def test_paid_before_delivery_is_no_cost_yet(clock: FixedClock) -> None:
    payment = pay(clock, 15000, prepaid=True)
    with pytest.raises(DateTooEarly):
        disbursements.deliver(actor=STAFF, clock=clock, disbursement_id=payment, on=date(2026, 4, 14), note_zh="已验收")
    with pytest.raises(DateTooEarly):
        disbursements.returned(actor=FINANCE, clock=clock, disbursement_id=payment, on=date(2026, 4, 14))
    assert world.movements() == [(PREPAID, BANK, "HD1-1", 15000)]
    assert world.books() == {(BANK, "HD1-1"): 35000, (INCOME, "HD1-1"): -50000, (PREPAID, "HD1-1"): 15000}
    disbursements.deliver(actor=STAFF, clock=clock, disbursement_id=payment, on=DAY, note_zh="已验收")
    assert world.movements() == [(COST, PREPAID, "HD1-1", 15000), (RESTRICTED, UNRESTRICTED, "HD1-1", 15000)]
    assert world.progress() == {"received": 30000, "disbursed": 15000, "delivered": 15000}
    with pytest.raises(WrongState):
        disbursements.deliver(actor=STAFF, clock=clock, disbursement_id=payment, on=DAY, note_zh="又一次")
    assert world.problems() == []


@pytest.mark.parametrize(("prepaid", "delivered"), [(False, False), (False, True), (True, False), (True, True)])
def test_our_payment_came_back(clock: FixedClock, prepaid: bool, delivered: bool) -> None:
    payment = pay(clock, 15000, prepaid=prepaid)
    if delivered:
        disbursements.deliver(actor=STAFF, clock=clock, disbursement_id=payment, on=DAY, note_zh="已验收")
    with pytest.raises(SamePerson):
        disbursements.returned(actor=STAFF, clock=clock, disbursement_id=payment, on=DAY)
    disbursements.returned(actor=FINANCE, clock=clock, disbursement_id=payment, on=DAY)
    if prepaid and not delivered:
        assert world.movements() == [(BANK, PREPAID, "HD1-1", 15000)]
    else:
        assert world.movements() == [(BANK, COST, "HD1-1", 15000), (UNRESTRICTED, RESTRICTED, "HD1-1", 15000)]
    assert world.books() == {(BANK, "HD1-1"): 50000, (INCOME, "HD1-1"): -50000}
    row = db.session.get_one(Disbursement, payment)
    assert (world.progress(), row.state, row.returned_on) == ({"received": 30000}, "returned", DAY)
    with pytest.raises(WrongState):
        disbursements.returned(actor=FINANCE, clock=clock, disbursement_id=payment, on=DAY)
    assert world.problems() == []


def test_our_payment_of_last_year_came_back(clock: FixedClock) -> None:
    payment = pay(clock, 15000)
    clock.forward(days=300)
    disbursements.returned(actor=FINANCE, clock=clock, disbursement_id=payment, on=date(2027, 2, 9))
    assert world.movements() == [(BANK, UNRESTRICTED, "HD1-1", 15000), (UNRESTRICTED, RESTRICTED, "HD1-1", 15000)]
    assert world.books()[BANK, "HD1-1"] == 50000
    assert (world.progress(), world.problems()) == ({"received": 30000}, [])


def test_what_a_request_must_have(clock: FixedClock) -> None:
    whole = wish(100)
    for error, parts, files in ((disbursements.NoEvidence, whole.parts, ()),
                                (disbursements.AmountNotPositive, (), whole.files),
                                (disbursements.ItemOfOtherProject, (Part(world.item("LB1-1"), 5),), whole.files),
                                (disbursements.ItemOfOtherProject, (Part(world.item("HD1-1", 3), 5),), whole.files)):
        with pytest.raises(error):
            disbursements.request(actor=STAFF, clock=clock, wish=PaymentWish(
                "HD1-1", "BANK", "青槐建材", "灶台", "灶台两组", parts, files=files))
    assert free() == 50000


def test_a_double_click_pays_once(clock: FixedClock) -> None:
    assert {disbursements.request(actor=STAFF, clock=clock, wish=wish(100), key="a") for _ in range(2)} == {1}
    for _ in range(2):
        disbursements.approve(actor=FINANCE, clock=clock, disbursement_id=1, paid_on=DAY, key="b")
    assert world.books()[COST, "HD1-1"] == 100
    with pytest.raises(IdempotencyConflict):
        disbursements.approve(actor=FINANCE, clock=clock, disbursement_id=1, paid_on=date(2026, 4, 1), key="b")
