"""Names as banks and wallets write them: one form, masks, and the shorter names that memos use. Pure.

Likeness is never measured: 明远科技 and 明达科技 differ in one character and are two parties (formats.md).
"""

import re
import unicodedata

FULL, MASKED, ABSENT = "full", "masked", "absent"

_STARS = re.compile(r"[*●○•]+")
# 张三 (138******00): the wallet's own account behind the name. (有限合伙) stays.
_ACCOUNT_BEHIND = re.compile(r"\(([^()]*[0-9*@][^()]*)\)$")
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]+")
_NOBODY = re.compile(r"[/\-—.*]*|无|匿名|未提供|不详|微信用户|支付宝用户|个人|散户")
_INTERMEDIARY = re.compile(r"财付通|支付宝|备付金|微信支付|网联清算|中国银联|清算资金|待清算|钱袋宝|云闪付")
_LEGAL = re.compile(r"(?:有限责任公司|股份有限公司|集团有限公司|有限公司|公司|\(有限合伙\)|\(普通合伙\))$")
_PLACE = re.compile(
    r"^(?:中国|河南省?|北京市?|上海市?|天津市?|重庆市?|郑州市?|洛阳市?|开封市?|新乡市?|许昌市?|杭州市?|宁波市?|广州市?|"
    r"深圳市?|武汉市?|西安市?|南京市?|苏州市?|济南市?|青岛市?|成都市?|长沙市?|合肥市?)"
)
_LEAST_SHORT = 4


def clean(name: str) -> str:
    """One form of a name: NFKC, no blanks, without the wallet account in brackets behind it."""
    name = solid(name)
    if name.endswith(")"):
        name = _ACCOUNT_BEHIND.sub("", name)
    return name


def solid(text: str) -> str:
    """NFKC without blanks and invisible characters."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    text = "".join(text.split())
    return text if text.isprintable() else _INVISIBLE.sub("", text)


def kind(name: str) -> str:
    """What a cleaned name tells: full, masked or absent (nobody, or a wallet or clearing house between)."""
    if _NOBODY.fullmatch(name) or _INTERMEDIARY.search(name):
        return ABSENT
    return MASKED if _STARS.search(name) else FULL


def is_intermediary(name: str) -> bool:
    """Whether a name is that of a wallet, its reserve account or a clearing house."""
    return bool(_INTERMEDIARY.search(name))


def fits(mask: str, name: str) -> bool:
    """Whether a masked name can be `name`: 王** is three characters, 李* may hide one or two, *三 ends in 三."""
    pieces = _STARS.split(mask)
    first, last = pieces[0], pieces[-1]
    if len(mask) - sum(map(len, pieces)) > 1:
        return len(name) == len(mask) and all(shown == letter or _STARS.match(shown)
                                              for shown, letter in zip(mask, name, strict=True))
    return len(name) > len(first) + len(last) and name.startswith(first) and name.endswith(last)


def ends(mask: str) -> tuple[str, str]:
    """The first and the last character of a mask, empty where it is hidden."""
    pieces = _STARS.split(mask)
    return pieces[0][:1], pieces[-1][-1:]


def shorter(name: str) -> tuple[str, ...]:
    """How a memo may name an enterprise: without its legal form, then without its place. At least four characters."""
    bare = _LEGAL.sub("", name)
    local = _PLACE.sub("", bare)
    return tuple(form for form in dict.fromkeys((bare, local)) if form != name and len(form) >= _LEAST_SHORT)
