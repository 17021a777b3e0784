"""An HTML table named .xls, as some banks' sites write it, as rows of cells. Pure.

A tokeniser whose patterns never run twice over the same text, because a general reader of HTML can be made to.
"""

import html
import re
from collections.abc import Iterator

from .errors import Refused, StatementTooLarge
from .limits import MIB
from .text import Row, text_of

MAX_HTML_BYTES = 16 * MIB
_TOKEN = re.compile(r"<(/?)(table|tr|t[dh])\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")


def is_html(data: bytes, encoding: str) -> bool:
    """Whether the text begins with a tag and has a table near its beginning."""
    start = text_of(data, encoding).read(64 * 1024).lstrip("\ufeff \r\n\t")
    return start.startswith("<") and "<table" in start.lower()


def html_rows(data: bytes, encoding: str) -> Iterator[Row]:
    """(number of the row from 1, cells) of all tables, one after the other. Raises Refused."""
    if len(data) > MAX_HTML_BYTES:
        raise Refused(0, StatementTooLarge(limit=f"{MAX_HTML_BYTES // MIB} MiB"))
    text = text_of(data, encoding).read()
    number = 0
    cells: list[str] = []
    begun: int | None = None        # where the text of the open cell begins
    for token in _TOKEN.finditer(text):
        if begun is not None:
            cells.append(" ".join(html.unescape(_TAG.sub(" ", text[begun:token.start()])).replace("\0", "").split()))
            begun = None
        if token[2].lower() in ("td", "th"):
            begun = None if token[1] else token.end()
        elif cells or not token[1]:
            if cells:
                yield number, cells
            cells = []
            number += token[2].lower() == "tr" and not token[1]
