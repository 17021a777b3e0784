"""Tiers 1 and 2, and everything that speaks against a code (formats.md, matching tiers)."""

import itertools
from collections.abc import Iterator

import pytest

from charityledger import reference
from charityledger.reconciliation.matching import codes
from charityledger.reconciliation.matching.matcher import Matcher
from charityledger.reconciliation.matching.model import Part, Settled
from tests.reconciliation.matching.making import (
    DAY,
    LI,
    MINGDA,
    MINGYUAN,
    WANG,
    ZHANG,
    code,
    confirmed,
    judge,
    line,
    offered,
    promise,
    shown,
)

FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
WHOLE = [(1, 10_000)]
CODE = code(1)


class TestOneCode:
    @pytest.mark.parametrize("memo", [CODE, shown(1), f"捐{CODE}", CODE.translate(FULL_WIDTH),
                                      shown(1).replace(" ", "-"), f"{CODE[:9]}{'Z' if CODE[9] == '2' else CODE[9]}"])
    def test_with_the_exact_amount_it_is_confirmed(self, memo: str) -> None:
        assert confirmed(judge(line(memo=memo), promise())) == (1, WHOLE, "code_exact")

    @pytest.mark.parametrize(("who", "reason"), [
        (ZHANG, "code_exact"), ("张 三", "code_exact"), ("张*", "code_exact"), ("", "code_exact"),
        ("财付通支付科技有限公司", "code_exact"), (WANG, "code_exact_other")])
    def test_whoever_pays_as_long_as_nothing_points_elsewhere(self, who: str, reason: str) -> None:
        assert confirmed(judge(line(memo=CODE, who=who), promise())) == (1, WHOLE, reason)

    def test_a_part_counts_if_the_payer_agrees(self) -> None:
        assert confirmed(judge(line(4_000, CODE), promise())) == (1, [(1, 4_000)], "code_part")

    @pytest.mark.parametrize("memo", ["代张三", "13800138000", ""])
    def test_or_something_else_about_the_payer_does(self, memo: str) -> None:
        known = promise(phone="13800138000", accounts=["6222001"])
        account = "" if memo else "6222001"
        found = judge(line(4_000, f"{CODE} {memo}", WANG, account=account), known)
        assert confirmed(found) == (1, [(1, 4_000)], "code_part")

    def test_a_part_from_a_stranger_is_suggested(self) -> None:
        found = judge(line(4_000, CODE, WANG), promise())
        assert found.reason.code == "code_uncorroborated"
        assert offered(found) == [(4, [(1, 4_000)], "coded_part")]

    def test_a_part_from_nobody_is_not_confirmed_where_another_promise_awaits_it(self) -> None:
        waiting = promise(), promise(2, 4_000, LI)
        assert confirmed(judge(line(4_000, CODE, ""), promise())) == (1, [(1, 4_000)], "code_part")
        found = judge(line(4_000, CODE, ""), *waiting)
        assert (found.confirmed, found.reason.code) == (None, "code_unnamed")

    @pytest.mark.parametrize(("days", "reason"), [(0, "code_unnamed"), (62, "code_unnamed"), (63, "code_part"),
                                                  (-3, "code_unnamed"), (-4, "code_part")])
    def test_as_long_as_that_promise_is_recent(self, days: int, reason: str) -> None:
        assert judge(line(4_000, CODE, ""), promise(), promise(2, 4_000, LI, days=days)).reason.code == reason

    @pytest.mark.parametrize(("others", "reason"), [(1, "code_unnamed"), (5, "code_part")])
    def test_nor_from_a_mask_where_few_promises_await_it(self, others: int, reason: str) -> None:
        waiting = [promise(number, 4_000, LI) for number in range(2, 2 + others)]
        assert judge(line(4_000, CODE, "张*"), promise(), *waiting).reason.code == reason

    @pytest.mark.parametrize("who", ["", "张*"])
    def test_nor_where_the_memo_names_another_donor(self, who: str) -> None:
        found = judge(line(4_000, f"{CODE} 李四", who), promise(), promise(2, 7_777, LI))
        assert (found.confirmed, found.reason.code) == (None, "code_of_another")

    def test_more_than_is_outstanding_waits_for_a_person(self) -> None:
        found = judge(line(15_000, CODE), promise())
        assert (found.reason.code, found.reason.facts["rest_fen"]) == ("code_above", 5_000)
        assert offered(found) == [(4, WHOLE, "coded_over")]
        assert found.candidates[0].rest_fen == 5_000

    def test_more_that_is_just_another_promise_of_the_donor_is_offered_so(self) -> None:
        found = judge(line(15_000, CODE), promise(), promise(2, 5_000, donor_id=1))
        assert offered(found)[0] == (4, [(1, 10_000), (2, 5_000)], "coded_sum")

    @pytest.mark.parametrize("fee", [60, 30, 100, 38])
    def test_less_a_usual_fee_it_is_confirmed(self, fee: int) -> None:
        found = judge(line(10_000 - fee, CODE, ""), promise())
        assert confirmed(found) == (1, [(1, 10_000 - fee)], "code_fee")
        assert found.reason.facts["gap_fen"] == fee

    def test_a_gap_that_is_no_fee_is_a_part(self) -> None:
        assert judge(line(9_800, CODE, WANG), promise()).reason.code == "code_uncorroborated"

    def test_an_account_that_others_paid_from_speaks_against_the_code(self) -> None:
        found = judge(line(memo=CODE, who=ZHANG, account="6222001"), promise(),
                      promise(2, name=LI, accounts=["6222001"]))
        assert (found.confirmed, found.reason.code, found.reason.facts["by"]) == (None, "code_of_another", "account")

    def test_a_digit_too_many_makes_a_code_no_code(self) -> None:
        assert judge(line(4_000, f"{CODE}0"), promise()).confirmed is None


class TestInstalments:
    PLAN = promise(fen=9_000, instalments=(3_000, 3_000, 3_000))

    @pytest.mark.parametrize(("fen", "reason"), [(3_000, "code_instalment"), (6_000, "code_instalment"),
                                                 (9_000, "code_exact_other"), (2_982, "code_fee")])
    def test_one_or_more_are_exact(self, fen: int, reason: str) -> None:
        assert confirmed(judge(line(fen, CODE, WANG), self.PLAN)) == (1, [(1, fen)], reason)

    def test_the_oldest_is_paid_first(self) -> None:
        matcher = Matcher([self.PLAN])
        for fen, reason in ((1_000, "code_part"), (2_000, "code_instalment"), (3_000, "code_instalment"),
                            (3_000, "code_exact")):
            found = matcher.judge(line(fen, CODE))
            assert confirmed(found) == (1, [(1, fen)], reason)
            matcher.take(found.confirmed.parts if found.confirmed else ())
        assert matcher.judge(line(3_000, CODE)).reason.code == "code_settled"

    def test_a_slip_needs_the_one_that_is_due(self) -> None:
        wrong = CODE[:3] + str((int(CODE[3]) + 1) % 10) + CODE[4:]
        assert confirmed(judge(line(3_000, wrong), self.PLAN)) == (2, [(1, 3_000)], "code_corrected")
        assert judge(line(2_000, wrong), self.PLAN).reason.code == "corrected_amount"


class TestCodesThatWaitNoMore:
    def test_a_settled_code_is_never_confirmed(self) -> None:
        found = judge(line(memo=code(7)), promise(), settled={code(7): Settled(ZHANG, 7)})
        assert (found.confirmed, found.reason.code) == (None, "code_settled")
        assert found.reason.facts == {"reference": code(7), "donor": ZHANG}

    def test_not_even_beside_an_open_one(self) -> None:
        found = judge(line(memo=f"{CODE} {code(7)}"), promise(), settled={code(7): Settled(LI, 7)})
        assert (found.confirmed, found.reason.code) == (None, "code_settled")

    def test_what_this_run_fulfilled_is_settled(self) -> None:
        matcher = Matcher([promise()])
        matcher.take([Part(1, 10_000)])
        found = matcher.judge(line(memo=CODE))
        assert (found.confirmed, found.reason.code, found.candidates) == (None, "code_settled", ())

    def test_a_code_that_nobody_has(self) -> None:
        found = judge(line(memo=code(9)), promise())
        assert (found.confirmed, found.reason.code) == (None, "code_unknown")


class TestSomebodyElsesCode:
    def test_the_payer_awaits_just_this_amount_himself(self) -> None:
        found = judge(line(memo=CODE, who=LI), promise(), promise(2, name=LI))
        assert (found.confirmed, found.reason.code) == (None, "code_of_another")
        assert found.reason.facts["other"] == code(2)
        assert {tuple(parts) for _, parts, _ in offered(found)} == {((1, 10_000),), ((2, 10_000),)}

    def test_the_donor_has_another_promise_of_just_this_amount(self) -> None:
        found = judge(line(4_000, CODE), promise(), promise(2, 4_000, donor_id=1))
        assert (found.confirmed, found.reason.code) == (None, "code_other_fits")

    @pytest.mark.parametrize("memo", ["李四", "13900139000"])
    def test_the_memo_points_to_another_who_awaits_it(self, memo: str) -> None:
        found = judge(line(memo=f"{CODE} {memo}", who=WANG), promise(), promise(2, name=LI, phone="13900139000"))
        assert (found.confirmed, found.reason.code) == (None, "code_of_another")

    def test_a_mask_that_hides_another_who_awaits_it(self) -> None:
        found = judge(line(memo=CODE, who="李*"), promise(), promise(2, name=LI))
        assert (found.confirmed, found.reason.facts["by"]) == (None, "masked")

    def test_the_payer_has_other_promises_that_sum_to_it(self) -> None:
        found = judge(line(memo=CODE, who=LI), promise(), promise(2, 4_000, LI), promise(3, 6_000, LI, donor_id=2))
        assert (found.confirmed, found.reason.code) == (None, "code_of_another")

    @pytest.mark.parametrize(("shared", "reason"), [(0, "code_of_another"), (9, "code_exact_other")])
    def test_a_payer_with_a_donors_name_is_that_donor_unless_many_share_names(self, shared: int, reason: str) -> None:
        waiting = [promise(), promise(2, 777, LI), *(promise(number, 50, "刘洋") for number in range(3, 3 + shared))]
        assert judge(line(memo=CODE, who=LI), *waiting).reason.code == reason

    def test_but_promises_that_sum_to_it_are_his_all_the_same(self) -> None:
        waiting = [promise(), promise(2, 4_000, LI), promise(3, 6_000, LI, donor_id=2),
                   *(promise(number, 50, "刘洋") for number in range(4, 13))]
        assert judge(line(memo=CODE, who=LI), *waiting).reason.code == "code_of_another"

    @pytest.mark.parametrize(("who", "memo"), [("张*", "李四"), ("张*", "13900139000"), ("张*", ""),
                                               (WANG, "13800138000"), (WANG, "张三")])
    def test_what_is_surer_about_another_beats_what_agrees(self, who: str, memo: str) -> None:
        account = "" if memo in ("李四", "13900139000") else "6222001"
        found = judge(line(memo=f"{CODE} {memo}", who=who, account=account), promise(phone="13800138000"),
                      promise(2, name=LI, phone="13900139000", accounts=["6222001"]))
        assert (found.confirmed, found.reason.code) == (None, "code_of_another")

    def test_a_promise_made_long_after_the_line_speaks_against_nothing(self) -> None:
        found = judge(line(memo=CODE, who=LI), promise(), promise(2, name=LI, days=-4))
        assert confirmed(found) == (1, WHOLE, "code_exact_other")

    def test_look_alike_names_are_two_parties(self) -> None:
        waiting = promise(name=MINGYUAN), promise(2, name=MINGDA)
        assert judge(line(memo=CODE, who=MINGDA), *waiting).reason.code == "code_of_another"
        assert confirmed(judge(line(memo=CODE, who=MINGYUAN), *waiting)) == (1, WHOLE, "code_exact")

    def test_namesakes_are_told_apart_by_the_code_alone(self) -> None:
        waiting = promise(), promise(2)
        assert confirmed(judge(line(memo=code(2)), *waiting)) == (1, [(2, 10_000)], "code_exact")


class TestEmployees:
    def test_one_pays_with_the_enterprises_code(self) -> None:
        assert confirmed(judge(line(memo=CODE, who=WANG), promise(name=MINGYUAN))) == (1, WHOLE, "code_exact_other")

    @pytest.mark.parametrize("named", [MINGYUAN, "郑州明远科技", "明远科技"])
    def test_a_part_counts_where_the_memo_names_the_enterprise(self, named: str) -> None:
        found = judge(line(4_000, f"{named} {CODE}", WANG), promise(name=MINGYUAN))
        assert confirmed(found) == (1, [(1, 4_000)], "code_part")
        assert found.reason.facts["by"] == "memo"

    def test_the_memo_names_the_other_enterprise(self) -> None:
        found = judge(line(memo=f"明达科技 {CODE}", who=WANG), promise(name=MINGYUAN), promise(2, name=MINGDA))
        assert (found.confirmed, found.reason.code) == (None, "code_of_another")


class TestSeveralCodes:
    @pytest.mark.parametrize("memo", [f"{CODE} {code(2)}", f"{CODE}{code(2)}", f"{code(1)}和{code(2)}"])
    def test_that_sum_to_the_amount(self, memo: str) -> None:
        found = judge(line(15_000, memo, LI), promise(), promise(2, 5_000))
        assert confirmed(found) == (1, [(1, 10_000), (2, 5_000)], "codes_sum")

    def test_whose_instalments_due_sum_to_it(self) -> None:
        plan = promise(2, 9_000, instalments=(3_000, 3_000, 3_000))
        assert confirmed(judge(line(13_000, f"{CODE} {code(2)}"), promise(), plan)) == (
            1, [(1, 10_000), (2, 3_000)], "codes_sum")

    @pytest.mark.parametrize("fen", [14_999, 15_001, 10_000])
    def test_that_do_not_are_offered(self, fen: int) -> None:
        found = judge(line(fen, f"{CODE} {code(2)}"), promise(), promise(2, 5_000))
        assert (found.confirmed, found.reason.code) == (None, "codes_do_not_sum")
        assert offered(found)[0][1][0] == (1, 10_000)

    def test_that_sum_to_what_the_payer_awaits_elsewhere(self) -> None:
        found = judge(line(15_000, f"{CODE} {code(2)}", LI), promise(), promise(2, 5_000), promise(3, 15_000, LI))
        assert (found.confirmed, found.reason.code) == (None, "code_of_another")


def slips() -> Iterator[tuple[str, str]]:
    yield "substituted", CODE[:4] + str((int(CODE[4]) + 3) % 10) + CODE[5:]
    at = next(at for at in range(2, 9) if CODE[at] != CODE[at + 1])
    yield "swapped", CODE[:at] + CODE[at + 1] + CODE[at] + CODE[at + 2:]
    yield "left out", CODE[:5] + CODE[6:]
    yield "one too many", CODE[:5] + "0" + CODE[5:]
    yield "the nine is wrong", "8" + CODE[1:]
    yield "in groups", f"{CODE[:4]} {CODE[4:7]}{(int(CODE[7]) + 1) % 10} {CODE[8:]}"


class TestOneSlip:
    @pytest.mark.parametrize("memo", [pytest.param(memo, id=name) for name, memo in slips()])
    def test_counts_with_the_exact_amount_and_payer(self, memo: str) -> None:
        assert confirmed(judge(line(memo=memo), promise())) == (2, WHOLE, "code_corrected")

    SLIP = dict(slips())["substituted"]

    @pytest.mark.parametrize(("who", "reason"), [("", None), ("张*", None), (WANG, "corrected_stranger"),
                                                 ("李*", "corrected_stranger"),
                                                 ("财付通支付科技有限公司", "corrected_stranger")])
    def test_who_may_pay(self, who: str, reason: str | None) -> None:
        found = judge(line(memo=self.SLIP, who=who), promise())
        assert (found.confirmed is None, found.reason.code) == (reason is not None, reason or "code_corrected")

    @pytest.mark.parametrize("fen", [9_999, 9_940, 4_000, 10_001])
    def test_another_amount_is_only_offered(self, fen: int) -> None:
        found = judge(line(fen, self.SLIP), promise())
        assert (found.confirmed, found.reason.code) == (None, "corrected_amount")
        assert found.candidates[0].parts[0].pledge_id == 1

    def test_near_a_settled_code_nothing_is_certain(self) -> None:
        found = judge(line(memo=self.SLIP), settled={CODE: Settled(ZHANG, 1)})
        assert (found.confirmed, found.reason.code) == (None, "corrected_settled")

    def test_near_two_codes_nothing_is_certain(self) -> None:
        written, two = between_two_codes()
        waiting = promise(), promise(2)
        one, other = (type(each)(each.id, number, *[getattr(each, name) for name in each.__slots__[2:]])
                      for each, number in zip(waiting, two, strict=True))
        found = judge(line(memo=written), one, other)
        assert (found.confirmed, found.reason.code) == (None, "corrected_several")
        assert {parts[0][0] for _, parts, _ in offered(found)} == {1, 2}
        assert judge(line(memo=written), one, settled={two[1]: Settled(ZHANG)}).reason.code == "corrected_several"

    def test_somebody_else_awaits_it(self) -> None:
        found = judge(line(memo=f"{self.SLIP} 李四", who=""), promise(), promise(2, name=LI))
        assert (found.confirmed, found.reason.code) == (None, "code_of_another")

    def test_two_slips_are_none(self) -> None:
        twice = self.SLIP[:8] + str((int(self.SLIP[8]) + 1) % 10) + self.SLIP[9]
        assert judge(line(memo=twice), promise()).reason.code == "code_broken"


def between_two_codes() -> tuple[str, tuple[str, str]]:
    """Digits one slip from two codes."""
    for seven in itertools.count():
        one = reference.make(seven)
        for at in range(1, 10):
            written = one[:at] + str((int(one[at]) + 1) % 10) + one[at + 1:]
            for number in codes.neighbours(written):
                if str(number) != one and reference.is_valid(str(number)):
                    return written, (one, str(number))
    raise AssertionError


class TestNumbersThatAreNoCodes:
    @pytest.mark.parametrize("memo", [f"1{CODE}", f"电话1{CODE}", f"62220{CODE}1234", f"4101{CODE}0112"])
    def test_a_longer_number_that_holds_one_is_not_confirmed(self, memo: str) -> None:
        assert judge(line(memo=memo), promise()).confirmed is None

    @pytest.mark.parametrize("memo", ["13800138000", "合同1234567890", "2026-04-15", "6222021234567890123"])
    def test_without_a_code_the_tiers_do_not_apply(self, memo: str) -> None:
        assert judge(line(memo=memo), promise()).reason.code in ("no_code", "code_broken")


class TestTiersOff:
    @pytest.mark.parametrize(("memo", "tier"), [(CODE, 1), (TestOneSlip.SLIP, 2)])
    def test_what_would_be_confirmed_is_suggested_first(self, memo: str, tier: int) -> None:
        found = judge(line(memo=memo), promise(), promise(2, name=LI), tiers=frozenset({1, 2} - {tier}))
        assert (found.reason.code, found.reason.facts) == ("tier_off", {"tier": tier})
        assert offered(found)[0][:2] == (tier, WHOLE)
        assert len({tuple(parts) for _, parts, _ in offered(found)}) == len(found.candidates)

    def test_the_other_tier_still_confirms(self) -> None:
        assert confirmed(judge(line(memo=CODE), promise(), tiers=frozenset({1}))) is not None
        assert confirmed(judge(line(memo=TestOneSlip.SLIP), promise(), tiers=frozenset({2}))) is not None


def test_a_promise_is_kept_before_it_was_made_by_days_at_most() -> None:
    """A code is copied once the promise is there; the day alone does not undo it."""
    assert confirmed(judge(line(memo=CODE, on=DAY), promise(days=-2))) == (1, WHOLE, "code_exact")
