"""Every reason is a sentence, in both languages, with its facts in it."""

import ast
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale

from charityledger.reconciliation import reasons
from charityledger.reconciliation.matching.model import Candidate, Facts, Reason
from tests.reconciliation.matching.making import LI, WANG, ZHANG, code, judge, line, promise

pytestmark = pytest.mark.one_database

FACTS: Facts = {
    "reference": "9482719322", "other": "9483766612", "donor": "周宁", "other_donor": "赵敏", "written": "948271932",
    "amount_fen": 504_000, "gap_fen": 1_234, "rest_fen": 56_700, "outstanding_fen": 89_000, "total_fen": 910_000,
    "count": 3, "days": 12, "alike": 2, "tier": 2, "by": "name"}
COMPOSED = [f"{code}_{how}" for code, how in itertools.product(
    ("payer", "coded", "corrected", "inside", "piece"), ("exact", "sum", "fee", "part", "over"))]
PAYERS = ("account", "name", "phone", "memo", "masked", "tail", "absent", "other")
# A sentence that every composed reason is made with, not a reason itself.
FRAMES = {"by_code", "by_payer", "by_payer_several"}


@pytest.fixture
def say(app: Flask, request: pytest.FixtureRequest) -> Iterator[None]:
    with app.test_request_context(), force_locale(getattr(request, "param", "zh")):
        yield


@pytest.mark.parametrize("say", ["zh", "en"], indirect=True)
@pytest.mark.usefixtures("say")
class TestInBothLanguages:
    def test_a_reason_is_one_sentence_with_its_facts(self) -> None:
        for reason, by in itertools.product([*sorted(set(reasons.SENTENCES) - FRAMES), *COMPOSED], PAYERS):
            said = reasons.text(Reason(reason, {**FACTS, "by": by}))
            assert said[-1] in "。.", said
            assert "%" not in said, said
            assert "；；" not in said, said
            assert reason not in said, said

    def test_the_languages_differ(self) -> None:
        from flask_babel import get_locale

        chinese = {letter for code in COMPOSED for letter in reasons.text(Reason(code, {**FACTS, "donor": "Zhou"}))
                   if "\u3400" <= letter <= "\u9fff"}
        assert bool(chinese) is str(get_locale()).startswith("zh")


def reasons_in_the_code() -> set[str]:
    """The codes that stand as text in the reconciliation, where it makes reasons."""
    found = set()
    for path in Path(reasons.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Reason":
                found |= {each.value for each in ast.walk(node.args[0]) if isinstance(each, ast.Constant)
                          and isinstance(each.value, str)}
    return found


def test_there_is_a_sentence_for_every_reason_and_none_is_left_over() -> None:
    made = reasons_in_the_code()
    assert made - set(reasons.SENTENCES) == set()
    assert set(reasons.SENTENCES) - FRAMES - made == set()


def test_an_unknown_reason_is_an_error(say: None) -> None:
    with pytest.raises(KeyError):
        reasons.text(Reason("because"))


SAID = [
    (Reason("code_exact", {"reference": "9482719322", "amount_fen": 504_000, "by": "name"}),
     "参考码9482 7193 22完整，金额正好是还没付的¥5,040.00；户名一字不差。"),
    (Reason("code_exact", {"reference": "9482719322", "amount_fen": 504_000, "by": "account"}),
     "参考码9482 7193 22完整，金额正好是还没付的¥5,040.00；这个账号以前付过承诺人的款。"),
    (Reason("code_part", {"reference": "9482719322", "amount_fen": 1, "outstanding_fen": 2, "by": "memo"}),
     "参考码9482 7193 22完整，附言写明承诺人；到账¥0.01，在还没付的¥0.02以内。"),
    (Reason("payer_exact", {"by": "phone", "donor": "周宁", "days": -2}),
     "电话是周宁留的那一个，金额正好，到账早于承诺2天。"),
    (Reason("payer_exact", {"by": "name", "days": 0, "alike": 3}),
     "户名一字不差，金额正好，承诺当天到账；同样符合的有3笔。"),
    (Reason("payer_exact", {"by": "name", "days": 1, "alike": 1}), "户名一字不差，金额正好，到账晚于承诺1天。"),
]


def test_what_people_read(say: None) -> None:
    assert [reasons.text(reason) for reason, _ in SAID] == [said for _, said in SAID]


def test_what_the_matcher_says_of_real_lines(say: None) -> None:
    waiting = promise(phone="13800138000", accounts=["6222001"]), promise(2, name=LI), promise(3, 4_000, donor_id=1)
    lines = [line(fen, memo, who, account=account) for fen, memo, who, account in itertools.product(
        (10_000, 4_000, 14_000, 9_940, 20_000), ("", code(1), code(1)[:9], f"{code(1)} {code(2)}", code(1)[:7]),
        (ZHANG, WANG, "张*", ""), ("", "6222001"))]
    verdicts = [judge(one, *waiting) for one in lines]
    found: list[Candidate] = [one for verdict in verdicts for one in
                              (*verdict.candidates, *filter(None, (verdict.confirmed,)))]
    assert len({one.reason.code for one in found}) > 12
    for reason in [verdict.reason for verdict in verdicts] + [one.reason for one in found]:
        said = reasons.text(reason)
        assert said.endswith("。"), said
        assert "%" not in said, said
