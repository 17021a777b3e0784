"""What the rows above and below the lines say of the file: counts, sums, balances, account, period. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from ...errors import CharityLedgerError
from .amounts import count, fen
from .columns import Head, clean
from .layout import Reader, Stated
from .text import Row
from .when import moment

_COUNT = r"[0-9,]+(?:\.0+)?"
_SUM = r"[+-]?[¥]?[+-]?[0-9][0-9,]*(?:\.[0-9]+)?"
_OUT, _IN = r"(?:借方|支出|转出|付款)", r"(?:贷方|收入|转入|收款)"
_BARE = r"(?:^|:|(?<=\.[0-9]{2}))"      # 5 收 91,007,497.02
_DAY = r"(?:19|20|21)[0-9]{2}[-/.年]?[0-9]{1,2}[-/.月]?[0-9]{1,2}日?"
_SPAN = re.compile(rf"({_DAY})[^0-9]*(?:[0-9]{{1,2}}:[0-9]{{2}}(?::[0-9]{{2}})?)?\D*?({_DAY})")
_ACCOUNT = re.compile(r"(?:账号|帐号|账户号|卡号|账户|微信号|商户号)[^0-9A-Za-z]*([0-9][0-9*]{7,31})")

# The first that is found in a row counts, for each name.
_COUNTS = {
    "out_lines": (rf"{_OUT}(?:发生|交易)?(?:总|合计)?笔数(?:合计)?:?({_COUNT})",
                  rf"{_OUT}(?:合计|总计)?:?({_COUNT})笔",
                  rf"{_BARE}({_COUNT}):?笔?支"),
    "in_lines": (rf"{_IN}(?:发生|交易)?(?:总|合计)?笔数(?:合计)?:?({_COUNT})",
                 rf"{_IN}(?:合计|总计)?:?({_COUNT})笔",
                 rf"{_BARE}({_COUNT}):?笔?收"),
    "lines": (rf"(?<![借贷方收支入出付款发生易])(?:总笔数|交易总?笔数|合计笔数|总记录数):?({_COUNT})",
              rf"共:?({_COUNT})笔"),
}
_SUMS = {
    "out_fen": (rf"{_OUT}(?:发生|交易)?(?:总|合计)?(?:金额|额)(?:合计|总计)?:?({_SUM})",
                rf"{_OUT}(?:合计|总计)?:?{_COUNT}笔,?(?:共|计|金额:?)?({_SUM})",
                rf"{_BARE}{_COUNT}:?笔?支:?([0-9,]+\.[0-9]{{2}})"),
    "in_fen": (rf"{_IN}(?:发生|交易)?(?:总|合计)?(?:金额|额)(?:合计|总计)?:?({_SUM})",
               rf"{_IN}(?:合计|总计)?:?{_COUNT}笔,?(?:共|计|金额:?)?({_SUM})",
               rf"{_BARE}{_COUNT}:?笔?收:?([0-9,]+\.[0-9]{{2}})"),
    "opening": (rf"(?:期初|上期|上日|起始|承前)余额:?({_SUM})",),
    "closing": (rf"(?:期末|本期|截止|终止)余额:?({_SUM})",),
}
_ALL = {name: [re.compile(pattern, re.ASCII) for pattern in patterns] for name, patterns in (_COUNTS | _SUMS).items()}

# How rows below or between the lines begin. No cell of a line looks like this: 支出 alone is a direction.
_REMEMBERED = 10_000
FOOTER = re.compile(
    r"(?:合计|总计|小计|本页|本月合计|累计|总笔数|总金额|共[0-9]|打印|导出|下载|制表|制单:|复核:|经办:|操作员:|查询|"
    r"说明|备注:|注:|温馨提示|声明|第[0-9]+页|页码|以上|以下|\*{2,}|-{3,}|={3,}|#|"
    r"(?:借方|贷方|收入|支出|转入|转出|收款|付款)(?:发生|交易)?(?:合计|总|笔数|金额|额|:[0-9])|(?:期初|期末|截止|本期|上期)余额|"
    r"(?:账号|户名|开户行|币种|起始日期|终止日期):)")

_BARE_SUM = re.compile(r"(?:[0-9,]+:?笔?[收支]:?[0-9,]+\.[0-9]{2}:?)+", re.ASCII)


class StatedReader(Reader):
    """A reader of files that say of themselves, above and below their lines, how many they are and what they sum to."""

    def __init__(self, head: Head, before: Sequence[Row]) -> None:
        self._seen: dict[str, str] = {}
        super().__init__(head, before)

    def before(self, rows: Sequence[Row]) -> None:
        read((cells for _, cells in rows), self.stated)

    def is_footer(self, row: dict[str, str], cells: Sequence[str]) -> bool:
        """A row without a date that begins as footers do. Any other without a date is a fault."""
        first = cells[0] or next((cell for cell in cells if cell), "")
        bare = len(first) < 7 or "收" in first or "支" in first
        if not (_begins_footer(first) or (bare and _BARE_SUM.fullmatch(said(cells)))):
            return False
        return not self.is_dated(row)

    def is_dated(self, row: dict[str, str]) -> bool:
        """Whether a row says on which day it happened."""
        try:
            moment(row.get("date") or row["time"])
        except CharityLedgerError:
            return False
        return True

    def once(self, text: str) -> str:
        """An equal text that stands in memory already, where there is one. Only so many are remembered."""
        found = self._seen.get(text)
        if found is None and len(self._seen) < _REMEMBERED:
            self._seen[text] = text
        return found or text

    def footer(self, row: dict[str, str], cells: Sequence[str]) -> None:
        read([cells], self.stated)


@lru_cache(maxsize=1024)
def _begins_footer(cell: str) -> bool:
    return cell.lstrip()[:1] == "#" or bool(FOOTER.match(said([cell])))


def said(cells: Iterable[str]) -> str:
    """A row as one text for searching: `label:value label:value`, without English in brackets, in narrow letters."""
    found = []
    for cell in cells:
        text = unicodedata.normalize("NFKC", clean(cell)).strip("#`")
        text = re.sub(r"\[\s*[A-Za-z][^\]]*\]|\([A-Za-z][^)]*\)", "", text)
        found.append("".join(text.split()).rstrip(":"))
    return ":".join(text for text in found if text)


def read(rows: Iterable[Sequence[str]], stated: Stated) -> None:
    """Adds to `stated` what these rows say. Raises a kind of InvalidInput where a figure is none."""
    for cells in rows:
        text = said(cells)
        if not text:
            continue
        for name, patterns in _ALL.items():
            found = next((match for pattern in patterns if (match := pattern.search(text))), None)
            if found:
                _take(stated, name, found[1])
        if not stated.account_number and (account := _ACCOUNT.search(text)):
            stated.account_number = account[1]
        if stated.period is None and re.search(r"日期|时间|期间|范围", text) and (span := _SPAN.search(text)):
            first, last = moment(span[1])[0].date(), moment(span[2])[0].date()
            stated.period = min(first, last), max(first, last)


def _take(stated: Stated, name: str, text: str) -> None:
    if name in _COUNTS:
        stated.totals.setdefault(name, count(text))
    elif name == "opening":
        stated.opening_fen = fen(text)
    elif name == "closing":
        stated.closing_fen = fen(text)
    else:
        stated.totals.setdefault(name, abs(fen(text)))
