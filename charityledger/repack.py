"""An uploaded XLSX packed anew, so that what reads it next meets nothing larger than it says it is. Pure.

A ZIP member may state a small size and unfold into gigabytes; here each is unfolded in small steps, up to a limit,
and only the parts that hold tables are kept (no macros, pictures, links to other files).
"""

import io
import zipfile

from .errors import InvalidInput
from .table_errors import BrokenWorkbook, OldWorkbook, TableTooLarge

MAX_MEMBERS = 500
MAX_BYTES = 20 * 1024 * 1024
_STEP = 64 * 1024
_KEPT = ("[Content_Types].xml", "_rels/", "xl/_rels/", "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml",
         "xl/theme/", "xl/worksheets/")


class FileRefused(Exception):
    """Carries the error that tells why."""

    def __init__(self, error: InvalidInput) -> None:
        super().__init__(error.code)
        self.error = error


def repacked(data: bytes, limit: int = MAX_BYTES) -> io.BytesIO:
    """The same workbook, plainly packed; `limit`: bytes of all its parts together. Raises FileRefused."""
    clean = io.BytesIO()
    left = limit
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as given, zipfile.ZipFile(clean, "w", zipfile.ZIP_STORED) as taken:
            members = {info.filename: info for info in given.infolist()}
            if len(given.infolist()) > MAX_MEMBERS:
                raise FileRefused(TableTooLarge(limit_mb=limit // 1024 // 1024))
            if "xl/workbook.xml" not in members:
                raise FileRefused(OldWorkbook() if "EncryptedPackage" in members else BrokenWorkbook())
            for name, info in members.items():
                if name.startswith(_KEPT):
                    content = unfolded(given, info, left, limit)
                    _refuse_entities(content)
                    left -= len(content)
                    taken.writestr(zipfile.ZipInfo(name), content)
    except FileRefused:
        raise
    except Exception:       # damaged archives raise many things: zlib.error, struct.error, NotImplementedError…
        raise FileRefused(BrokenWorkbook()) from None
    clean.seek(0)
    return clean


def unfolded(archive: zipfile.ZipFile, info: zipfile.ZipInfo, left: int, limit: int) -> bytes | bytearray:
    """One member, at most `left` bytes of it; `limit` is what the error tells. Raises FileRefused, and whatever a
    damaged archive makes zipfile raise."""
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):    # others may ask for gigabytes at once
        raise FileRefused(BrokenWorkbook())
    content = bytearray()
    with archive.open(info) as member:
        while step := member.read(_STEP):
            content += step
            if len(content) > left:
                raise FileRefused(TableTooLarge(limit_mb=limit // 1024 // 1024))
    return content


def _refuse_entities(content: bytes | bytearray) -> None:
    """No table declares entities; with none there is nothing that could multiply or point outside."""
    # UTF-16 hides the letters behind zero bytes.
    plain = content.replace(b"\0", b"") if 0 in content else content
    if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
        raise FileRefused(BrokenWorkbook())
