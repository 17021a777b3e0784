"""Every error can be said, in both languages, with the facts that its class promises."""

import importlib
import pkgutil
import re

import pytest
from flask import Flask
from flask_babel import force_locale

import charityledger
from charityledger import wording
from charityledger.errors import CharityLedgerError, FundOverdrawn, OverNeed

pytestmark = pytest.mark.one_database


def kinds(base: type[CharityLedgerError] = CharityLedgerError) -> list[type[CharityLedgerError]]:
    """The class and all its subclasses, of every module of the package."""
    for module in pkgutil.walk_packages(charityledger.__path__, "charityledger."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    return [base, *(kind for child in base.__subclasses__() for kind in kinds_below(child))]


def kinds_below(base: type[CharityLedgerError]) -> list[type[CharityLedgerError]]:
    return [base, *(kind for child in base.__subclasses__() for kind in kinds_below(child))]


def promised(kind: type[CharityLedgerError]) -> dict[str, object]:
    """The facts that the docstring names (`Facts: left_fen, unit (of the item).`), each with something to show."""
    text = " ".join((kind.__doc__ or "").split()).partition("Facts: ")[2]
    names = re.split(r"[,.]\s*", re.sub(r"\([^)]*\)", "", text).partition(". ")[0].strip(" ."))
    return {name.strip(): 123 if name.strip().endswith(("_fen", "left", "requested")) else "什么"
            for name in names if name.strip() not in ("", "none")}


def test_every_error_has_its_sentence_and_no_sentence_is_left_over() -> None:
    codes = {kind.code for kind in kinds()}
    assert codes - set(wording.SENTENCES) == set()
    assert set(wording.SENTENCES) - codes == set()


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_every_error_is_said_with_its_facts(app: Flask, locale: str) -> None:
    with app.app_context(), force_locale(locale):
        for kind in kinds():
            facts = promised(kind)
            if issubclass(kind, OverNeed):
                facts |= {"kind": "goods", "unit_en": "trees"}
            said = wording.text(kind(**facts))
            assert said, kind.code
            assert "%(" not in said, kind.code
            assert "！" not in said, kind.code
            assert "!" not in said, kind.code


def test_figures_are_written_as_money(app: Flask) -> None:
    with app.app_context():
        said = wording.text(FundOverdrawn(fund="A", available_fen=100, requested_fen=123456))
        assert said == "这个项目可用的钱是¥1.00，不够¥1,234.56。没有记下。"


@pytest.mark.parametrize(
    ("kind", "locale", "shown"),
    [("cash", "zh", "¥0.30"), ("cash", "en", "¥0.30"), ("goods", "zh", "30棵"), ("goods", "en", "30 trees")],
)
def test_what_is_left_is_in_the_items_own_measure(app: Flask, kind: str, locale: str, shown: str) -> None:
    error = OverNeed(item_id=1, item="树", item_en="Trees", kind=kind, unit="棵", unit_en="trees", left=30,
                     requested=31)
    with app.app_context(), force_locale(locale):
        assert shown in wording.text(error)


def test_an_error_without_a_sentence_says_what_its_parent_says(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that tells of a fault must not fail itself."""
    monkeypatch.delitem(wording.SENTENCES, "fund_overdrawn")
    with app.app_context():
        assert wording.text(FundOverdrawn(fund="A")) == "页面打开之后情况变了，没有记下任何改动。请刷新后再看。"
