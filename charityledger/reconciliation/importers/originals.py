"""The cells of a file's lines as it has them, packed: they are evidence, read once when a line is stored. Pure.

As plain texts they would be half of what a large file takes in memory.
"""

import zlib
from array import array
from bisect import bisect_right

_BLOCK = 256


class Originals:
    """Texts by row number. Rows come in rising order; reading them in order unpacks each block once."""

    def __init__(self) -> None:
        self._blocks: list[tuple[int, array[int], bytes]] = []      # (first row, rows, their texts packed)
        self._rows: array[int] = array("l")
        self._texts: list[str] = []
        self._unpacked: tuple[int, dict[int, str]] = (-1, {})

    def add(self, row: int, text: str) -> None:
        """`text` without line breaks, as JSON is."""
        self._rows.append(row)
        self._texts.append(text)
        if len(self._texts) >= _BLOCK:
            self._blocks.append((self._rows[0], self._rows, zlib.compress("\n".join(self._texts).encode(), 1)))
            self._rows, self._texts = array("l"), []

    def of(self, row: int) -> str:
        """The text of a row that was added. Raises KeyError for any other."""
        if self._rows and row >= self._rows[0]:
            return dict(zip(self._rows, self._texts, strict=True))[row]
        at = bisect_right(self._blocks, row, key=lambda block: block[0]) - 1
        if at < 0:
            raise KeyError(row)
        if self._unpacked[0] != at:
            _, rows, packed = self._blocks[at]
            self._unpacked = (at, dict(zip(rows, zlib.decompress(packed).decode().split("\n"), strict=True)))
        return self._unpacked[1][row]
