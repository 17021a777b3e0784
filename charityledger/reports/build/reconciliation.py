"""Builds an account's reconciliation statement: both balances at a month's end and what stands between them."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...clock import local_date
from ...donations.models import AccountClosing, MoneyAccount, Request
from ...errors import Conflict, NotFound
from ...identity.models import User
from ...ledger.models import Period
from ...reconciliation import months, outstanding
from ...reconciliation.months import Month
from ...reconciliation.standing import Item, Standing, parts
from ..documents import OutstandingItem, ReconciliationStatement, Signer
from ..documents.common import Language, tie_one
from ..documents.reconciliation import AccountKind
from .common import Reading, word
from .fund import MEMOS

LINE_KINDS = {
    "refund": ("退款", "Refund"), "fee": ("手续费", "Fee"), "payout": ("提现", "Payout"),
    "interest": ("利息", "Interest"),
    "charge": ("银行收费", "Bank charge"), "returned": ("退汇", "Returned"),
}
KINDS: dict[str, AccountKind] = {"bank": "bank", "wechat": "wechat", "alipay": "alipay"}


class NothingToReconcile(Conflict):
    """No file says anything about the account up to that day, or it holds cash, which is counted. Facts: account."""

    code = "nothing_to_reconcile"


def account_of(session: Session, code: str) -> MoneyAccount:
    """Raises NotFound."""
    account = session.get(MoneyAccount, code)
    if account is None:
        raise NotFound(what=code)
    return account


def number_of(account: MoneyAccount, language: Language) -> str:
    """The end of the account's number, or what we call it where its files say none."""
    tail = account.number.strip()[-4:]
    return word(language, f"尾号 {tail}", f"ending {tail}") if tail else account.code


def is_closed(session: Session, period: str) -> bool:
    """Whether the month is closed: only then its documents are numbered."""
    return session.scalar(select(Period.closed_at).where(Period.code == period)) is not None


def build(session: Session, reading: Reading, *, account_code: str, period: str) -> ReconciliationStatement:
    """Raises NotFound for an unknown account, NotAMonth, NothingToReconcile, TotalsDoNotTie."""
    account, month = account_of(session, account_code), months.parse(period)
    until = max(month.ends_on, local_date(reading.provenance.made_at))
    standing = outstanding.read(session, account, month.ends_on, until=until)
    if not standing.has_files or account.kind not in KINDS:
        raise NothingToReconcile(account=account.name)
    _as_closed(session, month, standing)
    maker, checker = _signers(session, month)
    return ReconciliationStatement(
        reading.language, reading.organisation, reading.provenance, KINDS[account.kind], account.name,
        number_of(account, reading.language), month.ends_on, until, standing.lines, standing.book_fen,
        standing.bank_fen, standing.bank is not None, standing.opening_fen,
        tuple(_item(item, until, reading.language) for item in _in_order(standing)), standing.adjusted_fen,
        tuple((_part(name, standing, reading.language), fen) for name, fen in parts(standing).items()), maker, checker)


def _in_order(standing: Standing) -> list[Item]:
    """The groups of the statement, each in order of day."""
    return sorted(standing.items, key=lambda item: (item.side, item.amount_fen < 0, item.on, item.id))


def _item(item: Item, until: date, language: Language) -> OutstandingItem:
    words = (LINE_KINDS if item.side == "bank" else MEMOS).get(item.kind)
    what = " ".join(filter(None, (word(language, *words) if words else "", item.party, item.memo)))
    if not what:
        what = word(language, "对方未提供", "No counterparty given")
    return OutstandingItem(item.side, item.on, item.reference, what, item.amount_fen, item.days(until),
                           item.settled_on)


def _part(name: str, standing: Standing, language: Language) -> str:
    if name == "general":
        return word(language, "非限定性资金", "General fund (unrestricted)")
    if name == "suspense":
        return word(language, "待确认捐赠款", "Gifts in suspense")
    count = len([fund for fund in standing.funds if fund not in ("GEN", "HOLD")])
    funds = "fund of a sub-project" if count == 1 else "funds of sub-projects"
    return word(language, f"{count} 个子项目基金（限定性）", f"{count} {funds} (restricted)")


def _signers(session: Session, month: Month) -> tuple[Signer, Signer]:
    """Who asked for the close and who approved it; nobody yet while the month is open."""
    row = session.get(Period, month.code)
    if row is None or row.closed_at is None:
        return Signer(), Signer()
    asked = session.scalars(select(Request).where(
        Request.kind == months.KIND, Request.subject_id == int(month.code), Request.state == "approved")).first()
    names = dict(session.execute(select(User.id, User.name).where(User.id.in_([row.asked_by, row.closed_by]))).all())
    return (Signer(names.get(row.asked_by or 0, ""), local_date(asked.requested_at) if asked else None),
            Signer(names.get(row.closed_by or 0, ""), local_date(row.closed_at)))


def _as_closed(session: Session, month: Month, standing: Standing) -> None:
    """A closed month's book balance is for ever what it was. Raises TotalsDoNotTie."""
    kept = session.scalars(select(AccountClosing).where(
        AccountClosing.period == month.code, AccountClosing.account_code == standing.account.code)).first()
    if kept is not None:
        tie_one(standing.account.code, "as closed", standing.book_fen, kept.book_fen)
