"""The statement files inside a ZIP archive. Pure.

Alipay packs its files with names in GBK and without the flag that says so.
"""

import io
import zipfile

from ...repack import FileRefused, unfolded
from ...table_errors import TableTooLarge
from .errors import (
    LockedArchive,
    NoStatementInside,
    Refused,
    StatementBroken,
    StatementTooLarge,
    TooManyMembers,
)
from .limits import MAX_FILE, MAX_FILE_BYTES, MAX_MEMBERS

_UTF8_NAME = 0x800
_LOCKED = 0x1
_KINDS = (".csv", ".txt", ".tsv", ".xls", ".xlsx", ".xml", ".sta", ".940", ".mt940")


def is_archive(data: bytes) -> bool:
    """Whether a file is an archive and no XLSX workbook. Raises Refused for one that is damaged."""
    if not data.startswith(b"PK"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return not {"[Content_Types].xml", "xl/workbook.xml"} & set(archive.namelist())
    except Exception:       # damaged archives raise many things
        raise Refused(0, StatementBroken()) from None


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
        raise Refused(0, StatementTooLarge(limit=MAX_FILE) if large else StatementBroken()) from None
    except Refused:
        raise
    except Exception:
        raise Refused(0, StatementBroken()) from None
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
