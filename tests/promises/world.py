"""A small world in which promises are attacked: two sub-projects, two accounts, three people, some of everything."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import count
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from charityledger.clock import Clock, FixedClock, today
from charityledger.database import UseCase, transaction
from charityledger.donations import adoption, disbursements, money_accounts, receipts, reversals
from charityledger.donations.adoption import AdoptionWish
from charityledger.donations.disbursements import PaymentWish
from charityledger.donations.donors import DonorFacts
from charityledger.donations.models import AccountClosing, BankStatement, Donation, Pledge, Suspense
from charityledger.donations.receipts import ReceivedLine
from charityledger.donations.rules import Part
from charityledger.extensions import db
from charityledger.identity.actor import FINANCE, STAFF, Actor
from charityledger.ids import SequenceIds
from charityledger.ledger import numbering
from charityledger.ledger.models import Period
from charityledger.projects import catalogue
from charityledger.projects.models import NeedItem, StoredFile, SubProject

WANG, LI, ZHAO = Actor(1, STAFF, "王静"), Actor(2, FINANCE, "李强"), Actor(3, FINANCE, "赵敏")
DONOR = DonorFacts(kind="individual", name="周宁", phone="13800138000")
P, Q = "P-1", "Q-1"
BANK, WECHAT = "ICBC", "SHOP"

# Each world draws its own references, though they share a database.
SEEDS = count()
# Sub-project, line, kind, quantity, unit price in yuan.
ITEMS = ((P, 1, "cash", 1, 100), (P, 2, "cash", 1, 50), (P, 3, "in_kind", 10, 30), (P, 4, "volunteer", 40, 0),
         (Q, 1, "cash", 1, 80))


def small_catalogue(items: tuple[tuple[str, int, str, int, int], ...]) -> catalogue.Catalogue:
    """The rows of a catalogue with these items."""
    codes = sorted({item[0] for item in items})
    project = {"category_code": "K", "category_zh": "类", "category_en": "Kind", "major_code": "M", "street": "街道",
               "major_zh": "大项目", "major_en": "Major", "community": "社区", "beneficiaries_zh": "居民",
               "beneficiary_count": "9"}
    return catalogue.Catalogue(
        [{**project, "sub_code": code, "sub_zh": f"子项目 {code}", "sub_en": f"Project {code}"} for code in codes],
        [{"sub_code": code, "line": str(line), "item_zh": "明细", "item_en": "Item", "kind": kind, "unit_zh": "份",
          "unit_en": "unit", "quantity": str(quantity), "unit_price_yuan": str(price),
          "amount_yuan": str(quantity * price)} for code, line, kind, quantity, price in items])


def _in(tx: Session | None, use: UseCase[..., int]) -> Callable[..., int]:
    """The use case in a transaction of its own, or inside the one given."""
    return use if tx is None else partial(use.inside, tx)


@dataclass
class World:
    """Short names for the services, so that a test says what happens and nothing else. Amounts in fen."""

    clock: Clock
    ids: SequenceIds = field(default_factory=lambda: SequenceIds(next(SEEDS)))
    items: dict[tuple[str, int], int] = field(default_factory=dict)
    file_id: int = 0
    folder: Path = Path()

    @property
    def day(self) -> date:
        return today(self.clock)

    def found(self, items: tuple[tuple[str, int, str, int, int], ...] = ITEMS) -> "World":
        """Load the catalogue, open the accounts, keep one file of evidence."""
        catalogue.load(catalogue=small_catalogue(items), clock=self.clock)
        for code, kind in ((BANK, "bank"), (WECHAT, "wechat"), ("BOX", "cash")):
            money_accounts.add_account(actor=LI, clock=self.clock, code=code, kind=kind, name=code)
        with Session(db.engine) as tx:
            file = StoredFile(sha256="0" * 64, media_type="application/pdf", size_bytes=9, added_at=self.clock.now())
            tx.add(file)
            # A month that was closed before anything happened, and the file that it was closed on.
            tx.add(Period(code="202512", closed_at=self.clock.now(), asked_by=LI.user_id, closed_by=WANG.user_id))
            tx.add(BankStatement(account_code=BANK, sha256="1" * 64, format="icbc", source="bank", books=True, size=1,
                                 lines=0, neutral=0, new=0, known=0, doubtful=0, in_fen=0, out_fen=0, ties=True,
                                 imported_at=self.clock.now()))
            tx.flush()
            tx.add(AccountClosing(period="202512", account_code=BANK, book_fen=0, only_bank_fen=0, only_books_fen=0,
                                  items=0))
            tx.commit()
        return self.look()

    def look(self) -> "World":
        """Learn the ids of a world that stands already."""
        with Session(db.engine) as tx:
            self.file_id = tx.scalars(select(StoredFile.id)).first() or 0
            self.items = {(code, line): item for code, line, item in tx.execute(
                select(SubProject.code, NeedItem.line, NeedItem.id).join(NeedItem))}
        return self

    def wish(self, amount: int, sub: str = P, line: int | None = None, kind: str = "cash") -> AdoptionWish:
        return AdoptionWish(sub, kind, amount, "none", () if line is None else (self.items[sub, line],))

    def adopted(self, amount: int, sub: str = P, *, tx: Session | None = None, key: str | None = None) -> int:
        adopt = _in(tx, adoption.adopt)
        return adopt(actor=Actor.public(), clock=self.clock, ids=self.ids, donor=DONOR, wish=self.wish(amount, sub),
                     confirm_minutes=30, key=key)

    def accepted(self, amount: int, sub: str = P, *, tx: Session | None = None) -> int:
        accept = _in(tx, adoption.accept)
        return accept(actor=WANG, clock=self.clock, ids=self.ids, donor=DONOR, wish=self.wish(amount, sub))

    def line(self, amount_fen: int, account: str = BANK, fee_fen: int = 0) -> ReceivedLine:
        return ReceivedLine(account, self.day, amount_fen, fee_fen=fee_fen)

    def paid(self, pledge_id: int, amount_fen: int) -> int:
        with Session(db.engine) as session:
            reference = session.get_one(Pledge, pledge_id).reference
        return receipts.record_receipt(actor=WANG, clock=self.clock, line=self.line(amount_fen), reference=reference)

    def given(self, amount_fen: int, sub: str | None = P, *, account: str = BANK, tx: Session | None = None,
              key: str | None = None) -> int:
        give = _in(tx, receipts.record_gift)
        return give(actor=WANG, clock=self.clock, line=self.line(amount_fen, account), sub_code=sub, donor=DONOR,
                    key=key)

    def payment(self, amount_fen: int, sub: str = P, line: int = 1, *, account: str = BANK,
                prepaid: bool = False) -> PaymentWish:
        return PaymentWish(sub, account, "郑州某商行", "采购", "灯", (Part(self.items[sub, line], amount_fen),),
                           prepaid=prepaid, files=((self.file_id, "发票.pdf"),))

    def asked(self, amount_fen: int, sub: str = P, *, tx: Session | None = None, prepaid: bool = False,
              account: str = BANK) -> int:
        ask = _in(tx, disbursements.request)
        return ask(actor=WANG, clock=self.clock,
                   wish=self.payment(amount_fen, sub, account=account, prepaid=prepaid))

    def approved(self, disbursement_id: int, *, tx: Session | None = None, by: Actor = LI) -> int:
        approve = _in(tx, disbursements.approve)
        return approve(actor=by, clock=self.clock, disbursement_id=disbursement_id, paid_on=self.day)

    def gift_of(self, line_id: int) -> int:
        """The gift that a line became."""
        with Session(db.engine) as session:
            return session.scalars(select(Donation.id).where(Donation.statement_line_id == line_id)).one()

    def held(self, line_id: int) -> int:
        """The money in suspense that a line became."""
        with Session(db.engine) as session:
            return session.scalars(select(Suspense.id).where(Suspense.statement_line_id == line_id)).one()

    def freed_line(self) -> int:
        """A line whose gift was reversed, so that it can find another place."""
        line_id = self.given(7)
        self.reversed(self.gift_of(line_id))
        return line_id

    def later(self, pledge_id: int) -> FixedClock:
        """A clock by which a reservation is over."""
        with Session(db.engine) as session:
            until = session.get_one(Pledge, pledge_id).expires_at
        assert until is not None
        return FixedClock(until)

    def reversed(self, donation_id: int, *, tx: Session | None = None, by: Actor = LI) -> None:
        """Wang asks for the reversal of a gift, and `by` approves it."""
        asked = _in(tx, reversals.request)(actor=WANG, clock=self.clock, what="donation", subject_id=donation_id,
                                           reason="重复录入")
        if tx is not None:
            reversals.approve(tx, request_id=asked, actor=by, clock=self.clock, note="")
        else:
            with transaction() as own:
                reversals.approve(own, request_id=asked, actor=by, clock=self.clock, note="")

    def live(self) -> "World":
        """Something of everything: a promise kept, one half kept, one over-paid; a payment made, one asked for."""
        self.paid(self.accepted(4_000), 4_000)
        self.paid(self.accepted(2_000), 500)
        self.paid(self.accepted(1_000, Q), 1_500)
        self.adopted(1_000)
        self.given(700, account=WECHAT)
        self.given(900, None, key="a gift")
        self.approved(self.asked(1_200))
        self.asked(300)
        self.reversed(self.gift_of(self.given(100, None)))
        numbering.assign()
        return self


def dump(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, for comparing before and after."""
    with engine.connect() as connection:
        return {name: sorted((tuple(row) for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"')), key=repr)
                for name in db.metadata.tables}
