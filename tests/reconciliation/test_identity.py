"""Which lines are one: by the bank's number, else by content and how often it came before."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from charityledger.donations.lines import by_native_id
from charityledger.reconciliation import identity
from charityledger.reconciliation.identity import Stored
from tests.reconciliation.files import FIRST, gift

MINUTE = timedelta(minutes=1)
LINE = gift(10000, counterparty_account="6222", balance_fen=50000)


def stored(**more: object) -> Stored:
    known = Stored(7, "n:A1", "A1", FIRST.date(), FIRST, 10000, "CNY", "张三", "6222", "捐款", None, "test")
    return replace(known, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("number", ["BOC0001", "1", "4200000000202611010000000001/"])
def test_a_number_is_the_same_typed_and_in_a_file(number: str) -> None:
    assert identity.of_number(number) == by_native_id(number)


def test_a_number_too_long_is_still_its_own() -> None:
    one, other = "9" * 90 + "1", "9" * 90 + "2"
    assert identity.of_number(one) != identity.of_number(other)
    assert len(identity.of_number(one)) <= 82


@pytest.mark.parametrize("change", [
    {"amount_fen": 10001}, {"amount_fen": -10000}, {"counterparty": "李四"}, {"counterparty": ""}, {"memo": "捐欵"},
    {"memo": "捐款 1"}, {"counterparty_account": "6223"}, {"balance_fen": 50001}, {"balance_fen": None},
    {"currency": "USD"}, {"booked_at": FIRST + MINUTE}])
def test_every_part_of_the_content_tells_lines_apart(change: dict[str, object]) -> None:
    """王五 and 李四 too: Chinese characters count as much as digits."""
    assert identity.of_content("BANK", LINE) != identity.of_content("BANK", replace(LINE, **change))  # type: ignore[arg-type]


def test_accounts_are_told_apart() -> None:
    assert identity.of_content("BANK", LINE) != identity.of_content("BANK-2", LINE)


@pytest.mark.parametrize("change", [{"memo": "捐款 "}, {"memo": "　捐款"}, {"counterparty_account": "６２２２"},
                                    {"row": 99}, {"evidence": '["x"]'}, {"kind": "refund"}])
def test_width_blanks_and_place_do_not(change: dict[str, object]) -> None:
    assert identity.of_content("BANK", LINE) == identity.of_content("BANK", replace(LINE, **change))  # type: ignore[arg-type]


def test_twins_are_numbered() -> None:
    first, second, other, third = identity.of_file("BANK", [LINE, LINE, gift(5), LINE])
    assert (second, third) == (f"{first}#2", f"{first}#3")
    assert "#" not in other


@pytest.mark.parametrize(("change", "agrees"), [
    ({}, True), ({"amount_fen": 1}, False), ({"currency": "USD"}, False), ({"counterparty": "张三丰"}, False),
    ({"counterparty": ""}, True), ({"counterparty": "张*"}, True), ({"counterparty": "李*"}, False),
    ({"counterparty_account": "6222 **** 1"}, False), ({"counterparty_account": "62**"}, True),
    ({"memo": "另一句"}, False), ({"memo": "另一句", "layout": "other"}, True), ({"balance_fen": 1}, False),
    ({"booked_on": date(2026, 4, 11), "booked_at": None}, False),
    ({"booked_on": date(2026, 5, 1)}, True),        # it came late; its own day is the same
    ({"layout": "", "counterparty": "谁", "booked_at": None, "booked_on": date(2026, 4, 13)}, True),
    ({"layout": "", "booked_at": None, "booked_on": date(2026, 4, 14)}, False)])
def test_what_a_known_number_must_say(change: dict[str, object], agrees: bool) -> None:
    line = replace(LINE, native_id="A1")
    assert identity.agrees(line, stored(**change), "test") is agrees


def test_the_likeliest_pairs_first() -> None:
    nameless, namesake, near = (
        stored(id=1, layout="", counterparty="", booked_at=None),
        stored(id=2, layout="", booked_at=None, booked_on=date(2026, 4, 12)),
        stored(id=3, layout="", counterparty="李四", booked_at=None))
    assert identity.pairs([(0, LINE)], [nameless, namesake, near]) == {0: namesake}
    assert identity.pairs([(0, LINE)], [near, nameless]) == {0: nameless}
    assert identity.pairs([(0, replace(LINE, counterparty="李四")), (1, LINE)], [namesake]) == {1: namesake}
    assert identity.pairs([(0, LINE), (1, LINE)], [namesake]) == {0: namesake}
    assert identity.pairs([(0, LINE)], [stored(layout="", amount_fen=1)]) == {}
    assert identity.likely_same(LINE, nameless)
    assert not identity.likely_same(LINE, near)


def test_another_layout_is_alike_only_at_the_same_time_and_from_nobody_else() -> None:
    other = stored(layout="other", identity="h:1", native_id="")
    assert identity.alike(LINE, other)
    assert identity.alike(LINE, replace(other, booked_at=None))
    assert not identity.alike(LINE, replace(other, booked_at=FIRST + MINUTE))
    assert not identity.alike(LINE, replace(other, counterparty="李四"))
