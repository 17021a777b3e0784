"""WeChat's merchant bills end with two rows that name and state their totals. Pure."""

from collections.abc import Callable, Sequence

from .columns import clean, spellings
from .layout import Reader


class NamedTotals(Reader):
    """`names`: the words of the last row but one -> (name of the total, how its figure is read)."""

    names: dict[str, tuple[str, Callable[[str], int]]] = {}
    begins = ""
    _named: tuple[str, ...] = ()

    def is_footer(self, row: dict[str, str], cells: Sequence[str]) -> bool:
        return bool(self._named) or (self.begins in cells[0] and clean(cells[0]) == self.begins)

    def footer(self, row: dict[str, str], cells: Sequence[str]) -> None:
        if not self._named:
            self._named = tuple(spellings(cell)[-1] if spellings(cell) else "" for cell in cells)
            return
        for word, cell in zip(self._named, cells, strict=False):
            if word in self.names:
                name, read = self.names[word]
                self.stated.totals[name] = read(clean(cell))
