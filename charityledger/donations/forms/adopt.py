"""The forms of adopting. Nothing in them is chosen or ticked beforehand."""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import Field, HiddenField, StringField
from wtforms.validators import Length

from ...forms import Dropdown, Form, Given, PhoneField, Printed, Radios, ReadField, UsccField, YuanField
from ...identity.service import normal_email
from ...money import format_yuan
from ...projects.measures import ItemFigures
from ...projects.rules import add_months
from ..adoption import AdoptionWish, TooManyInstalments
from ..donors import DonorFacts
from ..models import Donor
from ..offers import Offer, by_units
from ..rules import Part
from .fields import DayField, WholeField, chosen

KINDS = (("individual", _l("个人")), ("enterprise", _l("单位")))
SHOWN = (("full", _l("公开全名")), ("short", _l("只公开姓氏，如“周**”")), ("none", _l("不公开")))
PAYMENT = (("once", _l("一次付清")), ("instalments", _l("分期，每月一期")))
INSTALMENTS = range(2, 13)


class EmailField(ReadField):
    """`data` is the address as it is kept."""

    reads = normal_email


class AdoptForm(Form):
    """The first step. `adopt_form` adds the fields: they depend on what is open and on who is signed in."""

    offer: Offer
    # What the page offered: open when it was shown, perhaps not any more.
    cash_items: Sequence[ItemFigures]
    other_items: Sequence[ItemFigures]
    donors: Sequence[Donor]
    today: date

    def validate(self, extra_validators: Any = None) -> bool:
        """What was typed under a choice that was not made is kept on the page and not looked at."""
        mine = self._fields_of_choice()
        for field in self:
            if field.name.startswith(("amount", "units_")) and field.name not in mine:
                field.process_errors = []
        if "first_due" in self and not self.by_instalments:
            self["first_due"].process_errors = []
        return bool(super().validate(extra_validators)) and self._check_wish()

    @property
    def way(self) -> str:
        """whole, any, items, or the id of an item of goods or hours."""
        return chosen(self["what"].data)

    @property
    def is_cash(self) -> bool:
        return self.way in ("whole", "any", "items")

    @property
    def by_instalments(self) -> bool:
        return self.is_cash and "pay" in self and chosen(self["pay"].data) == "instalments"

    def _fields_of_choice(self) -> set[str]:
        if self.way == "items":
            return {name for item in self.cash_items for name in (f"units_{item.item_id}", f"amount_{item.item_id}")}
        return {"amount"} if self.way == "any" else {f"units_{self.way}"}

    def _check_wish(self) -> bool:
        """What can be said only of several fields together. Errors go to the field that is to be corrected."""
        if self.way == "any":
            self._check(self["amount"], self.seen_cash_fen, [self["amount"]])
        elif self.way == "items":
            self._check_items()
        elif not self.is_cash and self.item is not None:
            self._check(self[f"units_{self.way}"], self.seen(self.item), [self[f"units_{self.way}"]])
        if self.by_instalments:
            self._check_instalments()
        return not any(field.errors for field in self)

    def _check(self, field: Field, most: int, given: Iterable[Field]) -> None:
        if not any(f.data for f in given):
            field.errors = [_("请填写金额。") if field.name.startswith("amount") else _("请填写数量。")]
        elif field.data and field.data > most:
            field.errors = [_("最多%(amount)s。", amount=format_yuan(most) if "amount" in field.name else most)]

    def _check_items(self) -> None:
        given = False
        for item in self.cash_items:
            units, amount = self._of(item, "units"), self._of(item, "amount")
            if units is not None and units.data and amount is not None and amount.data:
                units.errors = [_("数量和金额请只填一个。")]
            for field, most in ((units, self.seen(item) // (item.unit_price_fen or 1)), (amount, self.seen(item))):
                if field is not None and field.data:
                    given = True
                    self._check(field, most, [field])
        if not given:
            self["what"].errors = [_("请在要认领的需求后面填写数量或金额。")]

    def _check_instalments(self) -> None:
        if not self["instalments"].data:
            self["instalments"].errors = [_("请选分几期。")]
        elif 0 < self._amount_fen() < int(self["instalments"].data):
            self.refuse(TooManyInstalments(amount_fen=self._amount_fen(), count=int(self["instalments"].data)),
                        self["instalments"])
        if self["first_due"].data is None:
            self["first_due"].errors = self["first_due"].errors or [_("请填写第一期的日期。")]
        else:
            self._check_first_due(self["first_due"])

    def _check_first_due(self, field: Field) -> None:
        if not self.today <= field.data <= add_months(self.today, 12):
            field.errors = [_("第一期请选今天起一年以内的日期。")]

    def _of(self, item: ItemFigures, name: str) -> Field | None:
        return self._fields.get(f"{name}_{item.item_id}")

    def show_open(self) -> None:
        """Write down what the page says is open, so that a wish that came too late is told from one too large."""
        self["seen_open"].data = ",".join(f"{item.item_id}:{item.own.open}" for item in
                                          (*self.offer.cash, *self.offer.in_kind))

    def seen(self, item: ItemFigures) -> int:
        """What was open of an item when the page was shown; the service decides by what is open now."""
        return told_open(self["seen_open"].data).get(item.item_id, item.own.open)

    @property
    def seen_cash_fen(self) -> int:
        told = told_open(self["seen_open"].data)
        return sum(told.get(item.item_id, 0) for item in self.cash_items) if told else self.offer.cash_open_fen

    @property
    def item(self) -> ItemFigures | None:
        """The item of goods or hours that was chosen."""
        return self.offer.item(int(self.way)) if self.way.isdigit() else None

    def wish(self) -> AdoptionWish:
        """What the valid form says."""
        code, shown = self.offer.sub.code, str(self["shown"].data)
        if self.item is not None:
            return AdoptionWish(code, self.item.kind, self[f"units_{self.way}"].data, shown,
                                need_item_ids=(self.item.item_id,))
        parts = tuple(self._parts()) if self.way == "items" else ()
        return AdoptionWish(code, "cash", self._amount_fen(), shown, parts=parts, due_on=self._due())

    def _amount_fen(self) -> int:
        """How much money is wished for. The whole is what the page said it was: nobody is made to promise more than
        they saw."""
        if self.way == "items":
            return sum(part.amount for part in self._parts())
        return int(self.seen_cash_fen if self.way == "whole" else self["amount"].data or 0)

    def _parts(self) -> Iterable[Part]:
        for item in self.cash_items:
            units, amount = self._of(item, "units"), self._of(item, "amount")
            if units is not None and units.data:
                yield Part(item.item_id, units.data * item.unit_price_fen)
            elif amount is not None and amount.data:
                yield Part(item.item_id, amount.data)

    def _due(self) -> tuple[date, ...]:
        if not self.by_instalments:
            return ()
        return tuple(add_months(self["first_due"].data, n) for n in range(int(self["instalments"].data)))

    def donor(self) -> DonorFacts:
        """Who adopts: the signed-in donor, or who the form says."""
        if self.donors:
            donor_id = int(self["as_donor"].data) if "as_donor" in self else self.donors[0].id
            return DonorFacts(donor_id=donor_id)
        kind = str(self["kind"].data)
        return DonorFacts(kind, " ".join(self["name"].data.split()), self["phone"].data or "", self["email"].data or "",
                          self["uscc"].data if kind == "enterprise" else None)


def told_open(text: str | None) -> dict[int, int]:
    """What a page said was open, by item; nothing where the text is not ours."""
    return {int(item): int(left) for item, left in re.findall(r"\b([0-9]{1,9}):([0-9]{1,15})\b", text or "")}


def adopt_form(offer: Offer, seen: Collection[int], donors: Sequence[Donor], today: date,
               name_of: Callable[[ItemFigures], str]) -> type[AdoptForm]:
    """The class of the form, its fields in the order of the page.

    `seen`: ids of items that the page offered, for a form that comes back. `name_of`: a title as the reader reads it.
    """
    cash = [item for item in offer.items if item.kind == "cash" and (item in offer.cash or item.item_id in seen)]
    others = [item for item in offer.items if item.kind != "cash" and (item in offer.in_kind or item.item_id in seen)]

    def label(item: ItemFigures, text: str) -> Markup:
        # Who hears the field alone hears which item it is for.
        return Markup('<span class="vh">{} </span>{}').format(name_of(item), text)

    ways: list[tuple[str, object]] = []
    fields: dict[str, object] = {
        "offer": offer, "cash_items": cash, "other_items": others, "donors": donors, "today": today,
        "change": HiddenField(), "seen_open": HiddenField()}
    if cash:
        ways = [("whole", _l("这个项目还缺的全部资金")), ("items", _l("挑几项需求")), ("any", _l("一笔金额"))]
    ways += [(str(item.item_id), name_of(item)) for item in others]
    fields["what"] = Radios(_l("认领什么"), choices=ways, wanted=_l("请选认领什么。"))
    for item in cash:
        if by_units(item):
            fields[f"units_{item.item_id}"] = WholeField(label(item, _("数量")))
        fields[f"amount_{item.item_id}"] = YuanField(label(item, _("金额（元）")))
    if cash:
        fields["amount"] = YuanField(_l("认领金额（元）"))
    for item in others:
        fields[f"units_{item.item_id}"] = WholeField(label(item, _("数量")))
    if cash:
        fields["pay"] = _Pay(_l("付款方式"), choices=PAYMENT, wanted=_l("请选付款方式。"))
        fields["instalments"] = _Instalments(_l("分几期"), choices=[("", _l("请选择")), *((str(n), str(n)) for n in
                                                                                INSTALMENTS)])
        fields["first_due"] = DayField(_l("第一期日期"))
    if len(donors) > 1:
        fields["as_donor"] = Radios(_l("以谁的名义"), choices=[(str(d.id), d.name) for d in donors])
    elif not donors:
        fields |= {
            "kind": Radios(_l("您是"), choices=KINDS, wanted=_l("请选个人或单位。")),
            "name": StringField(_l("您的姓名或单位"), [Given(_l("请填写姓名或单位。")), Length(max=200), Printed()]),
            "uscc": UsccField(_l("统一社会信用代码（可不填）")),
            "phone": PhoneField(_l("联系电话"), [Given(_l("请填写联系电话。"))]),
            "email": EmailField(_l("邮箱（可不填）"))}
    fields["shown"] = Radios(_l("怎样公开"), choices=SHOWN, wanted=_l("请选一种，您随时可以改。"))
    return type("OfferForm", (AdoptForm,), fields)


class _Pay(Radios):
    """Asked of money only: goods and hours come when they come."""

    def pre_validate(self, form: Any) -> None:
        if form.is_cash:
            super().pre_validate(form)


class _Instalments(Dropdown):
    """Asked of who wants to pay in instalments."""

    def pre_validate(self, form: Any) -> None:
        if form.by_instalments:
            super().pre_validate(form)
