"""A small world for tests of money: two sub-projects, three people, and the books read back as plain values.

HD1-1: cash items of ¥300.00 and ¥200.00, goods (10 units at ¥26.00), hours (20). LB1-1: one cash item of ¥1,000.00.
"""

from datetime import UTC, date, datetime

from sqlalchemy import select

from charityledger.clock import FixedClock
from charityledger.database import transaction
from charityledger.donations import adoption, money_accounts, receipts
from charityledger.donations.adoption import AdoptionWish
from charityledger.donations.donors import DonorFacts
from charityledger.donations.models import Pledge, StatementLine
from charityledger.donations.receipts import ReceivedLine
from charityledger.extensions import db
from charityledger.identity.actor import Actor
from charityledger.ids import SequenceIds
from charityledger.ledger import balances
from charityledger.ledger.models import JournalEntry, MovementRow
from charityledger.projects import catalogue
from charityledger.projects.models import ItemProgress, NeedItem, StoredFile, SubProject
from charityledger.reports import recompute

STAFF, FINANCE, ADMIN = Actor(1, "staff", "经办"), Actor(2, "finance", "财务"), Actor(3, "admin", "管理员")
DAY = date(2026, 4, 15)
# Accounts of the books, under the names that the tests' tables use.
BANK, WECHAT, CASH = "1002-BANK", "1009.1-WECHAT", "1001-CASH"
INCOME, INCOME_FREE, SUSPENSE, COST = "4101.2", "4101.1", "2209.1", "5101"
PREPAID, STOCK, FEE, MANAGEMENT, TRANSFER = "1141", "1201", "5301", "5201", "6101"
RESTRICTED, UNRESTRICTED, PLEDGED, CONTRA = "3102", "3101", "8001", "8002"

_PROJECT = {"category_code": "HD", "category_zh": "互助", "category_en": "Help", "major_code": "HD1",
            "major_zh": "邻里", "major_en": "Neighbours", "street": "铭功路", "community": "一社区",
            "beneficiaries_zh": "老人", "beneficiary_count": "30"}


def _item(sub: str, line: int, kind: str, quantity: int, unit_price: int) -> dict[str, str]:
    unit = {"cash": ("项", "item"), "in_kind": ("台", "set"), "volunteer": ("小时", "hour")}[kind]
    return {"sub_code": sub, "line": str(line), "item_zh": f"需求{line}", "item_en": f"Need {line}", "kind": kind,
            "unit_zh": unit[0], "unit_en": unit[1], "quantity": str(quantity), "unit_price_yuan": str(unit_price),
            "amount_yuan": str(quantity * unit_price)}


SMALL = catalogue.Catalogue(
    [{**_PROJECT, "sub_code": "HD1-1", "sub_zh": "社区小厨房", "sub_en": "Kitchen"},
     {**_PROJECT, "sub_code": "LB1-1", "sub_zh": "院落绿化", "sub_en": "Yard"}],
    [_item("HD1-1", 1, "cash", 1, 300), _item("HD1-1", 2, "cash", 2, 100), _item("HD1-1", 3, "in_kind", 10, 26),
     _item("HD1-1", 4, "volunteer", 20, 0), _item("LB1-1", 1, "cash", 1, 1000)])


def fill(clock: FixedClock) -> None:
    """The two projects and the default accounts, in an empty migrated database."""
    catalogue.load(catalogue=SMALL, clock=clock)
    money_accounts.ensure_default_accounts(clock=clock)


def sub_id(code: str) -> int:
    return db.session.scalars(select(SubProject.id).where(SubProject.code == code)).one()


def item(code: str, line: int = 1) -> int:
    """Id of a need item."""
    return db.session.scalars(select(NeedItem.id).join(SubProject, SubProject.id == NeedItem.sub_project_id).where(
        SubProject.code == code, NeedItem.line == line)).one()


_IDS = SequenceIds("money")


def promise(clock: FixedClock, amount: int, *, code: str = "HD1-1", kind: str = "cash", shown: str = "full",
            name: str = "郑州明远商贸有限公司") -> Pledge:
    """A confirmed promise, logged by staff."""
    pledge_id = adoption.accept(actor=STAFF, clock=clock, ids=_IDS, wish=AdoptionWish(code, kind, amount, shown),
                                donor=DonorFacts("enterprise", name, "0371-68880000"))
    return pledge(pledge_id)


def pledge(pledge_id: int) -> Pledge:
    """As the database has it now."""
    db.session.rollback()
    return db.session.get_one(Pledge, pledge_id, populate_existing=True)


def receive(clock: FixedClock, fen: int, *, reference: str | None = None, account: str = "BANK", on: date = DAY,
            **more: object) -> StatementLine:
    """A line entered by hand, for a promise or for suspense."""
    line_id = receipts.record_receipt(actor=STAFF, clock=clock, reference=reference,
                                      line=ReceivedLine(account, on, fen, "付款人", **more))  # type: ignore[arg-type]
    return line(line_id)


def give(clock: FixedClock, fen: int, *, code: str | None = "HD1-1", account: str = "BANK", on: date = DAY,
         fee_fen: int = 0) -> StatementLine:
    """A gift without a promise, to a project or (None) to the general fund."""
    line_id = receipts.record_gift(actor=STAFF, clock=clock, sub_code=code,
                                   line=ReceivedLine(account, on, fen, "付款人", fee_fen=fee_fen))
    return line(line_id)


def line(line_id: int) -> StatementLine:
    db.session.rollback()
    return db.session.get_one(StatementLine, line_id, populate_existing=True)


def entries() -> list[JournalEntry]:
    """Every entry, oldest first."""
    db.session.rollback()
    return list(db.session.scalars(select(JournalEntry).order_by(JournalEntry.id)))


def movements(entry_id: int | None = None) -> list[tuple[str, str, str, int]]:
    """(debit, credit, fund, fen) of one entry, by default the newest."""
    if entry_id is None:
        entry_id = entries()[-1].id
    return [(m.debit_account, m.credit_account, m.fund, m.amount_fen) for m in db.session.scalars(
        select(MovementRow).where(MovementRow.entry_id == entry_id).order_by(MovementRow.line))]


def books() -> dict[tuple[str, str], int]:
    """{(account, fund): fen}, debit positive, promises left out."""
    db.session.rollback()
    return {key: fen for key, fen in balances.all_balances(db.session).items() if key[0] not in (PLEDGED, CONTRA)}


def promised() -> dict[str, int]:
    """{fund: fen} of the memorandum."""
    db.session.rollback()
    return {fund: fen for (account, fund), fen in balances.all_balances(db.session).items() if account == PLEDGED}


def progress(code: str = "HD1-1", number: int = 1) -> dict[str, int]:
    """The measures of an item that are not zero."""
    db.session.rollback()
    row = db.session.get_one(ItemProgress, item(code, number), populate_existing=True)
    names = ("reserved", "pledged", "paid", "received", "disbursed", "delivered", "received_value_fen",
             "disbursed_value_fen")
    return {name: getattr(row, name) for name in names if getattr(row, name)}


def problems() -> list[str]:
    """What a full recount of the database finds wrong; voucher numbers are given later and left out."""
    db.session.rollback()
    found = [problem for check in recompute.CHECKS if check.__name__ != "vouchers_gap_free"
             for problem in check(db.session)]
    return [f"{problem.code}: {problem.message}" for problem in found]


def at(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=UTC)  # type: ignore[arg-type]


def stored(name: str = "a") -> int:
    """Id of a stored file that stands for evidence; its bytes do not matter here."""
    with transaction() as tx:
        known = tx.scalars(select(StoredFile.id).where(StoredFile.sha256 == name * 64)).first()
        if known is None:
            row = StoredFile(sha256=name * 64, media_type="application/pdf", size_bytes=1, added_at=at(2026, 4, 1))
            tx.add(row)
            tx.flush()
            known = row.id
    return known
