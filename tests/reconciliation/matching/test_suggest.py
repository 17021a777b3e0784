"""Tiers 3 and 4: what is offered for a line that no code settles, and what never is."""

from datetime import timedelta

import pytest

from tests.reconciliation.matching.making import (
    DAY,
    LI,
    MINGDA,
    MINGYUAN,
    WANG,
    ZHANG,
    code,
    judge,
    line,
    offered,
    promise,
)

WHOLE = [(1, 10_000)]


class TestNameAndAmount:
    @pytest.mark.parametrize("days", [-3, 0, 30])
    def test_the_only_one_in_time_is_tier_three(self, days: int) -> None:
        found = judge(line(on=DAY + timedelta(days=days)), promise())
        assert (offered(found), found.reason.code) == ([(3, WHOLE, "payer_only")], "no_code")

    @pytest.mark.parametrize("days", [31, 200])
    def test_long_after_the_promise_it_is_tier_four(self, days: int) -> None:
        assert offered(judge(line(on=DAY + timedelta(days=days)), promise())) == [(4, WHOLE, "payer_exact")]

    def test_long_before_the_promise_it_is_nothing(self) -> None:
        assert offered(judge(line(on=DAY - timedelta(days=4)), promise())) == []

    def test_namesakes_are_all_offered_and_none_is_the_only_one(self) -> None:
        found = judge(line(), promise(), promise(2, days=5))
        assert {(tier, parts[0][0], reason) for tier, parts, reason in offered(found)} == {
            (4, 1, "payer_exact"), (4, 2, "payer_exact")}
        assert [one.reason.facts["alike"] for one in found.candidates] == [2, 2]

    def test_the_nearer_promise_comes_first(self) -> None:
        assert [parts[0][0] for _, parts, _ in offered(judge(line(), promise(days=29), promise(2, days=1)))] == [2, 1]

    def test_look_alike_names_are_never_candidates(self) -> None:
        found = judge(line(who=MINGDA), promise(name=MINGYUAN), promise(2, name=MINGDA))
        assert offered(found) == [(3, [(2, 10_000)], "payer_only")]
        assert offered(judge(line(who=MINGDA), promise(name=MINGYUAN))) == []

    def test_full_width_brackets_and_blanks_are_the_same_name(self) -> None:
        found = judge(line(who="青槐（郑州）餐饮 有限公司"), promise(name="青槐(郑州)餐饮有限公司"))
        assert offered(found) == [(3, WHOLE, "payer_only")]


class TestOtherEvidence:
    @pytest.mark.parametrize(("who", "memo", "account", "by"), [
        ("张*", "", "", "masked"), ("*三", "", "", "masked"), (WANG, "", "6222001", "account"),
        (WANG, "", "6222 001", "account"), ("", "代张三捐款", "", "memo"), (WANG, "电话13800138000", "", "phone"),
        ("王**(138******00)", "", "", "phone"), ("", "尾号8000", "", "tail")])
    def test_with_the_exact_amount_is_tier_four(self, who: str, memo: str, account: str, by: str) -> None:
        found = judge(line(memo=memo, who=who, account=account),
                      promise(phone="13800138000", accounts=["6222001"]))
        assert offered(found) == [(4, WHOLE, "payer_exact")]
        assert found.candidates[0].reason.facts["by"] == by

    def test_a_known_account_only_suggests(self) -> None:
        found = judge(line(who=ZHANG, account="6222001"), promise(accounts=["6222001"]))
        assert found.confirmed is None
        assert found.candidates[0].reason.facts["by"] == "account"

    def test_a_masked_account_is_nobodys(self) -> None:
        assert offered(judge(line(who=WANG, account="138******00"), promise(accounts=["138******00"]))) == []

    @pytest.mark.parametrize(("who", "memo"), [("李*", ""), ("张**", ""), (WANG, "尾号9000"), (WANG, "13900139000")])
    def test_what_points_to_nobody_offers_nobody(self, who: str, memo: str) -> None:
        assert offered(judge(line(memo=memo, who=who), promise(phone="13800138000"))) == []

    @pytest.mark.parametrize(("who", "memo"), [
        (WANG, "13900138000"), ("王**(138****8000)", ""), ("明远科技", "")])
    def test_nearly_the_same_is_not_the_same(self, who: str, memo: str) -> None:
        known = promise(name=MINGYUAN, phone="13800138000"), promise(2, phone="13811117700")
        found = judge(line(memo=memo, who=who), *known[(memo == "" and "*" in who):])
        assert offered(found) == []

    def test_four_digits_do_not_point_to_a_later_promise(self) -> None:
        assert offered(judge(line(memo="尾号8000", who=""), promise(phone="13800138000", days=-4))) == []

    def test_an_employee_who_names_the_enterprise(self) -> None:
        found = judge(line(memo="明远科技捐款", who=WANG), promise(name=MINGYUAN))
        assert offered(found) == [(4, WHOLE, "payer_exact")]

    def test_a_name_within_the_other_name_points_to_the_longer(self) -> None:
        found = judge(line(memo="张三丰捐款", who=""), promise(), promise(2, name="张三丰"))
        assert [parts[0][0] for _, parts, _ in offered(found)] == [2]


class TestAmounts:
    @pytest.mark.parametrize("fen", [(4_000, 6_000), (2_000, 3_000, 5_000)])
    def test_two_or_three_promises_of_one_donor_that_sum(self, fen: tuple[int, ...]) -> None:
        mine = [promise(number, one, donor_id=1) for number, one in enumerate(fen, 1)]
        found = judge(line(), *mine)
        assert offered(found)[0] == (4, list(enumerate(fen, 1)), "payer_sum")
        assert found.candidates[0].rest_fen == 0

    def test_four_are_too_many(self) -> None:
        mine = [promise(number, fen, donor_id=1) for number, fen in enumerate((1_000, 2_000, 3_000, 4_000), 1)]
        assert "payer_sum" not in {reason for _, _, reason in offered(judge(line(), *mine))}

    def test_promises_of_namesakes_are_not_summed(self) -> None:
        found = judge(line(), promise(1, 4_000), promise(2, 6_000))
        assert {len(parts) for _, parts, _ in offered(found)} == {1}

    def test_a_gap_like_a_fee(self) -> None:
        found = judge(line(9_940), promise())
        assert offered(found) == [(4, [(1, 9_940)], "payer_fee")]
        assert found.candidates[0].reason.facts["gap_fen"] == 60

    def test_a_part(self) -> None:
        assert offered(judge(line(3_000), promise())) == [(4, [(1, 3_000)], "payer_part")]

    def test_more_than_is_outstanding_leaves_a_rest(self) -> None:
        found = judge(line(15_000), promise())
        assert offered(found) == [(4, WHOLE, "payer_over")]
        assert found.candidates[0].rest_fen == 5_000

    def test_the_oldest_instalment(self) -> None:
        found = judge(line(3_000), promise(fen=9_000, instalments=(3_000, 3_000, 3_000)))
        assert offered(found) == [(3, [(1, 3_000)], "payer_only")]


class TestTheAmountAlone:
    @pytest.mark.parametrize("who", ["", WANG, "财付通支付科技有限公司", "匿名"])
    def test_offers_nothing_however_rare_it_is(self, who: str) -> None:
        found = judge(line(123_457, who=who), promise(fen=123_457), promise(2, 500, LI))
        assert (offered(found), found.same_amount) == ([], 1)

    def test_promises_that_are_offered_are_not_counted_again(self) -> None:
        found = judge(line(), promise(), promise(2, name=LI), promise(3, name=WANG))
        assert (len(found.candidates), found.same_amount) == (1, 2)

    def test_instalments_are_counted_too(self) -> None:
        found = judge(line(3_000, who=""), promise(fen=9_000, instalments=(3_000, 3_000, 3_000)))
        assert found.same_amount == 1


class TestPiecesOfCodes:
    @pytest.mark.parametrize("piece", [code(1)[:6], code(1)[:8], code(1)[-6:]])
    def test_with_the_exact_amount(self, piece: str) -> None:
        found = judge(line(memo=piece, who=""), promise(), promise(2, name=LI))
        assert offered(found)[0] == (4, WHOLE, "piece_exact")

    def test_the_beginning_tells_by_itself(self) -> None:
        assert offered(judge(line(4_000, code(1)[:7], ""), promise())) == [(4, [(1, 4_000)], "piece_part")]

    def test_the_end_needs_the_amount_or_the_payer(self) -> None:
        assert offered(judge(line(4_000, code(1)[-6:], ""), promise())) == []
        assert offered(judge(line(4_000, code(1)[-6:]), promise()))[0][2] == "piece_part"

    def test_a_code_inside_a_longer_number_is_offered_with_the_amount(self) -> None:
        found = judge(line(memo=f"12{code(1)}77", who=""), promise())
        assert offered(found) == [(4, WHOLE, "inside_exact")]


def test_there_are_five_candidates_at_most_and_the_likeliest_come_first() -> None:
    many = [promise(number, days=number, donor_id=number) for number in range(1, 9)]
    found = offered(judge(line(), *many))
    assert [parts[0][0] for _, parts, _ in found] == [1, 2, 3, 4, 5]
