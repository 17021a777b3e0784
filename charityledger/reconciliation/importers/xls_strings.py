"""Texts inside an XLS file: single ones, and the shared table that runs over several records. Pure."""

import struct

from .errors import Refused, StatementBroken

MAX_STRINGS = 2_000_000


def text_at(body: bytes, at: int, length: int, count_bytes: int) -> str:
    """A text of `length` letters whose flags stand at `at`, or after the count of `count_bytes` there."""
    at += count_bytes
    wide = body[at] & 1
    return body[at + 1:at + 1 + length * (1 + wide)].decode("utf-16-le" if wide else "latin-1").replace("\0", "")


def shared_strings(parts: list[bytes]) -> list[str]:
    """The table of shared texts. `parts`: the body of its record and of those that continue it.

    A text may be cut between two parts; the second then begins with flags of its own. Raises Refused.
    """
    reader = _Parts(parts)
    reader.take(4)
    count, = struct.unpack("<I", reader.take(4))
    if count > MAX_STRINGS:
        raise Refused(0, StatementBroken())
    return [_one(reader) for _ in range(count)]


def _one(reader: "_Parts") -> str:
    length, flags = struct.unpack("<HB", reader.take(3))
    runs = struct.unpack("<H", reader.take(2))[0] if flags & 8 else 0
    phonetic = struct.unpack("<I", reader.take(4))[0] if flags & 4 else 0
    text = reader.letters(length, flags & 1)
    reader.skip(runs * 4 + phonetic)
    return text.replace("\0", "")


class _Parts:
    def __init__(self, parts: list[bytes]) -> None:
        self.parts = parts
        self.part = 0
        self.at = 0

    def _next(self) -> None:
        self.part += 1
        self.at = 0
        if self.part >= len(self.parts):
            raise Refused(0, StatementBroken())

    def take(self, size: int) -> bytes:
        if self.at >= len(self.parts[self.part]):
            self._next()
        taken = self.parts[self.part][self.at:self.at + size]
        self.at += size
        if len(taken) < size:
            raise Refused(0, StatementBroken())
        return taken

    def letters(self, length: int, wide: int) -> str:
        found = []
        while length:
            if self.at >= len(self.parts[self.part]):
                self._next()
                wide = self.take(1)[0] & 1
            width = 1 + wide
            here = min(length, (len(self.parts[self.part]) - self.at) // width)
            if not here:
                raise Refused(0, StatementBroken())
            found.append(self.take(here * width).decode("utf-16-le" if wide else "latin-1", "replace"))
            length -= here
        return "".join(found)

    def skip(self, size: int) -> None:
        while size > 0:
            if self.at >= len(self.parts[self.part]):
                self._next()
            here = min(size, len(self.parts[self.part]) - self.at)
            self.at += max(here, 0)
            size -= here
