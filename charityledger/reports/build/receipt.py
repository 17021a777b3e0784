"""Builds our own receipt for one gift. It is not the state's 公益事业捐赠票据 and says so."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ...donations import state_receipt_queue
from ...donations.models import (
    Disbursement,
    Donation,
    DonationLine,
    Donor,
    MoneyAccount,
    Pledge,
    StatementLine,
)
from ...errors import NotFound, WrongState
from ...ledger import numbering
from ...ledger.chart import GENERAL_FUND
from ...projects.models import NeedItem, SubProject
from ..documents import ChainStep, Designation, DonationReceipt, GoodsLine, StateInvoice
from ..documents.common import Language
from .common import Reading, at, title, word

CHANNELS = {"bank": ("银行转账", "Bank transfer"), "wechat": ("微信支付", "WeChat Pay"), "alipay": ("支付宝", "Alipay"),
            "cash": ("现金", "Cash")}


def build(session: Session, reading: Reading, *, donation_id: int) -> DonationReceipt:
    """Raises NotFound for an unknown gift, WrongState for one that was reversed or of hours (they have no receipt)."""
    gift = session.get(Donation, donation_id)
    if gift is None:
        raise NotFound(what=f"gift {donation_id}")
    if gift.state != "received" or gift.kind == "hours":
        raise WrongState(subject=f"gift {donation_id}", state=gift.state, wanted="received")
    donor = session.get(Donor, gift.donor_id) if gift.donor_id else None
    pledge = session.get(Pledge, gift.pledge_id) if gift.pledge_id else None
    sub = session.get(SubProject, gift.sub_project_id) if gift.sub_project_id else None
    language = reading.language
    lines = session.execute(select(DonationLine, NeedItem).join(NeedItem, NeedItem.id == DonationLine.need_item_id)
                            .where(DonationLine.donation_id == gift.id).order_by(NeedItem.line)).all()
    vouchers = numbering.of_entries(session, [gift.entry_id] if gift.entry_id else [])
    return DonationReceipt(
        language, reading.organisation, reading.provenance,
        donor=donor.name if donor else word(language, "未留名", "No name given"),
        credit_code=(donor.uscc or "") if donor else "", kind="goods" if gift.kind == "goods" else "cash",
        amount_fen=gift.value_fen, held_fen=0, received_on=gift.received_on,
        channel=_channel(session, gift, language), reference=pledge.reference if pledge else "",
        voucher=vouchers.get(gift.entry_id or 0, ""), restricted=sub is not None,
        designations=_designations(gift, sub, [(line.value_fen, item) for line, item in lines], language),
        goods=tuple(_goods(line, item, language) for line, item in lines) if gift.kind == "goods" else (),
        steps=_steps(session, gift, pledge), invoice=_invoice(session, gift))


def standing(session: Session, donation_id: int) -> str:
    """What a receipt says of the state's own, in a few letters: where that changes, our receipt is issued anew."""
    row = state_receipt_queue.of_gifts(session, [donation_id]).get(donation_id)
    return f"{row.id}/{row.state}" if row is not None else ""


def _invoice(session: Session, gift: Donation) -> StateInvoice:
    row = state_receipt_queue.of_gifts(session, [gift.id]).get(gift.id)
    if row is None:
        return StateInvoice()
    # A void one has no numbers to print: nobody shall take them for valid.
    if row.state != "issued":
        return StateInvoice(row.state)  # type: ignore[arg-type]  # the table's states are among the document's
    return StateInvoice("issued", row.code or "", row.number or "", row.check_code)


def _channel(session: Session, gift: Donation, language: Language) -> str:
    if gift.kind == "goods":
        return word(language, "实物", "Goods")
    line = session.get(StatementLine, gift.statement_line_id) if gift.statement_line_id else None
    account = session.get(MoneyAccount, line.account_code) if line else None
    return word(language, *CHANNELS[account.kind if account else "cash"])


def _designations(gift: Donation, sub: SubProject | None, parts: list[tuple[int, NeedItem]],
                  language: Language) -> tuple[Designation, ...]:
    if sub is None:
        return (Designation(GENERAL_FUND, word(language, "非限定性资金", "General fund"), "", gift.value_fen),)
    return tuple(Designation(sub.code, title(sub, language), title(item, language), fen) for fen, item in parts)


def _goods(line: DonationLine, item: NeedItem, language: Language) -> GoodsLine:
    whole = line.value_fen and line.value_fen % line.amount == 0
    return GoodsLine(title(item, language), line.amount, word(language, item.unit_zh, item.unit_en),
                     line.value_fen // line.amount if whole else None, line.value_fen or None)


def _steps(session: Session, gift: Donation, pledge: Pledge | None) -> tuple[ChainStep, ...]:
    """The chain as far as this gift's project has come since the gift; what was skipped or is to come has no date."""
    disbursed: date | None = None
    delivered: date | None = None
    if gift.sub_project_id is not None:
        disbursed, delivered = session.execute(
            select(func.min(Disbursement.paid_on), func.min(Disbursement.delivered_on))
            .where(Disbursement.sub_project_id == gift.sub_project_id, Disbursement.state == "paid",
                   Disbursement.paid_on >= gift.received_on)).one()
    adopted = at(pledge.reserved_at).date() if pledge else None
    return (ChainStep("declared", None), ChainStep("adopted", adopted),
            ChainStep("pledged", pledge.pledged_on if pledge else None), ChainStep("received", gift.received_on),
            ChainStep("disbursed", disbursed), ChainStep("delivered", delivered))
