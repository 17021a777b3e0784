"""Amounts in words: 人民币大写 for documents in both languages, English beside it. From integer fen; pure."""

LIMIT_FEN = 10**15  # one more than charityledger.money reads

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_UNITS = ("仟", "佰", "拾", "")
_GROUPS = ((12, "万"), (8, "亿"), (4, "万"), (0, "元"))
_ONES = [
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    *(
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ),
]
_TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_THOUSANDS = ((12, " trillion"), (9, " billion"), (6, " million"), (3, " thousand"), (0, ""))


def capital(amount_fen: int) -> str:
    """`1020005` is 人民币壹万零贰佰元零伍分. Requires 0 <= amount_fen < LIMIT_FEN.

    支付结算办法, annex 1: a gap of zeros between digits is one 零; 元 and 角 end in 整, 分 does not; nothing stands
    between 人民币 and the first digit."""
    _check(amount_fen)
    yuan, jiao, cent = amount_fen // 100, amount_fen // 10 % 10, amount_fen % 10
    out, gap = "", False
    for power, mark in _GROUPS:
        group = yuan // 10**power % 10**4
        for place, unit in enumerate(_UNITS):
            digit = group // 10 ** (3 - place) % 10
            if digit:
                out += ("零" if gap else "") + _DIGITS[digit] + unit
            gap = bool(out) and not digit
        # 万 stands after digits of its own group, 亿 and 元 after any: 壹万亿 is a group of 万 before 亿.
        if group or (out and mark != "万" and yuan >= 10**power):
            out += mark
    if jiao:
        out += ("零" if gap else "") + _DIGITS[jiao] + "角"
    elif cent and yuan:
        out += "零"
    if cent:
        return f"人民币{out}{_DIGITS[cent]}分"
    return f"人民币{out or '零元'}整"


def english(amount_fen: int) -> str:
    """`1020005` is "Ten thousand, two hundred yuan and five fen". Requires 0 <= amount_fen < LIMIT_FEN."""
    _check(amount_fen)
    yuan, cent = divmod(amount_fen, 100)
    parts: list[str] = []
    for power, word in _THOUSANDS:
        group = yuan // 10**power % 1000
        if group:
            # The last words of a larger number are joined by "and": one thousand and five.
            joint = " and " if power == 0 and parts and group < 100 else ", " if parts else ""
            parts.append(joint + _below_thousand(group) + word)
    words = "".join(parts)
    if cent and words:
        return f"{words} yuan and {_below_thousand(cent)} fen".capitalize()
    if cent:
        return f"{_below_thousand(cent)} fen only".capitalize()
    return f"{words or 'zero'} yuan only".capitalize()


def _below_thousand(number: int) -> str:
    if number < 20:
        return _ONES[number]
    if number < 100:
        return _TENS[number // 10] + (f"-{_ONES[number % 10]}" if number % 10 else "")
    rest = f" and {_below_thousand(number % 100)}" if number % 100 else ""
    return f"{_ONES[number // 100]} hundred{rest}"


def _check(amount_fen: int) -> None:
    if not 0 <= amount_fen < LIMIT_FEN:
        raise ValueError(f"an amount in words is between 0 and {LIMIT_FEN} fen, not {amount_fen}")
