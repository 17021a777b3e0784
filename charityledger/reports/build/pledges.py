"""Builds what is made from a pledge: the certificate and the slip with the account to pay to."""

from collections.abc import Mapping
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...donations import pay_to
from ...donations.models import Donor, Instalment, Pledge, PledgeLine
from ...donations.rules import COUNTED_STATES
from ...errors import NotFound, WrongState
from ...plurals import in_units
from ...projects.models import NeedItem, SubProject
from ..documents import AdoptionCertificate, PayTo, PledgeItem, PledgeSlip
from ..documents import Instalment as SlipInstalment
from ..documents.common import Language
from .common import Reading, at, place, title, word

Settings = Mapping[str, object]


def certificate(session: Session, reading: Reading, *, pledge_id: int) -> AdoptionCertificate:
    """Raises WrongState for a promise that is not confirmed or was given up."""
    pledge, donor, sub, lines = _read(session, pledge_id, COUNTED_STATES)
    language = reading.language
    words = tuple(_in_words(line, item, language) for line, item in lines)
    value_fen = sum(line.amount * item.unit_price_fen for line, item in lines if item.kind == "goods")
    return AdoptionCertificate(
        language, reading.organisation, reading.provenance, donor.name, sub.code, title(sub, language),
        place(sub.street, sub.community, language), words,
        cash_fen=pledge.amount if pledge.kind == "cash" else 0, goods=words if pledge.kind == "goods" else (),
        goods_fen=value_fen, hours=pledge.amount if pledge.kind == "hours" else 0, benefit=_benefit(sub, language),
        reference=pledge.reference, adopted_on=pledge.pledged_on or at(pledge.reserved_at).date())


def slip(session: Session, reading: Reading, *, pledge_id: int, settings: Settings) -> PledgeSlip:
    """认领确认单: reference, amount, where to pay and until when the place is kept."""
    pledge, donor, sub, lines = _read(session, pledge_id, COUNTED_STATES)
    language = reading.language
    items = tuple(_item(line, item, language) for line, item in lines)
    plan = session.scalars(select(Instalment).where(Instalment.pledge_id == pledge.id).order_by(Instalment.number))
    return PledgeSlip(
        language, reading.organisation, reading.provenance, donor.name, sub.code, title(sub, language),
        place(sub.street, sub.community, language), pledge.reference,
        pledge.pledged_on or at(pledge.reserved_at).date(), items,
        cash_fen=sum(i.amount for i in items if i.kind == "cash"),
        goods_fen=sum(i.amount for i in items if i.kind == "goods"),
        hours=sum(i.amount for i in items if i.kind == "hours"),
        instalments=tuple(SlipInstalment(i.due_on, i.amount_fen) for i in plan),
        pay_to=_pay_to(settings, reading) if pledge.kind == "cash" else (),
        keep_until=at(pledge.expires_at).date() if pledge.expires_at else None,
        contact="，".join(str(settings[k]) for k in ("CONTACT_PHONE", "CONTACT_ADDRESS") if settings[k]))


def _read(session: Session, pledge_id: int, states: tuple[str, ...],
          ) -> tuple[Pledge, Donor, SubProject, list[tuple[PledgeLine, NeedItem]]]:
    pledge = session.get(Pledge, pledge_id)
    if pledge is None:
        raise NotFound(what=f"pledge {pledge_id}")
    if pledge.state not in states:
        raise WrongState(subject=pledge.reference, state=pledge.state, wanted="pledged")
    lines = session.execute(select(PledgeLine, NeedItem).join(NeedItem, NeedItem.id == PledgeLine.need_item_id)
                            .where(PledgeLine.pledge_id == pledge.id).order_by(NeedItem.line)).all()
    return pledge, session.get_one(Donor, pledge.donor_id), session.get_one(SubProject, pledge.sub_project_id), \
        list(lines)


def _quantity(line: PledgeLine, item: NeedItem) -> int | None:
    """Whole units that the part comes to; None for a share that is none."""
    if item.kind != "cash":
        return line.amount
    price = item.unit_price_fen
    return line.amount // price if price and line.amount % price == 0 else None


def _in_words(line: PledgeLine, item: NeedItem, language: Language) -> str:
    """`熬粥设备2套`, or the item alone where the part is not whole units."""
    quantity, name = _quantity(line, item), title(item, language)
    if quantity is None:
        return name
    return f"{name}{quantity:,}{item.unit_zh}" if language == "zh" else f"{name}: {in_units(quantity, item.unit_en)}"


def _item(line: PledgeLine, item: NeedItem, language: Language) -> PledgeItem:
    kind: Literal["cash", "goods", "hours"] = item.kind  # type: ignore[assignment]
    amount = line.amount * item.unit_price_fen if kind == "goods" else line.amount
    quantity = _quantity(line, item)
    return PledgeItem(title(item, language), kind, word(language, item.unit_zh, item.unit_en), quantity,
                      item.unit_price_fen if quantity is not None and kind != "hours" else None, amount)


def _benefit(sub: SubProject, language: Language) -> str:
    if not sub.beneficiary_count:
        return ""
    if language == "zh":
        return f"受益的是{sub.beneficiaries_zh}，约{sub.beneficiary_count:,}人。"
    who = sub.beneficiaries_en or "residents"
    return f"It helps about {sub.beneficiary_count:,} people: {who}."


def _pay_to(settings: Settings, reading: Reading) -> tuple[PayTo, ...]:
    language = reading.language
    known = pay_to.account(settings, language=language, demonstration=reading.provenance.demonstration)
    if known is None:
        return ()
    return (PayTo(word(language, "银行转账", "Bank transfer"), known.holder, known.bank, known.number),)
