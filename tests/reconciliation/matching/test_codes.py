"""Reference codes in what people write; what looks like one and is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charityledger import reference
from charityledger.reconciliation.matching import codes

CODE, OTHER = "9482719322", reference.make(1_234_567)
CODES = st.integers(0, reference.SEVEN_LIMIT - 1).map(reference.make)


@pytest.mark.parametrize("text", [
    CODE, "捐9482719322", "捐款 9482719322 张三", "9482 7193 22", "9482-7193-22", "9482  7193  22", "9482 - 7193 - 22",
    "9482.7193.22", "9482:7193:22", "9482、7193、22", "９４８２７１９３２２", "９４８２　７１９３　２２", "94827I9322",
    "948271932Z", "94B27l9322", "9482\u200b7193\u200b22", "爱心捐款9482719322温暖二七", "码：9482719322，谢谢",
    "NO.9482719322", "9482719322元旦", "9482719322 电话13800138000", "尾号8000 9482719322",
    "身份证410103197001011234 9482719322", "6222021234567890123 9482719322", "2026-04-16 9482719322"])
def test_a_code_is_read_however_it_is_written(text: str) -> None:
    assert codes.read([text]).codes == (CODE,)


@pytest.mark.parametrize("between", ["", " ", "、", "，", "和", "/", "  "])
def test_two_codes_are_two(between: str) -> None:
    assert codes.read([f"{CODE}{between}{OTHER}"]).codes == (CODE, OTHER)


def test_a_code_in_two_texts_is_one() -> None:
    assert codes.read([CODE, "订单", f"捐{CODE}"]).codes == (CODE,)


@pytest.mark.parametrize("text", [
    "", "捐款", "13800138000", "1" + CODE, "电话 138 0013 8000", "410103197001011234", "41010319700101123X",
    "6222021234567890123", "6222 0212 3456 7890 123", "2026-04-16", "20260416", "1000元", "SOS BOSS LOLZ"])
def test_other_numbers_are_no_codes_and_no_slips_of_codes(text: str) -> None:
    found = codes.read([text])
    assert (found.codes, found.near, found.inside) == ((), (), ())


def test_telephones_and_their_tails_are_told_apart() -> None:
    found = codes.read(["电话138 0013 8000", "尾号8000", "后四位：9000", "13900139000"])
    assert found.phones == ("13800138000", "13900139000")
    assert found.tails == ("8000", "9000")


def test_a_day_is_no_piece_of_a_code() -> None:
    assert codes.read(["20260416"]).pieces == ()
    assert codes.read(["948271"]).pieces == ("948271",)


def test_a_slip_beside_a_letter_for_a_digit_is_near() -> None:
    assert codes.read(["94827I9323"]).near == ("9482719323",)


def test_of_two_codes_run_together_each_may_hold_a_slip() -> None:
    found = codes.read([f"{CODE}{OTHER[:9]}{(int(OTHER[9]) + 1) % 10}"])
    assert found.codes == ()
    assert CODE in found.near


def test_a_code_inside_a_longer_number_is_only_a_hint() -> None:
    found = codes.read([f"77{CODE}12"])
    assert (found.codes, found.inside) == ((), (CODE,))


def _slips(code: str) -> st.SearchStrategy[str]:
    digit = st.sampled_from("0123456789")
    at = st.integers(0, 9)
    return st.one_of(
        st.builds(lambda n, d: code[:n] + d + code[n + 1:], at, digit),
        st.builds(lambda n, d: code[:n] + d + code[n:], st.integers(0, 10), digit),
        st.builds(lambda n: code[:n] + code[n + 1:], at),
        st.builds(lambda n: code[:n] + code[n + 1] + code[n] + code[n + 2:], st.integers(0, 8)))


@given(CODES.flatmap(lambda code: st.tuples(st.just(code), _slips(code))))
def test_every_single_slip_leads_back_to_its_code(pair: tuple[str, str]) -> None:
    code, written = pair
    assert int(code) in codes.neighbours(written)


@given(CODES.flatmap(_slips))
def test_nothing_further_than_one_slip_is_a_neighbour(written: str) -> None:
    for number in codes.neighbours(written):
        assert len(str(number)) == 10
        assert _distance(written, str(number)) <= 1


def _distance(one: str, other: str) -> int:
    """0 the same, 1 one edit, 2 more."""
    if one == other:
        return 0
    if len(one) == len(other):
        places = [at for at in range(len(one)) if one[at] != other[at]]
        swapped = len(places) == 2 and places[1] == places[0] + 1 and one[places[0]] == other[places[1]] \
            and one[places[1]] == other[places[0]]
        return 1 if len(places) == 1 or swapped else 2
    long, short = sorted((one, other), key=len, reverse=True)
    return 1 if any(long[:at] + long[at + 1:] == short for at in range(len(long))) else 2


@given(st.lists(st.text(), max_size=4))
def test_any_text_can_be_read(texts: list[str]) -> None:
    found = codes.read(texts)
    assert all(map(reference.is_valid, (*found.codes, *found.inside)))
    assert not set(found.codes) & set(found.near)
    assert all(number.isdigit() and 9 <= len(number) <= 11 for number in found.near)


@given(st.lists(st.text(alphabet="0123456789 -OIlZSB捐，9"), max_size=3))
def test_whatever_is_read_are_codes_that_the_text_holds(texts: list[str]) -> None:
    found = codes.read(texts)
    folded = "".join(text.translate(str.maketrans("OoIilZzSsB", "0011122558")) for text in texts)
    digits = "".join(letter for letter in folded if letter.isdigit())
    assert all(code in digits for code in found.codes)
