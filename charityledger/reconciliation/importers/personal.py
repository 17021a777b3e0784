"""What a person's own bills of both wallets have in common: totals by 收/支, rows that moved nothing. Pure."""

import re
from collections.abc import Iterable, Sequence

from . import stated
from .amounts import count
from .columns import Head
from .errors import AmountBelowZero, DirectionUnreadable, UnknownStatus
from .stated import StatedReader
from .text import Row

_NEUTRAL = ("/", "", "中性交易", "不计收支", "其他", "资金转移")
_NEUTRAL_COUNT = re.compile(r"(?:中性交易|不计收支|其他)(?:合计)?:?([0-9,]+)笔")
_FAILED = re.compile(r"关闭|失败|等待|^待|未|撤销|取消|处理中|过期|已退还给你")
_DONE = re.compile(r"成功|已|完成|到账")


class PersonalReader(StatedReader):
    """Counts its rows in both ways that wallets do: with those that came to nothing, and without."""

    def __init__(self, head: Head, before: Sequence[Row]) -> None:
        self.counted = {"in_lines": 0, "in_fen": 0, "out_lines": 0, "out_fen": 0, "neutral_lines": 0}
        self.done = dict(self.counted)
        super().__init__(head, before)

    def before(self, rows: Sequence[Row]) -> None:
        super().before(rows)
        self._neutral_count(cells for _, cells in rows)

    def footer(self, row: dict[str, str], cells: Sequence[str]) -> None:
        super().footer(row, cells)
        self._neutral_count([cells])

    def _neutral_count(self, rows: Iterable[Sequence[str]]) -> None:
        for cells in rows:
            if found := _NEUTRAL_COUNT.search(stated.said(cells)):
                self.stated.totals.setdefault("neutral_lines", count(found[1]))

    def tally(self, direction: str, amount_fen: int, *, done: bool) -> int:
        """Signed fen that this row moved; 0 for one that moved nothing. Raises a kind of InvalidInput."""
        if amount_fen < 0:
            raise AmountBelowZero(text=str(amount_fen / 100))
        if direction in _NEUTRAL:
            name, sign = "neutral", 0
        elif direction == "收入":
            name, sign = "in", 1
        elif direction == "支出":
            name, sign = "out", -1
        else:
            raise DirectionUnreadable(text=direction[:20])
        for tally in (self.counted, self.done) if done or not sign else (self.counted,):
            tally[f"{name}_lines"] += 1
            if sign:
                tally[f"{name}_fen"] += amount_fen
        return sign * amount_fen if done else 0

    def close(self) -> None:
        """A file may count rows that were closed before they were paid, or leave them out; either way is a tie."""
        declared = self.stated.totals
        for name, found in self.done.items():
            everything = self.counted[name]
            self.stated.found[name] = everything if declared.get(name) == everything else found


def is_done(status: str) -> bool:
    """Whether a row's money moved. Raises UnknownStatus where its words do not say so or the opposite."""
    if _FAILED.search(status):
        return False
    if _DONE.search(status) or not status:
        return True
    raise UnknownStatus(text=status[:20])
