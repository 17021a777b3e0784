"""A line beside a promise, field by field."""

import pytest

from charityledger.reconciliation.matching.comparing import yuan
from charityledger.reconciliation.matching.model import Agreement, Candidate
from tests.reconciliation.matching.making import LI, WANG, ZHANG, code, judge, line, promise, shown


def fields(candidate: Candidate | None) -> dict[str, tuple[str, str, str]]:
    assert candidate is not None
    assert all(isinstance(one, Agreement) for one in candidate.agreements)
    return {one.name: (one.line, one.pledge, one.verdict) for one in candidate.agreements}


def test_everything_agrees() -> None:
    assert fields(judge(line(memo=code(1)), promise()).confirmed) == {
        "amount": ("100.00", "100.00", "same"), "name": (ZHANG, ZHANG, "same"),
        "date": ("2026-04-15", "2026-04-15", "same"), "code": (shown(1), shown(1), "same")}


def test_nothing_but_the_code_agrees() -> None:
    found = judge(line(15_000, code(1), WANG), promise(days=100)).candidates[0]
    assert fields(found) == {
        "amount": ("150.00", "100.00", "no"), "name": (WANG, ZHANG, "no"),
        "date": ("2026-04-15", "2026-01-05", "no"), "code": (shown(1), shown(1), "same")}


@pytest.mark.parametrize(("who", "memo", "account", "field", "told"), [
    ("张*", "", "", "name", ("张*", ZHANG, "near")),
    (WANG, "", "6222001", "account", ("2001", "2001", "same")),
    (WANG, "13800138000", "", "phone", ("8000", "8000", "same")),
    (WANG, "尾号8000", "", "phone", ("8000", "8000", "near"))])
def test_what_points_to_the_donor_is_shown(who: str, memo: str, account: str, field: str,
                                           told: tuple[str, str, str]) -> None:
    found = judge(line(memo=memo, who=who, account=account), promise(phone="13800138000", accounts=["6222001"]))
    assert fields(found.candidates[0])[field] == told


def test_a_fee_is_near() -> None:
    assert fields(judge(line(9_940), promise()).candidates[0])["amount"] == ("99.40", "100.00", "near")


def test_a_code_with_a_slip_is_near() -> None:
    slip = code(1)[:5] + code(1)[6:]
    assert fields(judge(line(4_000, slip), promise()).candidates[0])["code"] == ("", shown(1), "near")


def test_an_instalment_agrees_with_what_is_due() -> None:
    plan = promise(fen=9_000, instalments=(3_000, 3_000, 3_000))
    assert fields(judge(line(3_000), plan).candidates[0])["amount"] == ("30.00", "30.00", "same")


def test_several_promises_are_added_up_for_the_eye() -> None:
    found = fields(judge(line(15_000, f"{code(2)} {code(1)}", LI), promise(), promise(2, 5_000)).confirmed)
    assert found["amount"] == ("150.00", "50.00 + 100.00", "same")
    assert found["code"] == (f"{shown(2)}、{shown(1)}", f"{shown(2)}、{shown(1)}", "same")


def test_a_line_without_a_name_has_none_to_compare() -> None:
    assert "name" not in fields(judge(line(memo=code(1), who=""), promise()).confirmed)


def test_amounts_are_yuan_to_the_fen() -> None:
    assert [yuan(fen) for fen in (5, 100, 504_000, 123_456_789)] == ["0.05", "1.00", "5,040.00", "1,234,567.89"]
