"""Kinds of noise, each with its usual rate, and what they do to a code and a memo."""

from random import Random

RATES = {
    # promises
    "namesake": 0.03, "look_alike": 0.15, "instalments": 0.15,
    # the code
    "missing": 0.08, "truncated": 0.03, "substitution": 0.02, "swap": 0.02, "insertion": 0.02, "deletion": 0.02,
    "someone_else": 0.04, "already_paid": 0.02,
    # how it is written
    "full_width": 0.10, "spaced": 0.20, "folded": 0.02, "phone_in_memo": 0.08, "other_digits": 0.06,
    # who pays
    "employee": 0.12, "family": 0.06, "masked": 0.15,
    # how much
    "under": 0.03, "over": 0.02, "fee": 0.02, "one_to_many": 0.20, "many_to_one": 0.03, "twin": 0.01,
    # lines beside gifts
    "not_a_donation": 0.05, "refund": 0.01, "partial_refund": 0.01, "returned_in": 0.01, "returned_out": 0.005,
    "payout": 0.01, "overlap": 0.05,
}
_WORDS = ("爱心捐款", "捐款", "认领项目", "温暖二七")
_FULL = str.maketrans("0123456789", "０１２３４５６７８９")
_FOLDS = {"0": "O", "1": "l", "5": "S", "8": "B", "2": "Z"}


def break_code(random: Random, code: str, kind: str) -> str:
    """`code` with one slip of the kind."""
    at = random.randrange(10)
    if kind == "substitution":
        return code[:at] + random.choice("0123456789".replace(code[at], "")) + code[at + 1 :]
    if kind == "swap":
        at = random.choice([at for at in range(9) if code[at] != code[at + 1]])
        return code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    if kind == "insertion":
        return code[:at] + random.choice("0123456789") + code[at:]
    return code[:at] + code[at + 1 :]


class Writing:
    """How people write a code into a memo."""

    def __init__(self, random: Random, rates: dict[str, float]) -> None:
        self._random, self._rates = random, rates

    def _happens(self, kind: str) -> bool:
        return self._random.random() < self._rates[kind]

    def memo(self, code: str, words: str, phone: str, tags: list[str]) -> str:
        """Words, the code in some form, and numbers that are none; adds the kinds of noise to `tags`."""
        random = self._random
        plain = len(code) == 10 and code.isdigit()
        if plain and self._happens("spaced"):
            tags.append("spaced")
            gap = random.choice(" -·  ")
            code = f"{code[:4]}{gap}{code[4:8]}{gap}{code[8:]}"
        elif plain and self._happens("folded"):
            places = [at for at, digit in enumerate(code) if digit in _FOLDS]
            if places:
                tags.append("folded")
                at = random.choice(places)
                code = code[:at] + _FOLDS[code[at]] + code[at + 1 :]
        if code and random.random() < 0.35:
            code = "捐" + code
        pieces = [piece for piece in (words, code) if piece]
        if not words and random.random() < 0.4:
            pieces.insert(random.randrange(len(pieces) + 1), random.choice(_WORDS))
        if self._happens("phone_in_memo"):
            tags.append("phone_in_memo")
            pieces.insert(random.randrange(len(pieces) + 1),
                          random.choice((phone, f"电话{phone}", f"尾号{phone[-4:]}")))
        if self._happens("other_digits"):
            tags.append("other_digits")
            pieces.insert(random.randrange(len(pieces) + 1), self._digits())
        text = random.choice((" ", " ", "，")).join(pieces)
        if code and self._happens("full_width"):
            tags.append("full_width")
            text = text.translate(_FULL)
        return text

    def _digits(self) -> str:
        random = self._random
        return random.choice((
            f"410103{random.randint(1950, 2005)}{random.randint(1, 12):02d}{random.randint(1, 28):02d}"
            f"{random.randrange(10**4):04d}",
            f"6222{random.randrange(10**15):015d}", "2026-04-16", f"{random.randint(1, 90)}00元", "20260416",
            f"6222 0{random.randrange(1000):03d} {random.randrange(10**4):04d} {random.randrange(10**4):04d} 123",
            f"QQ{random.randrange(10**8, 10**9)}"))
