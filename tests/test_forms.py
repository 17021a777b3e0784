"""Forms: what is read, what comes back to be corrected, and how the parts are drawn."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask, get_template_attribute
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, FileField, StringField, TextAreaField
from wtforms.validators import Length

from charityledger.errors import FundOverdrawn
from charityledger.forms import Dropdown, Form, Given, PhoneField, Radios, UsccField, YuanField

pytestmark = pytest.mark.one_database


class Adoption(Form):
    amount = YuanField("认领金额（元）", [Given("请填写金额。")])
    name = StringField("您的姓名或单位", [Given("请填写姓名。"), Length(max=20, message="太长了。")])
    phone = PhoneField("手机号", [Given("请填写手机号。")])
    uscc = UsccField("统一社会信用代码")
    shown = Radios("怎样公开", choices=[("full", "公开全名"), ("none", "不公开")], wanted="请选怎样公开。")
    street = Dropdown("街道", choices=[("a", "甲街"), ("b", "乙街")])
    agreed = BooleanField("我要一份书面协议")
    note = TextAreaField("留言")
    picture = FileField("照片")


GOOD = {"amount": "1,200.50", "name": "周女士", "phone": "138 0000 0000", "shown": "none", "street": "b"}


@pytest.fixture
def request_of(app: Flask) -> Iterator[None]:
    with app.test_request_context("/", method="POST"):
        yield


def filled(**facts: str | None) -> Adoption:
    return Adoption(MultiDict({name: text for name, text in (GOOD | facts).items() if text is not None}))


def drawn(macro: str, *args: object, **kwargs: object) -> str:
    return str(get_template_attribute("parts/forms.html", macro)(*args, **kwargs))


@pytest.mark.usefixtures("request_of")
class TestReading:
    def test_what_is_given_is_read(self) -> None:
        form = filled(uscc=" 91350100m000100y43 ")
        assert form.validate(), form.errors
        assert (form.amount.data, form.phone.data, form.uscc.data) == (120050, "13800000000", "91350100M000100Y43")
        assert (form.shown.data, form.street.data, form.agreed.data) == ("none", "b", False)
        assert form.faults() == []

    def test_what_is_left_empty_is_none(self) -> None:
        form = filled(uscc="  ", amount=" ")
        assert not form.validate()
        assert form.uscc.data is form.amount.data is None
        assert form.faults() == [("amount", "请填写金额。")]

    @pytest.mark.parametrize(
        ("name", "text", "message"),
        [
            ("amount", "1,5", "看不准“1,5”是1.50还是15，请重新填写。"),
            ("amount", "-5", "金额不能是负数，请只写数字。"),
            ("phone", "1380000000", "手机号应是11位，您填了10位。"),
            ("uscc", "91350100M000100Y4O", "统一社会信用代码里没有“O”，请检查第18位。"),
            ("name", None, "请填写姓名。"),
            ("name", "  ", "请填写姓名。"),
            ("name", "长" * 21, "太长了。"),
            ("shown", None, "请选怎样公开。"),
            ("shown", "half", "请选怎样公开。"),
            ("street", "c", "请从列表里选一项。"),
        ],
    )
    def test_each_fault_is_said_once_and_what_was_typed_stays(
        self, name: str, text: str | None, message: str
    ) -> None:
        form = filled(**{name: text})
        assert not form.validate()
        assert form.faults() == [(name, message)]
        if text and name not in ("shown", "street"):
            assert f'value="{text}"' in form[name]()

    def test_faults_stand_in_the_order_of_the_page(self) -> None:
        form = filled(street="c", amount="x", phone="1")
        form.validate()
        form.refuse(FundOverdrawn(fund="A", available_fen=100, requested_fen=250))
        form.refuse(FundOverdrawn(fund="A", available_fen=0, requested_fen=5), form.name)
        assert [name for name, _ in form.faults()] == ["", "amount", "name", "phone", "street"]
        assert form.faults()[0][1] == "这个项目可用的钱是¥1.00，不够¥2.50。没有记下。"

    def test_a_number_that_is_known_is_written_plainly(self) -> None:
        form = Adoption(None, amount=120050, phone="13800000000")
        assert 'value="1,200.50"' in form.amount()
        assert 'value="13800000000"' in form.phone()
        assert 'value=""' in form.uscc()

    def test_the_key_comes_back_with_the_form(self) -> None:
        fresh = Adoption(None)
        assert len(fresh.key) >= 20
        assert fresh.key != Adoption(None).key
        assert filled(form_token=fresh.key).key == fresh.key
        assert filled().key
        long = filled(form_token="x" * 81)
        assert not long.validate()
        assert [name for name, _ in long.faults()] == [""]


@pytest.mark.usefixtures("request_of")
class TestDrawing:
    def test_a_field_as_the_look_has_it(self) -> None:
        form = filled(amount="1,5")
        form.validate()
        assert drawn("field", form.amount, hint="最多10,800.00。", short=True, num=True, inputmode="decimal",
                     autocomplete="off") == (
            '<div class="field"><label for="amount">认领金额（元）</label>'
            '<span class="hint" id="amount-h">最多10,800.00。</span>'
            '<p class="error" id="amount-e">看不准“1,5”是1.50还是15，请重新填写。</p>'
            '<input aria-describedby="amount-e amount-h" aria-invalid="true" autocomplete="off" '
            'class="input short num" id="amount" inputmode="decimal" name="amount" type="text" value="1,5"></div>')

    def test_a_field_without_hint_or_fault_is_described_by_nothing(self) -> None:
        assert drawn("field", filled().name) == (
            '<div class="field"><label for="name">您的姓名或单位</label>'
            '<input class="input" id="name" maxlength="20" name="name" type="text" value="周女士"></div>')

    def test_radio_buttons(self) -> None:
        form = filled(shown=None)
        form.validate()
        fieldset = drawn("choice", form.shown, hints={"none": "名单里只算人数和金额。"})
        assert fieldset.startswith('<fieldset class="field" aria-describedby="shown-e"><legend>怎样公开</legend>'
                                   '<p class="error" id="shown-e">请选怎样公开。</p>')
        assert re.findall(r"<input[^>]*>", fieldset) == [
            '<input type="radio" name="shown" id="shown" value="full">',
            '<input type="radio" name="shown" value="none">']
        assert '<span>不公开</span><span class="hint">名单里只算人数和金额。</span></label>' in fieldset
        assert '<input type="radio" name="shown" value="none" checked>' in drawn("choice", filled().shown)

    def test_a_box_is_never_ticked_beforehand(self) -> None:
        box = drawn("tick", Adoption(None).agreed, hint="纸质，寄给您。")
        assert "checked" not in box
        assert '<label class="choice"><input id="agreed" name="agreed" type="checkbox" value="y"><span>' in box
        assert "checked" in drawn("tick", filled(agreed="y").agreed)

    def test_other_controls_take_the_same_macro(self) -> None:
        form = filled()
        assert '<select class="input" id="street" name="street">' in drawn("field", form.street)
        assert '<option selected value="b">乙街</option>' in drawn("field", form.street)
        assert '<textarea class="input" id="note" name="note" rows="3">' in drawn("field", form.note, rows=3)
        assert 'accept="image/png"' in drawn("field", form.picture, accept="image/png")

    def test_the_summary_counts_and_leads_to_each_field(self) -> None:
        form = filled(amount="1,5", shown=None)
        form.validate()
        form.refuse(FundOverdrawn(fund="A", available_fen=100, requested_fen=250))
        summary = drawn("errors", form)
        assert summary.startswith('<div class="note note-bad stack" role="alert" tabindex="-1" id="errors">'
                                  '<h2>有3处要改</h2><ul><li>这个项目')
        assert re.findall(r'<a href="#(\w+)">', summary) == ["amount", "shown"]
        assert drawn("faults_first", form) == "有3处要改："
        assert drawn("errors", filled()) == drawn("faults_first", filled()) == ""

    def test_what_was_typed_is_text(self) -> None:
        form = filled(name='"><b>', amount="<b>")
        form.validate()
        for part in (drawn("field", form.name), drawn("field", form.amount), drawn("errors", form)):
            assert "<b>" not in part

    def test_tokens(self, app: Flask) -> None:
        form = filled(form_token="mine")
        names = re.compile(r'<input[^>]*name="(\w+)"')
        assert names.findall(drawn("token", form)) == names.findall(drawn("token")) == ["csrf_token", "form_token"]
        assert 'value="mine"' in drawn("token", form)
        assert drawn("token") != drawn("token")
        assert " id=" not in drawn("token", form) + drawn("token")
