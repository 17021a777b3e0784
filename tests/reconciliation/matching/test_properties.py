"""What holds for any promises and any lines."""

from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from charityledger.reconciliation.matching.matcher import Matcher
from charityledger.reconciliation.matching.model import Candidate, Incoming, OpenPledge, Settled
from tests.reconciliation.matching.making import DAY, LI, MINGDA, MINGYUAN, ZHANG, code, line, promise

COUNT = 8
NAMES = (ZHANG, LI, "张三丰", MINGYUAN, MINGDA)
PHONES = ("", "13800138000", "13900139000")
ACCOUNTS = ("6222001", "6222002")
FEN = st.sampled_from((1_000, 2_000, 3_000, 4_000, 6_000, 10_000))
CODES = st.integers(1, COUNT + 2).map(code)


@st.composite
def _slip(draw: st.DrawFn) -> str:
    written, at = draw(CODES), draw(st.integers(0, 9))
    return written[:at] + draw(st.sampled_from(("", "0", "7", "33"))) + written[at + 1:]


PIECES = st.one_of(
    CODES, _slip(), st.text(),
    st.sampled_from((*NAMES, *PHONES, *ACCOUNTS, "尾号8000", "捐款", "明远科技", "2026-04-15")))
MEMOS = st.builds(str.join, st.sampled_from(("", " ", "，")), st.lists(PIECES, max_size=4))
PAYERS = st.one_of(
    st.text(), st.sampled_from((*NAMES, "", "张*", "*四", "张三(138******00)", "财付通支付科技有限公司")))


@st.composite
def _promises(draw: st.DrawFn) -> list[OpenPledge]:
    found = []
    for number in range(1, draw(st.integers(1, COUNT))):
        plan = draw(st.one_of(st.just(()), st.tuples(FEN, FEN)))
        name = draw(st.sampled_from(NAMES))
        found.append(promise(
            number, sum(plan) or draw(FEN), name, donor_id=NAMES.index(name) + 10 * (number % 2), instalments=plan,
            phone=draw(st.sampled_from(PHONES)), accounts=draw(st.sets(st.sampled_from(ACCOUNTS))),
            days=draw(st.integers(-5, 40))))
    return found


@st.composite
def _lines(draw: st.DrawFn) -> list[Incoming]:
    fens = st.one_of(FEN, st.integers(1, 20_000), st.sampled_from((9_940, 5_964, 14_000)))
    return [line(draw(fens), draw(MEMOS), draw(PAYERS), account=draw(st.sampled_from(("", *ACCOUNTS, "138****8000"))),
                 on=DAY, number=number) for number in range(draw(st.integers(1, 6)))]


SETTLED = {code(COUNT + 1): Settled(ZHANG, 99)}


def _check(found: Candidate, one: Incoming, left: Counter[int]) -> None:
    assert all(part.amount_fen > 0 for part in found.parts)
    assert len({part.pledge_id for part in found.parts}) == len(found.parts)
    assert sum(part.amount_fen for part in found.parts) + found.rest_fen == one.amount_fen
    assert all(part.amount_fen <= left[part.pledge_id] for part in found.parts)


@given(_promises(), _lines())
def test_never_more_than_a_line_or_what_is_outstanding(promises: list[OpenPledge], lines: list[Incoming]) -> None:
    matcher = Matcher(promises, SETTLED)
    left = Counter({one.id: one.outstanding_fen for one in promises})
    for one in lines:
        verdict = matcher.judge(one)
        assert verdict.line_id == one.line_id
        for candidate in verdict.candidates:
            if candidate.rest_fen or sum(part.amount_fen for part in candidate.parts) == one.amount_fen:
                _check(candidate, one, left)
            else:       # a sum less a fee is not offered: whatever is offered uses the line up
                raise AssertionError(candidate)
        if verdict.confirmed is not None:
            assert verdict.confirmed.tier in (1, 2)
            assert verdict.confirmed.rest_fen == 0
            assert verdict.candidates == ()
            _check(verdict.confirmed, one, left)
            matcher.take(verdict.confirmed.parts)
            left.subtract({part.pledge_id: part.amount_fen for part in verdict.confirmed.parts})
    assert min(left.values(), default=0) >= 0


@given(_promises(), _lines(), st.randoms(use_true_random=False))
def test_the_order_of_promises_makes_no_difference(promises: list[OpenPledge], lines: list[Incoming],
                                                   random: Any) -> None:
    shuffled = list(promises)
    random.shuffle(shuffled)
    one, other = Matcher(promises, SETTLED), Matcher(shuffled, SETTLED)
    for each in lines:
        verdict = one.judge(each)
        assert other.judge(each) == verdict
        if verdict.confirmed is not None:
            one.take(verdict.confirmed.parts)
            other.take(verdict.confirmed.parts)


@given(_promises(), _lines())
def test_judging_changes_nothing(promises: list[OpenPledge], lines: list[Incoming]) -> None:
    matcher = Matcher(promises, SETTLED)
    assert [matcher.judge(one) for one in lines] == [matcher.judge(one) for one in lines]


@given(_promises(), _lines(), st.sampled_from((frozenset(), frozenset({1}), frozenset({2}))))
def test_a_tier_that_is_off_confirms_nothing_and_loses_nothing(promises: list[OpenPledge], lines: list[Incoming],
                                                               tiers: frozenset[int]) -> None:
    full, part = Matcher(promises, SETTLED), Matcher(promises, SETTLED, tiers=tiers)
    for one in lines:
        with_all, verdict = full.judge(one), part.judge(one)
        if with_all.confirmed is None or with_all.confirmed.tier in tiers:
            assert verdict == with_all
        else:
            assert (verdict.confirmed, verdict.reason.code) == (None, "tier_off")
            assert verdict.candidates[0] == with_all.confirmed


NO_DIGITS = st.text(alphabet="捐款张三李四明远科技 OoIilZzSsB，。-abc")


@given(_promises(), NO_DIGITS, PAYERS, st.one_of(FEN, st.integers(1, 20_000)), st.sampled_from(("", *ACCOUNTS)))
def test_a_memo_without_digits_never_confirms(promises: list[OpenPledge], memo: str, who: str, fen: int,
                                              account: str) -> None:
    assert Matcher(promises, SETTLED).judge(line(fen, memo, who, account=account)).confirmed is None


@given(_promises(), _lines())
def test_the_amount_alone_is_never_a_candidate(promises: list[OpenPledge], lines: list[Incoming]) -> None:
    matcher = Matcher(promises, SETTLED)
    for one in lines:
        for candidate in matcher.judge(one).candidates:
            assert candidate.reason.code.partition("_")[0] != "payer" or candidate.reason.facts["by"] not in (
                "absent", "other")


@given(st.lists(st.text(), max_size=4), st.text(), st.text(), st.integers(1, 10**14))
def test_any_text_can_be_judged(texts: list[str], who: str, account: str, fen: int) -> None:
    some = [promise(number, name=name) for number, name in enumerate(NAMES, 1)]
    verdict = Matcher(some, SETTLED).judge(Incoming(1, DAY, fen, who, account, tuple(texts)))
    assert verdict.confirmed is None


@given(st.text(min_size=1), st.text(), MEMOS)
def test_donors_may_be_called_anything(name: str, who: str, memo: str) -> None:
    matcher = Matcher([promise(1, name=name), promise(2, name=who)], {})
    matcher.judge(line(memo=memo, who=who))
    matcher.judge(line(memo=f"{memo}{name}", who=name))
