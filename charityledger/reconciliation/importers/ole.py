"""The one stream of an XLS file that holds its workbook, out of its OLE2 container. Pure; bounded by the file's size.

Chains of sectors in a hostile file may run in circles or far beyond its end; here no sector is read twice.
"""

import struct

from .errors import LockedWorkbook, Refused, StatementBroken

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FREE = 0xFFFFFFFA          # from here on: no sector, but free, end of chain, table of sectors
_NAMES = ("workbook", "book")


def workbook_stream(data: bytes) -> bytes:
    """The records of an XLS workbook. Raises Refused."""
    try:
        return _Container(data).workbook()
    except (struct.error, IndexError, UnicodeDecodeError):
        raise Refused(0, StatementBroken()) from None


class _Container:
    def __init__(self, data: bytes) -> None:
        self.data = data
        shift, self.mini_shift = struct.unpack_from("<HH", data, 30)
        if shift not in (9, 12) or not 4 <= self.mini_shift <= shift:
            raise Refused(0, StatementBroken())
        self.size = 1 << shift
        self.directory, self.cutoff, self.mini_table = struct.unpack_from("<I4xII", data, 48)
        self.table = self._numbers(self._sectors_of_table())

    def workbook(self) -> bytes:
        entries = self._chain(self.directory)
        root = b""
        found: tuple[int, int] | None = None
        for at in range(0, len(entries) - 127, 128):
            length, kind = struct.unpack_from("<HB", entries, at + 64)
            name = entries[at:at + max(min(length, 64) - 2, 0)].decode("utf-16-le").lower()
            first, size = struct.unpack_from("<II", entries, at + 116)
            if kind == 5:
                root = entries[at:at + 128]
            elif name == "encryptedpackage":
                raise Refused(0, LockedWorkbook())
            elif kind == 2 and name in _NAMES and found is None:
                found = first, size
        if found is None:
            raise Refused(0, StatementBroken())
        first, size = found
        content = self._chain(first) if size >= self.cutoff else self._small(first, root)
        if len(content) < size:
            raise Refused(0, StatementBroken())
        return content[:size]

    def _sectors_of_table(self) -> bytes:
        """The table of sectors: its places stand in the header, and in a chain of their own in large files."""
        count, = struct.unpack_from("<I", self.data, 44)
        places = list(struct.unpack_from("<109I", self.data, 76))
        following, = struct.unpack_from("<I", self.data, 68)
        seen: set[int] = set()
        while following < _FREE:
            self._once(following, seen)
            more = self._numbers(self._sector(following))
            places += more[:-1]
            following = more[-1]
        used = [place for place in places if place < _FREE][:count]
        if len(set(used)) < len(used):
            raise Refused(0, StatementBroken())
        return b"".join(self._sector(place) for place in used)

    def _sector(self, place: int) -> bytes:
        start = (place + 1) * self.size
        if start >= len(self.data):
            raise Refused(0, StatementBroken())
        return self.data[start:start + self.size]

    def _chain(self, place: int) -> bytes:
        parts = []
        seen: set[int] = set()
        while place < _FREE:
            self._once(place, seen)
            parts.append(self._sector(place))
            place = self.table[place]
        return b"".join(parts)

    def _small(self, place: int, root: bytes) -> bytes:
        """A stream below the cut-off: in small sectors, inside the root entry's own stream."""
        first, = struct.unpack_from("<I", root, 116)
        store = self._chain(first)
        table = self._numbers(self._chain(self.mini_table))
        size = 1 << self.mini_shift
        parts = []
        seen: set[int] = set()
        while place < _FREE:
            self._once(place, seen)
            parts.append(store[place * size:(place + 1) * size])
            place = table[place]
        return b"".join(parts)

    @staticmethod
    def _numbers(content: bytes) -> tuple[int, ...]:
        return struct.unpack(f"<{len(content) // 4}I", content[:len(content) // 4 * 4])

    @staticmethod
    def _once(place: int, seen: set[int]) -> None:
        if place in seen:
            raise Refused(0, StatementBroken())
        seen.add(place)
