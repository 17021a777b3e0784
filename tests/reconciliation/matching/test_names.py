"""Names as banks and wallets write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charityledger.reconciliation.matching import names


@pytest.mark.parametrize(("given_name", "clean"), [
    ("张三", "张三"), (" 张 三 ", "张三"), ("张三(138******00)", "张三"), ("张三（138******00）", "张三"),
    ("张三（zhang@qq.com）", "张三"), ("青槐（郑州）餐饮管理有限公司", "青槐(郑州)餐饮管理有限公司"),
    ("某某中心（有限合伙）", "某某中心(有限合伙)"), ("ＡＢＣ公司", "ABC公司"), ("张\u200b三", "张三"), ("", "")])
def test_a_name_has_one_form(given_name: str, clean: str) -> None:
    assert names.clean(given_name) == clean


@pytest.mark.parametrize(("name", "kind"), [
    ("张三", "full"), ("郑州明远科技有限公司", "full"), ("张*", "masked"), ("**三", "masked"), ("●三", "masked"),
    ("", "absent"), ("/", "absent"), ("-", "absent"), ("***", "absent"), ("匿名", "absent"), ("微信用户", "absent"),
    ("财付通支付科技有限公司", "absent"), ("支付宝(中国)网络技术有限公司", "absent"), ("网联清算有限公司", "absent")])
def test_what_a_name_tells(name: str, kind: str) -> None:
    assert names.kind(name) == kind


@pytest.mark.parametrize(("mask", "name", "fits"), [
    ("王**", "王建国", True), ("王*", "王建国", True), ("*国", "王建国", True), ("*建国", "王建国", True),
    ("王*国", "王建国", True), ("王**", "王芳", False), ("王*", "王", False), ("李**", "王建国", False),
    ("*芳", "王建国", False), ("王*国", "王国", False), ("欧*明*", "欧阳明华", True), ("欧*明*", "欧阳光华", False)])
def test_a_mask_fits_only_names_that_it_can_hide(mask: str, name: str, fits: bool) -> None:
    assert names.fits(mask, name) is fits


@given(st.text(alphabet="王李张建国芳明", min_size=2, max_size=5), st.data())
def test_every_way_of_hiding_a_name_fits_it(name: str, data: st.DataObject) -> None:
    hidden = data.draw(st.sets(st.integers(0, len(name) - 1), min_size=1, max_size=len(name) - 1))
    mask = "".join("*" if at in hidden else letter for at, letter in enumerate(name))
    assert names.fits(mask, name)


@pytest.mark.parametrize(("name", "shorter"), [
    ("郑州明远科技有限公司", ("郑州明远科技", "明远科技")),
    ("河南省同方建材有限责任公司", ("河南省同方建材", "同方建材")),
    ("明远有限公司", ()), ("张三", ())])
def test_how_memos_shorten_an_enterprise(name: str, shorter: tuple[str, ...]) -> None:
    assert names.shorter(name) == shorter


@given(st.text())
def test_any_text_is_a_name(text: str) -> None:
    name = names.clean(text)
    assert "".join(name.split()) == name
    assert names.kind(name) in ("full", "masked", "absent")
    names.ends(name)
    names.shorter(name)
    names.fits(name, "张三")
