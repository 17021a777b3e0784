"""Which column is which: by the words of the head row, in any order, with or without the optional ones. Pure.

Layouts drift, so a column is never known by its place, nor the head by its row number.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from ...table_errors import ColumnTwice
from .errors import Refused

# What stands around values: spaces of any width, TABs, marks without width.
_AROUND = " \t\r\n\u00a0\u3000\ufeff\u200b\u200c\u200d\u2060"
_UNITS = re.compile(r"\[[^\]]*\]|\([^)]*\)|【[^】]*】")
_UNIT_AFTER = re.compile(r"/?(?:人民币)?元$")
_BILINGUAL = re.compile(r"([^A-Za-z]*[\u4e00-\u9fff][^A-Za-z]*?)[/|]?[A-Za-z].*")
JOINER = "；"       # no separator of digits: two numbers of two columns must not read as one

# How a table of columns says what it takes: field -> the words that may head it, the best first.
Words = Mapping[str, tuple[str, ...]]
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def clean(text: str) -> str:
    """A cell without what programs put around values: spaces, TABs, a backtick in front, `="…"`."""
    if not text:
        return text
    text = text.strip(_AROUND)
    if text and text[0] in "`=":
        if text[0] == "`":
            return text[1:].strip(_AROUND)
        if text.startswith('="') and text.endswith('"') and len(text) > 2:
            return text[2:-1].strip(_AROUND)
    return text


@lru_cache(maxsize=4096)
def spellings(cell: str) -> tuple[str, ...]:
    """The words that a head's cell stands for: as it is, without units and English in brackets, without English."""
    full = "".join(unicodedata.normalize("NFKC", clean(cell)).split()).lstrip("#")
    bare = _UNIT_AFTER.sub("", _UNITS.sub("", full)).rstrip(":")
    found = [full, bare]
    if bilingual := _BILINGUAL.fullmatch(bare):
        found.append(bilingual[1])
    return tuple(dict.fromkeys(form for form in found if form))


class Head:
    """The head row of a table, matched with the words of a layout."""

    def __init__(self, row: int, cells: Sequence[str], words: Words, many: Iterable[str] = ()) -> None:
        """`many`: fields that take every column with one of their words. Other words name at most one column each."""
        self.row = row
        self.cells = tuple(clean(cell) for cell in cells)
        while self.cells and not self.cells[-1]:
            self.cells = self.cells[:-1]
        self.width = self.named = len(self.cells)      # `named`: a row with fewer cells was cut short
        self.raw = list(cells[:self.width])
        places = _places(self.cells)
        self.many = {field: [at for word in words[field] for at in places.get(word, ())][:8]
                     for field in many if field in words}
        self.one: dict[str, int] = {}
        self.twice: dict[str, str] = {}
        for field, accepted in words.items():
            if field not in self.many:
                self._choose(field, accepted, places)
        self.fields = {*self.one, *(field for field, found in self.many.items() if found)}
        self._all = {field: self.one.get(field, self.width) for field in words if field not in self.many}

    def _choose(self, field: str, accepted: Iterable[str], places: dict[str, list[int]]) -> None:
        for word in accepted:
            if found := places.get(word):
                self.one[field] = found[0]
                if len(found) > 1:
                    self.twice[field] = word
                return

    def lacks(self, needs: Iterable[Sequence[str]]) -> list[str]:
        """Of each group of fields that one must be there of, the first name, where none is."""
        return [group[0] for group in needs if not self.fields.intersection(group)]

    def refuse_twins(self, fields: Iterable[str]) -> None:
        """Raises Refused where one of these could be either of two columns."""
        for field in fields:
            if field in self.twice:
                raise Refused(self.row, ColumnTwice(column=self.twice[field]))

    def repeats(self, cells: list[str]) -> bool:
        """Whether a row is this head again, as printed pages have it."""
        return cells[:len(self.raw)] == self.raw

    def values(self, cells: list[str]) -> dict[str, str]:
        """Every field's cell, cleaned; empty where the file has no such column. `cells` has at least `width` cells
        and one more, which is empty."""
        row = {field: clean(cells[at]) for field, at in self._all.items()}
        for field, places in self.many.items():
            row[field] = joined([clean(cells[at]) for at in places if cells[at]])
        return row


def joined(texts: Iterable[str]) -> str:
    """Those that say something, each once."""
    return JOINER.join(dict.fromkeys([text for text in texts if text and text != "/"]))


def original(cells: Sequence[str]) -> str:
    """A row's cells as the file has them, as evidence: a JSON list."""
    return _encode(cells)


def _places(cells: Sequence[str]) -> dict[str, list[int]]:
    """word -> the columns that it names: those that are the word itself, else those that are it without units."""
    found: dict[str, list[int]] = {}
    for depth in range(3):
        now: dict[str, list[int]] = {}
        for at, cell in enumerate(cells):
            given = spellings(cell)
            if depth < len(given):
                now.setdefault(given[depth], []).append(at)
        for word, columns in now.items():
            found.setdefault(word, columns)
    return found
