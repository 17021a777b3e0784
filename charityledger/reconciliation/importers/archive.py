"""The statement files inside a ZIP archive. Pure.

Alipay packs its files with names in GBK and without the flag that says so.
"""

import io
import zipfile

from ...repack import FileRefused, unfolded
from ...table_errors import TableTooLarge
from .errors import (
    DamagedArchive,
    LockedArchive,
    NoStatementInside,
    Refused,
    StatementTooLarge,
    TooManyMembers,
)
from .limits import MAX_FILE_BYTES, MAX_MEMBERS, MIB

_UTF8_NAME = 0x800
_LOCKED = 0x1
_KINDS = (".csv", ".txt", ".tsv", ".xls", ".xlsx")


def is_workbook(data: bytes) -> bool:
    """Whether an archive is an XLSX file. Raises Refused when it is no archive at all."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "[Content_Types].xml" in archive.namelist()
    except Exception:       # damaged archives raise many things
        raise Refused(0, DamagedArchive()) from None


def members(data: bytes) -> list[tuple[str, bytes]]:
    """(name, content) of each file that could be a statement. Raises Refused."""
    found = []
    left = MAX_FILE_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            given = [info for info in archive.infolist() if not info.is_dir()]
            if len(given) > MAX_MEMBERS:
                raise Refused(0, TooManyMembers(limit=MAX_MEMBERS))
            for info in given:
                name = _name(info)
                # 汇总: Alipay's sums by shop and day, which have no lines.
                if not name.lower().endswith(_KINDS) or "汇总" in name or name.startswith("__MACOSX/"):
                    continue
                if info.flag_bits & _LOCKED:
                    raise Refused(0, LockedArchive())
                content = bytes(unfolded(archive, info, left, MAX_FILE_BYTES))
                left -= len(content)
                found.append((name, content))
    except FileRefused as refused:
        large = isinstance(refused.error, TableTooLarge)
        raise Refused(0, StatementTooLarge(limit_mb=MAX_FILE_BYTES // MIB) if large else DamagedArchive()) from None
    except Refused:
        raise
    except Exception:
        raise Refused(0, DamagedArchive()) from None
    if not found:
        raise Refused(0, NoStatementInside())
    return found


def _name(info: zipfile.ZipInfo) -> str:
    if info.flag_bits & _UTF8_NAME:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return info.filename
